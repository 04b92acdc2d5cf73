"""What can be wrong with hours and typed times."""

from core.errors import UserError
from core.hours.values import YEARS
from core.show import Text, text


class HoursError(UserError):
    """Hours that cannot be read: where, why, and what would be right."""

    def __init__(self, said: Text, place: int) -> None:
        super().__init__(text("Column {column}: {said}", column=place + 1, said=said))
        self.place = place


class NeverOpens(UserError):
    """So much open time never comes."""

    def __init__(self) -> None:
        super().__init__(text("These hours have no such open time before {year}.", year=str(YEARS.stop)))


class Past(UserError):
    """A typed time that is over."""

    def __init__(self, typed: str) -> None:
        super().__init__(text("“{typed}” is in the past. Try for example 2h, mon 9:00, tomorrow", typed=typed[:40]))

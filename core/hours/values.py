"""Business hours as a value: when a team works, on which days, by whose clock."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

DAY = 1440
"""Minutes of a day, as clocks count them."""
YEARS = range(1970, 2200)
"""The years hours are worked out for; before and behind them everything is closed."""


class Interval(NamedTuple):
    """Open from one minute to another, counted from the midnight of its day; from 1440 on it is the next day."""

    opens: int
    closes: int


class Date(NamedTuple):
    """A day of one year, or with the year 0 of every year."""

    year: int
    month: int
    day: int


class OwnDay(NamedTuple):
    """A day with hours of its own, whatever weekday or holiday it is; with none it is closed."""

    on: Date
    open: tuple[Interval, ...]


Week: TypeAlias = tuple[tuple[Interval, ...], ...]
"""The intervals of seven days, Monday first; those of a day in their order, neither touching nor overlapping."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team works: a week, less public holidays (`DE-BY`); own days beat both, and one year's an every year's."""

    week: Week
    zone: str
    holidays: tuple[str, ...] = ()
    own: tuple[OwnDay, ...] = ()

    def __hash__(self) -> int:
        """Quick, since every calculation looks its years up by it."""
        return hash((self.zone, self.holidays))


ALL_DAY = Interval(0, DAY)
FULL_WEEK: Week = ((ALL_DAY,),) * 7
ALWAYS = Hours(FULL_WEEK, "UTC")
"""24/7."""

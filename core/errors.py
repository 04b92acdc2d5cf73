"""Every way something can go wrong here; the class knows how it is answered."""

from datetime import timedelta

from core.show import Button, Text, text


class DeskbellError(Exception):
    """The root of our errors: what happened, ready to be put into words."""

    def __init__(self, said: Text, *buttons: Button) -> None:
        super().__init__(said.id.format_map(_Plain(said)))
        self.said = said
        self.buttons = buttons


class _Plain(dict[str, str]):
    """Arguments of a text for the log; names of what is missing stay as they are."""

    def __init__(self, said: Text) -> None:
        super().__init__({name: str(value) for name, value in said.args.items()})

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class UserError(DeskbellError):
    """Something the person can put right; shown to them, changes nothing."""


class NotAllowed(UserError):
    """The policy says no."""


class NotFound(UserError):
    """There is no such thing, or it is none of the asker's business."""


class Unreadable(UserError):
    """What came in cannot be understood for its own content; it goes to quarantine."""


class TemporaryError(DeskbellError):
    """Trouble that passes (locked, full, lost connection); the source keeps it and repeats."""

    def __init__(self, said: Text, *, retry_after: timedelta = timedelta(seconds=1), is_alone: bool = False) -> None:
        super().__init__(said)
        self.retry_after, self.is_alone = retry_after, is_alone
        """Whether only what was tried has to wait, and nothing that shares its rates."""


class HeldUp(TemporaryError):
    """Only this one thing has to wait, longer each time: where it goes takes nothing now, such as a full mailbox."""

    MOST = timedelta(days=3)
    """What waits for longer has failed."""

    def __init__(self, said: Text) -> None:
        super().__init__(said, is_alone=True)

    def pause(self, waited: timedelta) -> timedelta:
        """How long it rests now, for what was to be sent so long ago: from half a minute to an hour."""
        return min(max(waited / 4, timedelta(seconds=30)), timedelta(hours=1))


class PermanentError(DeskbellError):
    """Repeating will not help; reported in the thread or to the admins."""


class AddressGone(PermanentError):
    """Nothing reaches this customer's address any more: they shut us out, or it is nobody's."""


class ConfigurationError(DeskbellError):
    """A setting is wrong; the desk does not start."""


class AlreadyTaken(UserError):
    """Somebody was faster."""

    def __init__(self, what: str | Text, who: str) -> None:
        super().__init__(text("{who} took {what} a moment ago. Try: ticket next", who=who, what=what))


class NoSuchTicket(NotFound):
    """No ticket with this number that the asker may see."""

    def __init__(self, number: int) -> None:
        super().__init__(text("There is no ticket #{number}. Try: ticket list", number=number))


class NoSuchDialog(NotFound):
    """No dialog with this number that the asker may see."""

    def __init__(self, number: int) -> None:
        super().__init__(text("There is no dialog {number}. Try: dialog list", number=number))


class StoreBusy(TemporaryError):
    """The database is locked, full or away."""

    def __init__(self, why: str) -> None:
        super().__init__(text("The store cannot be written at the moment ({why}). It will be tried again.", why=why))

"""The fields of the filter language, declared once: what they take, what they mean, an example."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.models import Priority, Status
from core.query.tree import Value
from core.show import Text, text
from core.spans import read_span


class Takes(StrEnum):
    """What a field is compared with."""

    STATUS = "status"
    PRIORITY = "priority"
    NAME = "name"
    SPAN = "span"
    NUMBER = "number"
    WORD = "word"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, what it takes, what it means, and an example."""

    name: str
    takes: Takes
    meaning: Text
    example: str
    choices: tuple[str, ...] = ()
    """The words it takes besides names; `none` and `me` where they make sense."""

    @property
    def is_ordered(self) -> bool:
        """Whether `<`, `>`, `<=` and `>=` make sense."""
        return self.takes in (Takes.PRIORITY, Takes.SPAN, Takes.NUMBER)

    def read(self, typed: str) -> Value | None:
        """A typed value as it is compared; None when it makes no sense here."""
        return _READ[self.takes](self, typed)


def _choice(field: Field, typed: str) -> Value | None:
    return typed.lower() if typed.lower() in field.choices else None


def _priority(field: Field, typed: str) -> Value | None:
    return int(Priority[typed.upper()]) if typed.lower() in field.choices else None


def _number(field: Field, typed: str) -> Value | None:
    digits = typed.lstrip("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def _name(field: Field, typed: str) -> Value | None:
    return typed.lower().lstrip("@") or None


def _span(field: Field, typed: str) -> Value | None:
    return read_span(typed)


_READ: dict[Takes, Callable[[Field, str], Value | None]] = {
    Takes.STATUS: _choice,
    Takes.FLAG: _choice,
    Takes.PRIORITY: _priority,
    Takes.NUMBER: _number,
    Takes.NAME: _name,
    Takes.WORD: _name,
    Takes.SPAN: _span,
}

FLAGS = ("live", "new", "merged", "spam", "internal", "snoozed", "private", "demo", "watched", "unassigned")
_PRIORITIES = tuple(p.name.lower() for p in Priority)

FIELDS = (
    Field("status", Takes.STATUS, text("where it stands"), "status:open,pending", tuple(s.value for s in Status)),
    Field("priority", Takes.PRIORITY, text("how pressing it is"), "priority>=high", _PRIORITIES),
    Field("team", Takes.NAME, text("whose queue it is in; `mine` are your teams"), "team:tech", ("mine",)),
    Field("assignee", Takes.NAME, text("who works on it"), "assignee:me|none", ("me", "none")),
    Field("tag", Takes.NAME, text("the tags it carries"), "tag:billing", ("none",)),
    Field("channel", Takes.NAME, text("how the customer wrote, by kind or name"), "channel:webchat", ("none",)),
    Field("contact", Takes.WORD, text("whose it is, by address or number"), "contact:ana@example.com", ("none",)),
    Field("due", Takes.SPAN, text("time until it is due"), "due<2h"),
    Field("age", Takes.SPAN, text("time since it came in"), "age>3d"),
    Field("waiting", Takes.SPAN, text("how long the customer has waited for an answer"), "waiting>30m"),
    Field("idle", Takes.SPAN, text("time since anything changed"), "idle>2d"),
    Field("overdue", Takes.FLAG, text("whether its time is over"), "overdue:yes", ("yes", "no")),
    Field("number", Takes.NUMBER, text("its number"), "number:42"),
    Field("rating", Takes.NUMBER, text("how the customer found it, 1 to 5"), "rating<=2"),
    Field("is", Takes.FLAG, text("what kind of ticket it is"), "is:live", FLAGS),
)
BY_NAME = {field.name: field for field in FIELDS}

SORTS = ("priority", "due", "created", "updated", "number", "waiting")


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order."""

    field: str
    descending: bool = False


DEFAULT_SORT = (Sort("priority", descending=True), Sort("due"), Sort("number"))


def until(value: Value, now: datetime) -> datetime:
    """The moment a span from now on ends."""
    assert isinstance(value, timedelta)
    return now + value


def since(value: Value, now: datetime) -> datetime:
    """The moment a span up to now began."""
    assert isinstance(value, timedelta)
    return now - value

"""What `<` and `>` compare: a value becomes bounds, which SQL and the yes/no both hold a row against."""

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from core.models import Priority
from core.query.context import Context
from core.query.days import WORDS, Day, read_day
from core.query.tree import Value
from core.spans import read_span

Bound: TypeAlias = tuple[str, int | datetime]
"""An operator and what it compares with; all bounds of a value must hold."""

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""They compare columns, giving SQL, as they compare values, giving yes or no."""
RANGES = ("<", "<=", ">", ">=")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Scale(Protocol):
    """One way of measuring."""

    choices: tuple[str, ...]
    """Words that are values here, for completion and suggestions."""
    operators: tuple[str, ...]
    is_timed: bool
    """Whether its bounds move as time passes."""

    def read(self, typed: str) -> Value | None:
        """The value somebody typed; None when it makes no sense here."""

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """What a row's own value is held against."""


class Ranks:
    """`low` to `urgent`."""

    choices: tuple[str, ...] = tuple(priority.name.lower() for priority in Priority)
    operators: tuple[str, ...] = (":", *RANGES)
    is_timed: bool = False

    def read(self, typed: str) -> Value | None:
        """A priority's rank."""
        return int(Priority[typed.upper()]) if typed.lower() in self.choices else None

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """The rank itself."""
        assert isinstance(value, int)
        return ((op, value),)


class Numbers:
    """Whole numbers from 0."""

    choices: tuple[str, ...] = ()
    operators: tuple[str, ...] = (":", *RANGES)
    is_timed: bool = False

    def read(self, typed: str) -> Value | None:
        """A number of at most 15 digits, with or without `#`."""
        digits = typed.removeprefix("#")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """The number itself."""
        assert isinstance(value, int)
        return ((op, value),)


class Ago:
    """How long ago: `age>3d` began before three days ago."""

    choices: tuple[str, ...] = ()
    operators: tuple[str, ...] = RANGES
    is_timed: bool = True

    def read(self, typed: str) -> Value | None:
        """A span."""
        return read_span(typed)

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """The moment that long ago."""
        assert isinstance(value, timedelta)
        return ((_MIRRORED[op], context.now - value),)


class Past:
    """Days that have been: `created:today`, `closed<2026-11-03`."""

    choices: tuple[str, ...] = WORDS
    operators: tuple[str, ...] = (":", *RANGES)
    is_timed: bool = True

    def read(self, typed: str) -> Value | None:
        """A day."""
        return read_day(typed)

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """The day's first moment, or the one after it."""
        assert isinstance(value, Day)
        return _of_day(op, value.span(context.now, context.zone, ahead=False))


class Ahead:
    """What is to come: `due<2h` is due before two hours have passed, `due:fri` on the next Friday."""

    choices: tuple[str, ...] = WORDS
    operators: tuple[str, ...] = (":", *RANGES)
    is_timed: bool = True

    def read(self, typed: str) -> Value | None:
        """A day or a span."""
        return read_day(typed) or read_span(typed)

    def bounds(self, op: str, value: Value, context: Context) -> tuple[Bound, ...]:
        """The day's edges, or the moment in that time; `due:2h` is within it."""
        if isinstance(value, Day):
            return _of_day(op, value.span(context.now, context.zone, ahead=True))
        assert isinstance(value, timedelta)
        return (("<=" if op == ":" else op, context.now + value),)


def _of_day(op: str, span: tuple[datetime, datetime]) -> tuple[Bound, ...]:
    first, after = span
    match op:
        case ":":
            return ((">=", first), ("<", after))
        case "<" | ">=":
            return ((op, first),)
        case "<=":
            return (("<", after),)
        case _:
            return ((">=", after),)

"""A filter as a tree: what a typed line, a saved view and the policy all become."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

Value: TypeAlias = str | int | datetime | timedelta
"""What stands behind a field's operator, read: a name, a number, a time or a span."""


@dataclass(frozen=True, slots=True)
class Is:
    """A field compared with values, one of which must fit: `status:open,pending`, `priority>=high`."""

    field: str
    values: tuple[Value, ...]
    op: str = ":"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that stands in the subject or in any one message, in any of its forms."""

    word: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other in the subject or in one message."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; with no part, everything does."""

    parts: tuple["Tree", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; with no part, nothing does."""

    parts: tuple["Tree", ...] = ()


Tree: TypeAlias = Is | Word | Phrase | Not | All | Any

EVERYTHING = All()
NOTHING = Any()

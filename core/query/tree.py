"""A filter as a tree: what a typed line, a saved view and the policy all become."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from core.query.days import Day

Value: TypeAlias = str | int | timedelta | Day
"""What stands behind a field's operator, read: a word, a number, a span or a day."""


@dataclass(frozen=True, slots=True)
class Is:
    """A field compared with values, one of which must fit: `status:open,pending`, `priority>=high`."""

    field: str
    values: tuple[Value, ...]
    op: str = ":"


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or words one after the other, that stand in the subject or in one message, in any of their forms."""

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


Tree: TypeAlias = Is | Words | Not | All | Any

EVERYTHING = All()
NOTHING = Any()


def terms(tree: Tree) -> Iterator[Is | Words]:
    """All fields and words a tree speaks of, wherever they stand."""
    match tree:
        case All(parts) | Any(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case Is() | Words():
            yield tree


def asserts(tree: Tree, field: str) -> bool:
    """Whether rows are wanted for what a field is, rather than only for what it is not."""
    match tree:
        case All(parts) | Any(parts):
            return any(asserts(part, field) for part in parts)
        case Not(part):
            return denies(part, field)
        case _:
            return isinstance(tree, Is) and tree.field == field


def denies(tree: Tree, field: str) -> bool:
    """The same of a tree's opposite."""
    match tree:
        case All(parts) | Any(parts):
            return any(denies(part, field) for part in parts)
        case Not(part):
            return asserts(part, field)
        case _:
            return False

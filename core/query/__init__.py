"""The one filter language: read from a line, turned into SQL, or answered for one row."""

from core.query.context import Context
from core.query.facts import Facts
from core.query.holds import facts_of, fits, holds
from core.query.parse import FilterError, Query, parse
from core.query.sorting import Sort
from core.query.sql import is_timed, where
from core.query.tree import EVERYTHING, NOTHING, All, Any, Is, Not, Tree, Words

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "All",
    "Any",
    "Context",
    "Facts",
    "FilterError",
    "Is",
    "Not",
    "Query",
    "Sort",
    "Tree",
    "Words",
    "facts_of",
    "fits",
    "holds",
    "is_timed",
    "parse",
    "where",
]

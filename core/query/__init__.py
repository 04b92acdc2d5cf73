"""The one filter language: read from a line, turned into SQL, or answered for one ticket."""

from core.query.holds import Facts, facts_of, holds
from core.query.parse import FilterError, Query, parse
from core.query.sql import Context, where
from core.query.tree import EVERYTHING, NOTHING, All, Any, Is, Not, Phrase, Tree, Word

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
    "Phrase",
    "Query",
    "Tree",
    "Word",
    "facts_of",
    "holds",
    "parse",
    "where",
]

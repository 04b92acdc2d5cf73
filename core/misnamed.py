"""Names in a filter that nothing has: who misspelt one is told so."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core.desk import Desk
from core.models import Agent, Channel, Tag, Team
from core.query import Is, Query
from core.query.fields import BY_NAME, WordField
from core.query.tree import terms
from core.show import Text, text


def misnamed(desk: Desk, query: Query) -> Text | None:
    """Says which team, agent, tag or channel of a filter there is none of; None where all are known."""
    for kind, (say, columns) in _KNOWN.items():
        wanted = _named(query, kind)
        known = {name for column in columns for name in _found(desk, column, wanted)}
        lacking = [name for name in wanted if name not in known]
        if lacking:
            return text(say.id, name=lacking[0][:60])
    return None


def _named(query: Query, kind: str) -> list[str]:
    """The names a filter gives in fields of a kind, without words that have a meaning of their own."""
    asked = [(BY_NAME[term.field], term) for term in terms(query.tree) if isinstance(term, Is)]
    return [
        str(value)
        for field, term in asked
        if isinstance(field, WordField) and field.names == kind
        for value in term.values
        if value not in field.choices
    ]


def _found(desk: Desk, column: Any, names: Sequence[str]) -> set[str]:
    return set(desk.execute(select(column).where(column.in_(names))).scalars()) if names else set()


_KNOWN: dict[str, tuple[Text, tuple[Any, ...]]] = {
    "team": (text("There is no team {name}. Try: desk teams"), (Team.name,)),
    "agent": (text("There is no agent {name}. Try: desk agents"), (Agent.name,)),
    "tag": (text("There is no tag {name}. Try: desk tags"), (Tag.name,)),
    "channel": (text("There is no channel {name}. Try: desk channels"), (Channel.name, Channel.kind)),
}

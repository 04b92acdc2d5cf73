"""Lists of tickets: a filter, the policy and a sort become one page, by keys and never by counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, literal, or_, select, true

from core import policy, tags
from core.desk import Desk
from core.models import Agent, Contact, Never, Priority, Status, Tag, Tagging, Team, Ticket
from core.models.base import Instant
from core.query import All, Is, Not, Query, Sort, Tree, where
from core.query.tree import terms

COUNTED = 100
"""Counts stop here and are shown as `99+`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    number: int
    subject: str
    status: Status
    priority: Priority
    team: str
    assignee: str
    contact: str
    due_at: datetime | None
    waiting_since: datetime | None
    updated_at: datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and from where the next ones go on (nothing at the end)."""

    rows: tuple[Row, ...]
    after: tuple[Any, ...] | None


def scope(query: Query) -> Tree:
    """The filter with what a list leaves out unless asked: merged tickets, spam, and (without words) closed ones."""
    parts: list[Tree] = [query.tree]
    flags = query.flags
    if "merged" not in flags:
        parts.append(Not(Is("is", ("merged",))))
    if "spam" not in flags:
        parts.append(Not(Is("is", ("spam",))))
    if not (query.names("status") or query.names("closed") or query.searches or flags & {"merged", "spam"}):
        parts.append(Is("status", ("new", "open", "pending")))
    return All(tuple(parts))


_COMMON = 1_000
"""From so many taggings on a tag is common: rows of a list have it so often that they are asked one by one."""


def _walks(desk: Desk, query: Query) -> bool:
    """Whether a list is read in its order and each row asked for its tags, rather than the tagged ones looked up."""
    named = [str(v) for t in terms(query.tree) if isinstance(t, Is) and t.field == "tag" for v in t.values]
    if not named:
        return False
    tagged = select(Tagging.id).join(Tag, Tag.id == Tagging.tag_id).where(Tag.name.in_(named)).limit(_COMMON).subquery()
    return int(desk.execute(select(func.count()).select_from(tagged)).scalar_one()) == _COMMON


def page(desk: Desk, query: Query, *, after: tuple[Any, ...] | None = None, limit: int = 20) -> Page:
    """One page of the tickets that fit and that the actor may see, in two statements."""
    statement = (
        select(
            Ticket.id, Ticket.subject, Ticket.status, Ticket.priority, Ticket.due_at, Ticket.waiting_since,
            Ticket.created_at, Ticket.updated_at, Team.name.label("team"), Agent.name.label("assignee"),
            Contact.name.label("contact"), Contact.claimed_name, Contact.id.label("contact_id"),
        )
        .join(Team, Team.id == Ticket.team_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
        .outerjoin(Contact, Contact.id == Ticket.contact_id)
        .where(_condition(desk, query))
        .order_by(*_order(query.sort))
        .limit(limit + 1)
    )  # fmt: skip
    if after is not None:
        statement = statement.where(_behind(query.sort, after))
    found = desk.execute(statement).all()
    shown = found[:limit]
    of_tickets = tags.of_tickets(desk, [row.id for row in shown])
    rows = tuple(_row(row, of_tickets.get(row.id, [])) for row in shown)
    return Page(rows, _key(query.sort, shown[-1]) if len(found) > limit else None)


def count(desk: Desk, query: Query) -> int:
    """How many fit, counted to 100."""
    some = select(Ticket.id).where(_condition(desk, query)).limit(COUNTED).subquery()
    return int(desk.execute(select(func.count()).select_from(some)).scalar_one())


def numbers(desk: Desk, query: Query, *, limit: int) -> Sequence[int]:
    """The numbers of those that fit, at most `limit`, in the list's order."""
    statement = select(Ticket.id).where(_condition(desk, query)).order_by(*_order(query.sort)).limit(limit)
    return desk.execute(statement).scalars().all()


def _condition(desk: Desk, query: Query) -> Any:
    both = All((scope(query), policy.visible(desk.actor)))
    return where(both, policy.context(desk, walks=_walks(desk, query)))


def _order(sort: Sequence[Sort]) -> list[Any]:
    return [key.expression.desc() if key.goes_down else key.expression for key in sort]


_KEYS = {
    "number": "id",
    "due": "due_at",
    "waiting": "waiting_since",
    "created": "created_at",
    "updated": "updated_at",
    "priority": "priority",
}


def _key(sort: Sequence[Sort], row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, _KEYS[key.field]) for key in sort)


def _behind(sort: Sequence[Sort], after: tuple[Any, ...]) -> Any:
    """The rows that come after this key: further in the first key, or equal there and further in the next.

    That the first key is not before is said once more by itself: along it an index finds the place.
    """
    further: list[Any] = []
    equal: Any = true()
    for key, value in zip(sort, after, strict=True):
        edge = _edge(key, value)
        further.append(and_(equal, _beyond(key, edge)))
        equal = and_(equal, key.expression == edge)
    first, edge = sort[0], _edge(sort[0], after[0])
    from_there = first.expression <= edge if first.goes_down else first.expression >= edge
    return and_(from_there, or_(false(), *further))


def _edge(key: Sort, value: Any) -> Any:
    """A row's value as its expression has it."""
    if key.field == "priority":
        return literal(-int(value))
    if value is None:
        return Never()
    return value if key.field == "number" else literal(value, Instant())


def _beyond(key: Sort, edge: Any) -> Any:
    return key.expression < edge if key.goes_down else key.expression > edge


def _row(row: Any, on: list[str]) -> Row:
    contact = row.contact or row.claimed_name or (f"Customer {row.contact_id}" if row.contact_id else "")
    return Row(
        row.id, row.subject, row.status, row.priority, row.team, row.assignee or "", contact,
        row.due_at, row.waiting_since, row.updated_at, tuple(on),
    )  # fmt: skip

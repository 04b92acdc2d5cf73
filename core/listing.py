"""Lists of tickets: a filter, the policy and a sort become one page, by keys and never by counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select, true

from core import policy, tags
from core.desk import Desk
from core.models import Agent, Contact, Priority, Status, Team, Ticket
from core.query import All, Is, Not, Query, Tree, where
from core.query.fields import Sort

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


_COLUMNS: dict[str, Any] = {
    "priority": Ticket.priority,
    "due": Ticket.due_at,
    "created": Ticket.created_at,
    "updated": Ticket.updated_at,
    "number": Ticket.id,
    "waiting": Ticket.waiting_since,
}
_MAY_LACK = {"due", "waiting"}


def scope(query: Query) -> Tree:
    """The filter with what a list leaves out unless asked: merged tickets, spam, and (without words) closed ones."""
    parts: list[Tree] = [query.tree]
    flags = query.flags
    if "merged" not in flags:
        parts.append(Not(Is("is", ("merged",))))
    if "spam" not in flags:
        parts.append(Not(Is("is", ("spam",))))
    if not (query.names_a_status or query.searches or flags & {"merged", "spam"}):
        parts.append(Is("status", ("new", "open", "pending")))
    return All(tuple(parts))


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
    return where(both, policy.context(desk))


def _order(sort: Sequence[Sort]) -> list[Any]:
    keys: list[Any] = []
    for key in sort:
        column = _COLUMNS[key.field]
        if key.field in _MAY_LACK:
            keys.append(column.is_(None))
        keys.append(column.desc() if key.descending else column)
    return keys


def _key(sort: Sequence[Sort], row: Any) -> tuple[Any, ...]:
    names = {
        "number": "id",
        "due": "due_at",
        "waiting": "waiting_since",
        "created": "created_at",
        "updated": "updated_at",
    }
    return tuple(getattr(row, names.get(key.field, key.field)) for key in sort)


def _behind(sort: Sequence[Sort], after: tuple[Any, ...]) -> Any:
    """The rows that come after this key: larger in the first key, or equal there and larger in the next."""
    larger: list[Any] = []
    equal: Any = true()
    for key, value in zip(sort, after, strict=True):
        column = _COLUMNS[key.field]
        larger.append(and_(equal, _later(key, column, value)))
        equal = and_(equal, column.is_(None) if value is None else column == value)
    return or_(false(), *larger)


def _later(key: Sort, column: Any, value: Any) -> Any:
    if value is None:
        return false()
    further = column < value if key.descending else column > value
    return or_(further, column.is_(None)) if key.field in _MAY_LACK else further


def _row(row: Any, on: list[str]) -> Row:
    contact = row.contact or row.claimed_name or (f"Customer {row.contact_id}" if row.contact_id else "")
    return Row(
        row.id, row.subject, row.status, row.priority, row.team, row.assignee or "", contact,
        row.due_at, row.waiting_since, row.updated_at, tuple(on),
    )  # fmt: skip

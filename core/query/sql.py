"""A filter as a condition on tickets; equal to what `holds` answers for each of them."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any as Anything

from sqlalchemy import ColumnElement, and_, exists, false, literal, not_, or_, select, true

from core import search
from core.models import (
    Agent,
    Channel,
    Contact,
    Dialog,
    DialogState,
    Identity,
    Member,
    Snooze,
    Status,
    Tag,
    Tagging,
    Team,
    Ticket,
    Watcher,
)
from core.query.fields import since, until
from core.query.tree import All, Any, Is, Not, Phrase, Tree, Value, Word


@dataclass(frozen=True, slots=True)
class Context:
    """What a filter is answered for: the time, who asks, and which database."""

    now: datetime
    me: int | None
    on_postgres: bool = False


Condition = ColumnElement[bool]


def where(tree: Tree, context: Context) -> Condition:
    """The condition under which a ticket row fits; never NULL, so that its opposite is the rest."""
    match tree:
        case All(parts):
            return and_(true(), *(where(part, context) for part in parts))
        case Any(parts):
            return or_(false(), *(where(part, context) for part in parts))
        case Not(part):
            return not_(where(part, context))
        case Word(word):
            return Ticket.id.in_(search.tickets_with([word], on_postgres=context.on_postgres))
        case Phrase(words):
            return Ticket.id.in_(search.tickets_with(words, on_postgres=context.on_postgres))
        case Is(field, values, op):
            return _FIELDS[field](values, op, context)


def _status(values: Sequence[Value], op: str, context: Context) -> Condition:
    wanted = [Status(str(value)) for value in values]
    if wanted == [Status.CLOSED]:
        return Ticket.is_open.is_(literal(False))
    within = Ticket.status.in_(wanted)
    return within if Status.CLOSED in wanted else and_(Ticket.is_open, within)


def _ordered(column: Anything, values: Sequence[Value], op: str) -> Condition:
    fits = [_OPERATORS[op](column, value) for value in values]
    return and_(column.is_not(None), or_(*fits))


_OPERATORS: dict[str, Callable[[Anything, Anything], Condition]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _priority(values: Sequence[Value], op: str, context: Context) -> Condition:
    return _ordered(Ticket.priority, values, op)


def _team(values: Sequence[Value], op: str, context: Context) -> Condition:
    named = select(Team.id).where(Team.name.in_([v for v in values if v != "mine"]))
    mine = select(Member.team_id).where(Member.agent_id == (context.me or 0))
    return Ticket.team_id.in_(named.union(mine) if "mine" in values else named)


def _assignee(values: Sequence[Value], op: str, context: Context) -> Condition:
    parts: list[Condition] = []
    names = [value for value in values if value not in ("me", "none")]
    if "none" in values:
        parts.append(Ticket.assignee_id.is_(None))
    if "me" in values and context.me is not None:
        parts.append(_equals(Ticket.assignee_id, context.me))
    if names:
        named = select(Agent.id).where(Agent.name.in_(names))
        parts.append(_among(Ticket.assignee_id, named))
    return or_(false(), *parts)


def _equals(column: Anything, value: Anything) -> Condition:
    return and_(column.is_not(None), column == value)


def _among(column: Anything, rows: Anything) -> Condition:
    return and_(column.is_not(None), column.in_(rows))


def _tag(values: Sequence[Value], op: str, context: Context) -> Condition:
    on = select(Tagging.ticket_id).join(Tag, Tag.id == Tagging.tag_id).where(Tagging.ticket_id == Ticket.id)
    parts: list[Condition] = []
    if "none" in values:
        parts.append(~exists(select(Tagging.id).where(Tagging.ticket_id == Ticket.id)))
    names = [value for value in values if value != "none"]
    if names:
        parts.append(exists(on.where(Tag.name.in_(names))))
    return or_(false(), *parts)


def _channel(values: Sequence[Value], op: str, context: Context) -> Condition:
    named = select(Channel.id).where(or_(Channel.kind.in_(values), Channel.name.in_(values)))
    parts = [_among(Ticket.channel_id, named)]
    if "none" in values:
        parts.append(Ticket.channel_id.is_(None))
    return or_(*parts)


def _contact(values: Sequence[Value], op: str, context: Context) -> Condition:
    parts: list[Condition] = []
    if "none" in values:
        parts.append(Ticket.contact_id.is_(None))
    addresses = [str(value) for value in values if value != "none"]
    if addresses:
        owners = select(Identity.contact_id).where(Identity.address.in_(addresses), Identity.is_verified)
        merged = select(Contact.merged_into).where(Contact.id.in_(owners), Contact.merged_into.is_not(None))
        parts.append(_among(Ticket.contact_id, owners.union(merged)))
    numbers = [int(value) for value in addresses if value.isdigit() and len(value) < 16]
    if numbers:
        parts.append(and_(Ticket.contact_id.is_not(None), Ticket.contact_id.in_(numbers)))
    return or_(false(), *parts)


def _ahead(column: Anything) -> Callable[[Sequence[Value], str, Context], Condition]:
    """Time until then: `due<2h` is due before two hours have passed."""
    return lambda values, op, context: _ordered(column, [until(v, context.now) for v in values], op)


_MIRRORED = {":": ":", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _ago(column: Anything) -> Callable[[Sequence[Value], str, Context], Condition]:
    """Time since then: `age>3d` began before three days ago."""
    return lambda values, op, context: _ordered(column, [since(v, context.now) for v in values], _MIRRORED[op])


def _overdue(values: Sequence[Value], op: str, context: Context) -> Condition:
    late = and_(Ticket.is_open, Ticket.due_at.is_not(None), Ticket.due_at < context.now)
    return or_(*(late if value == "yes" else not_(late) for value in values))


def _number(values: Sequence[Value], op: str, context: Context) -> Condition:
    return _ordered(Ticket.id, values, op)


def _rating(values: Sequence[Value], op: str, context: Context) -> Condition:
    return _ordered(Ticket.rating, values, op)


def _flag(values: Sequence[Value], op: str, context: Context) -> Condition:
    return or_(*(_FLAGS[str(value)](context) for value in values))


_FLAGS: dict[str, Callable[[Context], Condition]] = {
    "live": lambda c: exists(select(Dialog.id).where(Dialog.ticket_id == Ticket.id, Dialog.state == DialogState.LIVE)),
    "new": lambda c: _status(["new"], ":", c),
    "merged": lambda c: Ticket.merged_into.is_not(None),
    "spam": lambda c: Ticket.is_spam.is_(true()),
    "internal": lambda c: Ticket.contact_id.is_(None),
    "snoozed": lambda c: exists(
        select(Snooze.ticket_id).where(
            Snooze.ticket_id == Ticket.id, Snooze.agent_id == (c.me or 0), Snooze.until > c.now
        )
    ),
    "private": lambda c: Ticket.team_id.in_(select(Team.id).where(Team.is_private)),
    "demo": lambda c: Ticket.is_demo.is_(true()),
    "watched": lambda c: exists(
        select(Watcher.ticket_id).where(Watcher.ticket_id == Ticket.id, Watcher.agent_id == (c.me or 0))
    ),
    "unassigned": lambda c: Ticket.assignee_id.is_(None),
}

_FIELDS: dict[str, Callable[[Sequence[Value], str, Context], Condition]] = {
    "status": _status,
    "priority": _priority,
    "team": _team,
    "assignee": _assignee,
    "tag": _tag,
    "channel": _channel,
    "contact": _contact,
    "due": _ahead(Ticket.due_at),
    "age": _ago(Ticket.created_at),
    "waiting": _ago(Ticket.waiting_since),
    "idle": _ago(Ticket.updated_at),
    "overdue": _overdue,
    "number": _number,
    "rating": _rating,
    "is": _flag,
}

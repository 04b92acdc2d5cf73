"""A filter answered for one ticket, from its facts; equal to what `where` selects."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any as Anything

from sqlalchemy import select

from core.desk import Desk
from core.models import (
    Agent,
    Channel,
    Contact,
    Dialog,
    DialogState,
    Identity,
    Member,
    Message,
    Snooze,
    Tag,
    Tagging,
    Team,
    Ticket,
    Watcher,
)
from core.query.fields import since, until
from core.query.sql import Context
from core.query.tree import All, Any, Is, Not, Phrase, Tree, Value, Word
from core.words import stems, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a filter can ask of one ticket."""

    number: int
    status: str
    priority: int
    team: str
    team_is_mine: bool = False
    team_is_private: bool = False
    assignee: str = ""
    assignee_id: int | None = None
    tags: frozenset[str] = frozenset()
    channel: frozenset[str] = frozenset()
    contact_id: int | None = None
    addresses: frozenset[str] = frozenset()
    due: datetime | None = None
    created: datetime
    updated: datetime
    waiting: datetime | None = None
    rating: int | None = None
    flags: frozenset[str] = frozenset()
    texts: tuple[str, ...] = field(default=(), repr=False)
    """The subject and the messages, one by one."""


def holds(tree: Tree, facts: Facts, context: Context) -> bool:
    """Whether a ticket with these facts fits."""
    match tree:
        case All(parts):
            return all(holds(part, facts, context) for part in parts)
        case Any(parts):
            return any(holds(part, facts, context) for part in parts)
        case Not(part):
            return not holds(part, facts, context)
        case Word(word):
            return any(_stands_in((word,), said) for said in facts.texts)
        case Phrase(phrase):
            return any(_stands_in(phrase, said) for said in facts.texts)
        case Is(name, values, op):
            return _FIELDS[name](values, op, facts, context)


def _stands_in(phrase: Sequence[str], said: str) -> bool:
    """One word by either of its stems; in a phrase every word by both, as the index keeps their places."""
    there = [stems(word) for word in words(said)]
    if len(phrase) == 1:
        return any(set(stems(phrase[0])) & set(each) for each in there)
    wanted = [stems(word) for word in phrase]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


_OPERATORS: dict[str, Callable[[Anything, Anything], bool]] = {
    ":": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {":": ":", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _ordered(has: Anything, values: Sequence[Anything], op: str) -> bool:
    return has is not None and any(_OPERATORS[op](has, value) for value in values)


def _ago(has: datetime | None, values: Sequence[Value], op: str, now: datetime) -> bool:
    return _ordered(has, [since(v, now) for v in values], _MIRRORED[op])


def _assignee(values: Sequence[Value], op: str, facts: Facts, context: Context) -> bool:
    if facts.assignee_id is None:
        return "none" in values
    if "me" in values and context.me == facts.assignee_id:
        return True
    return facts.assignee in [value for value in values if value not in ("me", "none")]


def _contact(values: Sequence[Value], op: str, facts: Facts, context: Context) -> bool:
    if facts.contact_id is None:
        return "none" in values
    asked = {str(value) for value in values if value != "none"}
    return bool(asked & facts.addresses) or str(facts.contact_id) in {a.lstrip("0") for a in asked if a.isdigit()}


def _overdue(values: Sequence[Value], op: str, facts: Facts, context: Context) -> bool:
    late = facts.status != "closed" and facts.due is not None and facts.due < context.now
    return ("yes" if late else "no") in values


_Answer = Callable[[Sequence[Value], str, Facts, Context], bool]
_FIELDS: dict[str, _Answer] = {
    "status": lambda v, op, f, c: f.status in v,
    "priority": lambda v, op, f, c: _ordered(f.priority, v, op),
    "team": lambda v, op, f, c: (f.team in v and f.team != "mine") or ("mine" in v and f.team_is_mine),
    "assignee": _assignee,
    "tag": lambda v, op, f, c: bool(f.tags & set(v) - {"none"}) or ("none" in v and not f.tags),
    "channel": lambda v, op, f, c: bool(f.channel & set(v)) or ("none" in v and not f.channel),
    "contact": _contact,
    "due": lambda v, op, f, c: _ordered(f.due, [until(x, c.now) for x in v], op),
    "age": lambda v, op, f, c: _ago(f.created, v, op, c.now),
    "waiting": lambda v, op, f, c: _ago(f.waiting, v, op, c.now),
    "idle": lambda v, op, f, c: _ago(f.updated, v, op, c.now),
    "overdue": _overdue,
    "number": lambda v, op, f, c: _ordered(f.number, v, op),
    "rating": lambda v, op, f, c: _ordered(f.rating, v, op),
    "is": lambda v, op, f, c: bool(f.flags & set(v)),
}


def facts_of(desk: Desk, ticket: Ticket, me: int | None, *, with_words: bool = False) -> Facts:
    """The facts of one ticket as a filter sees them."""
    team = desk.session.get_one(Team, ticket.team_id)
    agent = None if ticket.assignee_id is None else desk.session.get_one(Agent, ticket.assignee_id)
    channel = None if ticket.channel_id is None else desk.session.get_one(Channel, ticket.channel_id)
    tags = desk.execute(select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.ticket_id == ticket.id))
    return Facts(
        number=ticket.id,
        status=ticket.status.value,
        priority=int(ticket.priority),
        team=team.name,
        team_is_mine=me is not None and desk.session.get(Member, (team.id, me)) is not None,
        team_is_private=team.is_private,
        assignee="" if agent is None else agent.name,
        assignee_id=ticket.assignee_id,
        tags=frozenset(tags.scalars()),
        channel=frozenset() if channel is None else frozenset({channel.kind, channel.name}),
        contact_id=ticket.contact_id,
        addresses=_addresses(desk, ticket),
        due=ticket.due_at,
        created=ticket.created_at,
        updated=ticket.updated_at,
        waiting=ticket.waiting_since,
        rating=ticket.rating,
        flags=_flags(desk, ticket, team, me),
        texts=_texts(desk, ticket) if with_words else (),
    )


def _addresses(desk: Desk, ticket: Ticket) -> frozenset[str]:
    if ticket.contact_id is None:
        return frozenset()
    merged = select(Contact.id).where(Contact.merged_into == ticket.contact_id)
    owned = select(Identity.address).where(
        (Identity.contact_id == ticket.contact_id) | Identity.contact_id.in_(merged), Identity.is_verified
    )
    return frozenset(desk.execute(owned).scalars())


def _flags(desk: Desk, ticket: Ticket, team: Team, me: int | None) -> frozenset[str]:
    live = select(Dialog.id).where(Dialog.ticket_id == ticket.id, Dialog.state == DialogState.LIVE).limit(1)
    snoozed = desk.session.get(Snooze, (ticket.id, me or 0))
    found = {
        "live": desk.execute(live).first() is not None,
        "new": ticket.status == "new",
        "merged": ticket.merged_into is not None,
        "spam": ticket.is_spam,
        "internal": ticket.contact_id is None,
        "snoozed": snoozed is not None and snoozed.until > desk.now,
        "private": team.is_private,
        "demo": ticket.is_demo,
        "watched": desk.session.get(Watcher, (ticket.id, me or 0)) is not None,
        "unassigned": ticket.assignee_id is None,
    }
    return frozenset(name for name, true in found.items() if true)


def _texts(desk: Desk, ticket: Ticket) -> tuple[str, ...]:
    bodies = desk.execute(select(Message.body).where(Message.ticket_id == ticket.id, Message.body != ""))
    return (ticket.subject, *bodies.scalars())

"""Brakes on letters that do not trust what letters say of themselves: loops and floods end by counting."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from core.briefs import Brief
from core.contacts import Known
from core.desk import Desk
from core.events import StatusChanged
from core.models import Author, EventRow, Message, Reader, Status, Ticket

_WITHIN = timedelta(minutes=10)
_FLOOD = 5
"""So many letters about the same from one address within 10 minutes are a flood."""
_LOOKED_AT = 20
_HOURLY, _DAILY = 3, 10
"""So many automatic answers one address gets."""
_REOPENINGS = 3
"""So often letters open one ticket again within an hour."""
_MARKS = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|antw|sv|vs|rv|tr)\s*(?:\[\d+\])?:)+", re.IGNORECASE)
_VARYING = re.compile(r"\d+|[^\w]+")


def flood(desk: Desk, who: Known, subject: str) -> int | None:
    """The ticket further letters of a flood are kept in: the last of its kind; None where there is none."""
    if who.is_new:
        return None
    theirs = (Message.identity_id == who.identity_id, Message.author == Author.CONTACT)
    came = (EventRow.ticket_id == Message.ticket_id) & (EventRow.ticket_seq == Message.ticket_seq)
    lately = select(Message.ticket_id, Ticket.subject).join(Ticket, Ticket.id == Message.ticket_id).join(EventRow, came)
    statement = lately.where(*theirs, EventRow.at > desk.now - _WITHIN)
    rows = desk.execute(statement.order_by(Message.id.desc()).limit(_LOOKED_AT)).all()
    alike = [row.ticket_id for row in rows if alike_key(row.subject) == alike_key(subject)]
    return alike[0] if len(alike) >= _FLOOD else None


def alike_key(subject: str) -> str:
    """What of a subject stays the same when only numbers, signs and answer marks differ."""
    return _VARYING.sub("", _MARKS.sub("", subject)).lower()[:100]


def may_answer(desk: Desk, who: Known, subject: str) -> bool:
    """Whether an address may get one more automatic answer: one about the same in a day, 3 in an hour, 10 in a day."""
    if who.is_new:
        return True
    ours = (Message.identity_id == who.identity_id, Message.author == Author.SYSTEM, Message.reader == Reader.CUSTOMER)
    lately = (*ours, Message.said_at > desk.now - timedelta(days=1))
    statement = select(Message.said_at, Ticket.subject).join(Ticket, Ticket.id == Message.ticket_id).where(*lately)
    rows = desk.execute(statement.order_by(Message.id.desc()).limit(_DAILY)).all()
    if any(alike_key(row.subject) == alike_key(subject) for row in rows):
        return False
    return len(rows) < _DAILY and sum(row.said_at > desk.now - timedelta(hours=1) for row in rows) < _HOURLY


def reopens_too_often(desk: Desk, ticket: Brief) -> bool:
    """Whether letters have opened this ticket again too often within the hour for one more to do so."""
    if ticket.status not in (Status.CLOSED, Status.PENDING):
        return False
    opened = (
        EventRow.ticket_id == ticket.id,
        EventRow.kind == StatusChanged.kind,
        EventRow.actor.startswith("channel:"),
    )
    statement = select(func.count()).select_from(EventRow).where(*opened, EventRow.at > desk.now - timedelta(hours=1))
    return int(desk.execute(statement).scalar_one()) >= _REOPENINGS

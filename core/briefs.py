"""Tickets in brief: what decides where a letter goes and what it does there, without all the rest of a ticket."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select

from core import subjects
from core.desk import Desk
from core.events import TicketOpened
from core.models import Deadline, Snooze, Status, Ticket, table
from core.receipt import Source


@dataclass(frozen=True, slots=True)
class Brief:
    """A ticket as it stands, locked until the transaction ends."""

    id: int
    subject: str
    status: Status
    team_id: int
    contact_id: int | None
    waiting_since: datetime | None = None
    merged_into: int | None = None
    is_put_off: bool = False
    """Whether something ends when its customer writes: it is pending or closed, snoozed, or to be closed by then."""


_ticket, _snooze, _deadline = table(Ticket), table(Snooze), table(Deadline)
_rests = or_(_ticket.c.status == Status.PENDING, _ticket.c.status == Status.CLOSED)
_is_snoozed = select(_snooze.c.agent_id).where(_snooze.c.ticket_id == _ticket.c.id).exists()
_to_be_closed = or_(_deadline.c.kind == "close_silent", _deadline.c.kind == "close_later")
_will_close = (
    select(_deadline.c.id)
    .where(_deadline.c.subject == "ticket", _deadline.c.subject_id == _ticket.c.id, _to_be_closed)
    .exists()
)
_BRIEF = (
    select(
        _ticket.c.id, _ticket.c.subject, _ticket.c.status, _ticket.c.team_id, _ticket.c.contact_id,
        _ticket.c.waiting_since, _ticket.c.merged_into, or_(_rests, _is_snoozed, _will_close).label("is_put_off"),
    )
    .where(_ticket.c.id == bindparam("number"))
    .with_for_update()
)  # fmt: skip


def standing(desk: Desk, number: int) -> Brief | None:
    """The ticket that stands for this number today, locked: merges are followed. None where there is none."""
    found = _locked(desk, number)
    while found is not None and found.merged_into is not None:
        found = _locked(desk, found.merged_into)
    return found


def _locked(desk: Desk, number: int) -> Brief | None:
    row = desk.execute(_BRIEF, {"number": number}).first()
    return None if row is None else Brief(**row._mapping)


_OPENED = insert(_ticket).returning(_ticket.c.id)


def open_new(desk: Desk, source: Source, subject: str, contact_id: int, *, past: datetime | None = None) -> Brief:
    """Opens a ticket for a letter; one of the past is a closed matter, with its own date."""
    desk.number()
    short, status = subjects.shortened(subject, desk.pace), Status.NEW if past is None else Status.CLOSED
    row = {
        "subject": short, "team_id": source.team_id, "contact_id": contact_id, "channel_id": source.channel_id,
        "status": status, "is_open": past is None, "closed_at": past, "created_at": past or desk.now,
        "updated_at": past or desk.now, "last_seq": 1,
    }  # fmt: skip
    number = int(desk.connection.execute(_OPENED, row).scalar_one())
    desk.place(TicketOpened(ticket_id=number, contact_id=contact_id, how="letter"), ticket_seq=1, dialog_seq=None)
    return Brief(number, short, status, source.team_id, contact_id)

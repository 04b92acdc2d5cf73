"""Which ticket a letter belongs to, and by what right: anybody can write any header."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from core import participants, tickets
from core.connector import Letter
from core.contacts import Known
from core.desk import Desk
from core.errors import NotFound
from core.kinds import LETTERS
from core.models import Channel, Copy, Message, Ticket
from core.receipt import Source

_MOST_ANSWERED = 100
"""Of the ids a letter names so many are looked for (reference chains grow without end)."""


class Right(StrEnum):
    """By what right a letter comes to a ticket."""

    TAKES_PART = "takes-part"
    """Its writer is the customer, or was copied in."""
    PROVEN = "proven"
    """It answers a letter of ours, whose id nobody can guess; its writer was not known there."""
    NONE = "none"
    """It only names the ticket: it begins one of its own, linked with it."""


@dataclass(frozen=True, slots=True)
class Belongs:
    """A ticket a letter has to do with, not locked yet."""

    ticket_id: int
    right: Right


def of(desk: Desk, source: Source, who: Known, letter: Letter) -> Belongs | None:
    """The ticket a letter belongs to: by our reply address, by our ids, by theirs in this mailbox, by its subject."""
    ours = letter.ticket or by_our_ids(desk, letter.answers)
    ticket = None if ours is None else _standing(desk, ours)
    if ticket is not None:
        takes_part = participants.takes_part(desk, ticket, who.contact_id)
        return Belongs(ticket.id, Right.TAKES_PART if takes_part else Right.PROVEN)
    for number in (by_their_ids(desk, source.channel_id, letter.answers), letter.named):
        ticket = None if number is None else _standing(desk, number)
        if ticket is not None:
            is_theirs = not letter.is_doubtful and participants.takes_part(desk, ticket, who.contact_id)
            return Belongs(ticket.id, Right.TAKES_PART if is_theirs else Right.NONE)
    return None


def _standing(desk: Desk, number: int) -> Ticket | None:
    try:
        return tickets.read(desk, number)
    except NotFound:
        return None


def by_our_ids(desk: Desk, keys: tuple[str, ...]) -> int | None:
    """The ticket of the first of these that stands for something we have sent by letter."""
    found = select(Copy.external_id, Message.ticket_id).join(Message, Message.id == Copy.message_id)
    there = (
        Copy.place.in_(mailbox_places(desk)),
        Copy.external_id.in_(keys[:_MOST_ANSWERED]),
        Message.ticket_id.is_not(None),
    )
    return _nearest(desk.execute(found.where(*there)).all(), keys) if keys else None


def by_their_ids(desk: Desk, channel_id: int, keys: tuple[str, ...]) -> int | None:
    """The ticket of the first of these that came by this channel from somebody else."""
    there = (Message.external_id.in_(keys[:_MOST_ANSWERED]), Message.channel_id == channel_id)
    found = select(Message.external_id, Message.ticket_id).where(*there, Message.ticket_id.is_not(None))
    return _nearest(desk.execute(found).all(), keys) if keys else None


def _nearest(rows: Sequence[Row[Any]], keys: tuple[str, ...]) -> int | None:
    found: dict[str, int] = {row.external_id: row.ticket_id for row in rows}
    return next((found[key] for key in keys if key in found), None)


def mailbox_places(desk: Desk) -> list[str]:
    """Where copies of what we have sent by letter stand."""
    ids = desk.execute(select(Channel.id).where(Channel.kind.in_(LETTERS))).scalars()
    return [f"channel:{each}" for each in ids]


def twin(desk: Desk, source: Source, who: Known, key: str) -> Message | None:
    """The same letter from the same writer, where it came by another mailbox of ours before."""
    other = (Message.channel_id != source.channel_id, Message.identity_id == who.identity_id)
    same = (Message.external_id == key, Message.channel_id.is_not(None), Message.ticket_id.is_not(None))
    return desk.session.scalars(select(Message).where(*same, *other).order_by(Message.id).limit(1)).one_or_none()

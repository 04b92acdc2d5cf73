"""Which ticket a letter belongs to, and by what right: anybody can write any header."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, select

from core import briefs, mailboxes, participants
from core.briefs import Brief
from core.connector import Letter
from core.contacts import Known
from core.desk import Desk
from core.models import Copy, Identity, Message, table
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
    """A ticket a letter has to do with, locked."""

    ticket: Brief
    right: Right
    is_ours: bool = False
    """Whether it answers a letter of ours, whose id or address nobody can guess."""


def of(desk: Desk, source: Source, who: Known, letter: Letter) -> Belongs | None:
    """The ticket a letter belongs to: by our reply address, by our ids, by theirs in this mailbox, by its subject."""
    ours = letter.ticket or by_our_ids(desk, letter.answers)
    ticket = None if ours is None else briefs.standing(desk, ours)
    if ticket is not None:
        takes_part = participants.takes_part(desk, ticket, who.contact_id)
        return Belongs(ticket, Right.TAKES_PART if takes_part else Right.PROVEN, is_ours=True)
    for number in (by_their_ids(desk, source.channel_id, letter.answers), letter.named):
        ticket = None if number is None else briefs.standing(desk, number)
        if ticket is not None:
            is_theirs = not letter.is_doubtful and participants.takes_part(desk, ticket, who.contact_id)
            return Belongs(ticket, Right.TAKES_PART if is_theirs else Right.NONE)
    return None


_copy, _message = table(Copy), table(Message)
_keys: Any = bindparam("keys", expanding=True)
_BY_OURS = (
    select(_copy.c.external_id, _message.c.ticket_id)
    .join(_message, _message.c.id == _copy.c.message_id)
    .where(_copy.c.place.in_(bindparam("places", expanding=True)), _copy.c.external_id.in_(_keys))
    .where(_message.c.ticket_id.is_not(None))
)
_BY_THEIRS = select(_message.c.external_id, _message.c.ticket_id).where(
    _message.c.external_id.in_(_keys), _message.c.channel_id == bindparam("channel"), _message.c.ticket_id.is_not(None)
)


def by_our_ids(desk: Desk, keys: tuple[str, ...]) -> int | None:
    """The ticket of the first of these that stands for something we have sent by letter."""
    if not keys:
        return None
    there = {"places": mailboxes.places(desk), "keys": keys[:_MOST_ANSWERED]}
    return _nearest(desk.execute(_BY_OURS, there).all(), keys)


def by_their_ids(desk: Desk, channel_id: int, keys: tuple[str, ...]) -> int | None:
    """The ticket of the first of these that came by this channel from somebody else."""
    if not keys:
        return None
    there = {"channel": channel_id, "keys": keys[:_MOST_ANSWERED]}
    return _nearest(desk.execute(_BY_THEIRS, there).all(), keys)


def _nearest(rows: Sequence[Row[Any]], keys: tuple[str, ...]) -> int | None:
    found: dict[str, int] = {row.external_id: row.ticket_id for row in rows}
    return next((found[key] for key in keys if key in found), None)


def twin(desk: Desk, source: Source, who: Known, key: str) -> Message | None:
    """The same letter from the same writer, where it came by another mailbox of ours before."""
    if len(mailboxes.settings(desk)) < 2:
        return None
    desk.lock(Identity, who.identity_id)  # both come at the same moment: one waits for the other
    other = (Message.channel_id != source.channel_id, Message.identity_id == who.identity_id)
    same = (Message.external_id == key, Message.channel_id.is_not(None), Message.ticket_id.is_not(None))
    return desk.session.scalars(select(Message).where(*same, *other).order_by(Message.id).limit(1)).one_or_none()

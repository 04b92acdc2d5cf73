"""What came in is taken in once, by who knows what it means; what cannot be understood is kept raw."""

from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from core import changing, chatting, contacts, elsewhere, groups, letters, quarantine, undelivered, upsert, wishes
from core.actor import Actor, ActorKind
from core.connector import (
    Answered,
    Barred,
    Bounced,
    Chose,
    Edited,
    Inbound,
    Left,
    Letter,
    Met,
    Reacted,
    Retracted,
    Said,
    Sender,
    Wished,
)
from core.desk import Desk
from core.digests import digest
from core.errors import NotFound, PermanentError, Unreadable, UserError
from core.models import Channel, Identity, Message, Quarantined, Received, table
from core.quarantine import Odd
from core.receipt import Receipt, Source
from core.show import text
from core.store import Desks

Files = tuple[int, ...]


def is_first(desk: Desk, source_key: str, external_id: str) -> bool:
    """Whether this came in for the first time; notes it, in the transaction of its effect."""
    row = {"source": source_key, "external_id": digest(external_id), "at": desk.now}
    return desk.change(_received(desk.on_postgres), row) == 1


@cache
def _received(on_postgres: bool) -> Any:
    """Made once: everything that comes in runs it."""
    return upsert.into(table(Received), on_postgres).on_conflict_do_nothing()


def is_known(desk: Desk, source: Source, external_id: str) -> bool:
    """Whether this came in before; nothing is noted. What costs something is fetched only for what is new."""
    theirs = (Received.source == source.key, Received.external_id == digest(external_id))
    return desk.execute(select(Received.source).where(*theirs)).first() is not None


def answers_something(desk: Desk, source: Source, answered: Answered) -> bool:
    """Whether a letter one of us has sent answers a ticket; its files are kept only then."""
    return elsewhere.ticket_of(desk, source, answered) is not None


def put_aside(
    desk: Desk, source: Source, key: str, raw: bytes, error: Exception, *, who: Sender | None = None, files: Files = ()
) -> None:
    """Keeps raw in quarantine what cannot be taken in, with whose it is as far as that is known: it is forgotten
    together with them. The same thing again is kept once.
    """
    if not is_first(desk, source.key, key):
        return
    known = None if who is None else contacts.seen_before(desk, who)
    odd = Odd(
        source.key, key, raw, quarantine.why(error), source.team_id, None if known is None else known.contact_id,
        "" if who is None else contacts.hashed(who.kind, who.address), files,
    )  # fmt: skip
    quarantine.keep(desk, odd)


def refuse(desk: Desk, source: Source, inbound: Inbound, error: Exception, raw: bytes | None = None) -> None:
    """Keeps in quarantine what was read and cannot be taken in."""
    came = inbound.files if isinstance(inbound, Said | Answered) else ()
    match inbound:
        case Met():
            who = None
        case Bounced(addresses=addresses):
            who = Sender("email", addresses[0]) if addresses else None
        case _:
            who = inbound.sender
    put_aside(desk, source, inbound.key, raw or quarantine.packed(inbound), error, who=who, files=came)


def receive(desk: Desk, source: Source, inbound: Inbound, *, admitted: bool = False) -> Receipt:
    """Takes one thing in. The same key again changes nothing and finds the first one's receipt.

    Raises Unreadable for what must be kept in quarantine; `admitted` lets a blocked sender through for once.
    """
    if not is_first(desk, source.key, inbound.key) and not admitted and not _is_another(desk, source, inbound):
        return _repeat(desk, source, inbound)
    for key in inbound.more_keys if isinstance(inbound, Said) else ():
        is_first(desk, source.key, key)
    match inbound:
        case Said(letter=Letter() as letter):
            return letters.said(desk, source, inbound, letter, admitted=admitted)
        case Answered():
            return elsewhere.answered(desk, source, inbound)
        case Bounced():
            return undelivered.bounced(desk, source, inbound)
        case Said():
            return chatting.said(desk, source, inbound, admitted=admitted)
        case Edited():
            return changing.edited(desk, source, inbound)
        case Retracted():
            return changing.retracted(desk, source, inbound)
        case Reacted():
            return changing.reacted(desk, source, inbound)
        case Left():
            return changing.left(desk, source, inbound)
        case Wished():
            return wishes.wished(desk, source, inbound)
        case Chose():
            return wishes.chose(desk, source, inbound)
        case Barred():
            return wishes.barred(desk, source, inbound)
        case Met():
            return groups.met(desk, source, inbound)
        case _:
            raise Unreadable(text("{kind} is not expected on this channel.", kind=type(inbound).__name__))


def _is_another(desk: Desk, source: Source, inbound: Inbound) -> bool:
    """Whether a letter only bears the id of another one: programs give out ids that are none."""
    if not isinstance(inbound, Said) or inbound.letter is None:
        return False
    named = (Message.channel_id == source.channel_id, Message.external_id == inbound.key)
    kept = select(Message.body, Message.redacted_at, Identity.address)
    rows = desk.execute(kept.join(Identity, Identity.id == Message.identity_id).where(*named).limit(_SAME_ID)).all()
    begins = inbound.text[:_COMPARED].strip()
    same = (
        row.redacted_at or (row.address, row.body[:_COMPARED].strip()) == (inbound.sender.address, begins)
        for row in rows
    )
    return bool(rows) and not any(same)


_SAME_ID, _COMPARED = 50, 500
"""So many letters of one id are looked at, and so many characters of each."""


def _repeat(desk: Desk, source: Source, inbound: Inbound) -> Receipt:
    row = desk.execute(
        select(Message.id, Message.dialog_id, Message.dialog_seq)
        .where(Message.channel_id == source.channel_id, Message.external_id == inbound.key)
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return Receipt(is_repeat=True)
    return Receipt(row.dialog_id, row.id, row.dialog_seq, is_repeat=True)


def try_again(desk: Desk, kept: Quarantined) -> Receipt:
    """Takes in something from quarantine after all, also from a blocked sender; nothing changes when it fails again."""
    channel = desk.session.get(Channel, int(kept.source.partition(":")[2] or 0))
    if channel is None:
        raise NotFound(text("The channel it came by is gone."))
    try:
        inbound = quarantine.unpacked(kept.raw)
    except (ValueError, KeyError, TypeError):
        raise UserError(text("It still cannot be understood. Let it go with: desk discard {id}", id=kept.id)) from None
    receipt = receive(desk, Source.of(channel), inbound, admitted=True)
    quarantine.accepted(desk, kept)
    return receipt


ODD = (DataError, IntegrityError, ValueError)
"""What the store says of something it cannot hold."""


def actor(source: Source) -> Actor:
    """In whose name something comes in."""
    return Actor(ActorKind.CHANNEL, source.channel_id, name=source.kind)


async def take_in(desks: Desks, source: Source, inbound: Inbound, raw: bytes | None = None) -> Receipt:
    """Takes one thing in, in a transaction of its own; what fails for its own content goes to quarantine.

    Raises TemporaryError (repeat later, nothing was stored) and UserError (the sender can put it right).
    """
    try:
        return await desks.change(actor(source), lambda desk: receive(desk, source, inbound))
    except (Unreadable, *ODD, PermanentError) as error:
        why = error
    await desks.change(actor(source), lambda desk: refuse(desk, source, inbound, why, raw))
    return Receipt(is_quarantined=True)

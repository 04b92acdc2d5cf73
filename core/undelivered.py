"""What comes back: the reply it was is marked in its threads, and the address it did not reach with it."""

from sqlalchemy import select

from core import asking, mailboxes, messages, participants, reaching, tickets
from core.connector import Bounced
from core.desk import Desk
from core.errors import Unreadable
from core.events import MessageFailed
from core.messages import Where, Words
from core.models import Author, Copy, Delivery, Identity, Message, Reader
from core.receipt import Receipt, Source
from core.show import Text, text

_LONGEST = 300


def bounced(desk: Desk, source: Source, bounced: Bounced) -> Receipt:
    """Takes in a report that something of ours did not arrive, or not yet. Raises Unreadable where it is
    none of ours.
    """
    message = _of(desk, bounced)
    if message is None and asking.bounced(desk, bounced.deliveries, bounced.reason):
        return Receipt()
    if message is None:
        raise Unreadable(text("It says that a mail was not delivered which is none of ours."))
    if message.ticket_id is not None:
        tickets.locked(desk, message.ticket_id)
    where = ", ".join(bounced.addresses) or "?"
    if not bounced.is_final:
        _note(desk, message, text("The mail to {address} is late, the server goes on trying: {why}",
                                  address=where, why=bounced.reason[:_LONGEST]))  # fmt: skip
        return Receipt(None, message.id, message.ticket_seq)
    _shut(desk, message, bounced)
    if _is_to_customer(desk, message, bounced):
        message.failed_at, message.failure = desk.now, bounced.reason[:_LONGEST]
        desk.record(MessageFailed(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id))
    else:
        _note(desk, message, text("The copy to {address} did not arrive: {why}",
                                  address=where, why=bounced.reason[:_LONGEST]))  # fmt: skip
    return Receipt(None, message.id, message.ticket_seq)


def _of(desk: Desk, bounced: Bounced) -> Message | None:
    """What did not arrive: by its id, else the last we have sent for the ticket whose address the report came to."""
    sent = select(Message).join(Copy, Copy.message_id == Message.id)
    sent = sent.where(Copy.place.in_(mailboxes.places(desk)), Message.author != Author.CONTACT)
    if bounced.of:
        found = sent.where(Copy.external_id == bounced.of)
    elif bounced.ticket is not None:
        found = sent.where(Message.ticket_id == bounced.ticket)
    else:
        return None
    return desk.session.scalars(found.order_by(Message.id.desc()).limit(1)).one_or_none()


def _is_to_customer(desk: Desk, message: Message, bounced: Bounced) -> bool:
    """Whether it did not reach whom it was for; a report that names nobody means them."""
    to = None if message.identity_id is None else desk.session.get(Identity, message.identity_id)
    return to is None or not bounced.addresses or to.address in bounced.addresses


def _shut(desk: Desk, message: Message, bounced: Bounced) -> None:
    """Marks the addresses nothing reaches: those the report names, of whom it went to, else the one it was sent to."""
    there = {message.identity_id, *_sent_to(desk, message)}
    if message.ticket_id is not None:
        there |= {each.id for each in participants.of(desk, message.ticket_id)}
    theirs = Identity.id.in_(there - {None})
    named = Identity.address.in_(bounced.addresses) if bounced.addresses else Identity.id == message.identity_id
    for identity in desk.session.scalars(select(Identity).where(theirs, named).order_by(Identity.id)):
        is_its = identity.id == message.identity_id
        reaching.lost(desk, identity, ticket_id=message.ticket_id if is_its else None, dialog_id=None)


def _sent_to(desk: Desk, message: Message) -> set[int]:
    """The addresses it was sent to by letter, where it was said in a chat."""
    facts = desk.execute(select(Delivery.facts).where(Delivery.message_id == message.id)).scalars()
    return {each["identity"] for each in facts if each.get("identity")}


def _note(desk: Desk, message: Message, said: Text) -> None:
    words = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=said)
    messages.write(desk, words, Where(ticket_id=message.ticket_id, dialog_id=message.dialog_id))

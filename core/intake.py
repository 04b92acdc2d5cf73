"""What came in becomes a message on a dialog or ticket, once; what cannot be understood is kept raw."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from core import (
    contacts,
    deadlines,
    dialogs,
    ending,
    idling,
    messages,
    presence,
    quarantine,
    subjects,
    teams,
    tickets,
    upsert,
    wordings,
)
from core.actor import Actor, ActorKind
from core.connector import Bounced, Claims, Edited, Inbound, Left, Reacted, Retracted, Said, Sender
from core.contacts import Known
from core.desk import Desk
from core.dialogs import Live
from core.digests import digest
from core.errors import DeskbellError, NotFound, PermanentError, Unreadable, UserError
from core.idling import Moments
from core.messages import Where, Words, Written
from core.models import (
    Author,
    Channel,
    Dialog,
    DialogState,
    EndReason,
    Identity,
    Message,
    Quarantined,
    Reader,
    Received,
    Status,
    Ticket,
    table,
)
from core.quarantine import Odd
from core.show import Text, text
from core.store import Desks


@dataclass(frozen=True, slots=True)
class Source:
    """The channel something came in by."""

    channel_id: int
    kind: str
    team_id: int

    @property
    def key(self) -> str:
        """How `received` and quarantine call it."""
        return f"channel:{self.channel_id}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where something came to stand; a repeat finds where it stood before."""

    dialog_id: int | None = None
    message_id: int | None = None
    seq: int | None = None
    is_repeat: bool = False
    is_quarantined: bool = False


def source(channel: Channel) -> Source:
    """A channel as the source of what it brings."""
    return Source(channel.id, channel.kind, channel.team_id)


def is_first(desk: Desk, source_key: str, external_id: str) -> bool:
    """Whether this came in for the first time; notes it, in the transaction of its effect."""
    row = {"source": source_key, "external_id": digest(external_id), "at": desk.now}
    return desk.change(_received(desk.on_postgres), row) == 1


@cache
def _received(on_postgres: bool) -> Any:
    """Made once: everything that comes in runs it."""
    return upsert.into(table(Received), on_postgres).on_conflict_do_nothing()


def receive(desk: Desk, source: Source, inbound: Inbound, *, admitted: bool = False) -> Receipt:
    """Takes one thing in. The same key again changes nothing and finds the first one's receipt.

    Raises Unreadable for what must be kept in quarantine; `admitted` lets a blocked sender through for once.
    """
    if not is_first(desk, source.key, inbound.key) and not admitted:
        return _repeat(desk, source, inbound)
    match inbound:
        case Said():
            return _said(desk, source, inbound, admitted=admitted)
        case Edited():
            return _edited(desk, source, inbound)
        case Retracted():
            return _retracted(desk, source, inbound)
        case Left():
            return _left(desk, source, inbound)
        case Reacted():
            return _reacted(desk, source, inbound)
        case _:
            raise Unreadable(text("{kind} is not expected on this channel.", kind=type(inbound).__name__))


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


def _said(desk: Desk, source: Source, said: Said, *, admitted: bool) -> Receipt:
    body = messages.bounded(desk, said.text)
    if not body and not said.files:
        raise UserError(text("There is nothing to send yet: write a few words."))
    who = contacts.known(desk, said.sender)
    if contacts.is_blocked(desk, who) and not admitted:
        raise Unreadable(text("The sender is blocked or was marked as spam."))
    if said.claims != Claims():
        contacts.claim(desk, who.contact_id, said.claims)
    words = Words(
        author=Author.CONTACT, reader=Reader.CUSTOMER, body=body, contact_id=who.contact_id,
        channel_id=source.channel_id, identity_id=who.identity_id, external_id=said.key,
        author_name=said.sender.name if who.is_shared else "", said_at=said.at, files=said.files,
    )  # fmt: skip
    dialog = dialogs.live_at(desk, source.channel_id, who.identity_id)
    if dialog is not None and not said.afresh:
        written = _goes_on(desk, dialog, words)
        return Receipt(dialog.id, written.id, written.dialog_seq)
    if dialog is not None:
        ending.end(desk, dialogs.locked(desk, dialog.id), EndReason.CUSTOMER)
    waiting = None if said.afresh else _still_waiting(desk, source, who)
    if waiting is not None:
        written = messages.write(desk, words, _where(desk, waiting, words, {"customer_wrote_at": desk.now}))
        return Receipt(waiting.id, written.id, written.dialog_seq)
    return _begins(desk, source, who, words, afresh=said.afresh)


def _still_waiting(desk: Desk, source: Source, who: Known) -> Dialog | None:
    """The dialog nobody took and that waits as a ticket, while there is still nobody: its customer goes on writing."""
    last = dialogs.latest_at(desk, source.channel_id, who.identity_id)
    if last is None or last.ticket_id is None or last.end_reason is not EndReason.UNTAKEN:
        return None
    ticket = tickets.read(desk, last.ticket_id)
    is_theirs = ticket.contact_id is not None and contacts.standing(desk, ticket.contact_id).id == who.contact_id
    if not is_theirs or ticket.status is Status.CLOSED or teams.is_somebody_there(desk, last.team_id):
        return None
    return dialogs.locked(desk, last.id)


def _goes_on(desk: Desk, dialog: Dialog | Live, words: Words) -> Written:
    """One more line of a live dialog: the line, its clocks, and the one deadline of what comes next."""
    since = dialog.waiting_since or desk.now
    clocks: dict[str, Any] = {"customer_wrote_at": desk.now, "waiting_since": since, "asked_at": None}
    if dialog.first_wrote_at is None:
        clocks["first_wrote_at"] = desk.now
    if dialog.customer_left_at is not None:
        clocks["customer_left_at"] = None
    written = messages.write(desk, words, _where(desk, dialog, words, clocks))
    idling.set_next(desk, dialog.id, Moments.of(dialog, waiting_since=since, asked_at=None, left_at=None))
    return written


def _where(desk: Desk, dialog: Dialog | Live, words: Words, clocks: dict[str, Any]) -> Where:
    if dialog.ticket_id is None:
        return Where(dialog_id=dialog.id, on_dialog=clocks)
    ticket = tickets.standing(desk, dialog.ticket_id)
    _customer_is_back(desk, ticket)
    since = ticket.waiting_since or desk.now
    waiting = {"waiting_since": since, "last_message_at": desk.now, "channel_id": words.channel_id}
    return Where(ticket_id=ticket.id, dialog_id=dialog.id, on_dialog=clocks, on_ticket=waiting)


def _customer_is_back(desk: Desk, ticket: Ticket) -> None:
    """A customer's word ends waiting for it: pending and closed tickets are open again, snoozes over."""
    if ticket.status in (Status.PENDING, Status.CLOSED):
        tickets.open_(desk, ticket)
    deadlines.drop(desk, "ticket", ticket.id, "close_silent", "close_later")
    tickets.wake(desk, ticket.id)


def _begins(desk: Desk, source: Source, who: Known, words: Words, *, afresh: bool) -> Receipt:
    """A new live dialog, on the customer's ticket when they return; with nobody there it is a ticket at once."""
    ticket = None if afresh else tickets.to_link(desk, who.contact_id, source.channel_id, desk.pace.relink)
    facts = {
        "channel_id": source.channel_id, "identity_id": who.identity_id, "contact_id": who.contact_id,
        "team_id": source.team_id, "subject": subjects.of_words(words.body, desk.pace), "is_demo": False,
    }  # fmt: skip
    dialog = dialogs.start(desk, facts, linked_to=ticket)
    written = _goes_on(desk, dialog, words)
    desk.refresh(dialog)
    if not teams.is_somebody_there(desk, dialog.team_id):
        away(desk, dialog)
    return Receipt(dialog.id, written.id, written.dialog_seq)


def away(desk: Desk, dialog: Dialog) -> None:
    """Tells a customer, once an hour, that nobody is there; their words wait as a ticket in the queue."""
    if not _told_lately(desk, dialog):
        back = teams.somebody_back_at(desk, dialog.team_id)
        told = wordings.NOBODY_THERE if back is None else text(wordings.NOBODY_BEFORE.id, when=back)
        messages.say_to_customer(desk, told, dialogs.place(dialog))
    ending.end(desk, dialog, EndReason.UNTAKEN)


def _told_lately(desk: Desk, dialog: Dialog) -> bool:
    told = (wordings.NOBODY_THERE.id, wordings.NOBODY_BEFORE.id)
    statement = select(Message.id).where(Message.ticket_id == dialog.ticket_id, Message.wording.in_(told))
    hour = desk.now - desk.pace.tell_again
    return (
        dialog.ticket_id is not None
        and desk.execute(statement.where(Message.said_at > hour).limit(1)).first() is not None
    )


def _edited(desk: Desk, source: Source, edited: Edited) -> Receipt:
    message = _locked(desk, _theirs(desk, source, edited.sender, edited.of))
    messages.edit(desk, message, messages.bounded(desk, edited.text))
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


def _retracted(desk: Desk, source: Source, retracted: Retracted) -> Receipt:
    message = _locked(desk, _theirs(desk, source, retracted.sender, retracted.of))
    messages.take_back(desk, message)
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


def _reacted(desk: Desk, source: Source, reacted: Reacted) -> Receipt:
    message = _locked(desk, _theirs(desk, source, reacted.sender, reacted.of))
    message.facts = message.facts | {"reaction": reacted.emoji[:16]}
    if message.dialog_id is not None:
        desk.look(f"dialog:{message.dialog_id}")
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


def _theirs(desk: Desk, source: Source, sender: Sender, key: str) -> Message:
    """The message a sender means by its key: only their own."""
    statement = (
        select(Message)
        .join(Identity, Identity.id == Message.identity_id)
        .where(Message.channel_id == source.channel_id, Message.external_id == key)
        .where(Identity.kind == sender.kind, Identity.address == sender.address)
        .where(Identity.is_verified == sender.is_verified)
    )
    message = desk.session.scalars(statement).first()
    if message is None:
        raise NotFound(text("The message it is about is not known."))
    return message


def _locked(desk: Desk, message: Message) -> Message:
    """The message as it stands, behind the lock of its dialog: who changes it twice at once does so in turn."""
    if message.dialog_id is not None:
        dialogs.locked(desk, message.dialog_id)
    desk.lock(Message, message.id)
    return message


def _left(desk: Desk, source: Source, left: Left) -> Receipt:
    """A closed page starts the dialog's grace period, unless another is open; one that is back ends it."""
    dialog_id = desk.execute(
        select(Dialog.id)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Dialog.channel_id == source.channel_id, Dialog.state == DialogState.LIVE)
        .where(Identity.kind == left.sender.kind, Identity.address == left.sender.address, Identity.is_verified)
    ).scalar_one_or_none()
    if dialog_id is None:
        return Receipt()
    dialog = dialogs.locked(desk, dialog_id)
    if left.left and presence.is_here(desk, dialog.id):
        return Receipt()
    presence.note(desk, dialog, left=left.left)
    return Receipt(dialog.id)


def try_again(desk: Desk, kept: Quarantined) -> Receipt:
    """Takes in something from quarantine after all, also from a blocked sender; nothing changes when it fails again."""
    channel = desk.session.get(Channel, int(kept.source.partition(":")[2] or 0))
    if channel is None:
        raise NotFound(text("The channel it came by is gone."))
    receipt = receive(desk, source(channel), quarantine.unpacked(kept.raw), admitted=True)
    quarantine.accepted(desk, kept)
    return receipt


async def take_in(desks: Desks, source: Source, inbound: Inbound, raw: bytes | None = None) -> Receipt:
    """Takes one thing in, in a transaction of its own; what fails for its own content goes to quarantine.

    Raises TemporaryError (repeat later, nothing was stored) and UserError (the sender can put it right).
    """
    actor = Actor(ActorKind.CHANNEL, source.channel_id, name=source.kind)
    try:
        return await desks.change(actor, lambda desk: receive(desk, source, inbound))
    except (Unreadable, DataError, IntegrityError, ValueError, PermanentError) as error:
        reason = (
            error.said
            if isinstance(error, DeskbellError)
            else text("It could not be stored ({why}).", why=type(error).__name__)
        )
        kept = raw if raw is not None else quarantine.packed(inbound)
    await desks.change(actor, lambda desk: _quarantine(desk, source, inbound, kept, reason))
    return Receipt(is_quarantined=True)


def _quarantine(desk: Desk, source: Source, inbound: Inbound, raw: bytes, reason: Text) -> None:
    if not is_first(desk, source.key, inbound.key):
        return
    sender = None if isinstance(inbound, Bounced) else inbound.sender
    who = None if sender is None else contacts.seen_before(desk, sender)
    odd = Odd(
        source.key, inbound.key, raw, reason, source.team_id, None if who is None else who.contact_id,
        "" if sender is None else contacts.hashed(sender.kind, sender.address),
        inbound.files if isinstance(inbound, Said) else (),
    )  # fmt: skip
    quarantine.keep(desk, odd)

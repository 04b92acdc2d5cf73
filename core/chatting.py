"""What a customer says in a chat: one more line of their live dialog, or the first of a new one."""

from typing import Any

from sqlalchemy import select

from core import (
    calendars,
    carrying,
    contacts,
    deadlines,
    dialogs,
    ending,
    idling,
    kept,
    kinds,
    messages,
    reaching,
    relinking,
    subjects,
    teams,
    tickets,
    wordings,
)
from core.connector import Claims, Said
from core.contacts import Known
from core.desk import Desk
from core.dialogs import Live
from core.errors import Unreadable, UserError
from core.idling import Moments
from core.messages import Where, Words, Written
from core.models import Author, Dialog, EndReason, Message, Reader, Status, Ticket
from core.receipt import Receipt, Source
from core.show import text


def said(desk: Desk, source: Source, said: Said, *, admitted: bool) -> Receipt:
    """Takes in what somebody said. Raises Unreadable for a blocked sender, unless `admitted`."""
    who = sender(desk, said, admitted=admitted)
    if kinds.is_sent_to(source.kind):
        reaching.wrote(desk, who)
    receipt = _taken_in(desk, source, said, who)
    if said.more_keys and receipt.message_id is not None:
        carrying.stands(desk, receipt.message_id, source.channel_id, said.more_keys)
    return receipt


def _taken_in(desk: Desk, source: Source, said: Said, who: Known) -> Receipt:
    """To where it belongs: the live dialog, the one that waits for somebody to be back, or a new one."""
    quoted = _quoted(desk, source, said.answers)
    words = _words(desk, source, who, said, quoted)
    meant = None if quoted is None else _meant(desk, who, quoted)
    dialog = dialogs.live_at(desk, source.channel_id, who.identity_id)
    if dialog is not None and not said.afresh and _is_about(desk, dialog, meant):
        written = _goes_on(desk, dialog, words)
        return Receipt(dialog.id, written.id, written.dialog_seq)
    if dialog is not None:
        ending.end(desk, dialogs.locked(desk, dialog.id), EndReason.CUSTOMER)
    afresh = said.afresh or (meant is None and _take_mark(desk, who, AFRESH) != "")
    waiting = None if afresh or meant is not None else _still_waiting(desk, source, who)
    if waiting is not None:
        written = messages.write(desk, words, _where(desk, waiting, words, {"customer_wrote_at": desk.now}))
        return Receipt(waiting.id, written.id, written.dialog_seq)
    if meant is None and not afresh:
        meant = relinking.to_link(desk, who.contact_id, source.channel_id, who.identity_id, desk.pace.relink)
    on = None if meant is None else tickets.standing(desk, meant.id)
    return _begins(desk, source, who, words, on, said.audience)


def sender(desk: Desk, said: Said, *, admitted: bool) -> Known:
    """Who it is from, with what they say about themselves. Raises Unreadable for who is blocked, unless `admitted`."""
    who = contacts.known(desk, said.sender)
    if contacts.is_blocked(desk, who) and not admitted:
        raise Unreadable(text("The sender is blocked or was marked as spam."))
    if said.claims != Claims():
        contacts.claim(desk, who.contact_id, said.claims)
    return who


def _words(desk: Desk, source: Source, who: Known, said: Said, quoted: Message | None) -> Words:
    body = messages.bounded(desk, said.text)
    if not body and not said.files:
        raise UserError(text("There is nothing to send yet: write a few words."))
    return Words(
        author=Author.CONTACT, reader=Reader.CUSTOMER, body=body, contact_id=who.contact_id,
        channel_id=source.channel_id, identity_id=who.identity_id, external_id=said.key,
        author_name=said.sender.name if who.is_shared else "", said_at=said.at, files=said.files,
        facts={} if quoted is None else {"quotes": quoted.id},
    )  # fmt: skip


def _quoted(desk: Desk, source: Source, key: str) -> Message | None:
    """The message of this channel somebody quotes: one of ours, or of the customers'."""
    if not key:
        return None
    theirs = (Message.external_id == key, Message.channel_id == source.channel_id)
    ours = carrying.stands_at(desk, source.channel_id, key)
    return ours or desk.session.scalars(select(Message).where(*theirs).limit(1)).one_or_none()


def _meant(desk: Desk, who: Known, quoted: Message) -> Ticket | None:
    """The ticket of a quoted message, if it is this customer's and not closed for long."""
    if quoted.ticket_id is None:
        return None
    ticket = tickets.read(desk, quoted.ticket_id)
    is_theirs = ticket.contact_id is not None and contacts.standing(desk, ticket.contact_id).id == who.contact_id
    is_over = ticket.closed_at is not None and ticket.closed_at < desk.now - desk.pace.relink
    return ticket if is_theirs and not is_over and not ticket.is_spam else None


def _is_about(desk: Desk, dialog: Live, meant: Ticket | None) -> bool:
    """Whether a live dialog is about what somebody means by quoting, if they quote anything."""
    if meant is None:
        return True
    return dialog.ticket_id is not None and tickets.read(desk, dialog.ticket_id).id == meant.id


AFRESH, TOPIC, ARRIVAL = "afresh", "topic", "arrival"
"""Marks on an address for the next dialog it begins: a matter of its own, a tag, the link they came by."""


def mark(desk: Desk, identity_id: int, name: str, value: str) -> None:
    """Notes something for the next dialog an address begins."""
    kept.keep(desk, f"{name}:{identity_id}", value)


def _take_mark(desk: Desk, who: Known, name: str) -> str:
    value = kept.read(desk, f"{name}:{who.identity_id}")
    if value:
        kept.forget(desk, f"{name}:{who.identity_id}")
    return value


def _still_waiting(desk: Desk, source: Source, who: Known) -> Dialog | None:
    """The dialog nobody took and that waits as a ticket, while there is still nobody: its customer goes on writing."""
    last = dialogs.latest_at(desk, source.channel_id, who.identity_id)
    if last is None or last.ticket_id is None or last.end_reason is not EndReason.UNTAKEN:
        return None
    last = dialogs.locked(desk, last.id)
    ticket = tickets.read(desk, last.ticket_id or 0)
    is_theirs = ticket.contact_id is not None and contacts.standing(desk, ticket.contact_id).id == who.contact_id
    is_over = not is_theirs or ticket.status is Status.CLOSED
    return None if is_over or teams.is_somebody_there(desk, last.team_id) else last


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
    customer_is_back(desk, ticket)
    since = ticket.waiting_since or desk.now
    waiting = {"waiting_since": since, "last_message_at": desk.now, "channel_id": words.channel_id}
    return Where(ticket_id=ticket.id, dialog_id=dialog.id, on_dialog=clocks, on_ticket=waiting)


def customer_is_back(desk: Desk, ticket: Ticket) -> None:
    """A customer's word ends waiting for it: pending and closed tickets are open again, snoozes over."""
    if ticket.status in (Status.PENDING, Status.CLOSED):
        tickets.open_(desk, ticket)
    deadlines.drop(desk, "ticket", ticket.id, "close_silent", "close_later")
    tickets.wake(desk, ticket.id)


def _begins(desk: Desk, source: Source, who: Known, words: Words, ticket: Ticket | None, audience: str) -> Receipt:
    """A new live dialog, on the customer's ticket when they return; with nobody there it is a ticket at once."""
    facts = {
        "channel_id": source.channel_id, "identity_id": who.identity_id, "contact_id": who.contact_id,
        "team_id": source.team_id, "subject": subjects.of_words(words.body, desk.pace), "is_demo": False,
        "is_silent": kinds.is_silent(source.kind), "facts": {"audience": audience} if audience else {},
    }  # fmt: skip
    dialog = dialogs.start(desk, facts, linked_to=ticket)
    _apply_marks(desk, who, dialog)
    written = _goes_on(desk, dialog, words)
    desk.refresh(dialog)
    if not teams.is_somebody_there(desk, dialog.team_id):
        away(desk, dialog)
    return Receipt(dialog.id, written.id, written.dialog_seq)


def _apply_marks(desk: Desk, who: Known, dialog: Dialog) -> None:
    """What was noted for it: the topic somebody chose, the link they came by. Only channels with commands note any."""
    if not dialog.is_silent:
        return
    topic, arrival = _take_mark(desk, who, TOPIC), _take_mark(desk, who, ARRIVAL)
    if topic:
        dialogs.tag(desk, dialog, [f"+{topic}"])
    if arrival:
        came = text("Came by the link “{link}”.", link=arrival)
        messages.write(desk, Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=came), dialogs.place(dialog))


def away(desk: Desk, dialog: Dialog) -> None:
    """Tells a customer, once an hour, that nobody is there; their words wait as a ticket in the queue."""
    if not _told_lately(desk, dialog):
        back = calendars.back_at(desk, dialog.team_id)
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

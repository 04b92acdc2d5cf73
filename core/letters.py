"""What comes by letter becomes a message on the ticket it answers, or a new ticket; nobody is live there."""

from typing import Any

from sqlalchemy import select

from core import carrying, chatting, contacts, messages, subjects, tickets
from core.connector import Letter, Said
from core.contacts import Known
from core.desk import Desk
from core.errors import UserError
from core.messages import Where, Words
from core.models import Author, Message, Reader, Status, Team, Ticket
from core.receipt import Receipt, Source
from core.show import as_json, text

_MOST_ANSWERED = 100
"""Of the ids a letter names so many are looked for (reference chains grow without end)."""
_LONGEST_REST = 200_000
"""Characters of quoted text that are shown; the letter itself is kept whole."""


def said(desk: Desk, source: Source, said: Said, letter: Letter, *, admitted: bool) -> Receipt:
    """Takes in a letter. Raises Unreadable for a blocked sender, unless `admitted`."""
    who = chatting.sender(desk, said, admitted=admitted)
    answered = _answered(desk, source, who, letter)
    ticket = tickets.standing(desk, answered.id) if answered is not None else _opened(desk, source, who, said, letter)
    if not letter.is_automatic:
        chatting.customer_is_back(desk, ticket)
    written = messages.write(desk, _words(desk, source, who, said, letter), _where(desk, source, ticket, letter))
    return Receipt(None, written.id, written.ticket_seq)


def _answered(desk: Desk, source: Source, who: Known, letter: Letter) -> Ticket | None:
    """The ticket a letter answers: by an id of ours whoever writes, by another's only where it is their own matter."""
    for key in letter.answers[:_MOST_ANSWERED]:
        ours = carrying.stands_at(desk, source.channel_id, key)
        if ours is not None and ours.ticket_id is not None:
            return tickets.read(desk, ours.ticket_id)
        theirs = (Message.external_id == key, Message.channel_id == source.channel_id, Message.ticket_id.is_not(None))
        found = desk.session.scalars(select(Message).where(*theirs).limit(1)).one_or_none()
        if found is None or found.ticket_id is None:
            continue
        ticket = tickets.read(desk, found.ticket_id)
        if ticket.contact_id is not None and contacts.standing(desk, ticket.contact_id).id == who.contact_id:
            return ticket
    return None


def _opened(desk: Desk, source: Source, who: Known, said: Said, letter: Letter) -> Ticket:
    team = desk.session.get_one(Team, source.team_id)
    subject = letter.subject.strip() or subjects.of_words(said.text, desk.pace) or "…"
    ticket = tickets.open_new(desk, subject, team, contact_id=who.contact_id, how="letter")
    ticket.channel_id = source.channel_id
    desk.flush()
    return ticket


def _where(desk: Desk, source: Source, ticket: Ticket, letter: Letter) -> Where:
    if letter.is_automatic and ticket.status is not Status.NEW:
        return Where(ticket_id=ticket.id)
    since = ticket.waiting_since or desk.now
    waits = {"waiting_since": since, "last_message_at": desk.now, "channel_id": source.channel_id}
    return Where(ticket_id=ticket.id, on_ticket=waits)


def _words(desk: Desk, source: Source, who: Known, said: Said, letter: Letter) -> Words:
    body = messages.bounded(desk, said.text) if len(said.text) <= desk.pace.longest_text else _beginning(desk, said)
    if not body and not said.files:
        raise UserError(text("There is nothing to send yet: write a few words."))
    facts: dict[str, Any] = {} if letter.nature is None else {"nature": as_json(letter.nature)}
    if letter.rest:
        facts["rest"] = letter.rest[:_LONGEST_REST]
    return Words(
        author=Author.CONTACT, reader=Reader.CUSTOMER, body=body, contact_id=who.contact_id,
        channel_id=source.channel_id, identity_id=who.identity_id, external_id=said.key,
        author_name=said.sender.name if who.is_shared else "", said_at=said.at, files=said.files, facts=facts,
    )  # fmt: skip


def _beginning(desk: Desk, said: Said) -> str:
    """As much of a very long letter as a message holds; the whole of it is beside it."""
    return messages.bounded(desk, said.text[: desk.pace.longest_text - 1]) + "…"

"""What comes by letter becomes a message on the ticket it belongs to, or a new ticket; nobody is live there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core import (
    acknowledging,
    asking,
    belonging,
    brakes,
    briefs,
    chatting,
    joining,
    mailboxes,
    messages,
    participants,
    pointing,
    proving,
    reaching,
    subjects,
    teams,
    tickets,
)
from core.belonging import Belongs, Right
from core.briefs import Brief
from core.connector import Letter, Said
from core.contacts import Known
from core.desk import Desk
from core.errors import Unreadable, UserError
from core.messages import Where, Words
from core.models import Author, Reader, Status
from core.receipt import Receipt, Source
from core.show import Text, text

_LONGEST_REST = 200_000
"""Characters of quoted text that are shown; the letter itself is kept whole."""


def said(desk: Desk, source: Source, said: Said, letter: Letter, *, admitted: bool) -> Receipt:
    """Takes in a letter. Raises Unreadable for a blocked sender or what is called spam, unless `admitted`."""
    if letter.is_history:
        desk.be_silent()
    if said.sender.address in mailboxes.addresses(desk):
        letter = _from_ourselves(letter)
    if asking.by_letter(desk, said, letter) is not None:
        return Receipt(None)
    proving.proves(desk, said.sender, letter)
    who = chatting.sender(desk, said, admitted=admitted)
    if not letter.is_automatic:
        reaching.wrote(desk, who)
    twin = belonging.twin(desk, source, who, said.key)
    if twin is not None:
        return pointing.point(desk, source, twin)
    belongs = belonging.of(desk, source, who, letter)
    if letter.is_spam and not admitted and (belongs is None or belongs.right is Right.NONE):
        raise Unreadable(text("Your mail server calls it spam."))
    coming = _Coming(desk, source, who, said, letter, belongs)
    ticket, is_new = coming.ticket()
    receipt = coming.written(ticket)
    if is_new and not letter.is_history:
        acknowledging.acknowledge(desk, source, who, ticket, letter)
    return receipt


def _from_ourselves(letter: Letter) -> Letter:
    """What bears one of our own addresses may be from anybody: it joins nothing and is never answered."""
    said = text("It says it comes from one of this desk's own mailboxes, so it got no answer by itself.")
    return replace(
        letter, answers=(), deliveries=(), ticket=None, named=None, copied=(), is_automatic=True,
        notes=(*letter.notes, said),
    )  # fmt: skip


class _Coming:
    """One letter on its way in."""

    def __init__(
        self, desk: Desk, source: Source, who: Known, said: Said, letter: Letter, belongs: Belongs | None
    ) -> None:
        self._desk, self._source, self._who, self._said, self._letter = desk, source, who, said, letter
        self._belongs = belongs if belongs is not None and belongs.right is not Right.NONE else None
        self._related = belongs.ticket.id if belongs is not None and belongs.right is Right.NONE else None
        self._flood = None if self._belongs or letter.is_history else brakes.flood(desk, who, letter.subject)
        self._is_mute = letter.is_automatic or letter.is_history or self._flood is not None
        """Whether it wakes nobody: it reopens nothing and starts no clock."""
        self._held_back = False

    def ticket(self) -> tuple[Brief, bool]:
        """The ticket it goes to, locked, and whether it is new."""
        ticket = self._there()
        if ticket is None:
            return self._opened(), True
        if not self._is_mute and brakes.reopens_too_often(self._desk, ticket):
            self._is_mute = self._held_back = True
        if not self._is_mute and ticket.is_put_off:
            chatting.customer_is_back(self._desk, tickets.locked(self._desk, ticket.id))
        return ticket, False

    def _there(self) -> Brief | None:
        if self._belongs:
            return self._belongs.ticket
        return None if self._flood is None else briefs.standing(self._desk, self._flood)

    def _opened(self) -> Brief:
        desk, letter, said = self._desk, self._letter, self._said
        subject = letter.subject.strip() or subjects.of_words(said.text, desk.pace) or "…"
        past = said.at if letter.is_history else None
        ticket = briefs.open_new(desk, self._source, subject, self._who.contact_id, past=past)
        if self._related is not None:
            joining.link(desk, tickets.read(desk, ticket.id), tickets.read(desk, self._related))
        return ticket

    def written(self, ticket: Brief) -> Receipt:
        """The letter as a message of its ticket; who was copied in takes part from now on."""
        desk, letter = self._desk, self._letter
        if self._may_copy_in():
            participants.copy_in(desk, ticket, letter.copied)
        written = messages.write(desk, self._words(), self._where(ticket))
        for each in self._told():
            told = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=each)
            messages.write(desk, replace(told, contact_id=self._who.contact_id), Where(ticket_id=ticket.id))
        if letter.remark:
            self._note_remark(ticket)
        return Receipt(None, written.id, written.ticket_seq)

    def _may_copy_in(self) -> bool:
        """Whether those it was copied to take part: where its writer began the ticket, or answers a letter of ours."""
        if self._letter.is_automatic or self._flood is not None:
            return False
        belongs = self._belongs
        return belongs is None or (belongs.right is Right.TAKES_PART and (belongs.is_ours or self._letter.is_proven))

    def _note_remark(self, ticket: Brief) -> None:
        """What an agent wrote above a letter they passed on is theirs, and for the team."""
        agent = teams.agent_of_address(self._desk, self._letter.forwarder)
        name = "" if agent is None else agent.public_name
        words = Words(
            author=Author.AGENT, reader=Reader.TEAM, body=messages.bounded(self._desk, self._letter.remark),
            agent_id=None if agent is None else agent.id, author_name=name,
        )  # fmt: skip
        messages.write(self._desk, words, Where(ticket_id=ticket.id))

    def _where(self, ticket: Brief) -> Where:
        if self._is_mute and (ticket.status is not Status.NEW or self._letter.is_history):
            return Where(ticket_id=ticket.id)
        since = ticket.waiting_since or self._desk.now
        waits = {"last_message_at": self._desk.now, "channel_id": self._source.channel_id}
        return Where(ticket_id=ticket.id, on_ticket=waits if self._is_mute else waits | {"waiting_since": since})

    def _words(self) -> Words:
        desk, said, who = self._desk, self._said, self._who
        fits = len(said.text) <= desk.pace.longest_text
        body = messages.bounded(desk, said.text) if fits else _beginning(desk, said)
        if not body and not said.files:
            raise UserError(text("There is nothing to send yet: write a few words."))
        return Words(
            author=Author.CONTACT, reader=Reader.CUSTOMER, body=body, contact_id=who.contact_id,
            channel_id=self._source.channel_id, identity_id=who.identity_id, external_id=said.key,
            author_name=said.sender.name if who.is_shared else "", said_at=said.at, files=said.files,
            facts=self._facts(),
        )  # fmt: skip

    def _facts(self) -> dict[str, Any]:
        rest = self._letter.rest[:_LONGEST_REST]
        return {"rest": rest} if rest else {}

    def _told(self) -> Iterator[Text]:
        """What agents should know of it besides its words."""
        letter = self._letter
        yield from letter.notes
        yield from self._left_out()
        if letter.forwarder:
            yield text("Passed on by {who}.", who=letter.forwarder)
        if self._belongs is not None and self._belongs.right is Right.PROVEN:
            yield text(
                "{who} was not part of this conversation and gets no answers of ours. To let them: "
                "ticket cc {number} {who}", who=self._said.sender.address, number=self._belongs.ticket.id,
            )  # fmt: skip
        if self._related is not None:
            yield text("It names #{number}, which is not this sender's: linked, not joined.", number=self._related)
        if self._flood is not None:
            yield text("Many such mails came within minutes: they are kept together and wake nobody.")
        if self._held_back:
            yield text("It came too often within an hour to open the ticket again.")

    def _left_out(self) -> Iterator[Text]:
        """Whom it was copied to without their taking part."""
        if self._belongs is None or not self._letter.copied or self._letter.is_automatic or self._may_copy_in():
            return
        number = self._belongs.ticket.id
        strangers = participants.strangers(self._desk, number, self._letter.copied)
        if strangers:
            yield text(
                "Also sent to {who}, who get no answers of ours. To let them: ticket cc {number} {who}",
                who=" ".join(strangers[:5]), number=number,
            )  # fmt: skip


def _beginning(desk: Desk, said: Said) -> str:
    """As much of a very long letter as a message holds; the whole of it is beside it."""
    return messages.bounded(desk, said.text[: desk.pace.longest_text - 1]) + "…"

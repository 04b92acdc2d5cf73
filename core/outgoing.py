"""What a customer's channel is told to send: a claimed delivery, in the customer's language and the owner's words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from core import contacts, history, messages, outbox, participants, tickets, wordings
from core.connector import Attached, Choice, Outgoing, PublicWords
from core.desk import Desk
from core.errors import PermanentError
from core.kinds import is_chat
from core.models import (
    NOT_CLOSED,
    Agent,
    Author,
    Channel,
    Copy,
    Delivery,
    Dialog,
    File,
    Identity,
    Message,
    Team,
    Ticket,
)
from core.outbox import Claimed
from core.pushed import LETTER, RETRACT, SAY
from core.render import Voice, language_of
from core.show import from_json, text

MOST_REFERENCES = 20
"""Ids of earlier letters one names."""


def read(desk: Desk, claimed: Claimed) -> Outgoing:
    """A claimed delivery as its channel's line sends it. Raises PermanentError where nothing is left to send."""
    delivery = claimed.delivery
    if "to" in delivery.facts:
        return _note(desk, delivery)
    identity = desk.session.get(Identity, delivery.facts["identity"])
    if identity is None:
        raise PermanentError(text("The customer was forgotten."))
    channel = desk.session.get_one(Channel, int(delivery.lane.split(":")[1]))
    speaker = voice(desk, identity, channel)
    if delivery.message_id is None:
        return _told(delivery, identity, speaker)
    if delivery.kind == LETTER:
        return _unread(desk, delivery, identity, speaker)
    message = desk.session.get_one(Message, delivery.message_id)
    is_gone = message.deleted_at is not None or message.redacted_at is not None
    if is_gone and delivery.kind == SAY:
        raise PermanentError(text("It was taken back before it was sent."))
    files = messages.files_of(desk, [message.id]).get(message.id, [])
    made = Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, address=identity.address,
        words=_words(desk, message, channel, speaker), files=() if is_gone else _attached(files),
        choices=() if delivery.kind == RETRACT else _choices(message.facts.get("choices", ()), speaker),
        answers=_answered(desk, message),
        earlier_ids=_begun(delivery) if delivery.kind == SAY else _earlier_ids(desk, message.id, channel.id),
        earlier_files=len(delivery.facts.get("begun", ((), ()))[1]),
    )  # fmt: skip
    return made if is_chat(channel.kind) or message.ticket_id is None else _as_letter(desk, made, message, channel)


def _as_letter(desk: Desk, made: Outgoing, message: Message, channel: Channel) -> Outgoing:
    """With what a letter needs besides its words: its subject, the letters before it, who else gets it."""
    ticket = tickets.read(desk, message.ticket_id or 0)
    agent = None if message.agent_id is None else desk.session.get(Agent, message.agent_id)
    is_automatic = message.author is Author.SYSTEM
    copies = () if is_automatic else tuple(each.address for each in participants.reached(desk, ticket.id))
    return replace(
        made, subject=ticket.subject, thread=_thread(desk, message, channel), ticket=ticket.id,
        copies=tuple(each for each in copies if each != made.address), is_automatic=is_automatic,
        signature="" if agent is None else agent.signature,
    )  # fmt: skip


def _unread(desk: Desk, delivery: Delivery, identity: Identity, speaker: Voice) -> Outgoing:
    """What its reader has not read in a chat, as one letter."""
    said = [each for each in messages.by_ids(desk, delivery.facts["unread"]) if each.deleted_at is None]
    words = [messages.for_customer(each, in_words=each.body).text for each in said if each.redacted_at is None]
    if not words:
        raise PermanentError(text("It was taken back before it was sent."))
    files = messages.files_of(desk, [each.id for each in said])
    number = desk.session.get_one(Message, delivery.message_id).ticket_id
    return Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=SAY, address=identity.address,
        words=PublicWords(speaker.say(text(wordings.UNREAD.id, lines="\n\n".join(words))), said[-1].author_name),
        files=_attached([file for each in said for file in files.get(each.id, ())]), ticket=number,
        subject="" if number is None else tickets.read(desk, number).subject,
    )  # fmt: skip


def _told(delivery: Delivery, identity: Identity, speaker: Voice) -> Outgoing:
    """What belongs to no ticket (`telling.tell`)."""
    return Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, address=identity.address,
        words=PublicWords(speaker.say(from_json(delivery.facts["said"])), ""),
        choices=_choices(delivery.facts["choices"], speaker), earlier_ids=_begun(delivery),
    )  # fmt: skip


def _note(desk: Desk, delivery: Delivery) -> Outgoing:
    """A letter of the desk's own (`mailing.wanted`)."""
    facts = delivery.facts
    team = desk.session.get_one(Team, facts["team"])
    speaker = Voice(language_of(team.language), team.time_zone, desk.now)
    return Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=SAY, address=facts["to"],
        words=PublicWords(speaker.say(from_json(facts["said"])), facts["signed"]), subject=facts["subject"],
        is_automatic=not facts["signed"],
    )  # fmt: skip


def _begun(delivery: Delivery) -> tuple[str, ...]:
    """What of something that was cut short is there already (`carrying.so_far`)."""
    posts, files = delivery.facts.get("begun", ((), ()))
    return (*posts, *files)


def voice(desk: Desk, identity: Identity, channel: Channel) -> Voice:
    """How the customer behind an address is spoken to: in their language, else their channel's team's."""
    contact = contacts.standing(desk, identity.contact_id)
    team = desk.session.get_one(Team, channel.team_id)
    language = language_of(contact.language or team.language)
    return Voice(language, team.time_zone, desk.now, wordings.of_owner(desk, language))


def _words(desk: Desk, message: Message, channel: Channel, speaker: Voice) -> PublicWords:
    said = messages.for_customer(message, in_words=speaker.say(history.words_of(message)))
    about = _about(desk, message, channel)
    return said if about is None else PublicWords(f"{about}\n{said.text}", said.author_name)


def _about(desk: Desk, message: Message, channel: Channel) -> str | None:
    """What a text in a chat begins with where its reader has several tickets: the number and subject of its own."""
    if not is_chat(channel.kind) or message.ticket_id is None:
        return None
    ticket = tickets.read(desk, message.ticket_id)
    if ticket.contact_id is None:
        return None
    theirs = (Ticket.contact_id.in_(contacts.everyone(desk, ticket.contact_id)), NOT_CLOSED, ~Ticket.is_spam)
    others = select(Ticket.id).where(*theirs, Ticket.merged_into.is_(None), Ticket.id != ticket.id).limit(1)
    return f"#{ticket.id} {ticket.subject}" if desk.execute(others).first() is not None else None


def _attached(files: Sequence[File]) -> tuple[Attached, ...]:
    return tuple(Attached(f.id, f.name, f.media_type, f.size, f.sha256) for f in files if f.erased_at is None)


def _choices(offered: Sequence[dict[str, Any]], speaker: Voice) -> tuple[Choice, ...]:
    return tuple(Choice(speaker.say(from_json(each["label"])), each["value"]) for each in offered)


def _answered(desk: Desk, message: Message) -> str:
    """Where others read along, an answer stands under its customer's last words."""
    dialog = None if message.dialog_id is None else desk.session.get(Dialog, message.dialog_id)
    if dialog is None or not dialog.facts.get("audience"):
        return ""
    theirs = (Message.dialog_id == dialog.id, Message.author == Author.CONTACT, Message.id < message.id)
    last = select(Message.external_id).where(*theirs).order_by(Message.id.desc()).limit(1)
    return desk.execute(last).scalar_one_or_none() or ""


def _thread(desk: Desk, message: Message, channel: Channel) -> tuple[str, ...]:
    """The ids of the letters of its ticket before it, theirs and ours, the last 20."""
    of_ticket = (Message.ticket_id == message.ticket_id, Message.id < message.id)
    theirs = select(Message.id, Message.external_id.label("key")).where(
        *of_ticket, Message.author == Author.CONTACT, Message.channel_id == channel.id
    )
    ours = select(Message.id, Copy.external_id.label("key")).join(Copy, Copy.message_id == Message.id)
    ours = ours.where(*of_ticket, Copy.place == f"channel:{channel.id}")
    rows = desk.execute(theirs.union_all(ours).order_by("id")).all()
    return tuple(row.key for row in rows if row.key)[-MOST_REFERENCES:]


def _earlier_ids(desk: Desk, message_id: int, channel_id: int) -> tuple[str, ...]:
    there = (Copy.message_id == message_id, Copy.place == f"channel:{channel_id}")
    return tuple(desk.execute(select(Copy.external_id).where(*there).order_by(Copy.id)).scalars())

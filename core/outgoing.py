"""What a customer's channel is told to send: a claimed delivery, in the customer's language and the owner's words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core import contacts, history, messages, outbox, tickets, wordings
from core.connector import Attached, Choice, Outgoing, PublicWords
from core.desk import Desk
from core.errors import PermanentError
from core.kinds import is_chat
from core.models import (
    NOT_CLOSED,
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
from core.pushed import RETRACT, SAY
from core.render import Voice, language_of
from core.show import from_json, text

MOST_REFERENCES = 20
"""Ids of earlier letters one names."""


def read(desk: Desk, claimed: Claimed) -> Outgoing:
    """A claimed delivery as its channel's line sends it. Raises PermanentError where nothing is left to send."""
    delivery = claimed.delivery
    identity = desk.session.get(Identity, delivery.facts["identity"])
    if identity is None:
        raise PermanentError(text("The customer was forgotten."))
    channel = desk.session.get_one(Channel, int(delivery.lane.split(":")[1]))
    speaker = voice(desk, identity, channel)
    if delivery.message_id is None:
        return _told(delivery, identity, speaker)
    message = desk.session.get_one(Message, delivery.message_id)
    is_gone = message.deleted_at is not None or message.redacted_at is not None
    if is_gone and delivery.kind == SAY:
        raise PermanentError(text("It was taken back before it was sent."))
    files = messages.files_of(desk, [message.id]).get(message.id, [])
    return Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, address=identity.address,
        words=_words(desk, message, channel, speaker), files=() if is_gone else _attached(files),
        choices=() if delivery.kind == RETRACT else _choices(message.facts.get("choices", ()), speaker),
        answers=_answered(desk, message), subject=_subject(desk, message), thread=_thread(desk, message, channel),
        earlier_ids=_earlier_ids(desk, message.id, channel.id),
    )  # fmt: skip


def _told(delivery: Delivery, identity: Identity, speaker: Voice) -> Outgoing:
    """What belongs to no ticket (`telling.tell`)."""
    return Outgoing(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, address=identity.address,
        words=PublicWords(speaker.say(from_json(delivery.facts["said"])), ""),
        choices=_choices(delivery.facts["choices"], speaker),
    )  # fmt: skip


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


def _subject(desk: Desk, message: Message) -> str:
    return "" if message.ticket_id is None else tickets.read(desk, message.ticket_id).subject


def _thread(desk: Desk, message: Message, channel: Channel) -> tuple[str, ...]:
    """The ids of the letters of its ticket before it, theirs and ours, the last 20."""
    if is_chat(channel.kind) or message.ticket_id is None:
        return ()
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

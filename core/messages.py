"""What is said: written once, in its place, for readers decided beforehand; changed and removed wherever it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from core import mirrors, search
from core.connector import PublicWords
from core.desk import Desk
from core.errors import NotFound, PermanentError, UserError
from core.events import MessageAdded, MessageDeleted, MessageEdited, MessageRedacted
from core.kinds import LETTERS
from core.mirrors import Typed
from core.models import Agent, Author, Channel, Dialog, File, FormerBody, HeldReply, Message, Reader, Ticket, table
from core.room import Mark
from core.show import Text, as_json, text
from core.telling import Offer, as_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something about to be said: by whom, for whom, and what came with it."""

    author: Author
    reader: Reader
    body: str = ""
    wording: Text | None = None
    """For system messages: the text as a value, put into words late."""
    agent_id: int | None = None
    contact_id: int | None = None
    channel_id: int | None = None
    identity_id: int | None = None
    external_id: str = ""
    author_name: str = ""
    said_at: datetime | None = None
    files: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The ticket and dialog something is said in, and what else that changes on their rows."""

    ticket_id: int | None = None
    dialog_id: int | None = None
    on_ticket: dict[str, Any] = field(default_factory=dict)
    on_dialog: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a message came to stand."""

    id: int
    ticket_seq: int | None
    dialog_seq: int | None


_MESSAGE = insert(table(Message)).returning(table(Message).c.id)
_CAME_WITH = (
    update(table(File))
    .where(table(File).c.id == bindparam("file"))
    .values(message_id=bindparam("message"), held_id=None)
)  # fmt: skip


def write(desk: Desk, words: Words, where: Where) -> Written:
    """Writes a message at the next seq of its ticket and dialog, and the event that says so."""
    dialog_seq = None if where.dialog_id is None else desk.advance(Dialog, where.dialog_id, **where.on_dialog)
    ticket_seq = None
    if where.ticket_id is not None:
        ticket_seq = desk.advance(Ticket, where.ticket_id, updated_at=desk.now, **where.on_ticket)
    row = _row(desk, words, where) | {"ticket_seq": ticket_seq, "dialog_seq": dialog_seq}
    message_id: int = desk.connection.execute(_MESSAGE, row).scalar_one()
    if words.files:
        desk.execute(_CAME_WITH, [{"file": each, "message": message_id} for each in words.files])
    added = MessageAdded(
        ticket_id=where.ticket_id,
        dialog_id=where.dialog_id,
        contact_id=words.contact_id,
        message_id=message_id,
        author=words.author,
        reader=words.reader,
    )
    desk.place(added, ticket_seq=ticket_seq, dialog_seq=dialog_seq)
    return Written(message_id, ticket_seq, dialog_seq)


def _row(desk: Desk, words: Words, where: Where) -> dict[str, Any]:
    wording = as_json(words.wording) if words.wording is not None else None
    return {
        "ticket_id": where.ticket_id,
        "dialog_id": where.dialog_id,
        "author": words.author,
        "reader": words.reader,
        "contact_id": words.contact_id,
        "agent_id": words.agent_id,
        "channel_id": words.channel_id,
        "identity_id": words.identity_id,
        "external_id": words.external_id,
        "author_name": words.author_name,
        "body": words.body,
        "wording": words.wording.id if words.wording is not None else "",
        "facts": words.facts | ({"wording": wording} if wording else {}),
        "said_at": words.said_at or desk.now,
        "is_indexed": wording is not None,
    }


def note(
    desk: Desk, body: str, where: Where, *, files: tuple[int, ...] = (), room_key: str = "", typed: Typed | None = None
) -> Written:
    """Writes an internal note of the acting agent; only the team ever reads it."""
    agent = None if desk.actor.agent_id is None else desk.session.get(Agent, desk.actor.agent_id)
    words = Words(
        author=Author.AGENT, reader=Reader.TEAM, body=body, agent_id=desk.actor.agent_id, files=files,
        author_name=desk.actor.name if agent is None else agent.public_name, external_id=room_key,
    )  # fmt: skip
    written = write(desk, words, where)
    if typed is not None:
        mirrors.note_origin(desk, written.id, typed)
        mirrors.mark(desk, typed, Mark.NOTE)
    return written


def say_to_customer(desk: Desk, wording: Text, where: Where, offers: Sequence[Offer] = ()) -> Written:
    """Writes an automatic text the customer reads, with what they may press under it."""
    facts = {"choices": as_facts(offers)} if offers else {}
    return write(desk, Words(author=Author.SYSTEM, reader=Reader.CUSTOMER, wording=wording, facts=facts), where)


def for_customer(message: Message, *, in_words: str) -> PublicWords:
    """The words a customer's channel may send; the only place that makes them, and it refuses notes."""
    if message.reader is not Reader.CUSTOMER:
        raise PermanentError(text("Note {id} is for the team and is never sent to a customer.", id=message.id))
    return PublicWords(in_words, message.author_name)


def by_id(desk: Desk, message_id: int) -> Message:
    """The message of this id."""
    message = desk.session.get(Message, message_id)
    if message is None:
        raise NotFound(text("There is no message {id}.", id=message_id))
    return message


def by_ids(desk: Desk, ids: Sequence[int]) -> Sequence[Message]:
    """Messages in the order they were written."""
    return desk.session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)).all()


def edit(desk: Desk, message: Message, body: str) -> None:
    """Replaces what a message says and keeps what it said before; the same words again change nothing."""
    if message.body == body or message.redacted_at or message.deleted_at:
        return
    _must_not_be_sent_by_letter(desk, message)
    desk.session.add(FormerBody(message_id=message.id, body=message.body, until=desk.now))
    message.body, message.edited_at, message.is_indexed = body, desk.now, False
    desk.record(MessageEdited(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id))


def take_back(desk: Desk, message: Message) -> None:
    """Marks a message as taken back by its writer: readers see that there was one, agents still what it said."""
    if message.deleted_at is not None:
        return
    _must_not_be_sent_by_letter(desk, message)
    message.deleted_at = desk.now
    desk.record(MessageDeleted(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id))


def _must_not_be_sent_by_letter(desk: Desk, message: Message) -> None:
    if message.author is not Author.AGENT or message.reader is not Reader.CUSTOMER or message.channel_id is None:
        return
    if desk.session.get_one(Channel, message.channel_id).kind in LETTERS:
        raise UserError(text("A mail that was sent stays as it is. Send a correction instead."))


def redact(desk: Desk, messages: Sequence[Message]) -> None:
    """Removes words, former words and files of messages for good; where they stood says so."""
    ids = [message.id for message in messages if message.redacted_at is None]
    if not ids:
        return
    wipe(desk, ids)
    for message in messages:
        if message.id in ids:
            desk.refresh(message)
            desk.record(
                MessageRedacted(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id)
            )


def wipe(desk: Desk, ids: Sequence[int]) -> None:
    """Empties message rows and everything that repeats their words: former bodies, file names, the search index."""
    empty = {
        "body": "", "author_name": "", "external_id": "", "failure": "", "facts": {},
        "redacted_at": desk.now, "is_indexed": True,
    }  # fmt: skip
    desk.execute(update(Message).where(Message.id.in_(ids)).values(**empty))
    desk.execute(delete(FormerBody).where(FormerBody.message_id.in_(ids)))
    desk.execute(update(File).where(File.message_id.in_(ids)).values(name="", erased_at=desk.now))
    search.forget(desk, ids)
    mirrors.retract(desk, ids)


def files_of(desk: Desk, ids: Sequence[int]) -> dict[int, list[File]]:
    """The files of these messages, in the order they were sent."""
    found: dict[int, list[File]] = {}
    if ids:
        for file in desk.session.scalars(select(File).where(File.message_id.in_(ids)).order_by(File.id)):
            found.setdefault(file.message_id or 0, []).append(file)
    return found


def held_files(desk: Desk, held: HeldReply) -> tuple[int, ...]:
    """The files that wait with a held reply."""
    return tuple(desk.execute(select(File.id).where(File.held_id == held.id).order_by(File.id)).scalars())


def bounded(desk: Desk, body: str) -> str:
    """The words as they are stored: no NUL, no lone surrogates, one kind of line end; too many are refused."""
    clean = (
        body.encode("utf-8", "replace").decode().replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    )
    if len(clean) > desk.pace.longest_text:
        raise UserError(
            text(
                "That is {length} characters; at most {most} fit into one message. Please send it as a file.",
                length=len(clean),
                most=desk.pace.longest_text,
            )
        )
    return clean


def former_bodies(desk: Desk, message_id: int) -> Sequence[FormerBody]:
    """What a message said before, the oldest first."""
    statement = select(FormerBody).where(FormerBody.message_id == message_id).order_by(FormerBody.id)
    return desk.session.scalars(statement).all()

"""What was said, what is held back, what came with it and what happened."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, LargeBinary, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import NEVER_AGAIN, Base, Facts, Key, partial_index, reference, stored


class Author(StrEnum):
    """Whose words a message holds."""

    CONTACT = "contact"
    AGENT = "agent"
    SYSTEM = "system"


class Reader(StrEnum):
    """Who will read a message: the customer too, or the team alone."""

    CUSTOMER = "customer"
    TEAM = "team"


class Message(Base):
    """One thing said. Its place in a ticket or dialog is its seq there."""

    __tablename__ = "message"
    __table_args__ = (
        Index("uq_message_ticket_id_ticket_seq", "ticket_id", "ticket_seq", unique=True),
        Index("uq_message_dialog_id_dialog_seq", "dialog_id", "dialog_seq", unique=True),
        partial_index("ix_message_unindexed", "id", where="NOT is_indexed"),
        Index("ix_message_contact_id", "contact_id"),
        partial_index("ix_message_identity", "identity_id", "id", where="identity_id IS NOT NULL"),
        partial_index("ix_message_external", "external_id", "channel_id", where="channel_id IS NOT NULL"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    ticket_id: Mapped[int | None] = reference("ticket")
    ticket_seq: Mapped[int | None]
    dialog_id: Mapped[int | None] = reference("dialog")
    dialog_seq: Mapped[int | None]
    author: Mapped[Author] = mapped_column(stored(Author))
    reader: Mapped[Reader] = mapped_column(stored(Reader))
    contact_id: Mapped[int | None] = reference("contact")
    agent_id: Mapped[int | None] = reference("agent")
    channel_id: Mapped[int | None] = reference("channel")
    identity_id: Mapped[int | None] = reference("identity")
    external_id: Mapped[str] = mapped_column(default="")
    """What its origin calls it: the widget's client id, a platform's message id."""
    author_name: Mapped[str] = mapped_column(default="")
    """The writer's name where an address is shared, or the agent's public name at that time."""
    body: Mapped[str] = mapped_column(default="")
    wording: Mapped[str] = mapped_column(default="")
    """For a system message: the id of its text; `facts` are its arguments."""
    facts: Mapped[Facts]
    said_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """When it became certain that a reply will not reach the customer."""
    failure: Mapped[str] = mapped_column(default="")
    is_indexed: Mapped[bool] = mapped_column(default=False)


UNINDEXED: ColumnElement[bool] = literal_column("NOT message.is_indexed")
"""In the words of its partial index: SQLite uses it for no others, as `is_indexed = 0`."""


class FormerBody(Base):
    """What a message said before it was edited."""

    __tablename__ = "former_body"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(index=True)
    body: Mapped[str]
    until: Mapped[datetime]


class File(Base):
    """A file that came with a message, or waits to; its bytes lie under their hash."""

    __tablename__ = "file"
    __table_args__ = (
        Index("ix_file_message_id", "message_id"),
        Index("ix_file_sha256", "sha256"),
        Index("ix_file_identity_id", "identity_id"),
        Index("ix_file_quarantined_id", "quarantined_id"),
        partial_index("ix_file_held_id", "held_id", where="held_id IS NOT NULL"),
        partial_index("ix_file_to_remove", "sha256", where="erased_at IS NOT NULL AND removed_at IS NULL"),
    )

    id: Mapped[Key]
    sha256: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    message_id: Mapped[int | None] = reference("message")
    held_id: Mapped[int | None] = reference("held_reply")
    identity_id: Mapped[int | None] = reference("identity")
    agent_id: Mapped[int | None] = reference("agent")
    quarantined_id: Mapped[int | None]
    """What it came with, when that could not be understood."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """When its bytes were removed, some time after it was erased and nothing else needed them."""


TO_REMOVE: ColumnElement[bool] = literal_column("file.erased_at IS NOT NULL AND file.removed_at IS NULL")
"""An erased file whose bytes still lie there, in the words of its partial index."""


class HeldReply(Base):
    """A reply that may still be withdrawn: not yet a message."""

    __tablename__ = "held_reply"
    __table_args__ = (
        Index("ix_held_reply_ticket_id", "ticket_id"),
        Index("ix_held_reply_dialog_id", "dialog_id"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    ticket_id: Mapped[int | None] = reference("ticket")
    dialog_id: Mapped[int | None] = reference("dialog")
    agent_id: Mapped[int] = reference("agent")
    room: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str] = mapped_column(default="")
    thread_id: Mapped[int | None]
    """The thread of a pushed room it was typed in; `typed_id` is its line there."""
    typed_id: Mapped[str] = mapped_column(default="")
    channel_id: Mapped[int | None]
    identity_id: Mapped[int | None]
    """By which channel and to which address it goes, where its writer chose; else as the customer wrote last."""
    body: Mapped[str]
    said_at: Mapped[datetime]
    release_at: Mapped[datetime | None]
    """When it goes; nothing while it waits for somebody to decide."""
    written_on_seq: Mapped[int] = mapped_column(default=0)
    stopped_because: Mapped[str] = mapped_column(default="")
    """Why it waits for a decision: `newer`, `mention`, `link`, `file`, `mode`, `barred:` and the other ways to
    reach the customer; empty while it only runs down."""
    afterwards: Mapped[Facts]
    """What happens to the ticket when it goes: `{"status": "closed"}` or a pending time."""


class Copy(Base):
    """Where a message also stands: a thread or a customer's channel, and its id there; several where it was split."""

    __tablename__ = "copy"
    __table_args__ = (
        UniqueConstraint("message_id", "place", "external_id"),
        Index("ix_copy_place", "place", "external_id"),
    )

    id: Mapped[Key]
    message_id: Mapped[int] = reference("message", erased="CASCADE")
    place: Mapped[str]
    """`thread:7` or `channel:2`."""
    external_id: Mapped[str]
    is_origin: Mapped[bool] = mapped_column(default=False)
    """Whether it was typed there: then it is its writer's own line, which we cannot change."""


class EventRow(Base):
    """One thing that happened: ids, states and small facts, never words, names or addresses."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_ticket_id_ticket_seq", "ticket_id", "ticket_seq"),
        Index("ix_event_dialog_id_dialog_seq", "dialog_id", "dialog_seq"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    """`agent:3`, `contact:9`, `system`, `rule:2`."""
    ticket_id: Mapped[int | None]
    ticket_seq: Mapped[int | None]
    dialog_id: Mapped[int | None]
    dialog_seq: Mapped[int | None]
    contact_id: Mapped[int | None]
    message_id: Mapped[int | None]
    facts: Mapped[Facts]


class Received(Base):
    """What came in once; the same thing again finds its row. Its key is kept as a hash: it may hold an address."""

    __tablename__ = "received"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class QuarantineState(StrEnum):
    """What became of something nobody understood."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class Quarantined(Base):
    """Something that came in and could not be understood, kept raw with the reason."""

    __tablename__ = "quarantined"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_quarantined_contact_id", "contact_id"),
        Index("ix_quarantined_sender", "sender"),
        partial_index("ix_quarantined_waiting", "id", where="state = 'waiting'"),
    )

    id: Mapped[Key]
    source: Mapped[str]
    external_id: Mapped[str]
    sender: Mapped[str] = mapped_column(default="")
    """A hash of the sender's address (`contacts.hashed`), by which it is found when they are forgotten."""
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[Facts]
    """The reason's text: `{"id": …, "args": {…}}`."""
    team_id: Mapped[int | None] = reference("team")
    contact_id: Mapped[int | None] = reference("contact")
    state: Mapped[QuarantineState] = mapped_column(stored(QuarantineState), default=QuarantineState.WAITING)
    at: Mapped[datetime]


QUARANTINED: ColumnElement[bool] = literal_column("quarantined.state = 'waiting'")
"""Something that waits for a decision, in the words of its partial index."""


class Deadline(Base):
    """Something becomes due; one row per subject and kind, setting it again moves it."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "kind"),
        partial_index("ix_deadline_due", "due_at", where="NOT is_failed"),
    )

    id: Mapped[Key]
    subject: Mapped[str]
    subject_id: Mapped[int]
    kind: Mapped[str]
    due_at: Mapped[datetime]
    facts: Mapped[Facts]
    tries: Mapped[int] = mapped_column(default=0)
    is_failed: Mapped[bool] = mapped_column(default=False)


EXPECTED: ColumnElement[bool] = literal_column("NOT deadline.is_failed")
"""A deadline that will still be carried out, in the words of its partial index."""

"""Tickets, dialogs and what hangs on them."""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Dialect,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from core.models.base import NEVER_AGAIN, Base, Facts, Key, Never, partial_index, reference, stored


class Status(StrEnum):
    """Where a ticket stands; everything but closed is "not closed"."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


class Priority(IntEnum):
    """How pressing a ticket is; the number is what is stored and compared."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class StoredPriority(TypeDecorator[Priority]):
    """A Priority as a small number."""

    impl = Integer().with_variant(SmallInteger(), "postgresql")
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _as_rank

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _PRIORITIES.get


_PRIORITIES = {priority.value: priority for priority in Priority}


def _as_rank(priority: Priority | int | None) -> int | None:
    return None if priority is None else int(priority)


class Ticket(Base):
    """One matter of one contact; its number is its id. Without a contact it is internal."""

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("is_open = (status <> 'closed')", name="open_is_not_closed"),
        Index("ix_ticket_contact_id", "contact_id", "id"),
        Index("ix_ticket_status", "status", "updated_at", "id"),
        Index("ix_ticket_updated", "updated_at", "id"),
        Index("ix_ticket_created", "created_at", "id"),
        partial_index("ix_ticket_closed", "closed_at", where="closed_at IS NOT NULL"),
        partial_index("ix_ticket_unindexed", "id", where="NOT is_indexed"),
        partial_index("ix_ticket_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    subject: Mapped[str]
    status: Mapped[Status] = mapped_column(stored(Status), default=Status.NEW)
    is_open: Mapped[bool] = mapped_column(default=True)
    """Not closed; kept beside the status so that indexes over it are used with bound parameters."""
    priority: Mapped[Priority] = mapped_column(StoredPriority(), default=Priority.NORMAL)
    team_id: Mapped[int] = reference("team")
    assignee_id: Mapped[int | None] = reference("agent")
    contact_id: Mapped[int | None] = reference("contact")
    channel_id: Mapped[int | None] = reference("channel")
    """Where the contact last wrote, and so where a reply goes by default."""
    merged_into: Mapped[int | None] = reference("ticket")
    pending_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """The next moment something is promised; lists sort by it."""
    waiting_since: Mapped[datetime | None]
    """Since when the contact waits for an answer; nothing while they do not."""
    last_message_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    is_spam: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[int | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    is_indexed: Mapped[bool] = mapped_column(default=False)
    """Whether the search index knows its subject as it is now."""

    @property
    def number(self) -> int:
        """What people call the ticket by."""
        return self.id


NOT_CLOSED: ColumnElement[bool] = literal_column("ticket.is_open")
"""`is_open` in the words of the partial indexes: SQLite uses them for no others, as `is_open = 1`."""
PRESSING: ColumnElement[Any] = -Ticket.priority
"""The most pressing first, in the same direction as the times and numbers beside it."""
DUE: ColumnElement[datetime] = func.coalesce(Ticket.due_at, Never())
WAITING: ColumnElement[datetime] = func.coalesce(Ticket.waiting_since, Never())
"""What has no time comes last."""

partial_index("ix_ticket_queue", Ticket.team_id, PRESSING, DUE, Ticket.id, where="is_open")
partial_index("ix_ticket_assignee", Ticket.assignee_id, PRESSING, DUE, Ticket.id, where="is_open")
partial_index("ix_ticket_open", PRESSING, DUE, Ticket.id, where="is_open")
partial_index("ix_ticket_unassigned", PRESSING, DUE, Ticket.id, where="is_open AND assignee_id IS NULL")
partial_index("ix_ticket_due", DUE, PRESSING, Ticket.id, where="is_open")
partial_index("ix_ticket_waiting", WAITING, Ticket.id, where="is_open")


class Tag(Base):
    """A word tickets and dialogs are sorted by."""

    __tablename__ = "tag"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[str] = mapped_column(default="")


class Tagging(Base):
    """A tag on a ticket, or on a dialog that has no ticket yet."""

    __tablename__ = "tagging"
    __table_args__ = (
        UniqueConstraint("ticket_id", "tag_id"),
        UniqueConstraint("dialog_id", "tag_id"),
        Index("ix_tagging_tag_id", "tag_id", "ticket_id"),
    )

    id: Mapped[Key]
    tag_id: Mapped[int] = reference("tag", erased="CASCADE")
    ticket_id: Mapped[int | None] = reference("ticket", erased="CASCADE")
    dialog_id: Mapped[int | None] = reference("dialog", erased="CASCADE")


class Watcher(Base):
    """An agent who wants to hear of a ticket."""

    __tablename__ = "watcher"

    ticket_id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(primary_key=True)


class Participant(Base):
    """Somebody besides the contact who gets a ticket's letters and may answer them; merges are read through."""

    __tablename__ = "participant"
    __table_args__ = (Index("ix_participant_identity_id", "identity_id"),)

    ticket_id: Mapped[int] = reference("ticket", erased="CASCADE", is_key=True)
    identity_id: Mapped[int] = reference("identity", erased="CASCADE", is_key=True)


class Snooze(Base):
    """A ticket hidden from one agent's queue until then; its status and clocks go on."""

    __tablename__ = "snooze"

    ticket_id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class Link(Base):
    """Two tickets that belong together; `low_id` is the smaller number."""

    __tablename__ = "link"

    low_id: Mapped[int] = mapped_column(primary_key=True)
    high_id: Mapped[int] = mapped_column(primary_key=True)


class DialogKind(StrEnum):
    """A live conversation in writing or in speech."""

    CHAT = "chat"
    CALL = "call"


class DialogState(StrEnum):
    """Whether both sides can still be there."""

    LIVE = "live"
    ENDED = "ended"


class Phase(StrEnum):
    """What the customer of a live dialog experiences."""

    WAITING = "waiting"
    TALKING = "talking"
    HELD = "held"


class EndReason(StrEnum):
    """How a dialog ended."""

    AGENT = "agent"
    SOLVED = "solved"
    CUSTOMER = "customer"
    IDLE = "idle"
    GONE = "gone"
    UNTAKEN = "untaken"
    SPAM = "spam"


class Recording(StrEnum):
    """What is known of a call's recording."""

    NONE = "none"
    EXPECTED = "expected"
    THERE = "there"
    ABSENT = "absent"


class TranscriptState(StrEnum):
    """How far a recording has become text."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Dialog(Base):
    """A live conversation, from its first second with subject, team, assignee, priority, tags and notes."""

    __tablename__ = "dialog"
    __table_args__ = (
        partial_index(
            "uq_dialog_live", "channel_id", "identity_id", unique=True, where="state = 'live'"
        ),
        partial_index("ix_dialog_live", "team_id", "id", where="state = 'live'"),
        partial_index("ix_dialog_unindexed", "id", where="NOT is_indexed"),
        Index("ix_dialog_ticket_id", "ticket_id"),
        Index("ix_dialog_identity_id", "identity_id", "id"),
        Index("ix_dialog_contact_id", "contact_id"),
        NEVER_AGAIN,
    )  # fmt: skip

    id: Mapped[Key]
    kind: Mapped[DialogKind] = mapped_column(stored(DialogKind), default=DialogKind.CHAT)
    channel_id: Mapped[int] = reference("channel")
    identity_id: Mapped[int] = reference("identity")
    contact_id: Mapped[int] = reference("contact")
    ticket_id: Mapped[int | None] = reference("ticket")
    state: Mapped[DialogState] = mapped_column(stored(DialogState), default=DialogState.LIVE)
    phase: Mapped[Phase] = mapped_column(stored(Phase), default=Phase.WAITING)
    phase_since: Mapped[datetime | None]
    """When an agent last took it, held it, went on with it or moved it."""
    end_reason: Mapped[EndReason | None] = mapped_column(stored(EndReason))
    recording: Mapped[Recording] = mapped_column(stored(Recording), default=Recording.NONE)
    transcript: Mapped[TranscriptState] = mapped_column(stored(TranscriptState), default=TranscriptState.NONE)
    subject: Mapped[str] = mapped_column(default="")
    team_id: Mapped[int] = reference("team")
    assignee_id: Mapped[int | None] = reference("agent")
    priority: Mapped[Priority] = mapped_column(StoredPriority(), default=Priority.NORMAL)
    started_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    customer_wrote_at: Mapped[datetime | None]
    first_wrote_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    agent_wrote_at: Mapped[datetime | None]
    customer_left_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    """Since when the customer's words wait for an answer; nothing while they do not."""
    asked_at: Mapped[datetime | None]
    """When the customer was last asked whether they are still there."""
    called_out_at: Mapped[datetime | None]
    """When the team was last called for it."""
    delivered_seq: Mapped[int] = mapped_column(default=0)
    seen_seq: Mapped[int] = mapped_column(default=0)
    """Up to where the customer has received and seen."""
    agent_seen_seq: Mapped[int] = mapped_column(default=0)
    rating: Mapped[int | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_silent: Mapped[bool] = mapped_column(default=False)
    """Whether nobody can see if its customer is still there: it ends by itself, and they are not asked."""
    is_indexed: Mapped[bool] = mapped_column(default=False)
    """Whether the search index knows its subject as it is now."""
    facts: Mapped[Facts]


class Relay(Base):
    """An agent whose plain words in a live dialog's thread go to the customer."""

    __tablename__ = "relay"

    dialog_id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(primary_key=True)


class Presence(Base):
    """A process in which a page of a live dialog's customer is open: until then, unless it says so again."""

    __tablename__ = "presence"

    dialog_id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]

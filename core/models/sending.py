"""Threads in rooms, and the outbox: lanes, buckets and deliveries."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, UniqueConstraint, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import NEVER_AGAIN, Base, Facts, Key, Listed, partial_index, reference, stored


class Rank(StrEnum):
    """What goes first within one bucket."""

    WORDS = "0words"
    ALERT = "1alert"
    CARD = "2card"


class DeliveryState(StrEnum):
    """How far one thing to be sent has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DISCARDED = "discarded"


TROUBLED = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
"""What waits for somebody to decide."""
CARD = "card"
"""The kind of a delivery that shows a thread's card."""


class Thread(Base):
    """A place in a room that belongs to one ticket or dialog."""

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("room", "place", "root"),
        Index("ix_thread_ticket_id", "ticket_id"),
        Index("ix_thread_dialog_id", "dialog_id"),
    )

    id: Mapped[Key]
    room: Mapped[str]
    place: Mapped[str]
    root: Mapped[str | None]
    ticket_id: Mapped[int | None] = reference("ticket")
    dialog_id: Mapped[int | None] = reference("dialog")
    cursor: Mapped[str] = mapped_column(default="")
    """Up to where the room's own messages were read without a gap, in the platform's order."""
    wanted: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    """The card is due while these differ."""
    is_retired: Mapped[bool] = mapped_column(default=False)
    """Its ticket lives elsewhere now: the card is one line, and what is typed there is refused."""
    facts: Mapped[Facts]
    """What the room remembers of it: the title and tags it shows."""


class Lane(Base):
    """What must stay in order, leased by one sender at a time."""

    __tablename__ = "lane"

    key: Mapped[str] = mapped_column(primary_key=True)
    destination: Mapped[str]
    """The connector's channel or the room that sends it: `channel:2`, `room:slack`."""
    buckets: Mapped[Listed]
    leased_by: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None]
    served_at: Mapped[datetime | None]


class Bucket(Base):
    """What shares a rate: a channel, a bot, a host."""

    __tablename__ = "bucket"

    key: Mapped[str] = mapped_column(primary_key=True)
    not_before: Mapped[datetime | None]


class Delivery(Base):
    """One thing to be sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        partial_index("ix_delivery_due", "lane", "id", where="is_due"),
        Index("ix_delivery_message_id", "message_id"),
        Index("ix_delivery_state", "state", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    lane: Mapped[str]
    kind: Mapped[str]
    """What to do there: `say`, `edit`, `retract`, `card`, `line`, `file`."""
    rank: Mapped[Rank] = mapped_column(stored(Rank), default=Rank.WORDS)
    state: Mapped[DeliveryState] = mapped_column(stored(DeliveryState), default=DeliveryState.WAITING)
    is_due: Mapped[bool] = mapped_column(default=True)
    """Waiting or sending; kept beside the state so that its index is used."""
    message_id: Mapped[int | None] = reference("message")
    thread_id: Mapped[int | None] = reference("thread")
    ticket_id: Mapped[int | None]
    dialog_id: Mapped[int | None]
    facts: Mapped[Facts]
    joined_to: Mapped[int | None]
    """The delivery with which it goes out as one."""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    external_id: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


TO_BE_SENT: ColumnElement[bool] = literal_column("delivery.is_due")
"""A delivery that is still to be sent, in the words of its partial index."""


class Ask(Base):
    """A question on a ticket to somebody who is no agent, and whether they have answered."""

    __tablename__ = "ask"
    __table_args__ = (partial_index("ix_ask_open", "room", "account", "id", where="answered_at IS NULL"), NEVER_AGAIN)

    id: Mapped[Key]
    ticket_id: Mapped[int] = reference("ticket", erased="CASCADE")
    agent_id: Mapped[int] = reference("agent")
    room: Mapped[str]
    account: Mapped[str]
    """Whom, in the room's own id."""
    question: Mapped[str]
    """An agent's words."""
    shown: Mapped[Listed]
    """The ids of the messages that were shown along."""
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Lease(Base):
    """Work only one process may do: polling a channel, nightly jobs."""

    __tablename__ = "lease"

    key: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class Kept(Base):
    """A small fact of the desk itself: made keys, marks of what was done once."""

    __tablename__ = "kept"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

"""Calls to teams: each alert from its call to its end, which teams want silence, and who is on call."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import NEVER_AGAIN, Base, Facts, Key, partial_index, reference, stored


class AlertKind(StrEnum):
    """What a team is called for."""

    UNANSWERED = "unanswered"
    """A customer waits live and nobody answers."""
    LIVE_AGAIN = "live_again"
    """The customer of a ticket is live again."""
    WAITING = "waiting"
    """A customer wrote and nobody has their ticket who is here."""
    ESCALATED = "escalated"
    """An agent asks the supervisors to look."""


class Alert(Base):
    """Something a team was called for: open until somebody has it, heard or put off meanwhile."""

    __tablename__ = "alert"
    __table_args__ = (
        partial_index("ix_alert_open", "team_id", "id", where="over_at IS NULL"),
        partial_index("ix_alert_ticket_id", "ticket_id", where="over_at IS NULL"),
        partial_index("ix_alert_dialog_id", "dialog_id", where="over_at IS NULL"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    kind: Mapped[AlertKind] = mapped_column(stored(AlertKind))
    team_id: Mapped[int] = reference("team", erased="CASCADE")
    ticket_id: Mapped[int | None] = reference("ticket", erased="CASCADE")
    dialog_id: Mapped[int | None] = reference("dialog", erased="CASCADE")
    said: Mapped[Facts]
    """Its text as a value: ids and numbers, never a customer's words."""
    is_loud: Mapped[bool] = mapped_column(default=False)
    """Whether it calls the whole team where nobody is on call."""
    is_silenced: Mapped[bool] = mapped_column(default=False)
    """It came while the team wanted silence, and is told when that ends."""
    raised_at: Mapped[datetime]
    acked_at: Mapped[datetime | None]
    """Since when somebody knows of it: it is quiet until something new happens."""
    acked_by: Mapped[int | None] = reference("agent", erased="SET NULL")
    quiet_until: Mapped[datetime | None]
    """It is told again then, if nobody has it."""
    over_at: Mapped[datetime | None]


IS_OPEN: ColumnElement[bool] = literal_column("alert.over_at IS NULL")
"""An alert that nobody has yet, in the words of its partial indexes."""


class Silence(Base):
    """A team that wants no calls until then."""

    __tablename__ = "silence"

    team_id: Mapped[int] = reference("team", erased="CASCADE", is_key=True)
    until: Mapped[datetime]


class OnCall(Base):
    """An agent whom a team's calls name, in place of everybody."""

    __tablename__ = "on_call"

    team_id: Mapped[int] = reference("team", erased="CASCADE", is_key=True)
    agent_id: Mapped[int] = reference("agent", erased="CASCADE", is_key=True)

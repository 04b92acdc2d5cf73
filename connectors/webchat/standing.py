"""How a visitor's dialog stands: its frame, from one statement that every change of the dialog asks for again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, null, select
from sqlalchemy.orm import aliased

from connectors.webchat.visitors import Visitor
from core import teams
from core.desk import Desk
from core.intake import Source
from core.models import Agent, Dialog, DialogState, EndReason, Identity, Phase


@dataclass(frozen=True, slots=True)
class Newest:
    """A visitor's last dialog on a channel, live or ended, and what stands around it."""

    id: int
    ticket_id: int | None
    identity_id: int
    last_seq: int
    state: DialogState
    phase: Phase
    end_reason: EndReason | None
    is_taken: bool
    rating: int | None
    agent_seen_seq: int
    agent: str | None
    has_email: bool
    place: int | None
    """In the queue, from 1; None once somebody has taken it."""
    is_somebody_there: bool


def _statement() -> Select[*tuple[Any, ...]]:
    before, address = aliased(Dialog), aliased(Identity)
    place = select(func.count()).where(
        before.team_id == Dialog.team_id, before.state == DialogState.LIVE, before.phase == Phase.WAITING,
        before.id <= Dialog.id,
    )  # fmt: skip
    waits = and_(Dialog.state == DialogState.LIVE, Dialog.phase == Phase.WAITING)
    mailed = exists(select(address.id).where(address.contact_id == Dialog.contact_id, address.kind == "email"))
    return (
        select(
            Dialog.id, Dialog.ticket_id, Dialog.identity_id, Dialog.last_seq, Dialog.state, Dialog.phase,
            Dialog.end_reason, Dialog.taken_at.is_not(None), Dialog.rating, Dialog.agent_seen_seq, Agent.public_name,
            mailed, case((waits, place.scalar_subquery()), else_=null()), teams.SOMEBODY_THERE,
        )
        .join(Identity, Identity.id == Dialog.identity_id)
        .outerjoin(Agent, Agent.id == Dialog.assignee_id)
        .where(Identity.kind == bindparam("of_kind"), Identity.address == bindparam("at"), Identity.is_verified)
        .where(Dialog.channel_id == bindparam("channel"))
        .order_by(Dialog.id.desc())
        .limit(1)
    )  # fmt: skip


_NEWEST = _statement()


def newest(desk: Desk, source: Source, visitor: Visitor) -> Newest | None:
    """The visitor's last dialog."""
    asked = {"of_kind": visitor.sender.kind, "at": visitor.sender.address, "channel": source.channel_id}
    row = desk.execute(_NEWEST, asked | teams.presence(desk, source.team_id)).one_or_none()
    return None if row is None else Newest(*tuple(row))


NOTHING = {
    "type": "dialog", "dialog": None, "state": "none", "phase": "waiting", "queue": None, "agent": None,
    "may_rate": False, "rating": None, "wants_email": False, "seen": 0,
}  # fmt: skip
"""What is told of no dialog, besides whether somebody is there."""


def frame(dialog: Newest) -> dict[str, Any]:
    """The frame that tells how the dialog stands."""
    is_live = dialog.state is DialogState.LIVE
    return {
        "type": "dialog",
        "dialog": dialog.id,
        "state": dialog.state.value,
        "phase": dialog.phase.value,
        "queue": dialog.place,
        "agent": dialog.agent if dialog.is_taken else None,
        "may_rate": not is_live and dialog.is_taken,
        "rating": dialog.rating,
        "wants_email": not is_live and dialog.end_reason is EndReason.UNTAKEN and not dialog.has_email,
        "available": dialog.is_somebody_there,
        "seen": dialog.agent_seen_seq,
    }

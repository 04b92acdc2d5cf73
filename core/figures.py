"""How much there is of what, for people who ask how the desk is and for machines that watch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from core.desk import Desk
from core.models import (
    EXPECTED,
    QUARANTINED,
    TO_BE_SENT,
    UNINDEXED,
    Deadline,
    Delivery,
    Dialog,
    DialogState,
    Message,
    Phase,
    Quarantined,
    Status,
    Ticket,
)

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the store, each counted no further than 10,000."""

    dialogs: Mapping[Phase, int]
    """Live ones."""
    tickets: Mapping[Status, int]
    """Those that are not closed."""
    late: int
    """Deadlines that are due and not carried out."""
    stuck: int
    """Deadlines that failed three times."""
    unindexed: int
    """Messages not searchable yet."""
    deliveries: int
    """What waits to be sent."""
    quarantined: int


def read(desk: Desk) -> Figures:
    """The figures of this moment."""
    counted = select(Dialog.phase, func.count().label("many")).where(Dialog.state == DialogState.LIVE)
    phases = {row.phase: row.many for row in desk.execute(counted.group_by(Dialog.phase))}
    unclosed = [status for status in Status if status is not Status.CLOSED]
    return Figures(
        dialogs=dict.fromkeys(Phase, 0) | phases,
        tickets={status: _count(desk, select(Ticket.id).where(Ticket.status == status)) for status in unclosed},
        late=_count(desk, select(Deadline.id).where(EXPECTED, Deadline.due_at < desk.now)),
        stuck=_count(desk, select(Deadline.id).where(Deadline.is_failed)),
        unindexed=_count(desk, select(Message.id).where(UNINDEXED)),
        deliveries=_count(desk, select(Delivery.id).where(TO_BE_SENT)),
        quarantined=_count(desk, select(Quarantined.id).where(QUARANTINED)),
    )


def _count(desk: Desk, statement: Select[Any]) -> int:
    some = statement.limit(_MOST).subquery()
    return int(desk.execute(select(func.count()).select_from(some)).scalar_one())

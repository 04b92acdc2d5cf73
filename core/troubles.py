"""What went wrong and waits for somebody to decide, as far as the actor may open it.

Supervisors see all of it. Agents see what was not delivered of the tickets and dialogs they may see; what is in
quarantine stands on no ticket yet, so nobody can say whose business it is.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from core import deadlines, policy, quarantine, settling
from core.actor import Actor
from core.deadlines import Due
from core.desk import Desk
from core.errors import NotFound
from core.models import QUARANTINED, Deadline, Delivery, DeliveryState, Dialog, Quarantined, Role, Ticket
from core.query import where
from core.show import Text, text

MOST = 50
"""As many are shown at once, and counted."""


class Trouble(StrEnum):
    """The kinds of it, each a list of its own."""

    QUARANTINE = "quarantine"
    UNDELIVERED = "undelivered"
    STUCK = "stuck"


def may_open(actor: Actor, trouble: Trouble) -> bool:
    """Whether somebody may open this list at all."""
    return trouble is Trouble.UNDELIVERED or policy.is_at_least(actor, Role.SUPERVISOR)


def _must_open(actor: Actor, trouble: Trouble) -> None:
    if not may_open(actor, trouble):
        policy.must_be(actor, Role.SUPERVISOR, Text(f"desk {trouble.value}"))


def counts(desk: Desk) -> dict[Trouble, int]:
    """How long each list is that the actor may open, counted to 50; nothing of what waits is read for it."""
    found: dict[Trouble, Any] = {
        Trouble.QUARANTINE: select(Quarantined.id).where(QUARANTINED),
        Trouble.UNDELIVERED: select(Delivery.id).where(*_undelivered(desk)),
        Trouble.STUCK: select(Deadline.id).where(Deadline.is_failed),
    }
    return {trouble: _count(desk, some) for trouble, some in found.items() if may_open(desk.actor, trouble)}


def _count(desk: Desk, statement: Any) -> int:
    some = statement.limit(MOST).subquery()
    return int(desk.execute(select(func.count()).select_from(some)).scalar_one())


def quarantined(desk: Desk) -> Sequence[Quarantined]:
    """What could not be understood, the oldest first. Raises NotAllowed for who is no supervisor."""
    _must_open(desk.actor, Trouble.QUARANTINE)
    return quarantine.waiting(desk, limit=MOST)


def stuck(desk: Desk) -> Sequence[Due]:
    """What became due and failed three times. Raises NotAllowed for who is no supervisor."""
    _must_open(desk.actor, Trouble.STUCK)
    return deadlines.stuck(desk)


def undelivered(desk: Desk) -> Sequence[Delivery]:
    """What failed or perhaps arrived, the oldest first."""
    statement = select(Delivery).where(*_undelivered(desk)).order_by(Delivery.id).limit(MOST)
    return desk.session.scalars(statement).all()


def undelivered_one(desk: Desk, delivery_id: int) -> Delivery:
    """One of them; what the actor may not see does not exist for them."""
    statement = select(Delivery.id).where(Delivery.id == delivery_id, *_undelivered(desk))
    if desk.execute(statement).first() is None:
        raise NotFound(text("No delivery {id} waits for a decision. Try: desk undelivered", id=delivery_id))
    return settling.by_id(desk, delivery_id)


def _undelivered(desk: Desk) -> tuple[ColumnElement[bool], ...]:
    failed = Delivery.state.in_((DeliveryState.FAILED, DeliveryState.UNCERTAIN))
    return failed, _of_visible(desk)


def _of_visible(desk: Desk) -> ColumnElement[bool]:
    """A delivery's ticket, or its dialog while that has none, is one the actor may see."""
    if policy.is_at_least(desk.actor, Role.SUPERVISOR):
        return true()
    tree, context = policy.visible(desk.actor), policy.context(desk)
    tickets = select(Ticket.id).where(where(tree, context))
    dialogs = select(Dialog.id).where(where(tree, context, on=Dialog))
    of_dialog = and_(Delivery.ticket_id.is_(None), Delivery.dialog_id.in_(dialogs))
    return or_(Delivery.ticket_id.in_(tickets), of_dialog)

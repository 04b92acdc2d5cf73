"""What failed or perhaps arrived: somebody decides whether it is sent again or left."""

from collections.abc import Sequence

from sqlalchemy import select, update

from core.desk import Desk
from core.errors import NotFound
from core.models import CARD, TROUBLED, Delivery, DeliveryState, Lane, Message
from core.show import text


def troubled(desk: Desk, *, limit: int = 50) -> Sequence[Delivery]:
    """What failed or is uncertain, and waits for somebody to decide; the oldest first."""
    statement = select(Delivery).where(Delivery.state.in_(TROUBLED)).order_by(Delivery.id).limit(limit)
    return desk.session.scalars(statement).all()


def by_id(desk: Desk, delivery_id: int) -> Delivery:
    """A delivery that waits for somebody to decide."""
    delivery = desk.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state not in TROUBLED:
        raise NotFound(text("No delivery {id} waits for a decision. Try: desk undelivered", id=delivery_id))
    return delivery


def send_again(desk: Desk, delivery: Delivery) -> None:
    """Puts a failed or uncertain delivery back into its lane, at its old place."""
    delivery.state, delivery.is_due, delivery.attempts = DeliveryState.WAITING, True, 0
    delivery.not_before, delivery.settled_at, delivery.error, delivery.joined_to = None, None, "", None
    if delivery.kind == CARD:
        back = {"state": DeliveryState.WAITING, "is_due": True, "attempts": 0, "settled_at": None, "error": ""}
        theirs = (Delivery.thread_id == delivery.thread_id, Delivery.state == DeliveryState.FAILED)
        desk.execute(update(Delivery).where(*theirs, Delivery.id != delivery.id).values(**back))
    if delivery.message_id is not None and delivery.thread_id is None:
        message = desk.session.get_one(Message, delivery.message_id)
        message.failed_at, message.failure = None, ""
    desk.look("queue", f"outbox:{desk.session.get_one(Lane, delivery.lane).destination}")


def discard(desk: Desk, delivery: Delivery) -> None:
    """Lets a failed or uncertain delivery be."""
    delivery.state = DeliveryState.DISCARDED
    desk.look("queue", "outbox")

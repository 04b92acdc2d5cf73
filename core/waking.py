"""A channel of a team chat is there again: what waited for it goes at once, not when it would have been tried."""

from sqlalchemy import delete, select, update

from core import pushed
from core.desk import Desk
from core.models import Bucket, Delivery, DeliveryState, Place, Thread


def channel(desk: Desk, room: str, place: str) -> None:
    """Lets everything for a channel and its threads be sent now. Repeating is safe."""
    here = select(Place.id).where(Place.room == room, Place.place == place)
    lines = [f"place:{id_}" for id_ in desk.execute(here).scalars()]
    if not lines:
        return
    threads = select(Thread.id).where(Thread.room == room, Thread.place == place)
    waits = (Delivery.is_due, Delivery.state == DeliveryState.WAITING, Delivery.not_before > desk.now)
    theirs = Delivery.thread_id.in_(threads) | Delivery.lane.in_(lines)
    desk.execute(update(Delivery).where(*waits, theirs).values(not_before=None))
    desk.execute(delete(Bucket).where(Bucket.key == pushed.posts_of(room, place)))
    desk.look(f"outbox:room:{room}")

"""What is to be sent: rows, in lanes that keep their order, sharing the rates of buckets; claimed, sent, settled.

Nothing here talks to a platform. A sender claims a lane's next delivery in one transaction, sends it with none open,
and settles it in another. After a crash in between, what was being sent is asked for; where nobody can know, it is
uncertain, and an agent decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from core import upsert
from core.desk import Desk
from core.errors import NotFound
from core.events import MessageFailed
from core.models import TO_BE_SENT, Bucket, Delivery, DeliveryState, Lane, Message, Rank, Thread
from core.show import text

CARD = "card"
"""The kind of a delivery that shows a thread's card."""
LEASE = timedelta(seconds=60)
"""How long a sender has a lane; it renews it while it works."""
MOST_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
_TROUBLED = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Something to be sent: by which lane and buckets, what it is about, and how pressing."""

    lane: str
    destination: str
    kind: str
    buckets: tuple[str, ...] = ()
    rank: Rank = Rank.WORDS
    message_id: int | None = None
    thread_id: int | None = None
    ticket_id: int | None = None
    dialog_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery a sender has taken on, and whether an earlier try may have arrived."""

    delivery: Delivery
    was_sending: bool

    @property
    def nonce(self) -> str:
        """The same for every try, at most 25 characters."""
        return f"deskbell-{self.delivery.id}"


def put(desk: Desk, *wanted: Wanted) -> None:
    """Adds deliveries to their lanes, in the transaction of what they tell of."""
    if not wanted:
        return
    lanes = [
        {"key": each.lane, "destination": each.destination, "buckets": list(each.buckets), "leased_by": ""}
        for each in wanted
    ]
    desk.execute(upsert.into(Lane, desk.on_postgres).on_conflict_do_nothing(), lanes)
    rows = [
        {
            "lane": each.lane, "kind": each.kind, "rank": each.rank, "state": DeliveryState.WAITING, "is_due": True,
            "message_id": each.message_id, "thread_id": each.thread_id, "ticket_id": each.ticket_id,
            "dialog_id": each.dialog_id, "facts": each.facts, "created_at": desk.now, "attempts": 0,
            "external_id": "", "error": "",
        }
        for each in wanted
    ]  # fmt: skip
    desk.execute(insert(Delivery), rows)
    desk.look(*(f"outbox:{each.destination}" for each in wanted))


def in_thread(
    thread: Thread, kind: str, *, message_id: int | None = None, facts: dict[str, Any] | None = None
) -> Wanted:
    """Something for a thread in a pushed room: its lane is the thread, its rates the place's and the room's."""
    room = f"room:{thread.room}"
    return Wanted(
        lane=f"thread:{thread.id}", destination=room, kind=kind, buckets=(f"{room}:{thread.place}", room),
        rank=Rank.CARD if kind == CARD else Rank.WORDS, thread_id=thread.id, message_id=message_id,
        ticket_id=thread.ticket_id, dialog_id=thread.dialog_id, facts=facts or {},
    )  # fmt: skip


def lease(desk: Desk, destination: str, holder: str) -> str | None:
    """Takes the lane of a destination that should be served next; None when none can be.

    People's words come before alerts, those before cards; lanes of the same rank take turns.
    """
    first = _heads(desk, destination).subquery()
    statement = (
        select(Lane.key)
        .join(first, first.c.lane == Lane.key)
        .where(or_(Lane.leased_until.is_(None), Lane.leased_until <= desk.now, Lane.leased_by == holder))
        .where(or_(Lane.not_before.is_(None), Lane.not_before <= desk.now))
        .where(or_(first.c.not_before.is_(None), first.c.not_before <= desk.now))
        .order_by(first.c.rank, Lane.served_at.is_not(None), Lane.served_at, first.c.id)
        .with_for_update(of=Lane, skip_locked=True)
    )
    held_back = set(desk.execute(select(Bucket.key).where(Bucket.not_before > desk.now)).scalars())
    for key in desk.execute(statement.limit(200)).scalars():
        lane = desk.session.get_one(Lane, key)
        if not held_back & set(lane.buckets):
            lane.leased_by, lane.leased_until, lane.served_at = holder, desk.now + LEASE, desk.now
            desk.flush()
            return str(key)
    return None


def _heads(desk: Desk, destination: str) -> Any:
    """The first due delivery of every lane of a destination; a thread's words wait until its card has made it."""
    earlier = aliased(Delivery)
    is_behind = exists(
        select(earlier.id).where(earlier.lane == Delivery.lane, earlier.is_due, earlier.id < Delivery.id)
    )
    return (
        select(Delivery.lane, Delivery.id, Delivery.rank, Delivery.not_before)
        .join(Lane, Lane.key == Delivery.lane)
        .outerjoin(Thread, Thread.id == Delivery.thread_id)
        .where(TO_BE_SENT, Lane.destination == destination, ~is_behind)
        .where(or_(Delivery.kind == CARD, Delivery.thread_id.is_(None), Thread.root.is_not(None)))
    )


def claim(desk: Desk, lane: str, holder: str) -> Claimed | None:
    """Takes the next delivery of a leased lane on; None when the lease is lost or nothing is due there."""
    leased = desk.session.get(Lane, lane, with_for_update=True, populate_existing=True)
    if leased is None or leased.leased_by != holder:
        return None
    statement = select(Delivery).where(TO_BE_SENT, Delivery.lane == lane).order_by(Delivery.id).limit(1)
    delivery = desk.session.scalars(statement.with_for_update()).one_or_none()
    if delivery is None or (delivery.not_before is not None and delivery.not_before > desk.now):
        return None
    was_sending = delivery.state is DeliveryState.SENDING
    delivery.state, delivery.attempts = DeliveryState.SENDING, delivery.attempts + 1
    leased.leased_until = desk.now + LEASE
    desk.flush()
    return Claimed(delivery, was_sending)


def release(desk: Desk, lane: str, holder: str) -> None:
    """Gives a lane back; one with nothing left to send or to decide is forgotten."""
    empty = ~exists(select(Delivery.id).where(Delivery.lane == lane, or_(TO_BE_SENT, Delivery.state.in_(_TROUBLED))))
    desk.execute(delete(Lane).where(Lane.key == lane, Lane.leased_by == holder, Lane.not_before.is_(None), empty))
    desk.execute(update(Lane).where(Lane.key == lane, Lane.leased_by == holder).values(leased_by="", leased_until=None))


def sent(desk: Desk, delivery_id: int, external_id: str) -> Delivery | None:
    """The platform has it, under this id; saying so twice is once, and nothing the second time."""
    return _settle(desk, delivery_id, DeliveryState.SENT, external_id=external_id, error="")


def put_off(desk: Desk, delivery_id: int, why: str, *, retry_after: timedelta | None, chance: float) -> None:
    """It will be tried again: after what the platform asks for, else after a growing pause with jitter.

    `chance` (0 to 1) spreads the tries; after 8 of them it has failed. A platform's own pause holds its buckets, too.
    """
    delivery = desk.session.get_one(Delivery, delivery_id, with_for_update=True)
    if delivery.attempts >= MOST_TRIES and retry_after is None:
        failed(desk, delivery_id, why)
        return
    pause = retry_after or _pause(delivery.attempts, chance)
    delivery.state, delivery.error = DeliveryState.WAITING, why[:300]
    delivery.not_before = desk.now + pause
    if retry_after is not None:
        delivery.attempts -= 1
        for key in desk.session.get_one(Lane, delivery.lane).buckets:
            _hold(desk, key, desk.now + pause)
    desk.flush()


def _pause(attempts: int, chance: float) -> timedelta:
    longest: timedelta = min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
    return longest * (0.5 + chance / 2)


def _hold(desk: Desk, bucket: str, until: datetime) -> None:
    statement = upsert.into(Bucket, desk.on_postgres).values(key=bucket, not_before=until)
    desk.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"not_before": until}))


def failed(desk: Desk, delivery_id: int, why: str) -> None:
    """It will never arrive: shown among the undelivered; a reply to a customer is marked in its thread, too."""
    delivery = _settle(desk, delivery_id, DeliveryState.FAILED, error=why[:300])
    if delivery is not None and delivery.message_id is not None and delivery.thread_id is None:
        message = desk.session.get_one(Message, delivery.message_id)
        message.failed_at, message.failure = desk.now, why[:300]
        desk.record(MessageFailed(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id))


def uncertain(desk: Desk, delivery_id: int, why: str) -> None:
    """Nobody can know whether it arrived: an agent decides."""
    _settle(desk, delivery_id, DeliveryState.UNCERTAIN, error=why[:300])


def _settle(desk: Desk, delivery_id: int, state: DeliveryState, **values: Any) -> Delivery | None:
    """Ends a delivery that is under way; one that is settled stays as it is."""
    delivery = desk.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if not delivery.is_due:
        return None
    delivery.state, delivery.is_due, delivery.settled_at = state, False, desk.now
    for name, value in values.items():
        setattr(delivery, name, value)
    desk.flush()
    desk.look("queue", "outbox")
    return delivery


def troubled(desk: Desk, *, limit: int = 50) -> Sequence[Delivery]:
    """What failed or is uncertain, and waits for somebody to decide; the oldest first."""
    statement = select(Delivery).where(Delivery.state.in_(_TROUBLED)).order_by(Delivery.id).limit(limit)
    return desk.session.scalars(statement).all()


def by_id(desk: Desk, delivery_id: int) -> Delivery:
    """A delivery that waits for somebody to decide."""
    delivery = desk.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state not in _TROUBLED:
        raise NotFound(text("No delivery {id} waits for a decision. Try: desk undelivered", id=delivery_id))
    return delivery


def send_again(desk: Desk, delivery: Delivery) -> None:
    """Puts a failed or uncertain delivery back into its lane, at its old place."""
    delivery.state, delivery.is_due, delivery.attempts = DeliveryState.WAITING, True, 0
    delivery.not_before, delivery.settled_at, delivery.error = None, None, ""
    if delivery.message_id is not None and delivery.thread_id is None:
        message = desk.session.get_one(Message, delivery.message_id)
        message.failed_at, message.failure = None, ""
    desk.look("queue", f"outbox:{desk.session.get_one(Lane, delivery.lane).destination}")


def discard(desk: Desk, delivery: Delivery) -> None:
    """Lets a failed or uncertain delivery be."""
    delivery.state = DeliveryState.DISCARDED
    desk.look("queue", "outbox")


def next_at(desk: Desk, destination: str) -> datetime | None:
    """When something of a destination may next be sent; None when nothing waits."""
    heads = _heads(desk, destination).subquery()
    earliest = select(heads.c.not_before).order_by(heads.c.not_before.is_not(None), heads.c.not_before).limit(1)
    row = desk.execute(earliest).first()
    return None if row is None else row.not_before or desk.now

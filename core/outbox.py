"""What is to be sent: rows, in lanes that keep their order, sharing the rates of buckets; claimed, sent, settled.

Nothing here talks to a platform. A sender claims a lane's next delivery in one transaction, sends it with none open,
and settles it in another. After a crash in between, what was being sent is asked for; where nobody can know, it is
uncertain, and an agent decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import insert, select

from core import lanes, upsert
from core.desk import Desk
from core.events import MessageFailed, QuestionFailed
from core.models import CARD, TO_BE_SENT, Ask, Delivery, DeliveryState, Lane, Message, Rank, Thread, table
from core.show import text

LOST = text("the answer was lost")
MOST_TRIES = 8
MOST_JOINED = 10
"""Deliveries that go out as one at most."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)


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
    """A delivery a sender has taken on, those that go out with it, and whether an earlier try may have arrived."""

    delivery: Delivery
    was_sending: bool
    others: tuple[Delivery, ...] = ()

    @property
    def all(self) -> tuple[Delivery, ...]:
        """The delivery and those that go out with it, in their order."""
        return (self.delivery, *self.others)

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of all of them."""
        return tuple(each.id for each in self.all)


def nonce(delivery: Delivery) -> str:
    """What a platform knows a delivery by, the same for every try, at most 25 characters."""
    return f"deskbell-{delivery.id}"


def put(desk: Desk, *wanted: Wanted) -> None:
    """Adds deliveries to their lanes, in the transaction of what they tell of."""
    if not wanted:
        return
    by_key = {each.lane: each for each in wanted}
    rows_of_lanes = [
        {"key": key, "destination": by_key[key].destination, "buckets": list(by_key[key].buckets), "leased_by": ""}
        for key in sorted(by_key)
    ]
    desk.execute(_opened(desk.on_postgres), rows_of_lanes)
    rows = [
        {
            "lane": each.lane, "kind": each.kind, "rank": each.rank, "state": DeliveryState.WAITING, "is_due": True,
            "message_id": each.message_id, "thread_id": each.thread_id, "ticket_id": each.ticket_id,
            "dialog_id": each.dialog_id, "facts": each.facts, "created_at": desk.now, "attempts": 0,
            "external_id": "", "error": "",
        }
        for each in wanted
    ]  # fmt: skip
    desk.execute(_PUT, rows)
    desk.look(*(f"outbox:{each.destination}" for each in wanted))


_PUT = insert(table(Delivery))


@cache
def _opened(on_postgres: bool) -> Any:
    """Makes a lane, or locks the one there is: whoever gives it back at the same moment then sees what was put."""
    statement = upsert.into(table(Lane), on_postgres)
    return statement.on_conflict_do_update(index_elements=["key"], set_={"destination": statement.excluded.destination})


def claim(desk: Desk, lane: str, holder: str) -> Claimed | None:
    """Takes the next delivery of a leased lane on, with those behind it that may go out as one with it.

    None when the lease is lost or nothing is due there.
    """
    leased = desk.session.get(Lane, lane, with_for_update=True, populate_existing=True)
    if leased is None or leased.leased_by != holder:
        return None
    statement = select(Delivery).where(TO_BE_SENT, Delivery.lane == lane).order_by(Delivery.id).limit(1)
    delivery = desk.session.scalars(statement.with_for_update()).one_or_none()
    if delivery is None or (delivery.not_before is not None and delivery.not_before > desk.now):
        return None
    was_sending = delivery.state is DeliveryState.SENDING
    others = _joined(desk, delivery) if was_sending else _joining(desk, delivery)
    for each in (delivery, *others):
        each.state, each.attempts = DeliveryState.SENDING, each.attempts + 1
        each.joined_to = None if each is delivery else delivery.id
    leased.leased_until = desk.now + lanes.LEASE
    desk.flush()
    return Claimed(delivery, was_sending, tuple(others))


def _joined(desk: Desk, head: Delivery) -> Sequence[Delivery]:
    """What an earlier try sent together with this one."""
    statement = select(Delivery).where(TO_BE_SENT, Delivery.lane == head.lane, Delivery.joined_to == head.id)
    return desk.session.scalars(statement.order_by(Delivery.id).with_for_update()).all()


def _joining(desk: Desk, head: Delivery) -> Sequence[Delivery]:
    """What waits right behind a delivery and is of the same kind and speaker."""
    if not head.facts.get("joins"):
        return ()
    statement = select(Delivery).where(TO_BE_SENT, Delivery.lane == head.lane, Delivery.id > head.id)
    behind = desk.session.scalars(statement.order_by(Delivery.id).limit(MOST_JOINED - 1).with_for_update()).all()
    same = (head.kind, head.facts["joins"])
    return list(takewhile(lambda each: (each.kind, each.facts.get("joins")) == same, behind))


def sent(desk: Desk, delivery_id: int, external_id: str) -> Delivery | None:
    """The platform has it, under this id; saying so twice is once, and nothing the second time."""
    return _settle(desk, delivery_id, DeliveryState.SENT, external_id=external_id, error="")


def put_off(
    desk: Desk, delivery_id: int, why: str, *, retry_after: timedelta | None, chance: float, alone: bool = False
) -> None:
    """It will be tried again: after what the platform asks for, else after a growing pause with jitter.

    `chance` (0 to 1) spreads the tries; after 8 of them it has failed. A platform's own pause holds its buckets, too
    (not the whole room's), unless it is meant for this lane `alone`.
    """
    delivery = desk.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if not delivery.is_due:
        return
    if delivery.attempts >= MOST_TRIES and retry_after is None:
        failed(desk, delivery_id, why)
        return
    pause = retry_after or _pause(delivery.attempts, chance)
    delivery.state, delivery.error = DeliveryState.WAITING, why[:300]
    delivery.not_before = desk.now + pause
    if retry_after is not None:
        delivery.attempts -= 1
        for key in () if alone else _narrow(desk.session.get_one(Lane, delivery.lane)):
            lanes.hold(desk, key, desk.now + pause)
    desk.flush()


def _narrow(lane: Lane) -> Sequence[str]:
    """The buckets a platform's pause is meant for: of several the last one is all of a room, which goes on."""
    return lane.buckets[:-1] or lane.buckets


def ask_later(
    desk: Desk, delivery_ids: Sequence[int], why: str, *, retry_after: timedelta | None, chance: float
) -> None:
    """Nobody can be asked now whether it arrived: it stays under way and is asked for again after a pause.

    After 8 tries without an answer nobody knows (`uncertain`); a pause the platform asks for is no try.
    """
    head = desk.session.get_one(Delivery, delivery_ids[0], with_for_update=True, populate_existing=True)
    head.attempts -= retry_after is not None
    if head.is_due and head.attempts < MOST_TRIES:
        head.not_before, head.error = desk.now + (retry_after or _pause(head.attempts, chance)), why[:300]
        return
    for delivery_id in delivery_ids:
        uncertain(desk, delivery_id, why)


def _pause(attempts: int, chance: float) -> timedelta:
    longest: timedelta = min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
    return longest * (0.5 + chance / 2)


def failed(desk: Desk, delivery_id: int, why: str) -> None:
    """It will never arrive: shown among the undelivered; a reply to a customer is marked in its thread, too."""
    delivery = _settle(desk, delivery_id, DeliveryState.FAILED, error=why[:300])
    if delivery is not None and delivery.kind == CARD:
        _give_up_words(desk, delivery, why)
    if delivery is not None and delivery.message_id is not None and delivery.thread_id is None:
        message = desk.session.get_one(Message, delivery.message_id)
        message.failed_at, message.failure = desk.now, why[:300]
        desk.record(MessageFailed(ticket_id=message.ticket_id, dialog_id=message.dialog_id, message_id=message.id))
    asked = None if delivery is None else desk.session.get(Ask, delivery.facts.get("ask") or 0)
    if asked is not None:
        desk.record(QuestionFailed(ticket_id=asked.ticket_id, agent=asked.agent_id))


def _give_up_words(desk: Desk, card: Delivery, why: str) -> None:
    """Without its first card a thread is not there: what waits to be said in it is undelivered, too."""
    statement = select(Delivery).join(Thread, Thread.id == Delivery.thread_id)
    waiting = (TO_BE_SENT, Delivery.thread_id == card.thread_id, Thread.root.is_(None), Delivery.kind != CARD)
    for each in desk.session.scalars(statement.where(*waiting)).all():
        each.state, each.is_due, each.settled_at, each.error = DeliveryState.FAILED, False, desk.now, why[:300]


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

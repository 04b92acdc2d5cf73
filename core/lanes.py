"""Lanes keep what is to be sent in its order; buckets are rates they share. A sender leases a lane, not a delivery."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from core import upsert
from core.desk import Desk
from core.models import CARD, TO_BE_SENT, TROUBLED, Bucket, Delivery, Lane, Thread

LEASE = timedelta(seconds=120)
"""How long a sender has a lane: longer than it may take to ask for a delivery and to send it."""

_PAGE = 500

Rest = Callable[[str], timedelta]
"""How long a bucket rests after something was sent through it."""


def no_rest(bucket: str) -> timedelta:
    """For what has no rates of its own."""
    return timedelta()


def lease(desk: Desk, destination: str, holder: str, rest: Rest = no_rest) -> str | None:
    """Takes the lane of a destination that should be served next, and its buckets' turns; None when none can be.

    People's words come before alerts, those before cards; lanes of the same rank take turns.
    """
    for key in _going(desk, destination):
        lane: Lane | None = desk.session.scalars(_free(desk, key)).one_or_none()
        if lane is not None and _take_turns(desk, lane.buckets, rest):
            lane.leased_by, lane.leased_until, lane.served_at = holder, desk.now + LEASE, desk.now
            desk.flush()
            return lane.key
    return None


def keep_longer(desk: Desk, key: str, holder: str, more: timedelta) -> None:
    """Leases a lane for longer than usual to who has it: what is sent takes its time."""
    held = (Lane.key == key, Lane.leased_by == holder)
    desk.execute(update(Lane).where(*held).values(leased_until=desk.now + LEASE + more))


def _going(desk: Desk, destination: str) -> Iterator[str]:
    """The lanes none of whose buckets rests, page by page: thousands of one shut channel hide no other."""
    held_back = _held_back(desk).keys()
    for seen in count(0, _PAGE):
        rows = desk.execute(_serveable(desk, destination).limit(_PAGE).offset(seen)).all()
        yield from (row.key for row in rows if not held_back & set(row.buckets))
        if len(rows) < _PAGE:
            return


def _serveable(desk: Desk, destination: str) -> Any:
    """The lanes nobody serves and whose next delivery may go, in the order they are served."""
    first = _heads(destination).subquery()
    return (
        select(Lane.key, Lane.buckets)
        .join(first, first.c.lane == Lane.key)
        .where(or_(Lane.leased_until.is_(None), Lane.leased_until <= desk.now))
        .where(or_(first.c.not_before.is_(None), first.c.not_before <= desk.now))
        .order_by(first.c.rank, Lane.served_at.is_not(None), Lane.served_at, first.c.id)
    )


def _free(desk: Desk, key: str) -> Any:
    """A lane, locked, unless another process has just taken it."""
    free = or_(Lane.leased_until.is_(None), Lane.leased_until <= desk.now)
    statement = select(Lane).where(Lane.key == key, free).with_for_update(skip_locked=True)
    return statement.execution_options(populate_existing=True)


def _held_back(desk: Desk) -> dict[str, datetime]:
    """The buckets nothing may be sent through now, and until when."""
    rows = desk.execute(select(Bucket.key, Bucket.not_before).where(Bucket.not_before > desk.now))
    return {row.key: row.not_before for row in rows}


def _take_turns(desk: Desk, buckets: Sequence[str], rest: Rest) -> bool:
    """Lets buckets rest from now on; False when another process has just taken one's turn."""
    for key in sorted(buckets):
        until = desk.now + rest(key)
        if until <= desk.now:
            continue
        statement = upsert.into(Bucket, desk.on_postgres).values(key=key, not_before=until)
        free = or_(Bucket.not_before.is_(None), Bucket.not_before <= desk.now)
        taken = desk.change(
            statement.on_conflict_do_update(index_elements=["key"], set_={"not_before": until}, where=free)
        )
        if not taken:
            return False
    return True


def _heads(destination: str) -> Any:
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


def next_at(desk: Desk, destination: str) -> datetime | None:
    """When something of a destination may next be sent; None when nothing waits."""
    heads = _heads(destination).subquery()
    busy = Lane.leased_until
    statement = select(heads.c.not_before, busy, Lane.buckets)
    rows = desk.execute(statement.join(Lane, Lane.key == heads.c.lane)).all()
    held_back = _held_back(desk) if rows else {}
    moments = [
        max(desk.now, *filter(None, (*row[:2], *(held_back.get(key) for key in row.buckets))), desk.now) for row in rows
    ]
    return min(moments, default=None)


def release(desk: Desk, lane: str, holder: str) -> None:
    """Gives a lane back; one with nothing left to send or to decide is forgotten.

    It is locked first, by a statement of its own, so that what somebody puts into it meanwhile is seen.
    """
    desk.execute(select(Lane.key).where(Lane.key == lane, Lane.leased_by == holder).with_for_update())
    empty = ~exists(select(Delivery.id).where(Delivery.lane == lane, or_(TO_BE_SENT, Delivery.state.in_(TROUBLED))))
    desk.execute(delete(Lane).where(Lane.key == lane, Lane.leased_by == holder, empty))
    desk.execute(update(Lane).where(Lane.key == lane, Lane.leased_by == holder).values(leased_by="", leased_until=None))


def take_over(desk: Desk, destination: str) -> None:
    """Frees the lanes of a destination from senders that are gone: only where no other process can have any."""
    mine = (Lane.destination == destination, Lane.leased_by != "")
    desk.execute(update(Lane).where(*mine).values(leased_by="", leased_until=None))


def lags(desk: Desk) -> Sequence[tuple[str, int, datetime]]:
    """What waits to be sent to each destination that is behind: how much, and since when the oldest does."""
    oldest = func.min(Delivery.created_at).label("oldest")
    waiting = select(Lane.destination, func.count().label("many"), oldest).group_by(Lane.destination)
    rows = desk.execute(waiting.join(Delivery, Delivery.lane == Lane.key).where(TO_BE_SENT))
    return [(row.destination, row.many, row.oldest) for row in rows]


def hold(desk: Desk, bucket: str, until: datetime) -> None:
    """Lets nothing through a bucket until then: its platform asks for it."""
    statement = upsert.into(Bucket, desk.on_postgres).values(key=bucket, not_before=until)
    desk.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"not_before": until}))

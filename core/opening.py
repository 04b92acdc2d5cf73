"""Opens threads for many tickets, a batch at a time: between two of them everybody else's changes go on."""

from core import deadlines, notices, places, showing
from core.deadlines import Due
from core.desk import Desk
from core.models import Place
from core.show import texts

BATCH = 50
_TOLD_EVERY = 250
"""Threads after which who asked for them is told how far it is."""


def begin(desk: Desk, place: Place) -> int:
    """Opens threads in a channel for its team's unclosed tickets that have none; returns how many it will be.

    What is more than one batch goes on by itself, and the actor is told of it.
    """
    count = places.untold(desk, place)
    _open_some(desk, place)
    if count > BATCH:
        _go_on_later(desk, place, BATCH, desk.actor.agent_id)
    return count


def _open_some(desk: Desk, place: Place) -> int:
    found = places.untold_tickets(desk, place, limit=BATCH)
    showing.open_for_tickets(desk, place, found)
    return len(found)


def _go_on_later(desk: Desk, place: Place, done: int, asker: int | None) -> None:
    deadlines.put(desk, "place", place.id, "threads", desk.now, {"done": done, "agent": asker})


def go_on(desk: Desk, due: Due) -> None:
    """What the deadline of a place's threads does: the next batch, until none lacks or the channel is no team's."""
    place, asker = desk.session.get(Place, due.subject_id), due.facts["agent"]
    if place is None:
        return
    count = _open_some(desk, place)
    done = int(due.facts["done"]) + count
    if count == BATCH:
        _go_on_later(desk, place, done, asker)
    if asker is not None and (count < BATCH or done % _TOLD_EVERY == 0):
        _tell(desk, asker, place, done, is_over=count < BATCH)


def _tell(desk: Desk, asker: int, place: Place, done: int, *, is_over: bool) -> None:
    on_their_way = texts(
        "{count} thread is on its way in {channel}.", "{count} threads are on their way in {channel}; more follow.",
        count=done, channel=place.name,
    )  # fmt: skip
    all_of_them = texts(
        "The {count} thread in {channel} is on its way.", "All {count} threads in {channel} are on their way.",
        count=done, channel=place.name,
    )  # fmt: skip
    notices.give(desk, asker, all_of_them if is_over else on_their_way)

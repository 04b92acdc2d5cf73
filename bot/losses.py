"""What a team chat has lost: a thread that is gone goes on in a new one, of a channel that is shut somebody is told."""

from collections.abc import Callable, Sequence

from core import accounts, dialogs, intake, notices, outbox, places, pushed, showing, teams, threads, tickets
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import TemporaryError
from core.models import Role, Thread
from core.room import Posting
from core.show import Text
from core.store import Desks


def thread_of(desk: Desk, room: str, place: str, root: str) -> int | None:
    """The id of our thread with this root."""
    spot = threads.at(desk, room, place, root)
    return None if spot is None else spot.thread_id


def lose_thread(desk: Desk, thread_id: int, why: Text) -> None:
    """A thread is gone: what is not over goes on in a new one, where its agent is called. Repeating is safe."""
    thread = desk.lock(Thread, thread_id)
    if thread is None or thread.root is None:
        return
    for fresh in showing.lost(desk, thread):
        outbox.put(desk, pushed.line(fresh, why, agents=_whose(desk, fresh)))


def _whose(desk: Desk, thread: Thread) -> Sequence[int]:
    if thread.ticket_id is not None:
        assignee = tickets.read(desk, thread.ticket_id).assignee_id
    else:
        assignee = None if thread.dialog_id is None else dialogs.read(desk, thread.dialog_id).assignee_id
    return () if assignee is None else (assignee,)


class Channels:
    """The channels of a room that cannot be used: supervisors and admins hear of each, once a day."""

    def __init__(self, desks: Desks, room: str) -> None:
        self._desks, self._room = desks, room
        self._told: set[str] = set()

    async def lost(self, place: str, said: Callable[[str], Text], *, is_gone: bool = False) -> None:
        """One cannot be used; `said` makes of its name what is told. One that is gone is no team's any more."""
        key = f"lost:{place}:{self._desks.clock():%Y-%m-%d}{':gone' if is_gone else ''}"
        if key in self._told:
            return
        await self._desks.change(SYSTEM, lambda desk: self._tell(desk, place, said, key=key, is_gone=is_gone))
        self._told.add(key)

    def _tell(self, desk: Desk, place: str, said: Callable[[str], Text], *, key: str, is_gone: bool) -> None:
        found = places.all_at(desk, self._room, place)
        if not found or not intake.is_first(desk, f"room:{self._room}", key):
            return
        for agent in teams.agents(desk):
            if agent.role is not Role.AGENT:
                notices.give(desk, agent.id, said(found[0].name))
        for each in found if is_gone else ():
            places.remove(desk, each)


def waits_alone(error: TemporaryError, posting: Posting) -> None:
    """Has a card or mark in a channel that is shut wait by itself: all channels share the rates of those."""
    if posting.kind == "mark" or (posting.kind == "card" and posting.root is not None):
        error.is_alone = True


def deactivated(desk: Desk, room: str, account: str) -> None:
    """Somebody was switched off there or became a guest: as if they had left every channel."""
    for place in places.in_room(desk, room):
        accounts.left(desk, place, account)

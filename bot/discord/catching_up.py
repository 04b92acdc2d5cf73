"""Reads what was written while nobody listened: in the threads that are past their cursor, in the order of time.

Discord repeats nothing after a restart. All missed lines are handed in by their ids, across all threads: so the newest
cursor is a moment up to which nothing is unread, and older archives need not be looked through.
"""

import heapq
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from bot.discord.channels import Channels
from bot.discord.inbound import moment, order
from bot.discord.listening import Listening, lane_of
from bot.discord.losses import ROOM
from bot.discord.rest import Rest, Wire
from bot.discord.troubles import LostThread, Refused, Shut
from bot.wiring import Wiring
from core import places, threads
from core.actor import SYSTEM
from core.models import Thread

log = logging.getLogger(__name__)

_PAGE = 100
_MOST_ARCHIVE_PAGES = 50


@dataclass(order=True)
class _Late:
    """The next unread message of a thread, and how to read on."""

    id: int
    place: str = field(compare=False)
    message: Wire = field(compare=False)
    rest: AsyncIterator[Wire] = field(compare=False)


class CatchingUp:
    """Reads on where we were."""

    def __init__(self, rest: Rest, wiring: Wiring, channels: Channels, listening: Listening) -> None:
        self._rest, self._desks, self._channels, self._listening = rest, wiring.desks, channels, listening
        self.is_cut_off = False
        """Whether something could not be read, since the bot may not; once it may, all is read again."""

    async def run(self) -> int:
        """Hands in everything unread; returns how many messages were read. Raises as `Rest.ask`."""
        self.is_cut_off = False
        ours = await self._desks.read(SYSTEM, lambda desk: threads.cursors(desk, ROOM))
        known = {str(thread.root): thread for thread in ours}
        newest = max((thread.cursor for thread in ours), default="")
        lasts = await self._last_messages(newest)
        late = [known[each] for each, last in lasts.items() if _is_late(known, each, last)]
        waiting: list[_Late] = []
        for thread in late:
            await self._queue(waiting, thread.place, self._unread(thread))
        count = 0
        while waiting:
            next_ = heapq.heappop(waiting)
            await self._hand_in(next_)
            await self._queue(waiting, next_.place, next_.rest)
            count += 1
        return count

    async def _last_messages(self, newest: str) -> Mapping[str, str]:
        """The last message of each thread that may have one we have not read: active ones, and lately archived ones."""
        found = {str(each["id"]): str(each.get("last_message_id") or "") for each in await self._channels.active()}
        for place in {each.place for each in await self._desks.read(SYSTEM, lambda desk: places.in_room(desk, ROOM))}:
            try:
                async for each in self._archived(place, newest):
                    found[str(each["id"])] = str(each.get("last_message_id") or "")
            except (Refused, Shut, LostThread) as error:
                self.is_cut_off = self.is_cut_off or isinstance(error, Shut)
                log.warning("discord: the archive of channel %s cannot be read: %s", place, error)
        return found

    async def _archived(self, place: str, newest: str) -> AsyncIterator[Wire]:
        """A channel's archived threads, the last archived first, down to what was archived before all we have read."""
        before, since = "", moment(str(int(newest or "0"))).isoformat()
        for _ in range(_MOST_ARCHIVE_PAGES):
            query = f"?limit={_PAGE}" + (f"&before={before.replace('+', '%2B')}" if before else "")
            path = f"/channels/{{channel_id}}/threads/archived/public{query}"
            page = await self._rest.ask("GET", path, channel_id=place, needs="Read Message History")
            for each in page["threads"]:
                before = str(each["thread_metadata"]["archive_timestamp"])
                if before < since:
                    return
                yield each
            if not page.get("has_more"):
                return

    async def _queue(self, waiting: list[_Late], place: str, messages: AsyncIterator[Wire]) -> None:
        try:
            message = await anext(messages, None)
        except (LostThread, Shut, Refused) as error:
            self.is_cut_off = self.is_cut_off or isinstance(error, Shut)
            log.warning("discord: a thread cannot be read: %s", error)
            return
        if message is not None:
            heapq.heappush(waiting, _Late(int(message["id"]), place, message, messages))

    async def _unread(self, thread: Thread) -> AsyncIterator[Wire]:
        """A thread's messages behind its cursor, in order."""
        after = str(int(thread.cursor or thread.root or "0"))
        while True:
            path = f"/channels/{{channel_id}}/messages?after={after}&limit={_PAGE}"
            page = await self._rest.ask("GET", path, channel_id=thread.root, needs="Read Message History")
            page.sort(key=lambda message: int(message["id"]))
            for message in page:
                yield message
            if len(page) < _PAGE:
                return
            after = str(page[-1]["id"])

    async def _hand_in(self, late: _Late) -> None:
        if str(late.message["channel_id"]) != str(late.message["id"]):  # the card under which a thread stands
            async with self._listening.lanes.turn(lane_of(late.message)):
                await self._listening.late(late.place, late.message)


def _is_late(known: Mapping[str, Thread], root: str, last: str) -> bool:
    return root in known and bool(last) and order(last) > max(known[root].cursor, order(root))

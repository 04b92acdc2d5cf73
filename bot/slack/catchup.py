"""Reads what was said while nobody heard: each thread of ours past its cursor, from there on, page by page.

Slack gives each event to one of our sockets and repeats what was not acknowledged, for minutes; so threads are read
again from some time before the cursor. What is known already does nothing.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.slack import inbound
from bot.slack.listening import After, Listening
from bot.slack.parts import Parts
from bot.slack.troubles import LostThread, ShutChannel
from bot.slack.web import Me, pages
from bot.slack.words import Wire
from core import threads
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import PermanentError, UserError
from core.models import Thread

log = logging.getLogger(__name__)

OVERLAP_S = 600
"""Slack repeats an event at once, after one and after five minutes."""
_A_PAGE, _MOST_PAGES = 200, 200


@dataclass(frozen=True, slots=True)
class Unread:
    """A thread, and up to where it was read."""

    id: int
    root: str
    cursor: str


class CatchUp:
    """The reader of what was missed."""

    def __init__(self, parts: Parts, listening: Listening) -> None:
        self._web, self._desks, self._listening = parts.web, parts.wiring.desks, listening

    async def run(self, me: Me, *, heard_until: float) -> int:
        """Hands in what was said in all our threads; returns how many lines were read that are newer than that time.

        `heard_until` (Unix seconds) is when the last one was surely heard. Raises as `web.asking`.
        """
        found = await self._desks.read(SYSTEM, _unread)
        count = 0
        for place, wanted in found.items():
            try:
                count += await self._channel(me, place, wanted, heard_until)
            except ShutChannel as error:
                log.warning("slack channel %s cannot be read: %s", place, error.code)
        return count

    async def _channel(self, me: Me, place: str, wanted: dict[str, Unread], heard_until: float) -> int:
        count, since = 0, f"{heard_until - OVERLAP_S:.6f}"
        async for root in self._roots(place, wanted):
            thread, latest = wanted[root["ts"]], str(root.get("latest_reply") or "")
            if latest and (latest > thread.cursor or latest > since):
                count += await self._thread(me, place, thread, heard_until)
        return count

    async def _roots(self, place: str, wanted: dict[str, Unread]) -> AsyncIterator[Wire]:
        """The first messages of our threads in a channel, as far back as the oldest."""
        history, oldest = self._web.client.conversations_history, min(wanted)
        reading = pages(
            history, "messages", most=_MOST_PAGES, channel=place, limit=_A_PAGE, oldest=oldest, inclusive=True
        )  # fmt: skip
        async for page in reading:
            for message in page:
                if message["ts"] in wanted:
                    yield message

    async def _thread(self, me: Me, place: str, thread: Unread, heard_until: float) -> int:
        """Reads a thread from a little before its cursor to its end; only then the cursor stands there."""
        count, last = 0, thread.cursor
        start = f"{max(float(thread.root), float(thread.cursor or thread.root) - OVERLAP_S):.6f}"
        try:
            async for page in pages(
                self._web.client.conversations_replies, "messages", most=_MOST_PAGES, channel=place, ts=thread.root,
                oldest=start, limit=_A_PAGE,
            ):  # fmt: skip
                for message in page:
                    if message["ts"] != thread.root:
                        last = max(last, message["ts"])
                        count += await self._passing(me, place, message) and float(message["ts"]) > heard_until
        except LostThread:
            return count
        if last > thread.cursor:
            await self._desks.change(SYSTEM, lambda desk: threads.read_up_to(desk, thread.id, last))
        return count

    async def _passing(self, me: Me, place: str, message: Wire) -> bool:
        """Hands in one line; one that fails for its own content is passed over, so that those behind it are read."""
        try:
            return await self._line(me, place, message)
        except (ValueError, KeyError, TypeError, UserError, PermanentError) as error:
            log.warning("slack line %s in %s is passed over: %s", message["ts"], place, type(error).__name__)
            return False

    async def _line(self, me: Me, place: str, message: Wire) -> bool:
        """Hands in one line, and what it says now where it was edited; whether it is somebody's."""
        typed = inbound.typed(message, me, place)
        if typed is None:
            return False
        after: list[After | None] = [await self._listening.said(typed, me, moves_cursor=True)]
        if message.get("edited"):
            after.append(await self._listening.edited(typed, me))
        for each in after:
            if each is not None:
                await each()
        return True


def _unread(desk: Desk) -> dict[str, dict[str, Unread]]:
    """All our threads that are there, by channel and root."""
    found: dict[str, dict[str, Unread]] = {}
    for thread in threads.cursors(desk, "slack"):
        _add(found, thread)
    return found


def _add(found: dict[str, dict[str, Unread]], thread: Thread) -> None:
    root = thread.root or ""
    found.setdefault(thread.place, {})[root] = Unread(thread.id, root, thread.cursor)

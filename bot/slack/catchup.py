"""Reads what was said while nobody heard: of each thread what stands behind its cursor, page by page.

Slack does not say which threads were written in. A channel's history, newest first, shows each thread's first message
with the time of its latest reply; an old thread with a new reply stays where its first message is. So the threads of
what is not over are looked at first: down the history for as long as each page shows some, then one by one. Slack
itself brings again, for minutes, what it could not bring: only after a longer gap the threads of what is over are
looked at, too, down the rest of the history. What takes many questions goes on slowly beside the work; until a thread
was read to its end, no cursor of it moves.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bot.slack.gaps import Unread, unread
from bot.slack.listening import Listening
from bot.slack.losses import ROOM
from bot.slack.parts import Parts
from bot.slack.troubles import AskedToWait, LostThread, ShutChannel
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core import threads
from core.actor import SYSTEM
from core.desk import Desk

log = logging.getLogger(__name__)

OVERLAP_S = 600
"""Slack repeats an event at once, after one and after five minutes."""
BROUGHT_AGAIN_S = 240
"""After a gap no longer than this, Slack's last repetition of all that was said in it is still to come."""
_LATELY = timedelta(days=14)
"""Within this time after its end a ticket is still written about."""
A_PAGE = 200
AT_ONCE, EACH_S = 40, 2.0
"""So many questions are asked at once, one more each so many seconds: Slack takes 50 a minute, others ask, too."""


class CatchUp:
    """The reader of what was missed: `begin`, `lively`, `rest`. Each goes on where an error has cut it off."""

    def __init__(self, parts: Parts, listening: Listening, me: Me) -> None:
        self._web, self._desks = parts.web, parts.wiring.desks
        self._listening, self._gaps, self._me = listening, parts.gaps, me
        self._down_to: dict[str, str] = {}
        self._asked = 0

    async def begin(self) -> None:
        """Notes which threads may hold something unread."""
        is_long = time.time() - self._gaps.heard_s > BROUGHT_AGAIN_S

        def body(desk: Desk) -> dict[str, dict[str, Unread]]:
            found = unread(desk, threads.lively(desk, ROOM, desk.now - _LATELY))
            return {place: self._wanted(place, roots, is_long=is_long) for place, roots in found.items()}

        found = await self._desks.read(SYSTEM, body)
        self._gaps.begins(found)
        self._gaps.shut.clear()
        self._down_to, self._asked = {}, 0

    def _wanted(self, place: str, roots: dict[str, Unread], *, is_long: bool) -> dict[str, Unread]:
        everything = is_long or place in self._gaps.shut
        return {root: each for root, each in roots.items() if everything or each.is_lively}

    async def lively(self) -> None:
        """Reads the threads of what is not over. Raises as `web.asking`."""
        await self._in_each_channel(self._lively)

    async def rest(self) -> None:
        """Reads the others, until there is a new gap. Raises as `web.asking`."""
        await self._in_each_channel(self._rest)

    async def _in_each_channel(self, read: Callable[[str], Awaitable[None]]) -> None:
        for place in [place for place, roots in self._gaps.unread.items() if roots and place not in self._gaps.shut]:
            try:
                await read(place)
            except ShutChannel as error:
                self._gaps.shut.add(place)
                log.warning("slack channel %s cannot be read: %s", place, error.code)

    async def _lively(self, place: str) -> None:
        unread = self._gaps.unread[place]
        wanted = {root for root, each in unread.items() if each.is_lively}
        is_paying = True
        while wanted and is_paying:
            many = len(wanted)
            goes_on = await self._page(place)
            wanted &= unread.keys()
            is_paying = goes_on and len(wanted) < many
        for root in sorted(wanted, reverse=True):
            await self._thread(place, unread[root])

    async def _rest(self, place: str) -> None:
        """Goes down the rest of the history; a thread whose first message is not in it is gone."""
        unread = self._gaps.unread[place]
        while unread and not self._gaps.look.is_set():
            if not await self._page(place):
                unread.clear()

    async def _page(self, place: str) -> bool:
        """Looks at the threads of one more page of a channel's history; whether there is another."""
        unread, where = self._gaps.unread[place], self._down_to.get(place, "")
        oldest = f"{float(min(unread)) - 1:.6f}"
        history, more = self._web.client.conversations_history, {"latest": where} if where else {}
        page = await self._ask(history, channel=place, limit=A_PAGE, oldest=oldest, **more)
        for message in page["messages"]:
            thread = unread.get(message["ts"])
            if thread is not None and self._is_late(thread, str(message.get("latest_reply") or "")):
                await self._thread(place, thread)
            elif thread is not None:
                self._gaps.filled(place, thread.root)
        self._down_to[place] = min((message["ts"] for message in page["messages"]), default=where)
        return bool(page.get("has_more"))

    def _is_late(self, thread: Unread, latest: str) -> bool:
        heard_s = self._gaps.heard_s
        return bool(latest) and (latest > thread.cursor or (heard_s > 0 and float(latest) > heard_s - OVERLAP_S))

    async def _thread(self, place: str, thread: Unread) -> int:
        """Reads a thread from a little before its cursor to its end, and only then moves the cursor there.

        Returns how many lines of it nobody has told us of.
        """
        count, last, more = 0, thread.cursor, ""
        start = f"{max(float(thread.root), float(thread.cursor or thread.root) - OVERLAP_S):.6f}"
        while True:
            try:
                page = await self._ask(
                    self._web.client.conversations_replies, channel=place, ts=thread.root, oldest=start, limit=A_PAGE,
                    **({"cursor": more} if more else {}),
                )  # fmt: skip
            except LostThread:
                break
            lines = [message for message in page["messages"] if message["ts"] != thread.root]
            count += await self._hand_in(place, lines)
            last = max([last, *(line["ts"] for line in lines)])
            more = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not more:
                break
        if last > thread.cursor:
            await self._desks.change(SYSTEM, lambda desk: threads.read_up_to(desk, thread.id, last))
        self._gaps.filled(place, thread.root)
        return count

    async def _hand_in(self, place: str, lines: list[Wire]) -> int:
        """Hands lines in that are new or have changed; returns how many of them are new."""
        ids = [line["ts"] for line in lines]
        known = await self._desks.read(SYSTEM, lambda desk: threads.known(desk, ROOM, place, ids))
        count = 0
        for line in lines:
            is_new = line["ts"] not in known
            if is_new or line.get("edited"):
                is_somebodys = await self._listening.late({"type": "message", "channel": place} | line, self._me)
                count += is_new and is_somebodys
        return count

    async def _ask(self, method: Any, **arguments: Any) -> Any:
        """Asks for one page; where Slack asks to wait, it is waited for, and the same page asked for again."""
        self._asked += 1
        if self._asked == AT_ONCE + 1:
            many = sum(len(roots) for roots in self._gaps.unread.values())
            log.warning("slack: %s threads are unread yet; they are read on slowly", many)
        if self._asked > AT_ONCE:
            await asyncio.sleep(EACH_S)
        while True:
            try:
                async with asking():
                    return await method(**arguments)
            except AskedToWait as error:
                log.info("slack: reading on waits %.1f s", error.retry_after.total_seconds())
                await asyncio.sleep(error.retry_after.total_seconds())

    async def glance(self) -> int:
        """Looks at the newest threads of each channel; returns how many lines of theirs nobody has told us of."""
        found, count = await self._desks.read(SYSTEM, lambda desk: unread(desk, set())), 0
        self._asked = 0
        for place in found.keys() - self._gaps.shut:
            try:
                page = await self._ask(self._web.client.conversations_history, channel=place, limit=A_PAGE)
            except ShutChannel as error:
                log.info("slack channel %s cannot be looked at: %s", place, error.code)
                continue
            for message in page["messages"]:
                thread, latest = found[place].get(message["ts"]), str(message.get("latest_reply") or "")
                if thread is not None and latest > thread.cursor and float(latest) > self._gaps.heard_s - _SKEW_S:
                    count += await self._thread(place, thread)
        return count


_SKEW_S = 60.0
"""How far Slack's clock and ours may differ."""

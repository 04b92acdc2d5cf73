"""What stands around the open thread: the sidebar, the feed and the news, sent anew when they changed."""

import asyncio
import time
from contextlib import suppress

from bot.console import places
from bot.console.places import Fragment
from bot.console.tab import Tab
from core import teams
from core.bus import Ear
from core.desk import Desk
from core.errors import StoreBusy

_PAUSE_S = 0.3
_SHARE = 10
"""After reading, a tab pauses for ten times as long as that took, so that many tabs leave the desk its time."""


class Around:
    """The regions of one tab besides its thread."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._ear = Ear()
        self._hurry = asyncio.Event()
        self._marks: dict[str, str] = {}

    async def run(self) -> None:
        """Sends what changed once the tab has said what it shows: at once after a quiet time, else at intervals."""
        topics = ("queue", "quarantine", teams.pages_of(self._tab.actor.id or 0))
        async with self._tab.shared.bus.listening(*topics) as self._ear:
            while True:
                await self._ear.wait()
                self._hurry.clear()
                pause_s = max(_PAUSE_S, _SHARE * await self._send_changed())
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await self._hurry.wait()

    def refresh(self, *, whole: bool = False) -> None:
        """Looks again without a pause: this tab itself did something, or (`whole`) shows another view."""
        if whole:
            self._marks.clear()
        self._hurry.set()
        self._ear.tell("queue")

    async def _send_changed(self) -> float:
        """Returns how many seconds it took to read."""
        began = time.monotonic()
        try:
            fragments = await self._tab.read(self._read)
        except StoreBusy:
            self._ear.tell("queue")
            return time.monotonic() - began
        took_s = time.monotonic() - began
        for fragment in fragments:
            if self._marks.get(fragment.region) != fragment.mark:
                self._marks[fragment.region] = fragment.mark
                await self._tab.send({"type": "html", "region": fragment.region, "html": fragment.html})
        return took_s

    def _read(self, desk: Desk) -> list[Fragment]:
        looking = self._tab.looking
        return [places.side(desk, looking), places.feed(desk, looking), places.told(desk)]

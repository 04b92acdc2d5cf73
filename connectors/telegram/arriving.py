"""What Telegram brings is kept as it comes, by any process it comes to; the one that hears the bot takes it in."""

import asyncio
import json
import logging
import time

from connectors.telegram.albums import ALBUM_S, Albums
from connectors.telegram.updates import Raw, Take
from core import brought
from core.actor import SYSTEM
from core.bus import Bus
from core.errors import TemporaryError
from core.store import Desks

log = logging.getLogger(__name__)

_LOOK_S = 30.0
"""What comes is told by the bus; a look now and then finds what was not."""
_AT_ONCE_S, _A_MOMENT_S = 0.001, ALBUM_S * 1.05


class Arriving:
    """What is on its way to one bot."""

    def __init__(self, desks: Desks, bus: Bus, channel_id: int) -> None:
        self._desks, self._bus, self._channel_id = desks, bus, channel_id
        self._albums = Albums()

    async def keep(self, update: Raw) -> None:
        """Returns when an update is kept; the same one again is kept once."""
        number, raw = update["update_id"], json.dumps(update)
        await self._desks.change(SYSTEM, lambda desk: brought.keep(desk, self._channel_id, number, raw))

    async def run(self, take: Take) -> None:
        """Takes in what was kept, in the order of its numbers, until cancelled."""
        async with self._bus.listening(brought.topic(self._channel_id)) as ear:
            while True:
                await ear.wait(await self._look(take) or _LOOK_S)

    async def finish(self, take: Take) -> None:
        """Takes in what is left from when Telegram called."""
        wait_s = await self._look(take)
        while wait_s:
            await asyncio.sleep(wait_s)
            wait_s = await self._look(take)

    async def _look(self, take: Take) -> float:
        """Takes in what is there; returns after how many seconds to look again, 0 where nothing is left."""
        try:
            return await self._some(take)
        except TemporaryError as error:
            log.warning("messages cannot be taken in now: %s", error)
            await asyncio.sleep(error.retry_after.total_seconds())
            return _AT_ONCE_S

    async def _some(self, take: Take) -> float:
        found = await self._desks.read(SYSTEM, lambda desk: brought.waiting(desk, self._channel_id))
        updates: list[Raw] = [json.loads(raw) for raw in found]
        whole = self._albums.whole(updates, time.monotonic())
        if whole:
            await take(whole)
            numbers = [update["update_id"] for update in whole]
            await self._desks.change(SYSTEM, lambda desk: brought.done(desk, self._channel_id, numbers))
        return _AT_ONCE_S if whole else _A_MOMENT_S if updates else 0.0

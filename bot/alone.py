"""Lets one process at a time do what only one may: it holds a lease, renews it, and gives it back."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress

from bot.wiring import Wiring
from core import leases
from core.actor import SYSTEM
from core.errors import DeskbellError, StoreBusy, TemporaryError
from core.show import Text

_GOODBYE_S = 2.0


class Alone:
    """This process's hold on some work."""

    def __init__(self, wiring: Wiring, key: str, elsewhere: Text) -> None:
        self._desks, self._is_embedded = wiring.desks, wiring.is_embedded
        self._key, self._elsewhere, self._holder = key, elsewhere, uuid.uuid4().hex

    async def take(self, look_s: float, waits: Callable[[Text], None]) -> None:
        """Waits until no other process does the work; `waits` hears that another one does."""
        if self._is_embedded:  # what an earlier life of this process held
            await self._desks.change(SYSTEM, lambda desk: leases.take_over(desk, self._key))
        while not await self._hold():
            waits(self._elsewhere)
            await asyncio.sleep(look_s)

    async def _hold(self) -> bool:
        return await self._desks.change(SYSTEM, lambda desk: leases.hold(desk, self._key, self._holder))

    async def keep(self) -> None:
        """Renews the lease until cancelled; while the store is busy it lasts for a while yet.

        Raises TemporaryError when another process has it.
        """
        while True:
            await asyncio.sleep(leases.RENEW_S)
            with suppress(StoreBusy):
                if not await self._hold():
                    raise TemporaryError(self._elsewhere)

    async def is_taken(self) -> bool:
        """Whether some process does the work right now."""
        return await self._desks.read(SYSTEM, lambda desk: leases.is_held(desk, self._key))

    async def give_back(self) -> None:
        """Lets another process do it at once."""
        with suppress(DeskbellError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._desks.change(SYSTEM, lambda desk: leases.give_back(desk, self._key, self._holder))

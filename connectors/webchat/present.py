"""Which visitors have a page open here: counted in memory, and told to the store by leases that are renewed."""

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine
from contextlib import suppress

from core import presence
from core.actor import SYSTEM
from core.errors import TemporaryError
from core.store import Desks

_RENEW_S = presence.LEASE.total_seconds() / 3
_TRY_AGAIN_S = 5.0
_AT_ONCE = 500
"""Dialogs in one statement."""

log = logging.getLogger(__name__)

Key = tuple[int, str]
"""A visitor: the channel's number and their address."""


class Present:
    """Which visitors have a page open in this process, and in which live dialog."""

    def __init__(self) -> None:
        self.holder = secrets.token_hex(8)
        self._open: dict[Key, int] = {}
        self._dialogs: dict[Key, int] = {}
        self._leased: set[int] = set()
        self._moved = asyncio.Event()

    def come(self, key: Key) -> None:
        """Counts one more open page."""
        self._open[key] = self._open.get(key, 0) + 1

    def go(self, key: Key) -> None:
        """Counts one page fewer."""
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]

    def is_here(self, key: Key) -> bool:
        """Whether any page is open."""
        return key in self._open

    def talks(self, key: Key, dialog_id: int) -> None:
        """Notes in which live dialog a visitor is; a lease on one that is new here is taken at once."""
        if self._dialogs.get(key) != dialog_id:
            self.forget(key)
            self._dialogs[key] = dialog_id
            self._moved.set()

    def forget(self, key: Key) -> int | None:
        """Forgets in which dialog a visitor was; returns it."""
        dialog_id = self._dialogs.pop(key, None)
        self._leased.discard(dialog_id or 0)
        return dialog_id

    @property
    def count(self) -> int:
        """How many visitors are here."""
        return len(self._open)

    async def run(self, desks: Desks) -> None:
        """Takes leases as visitors begin to talk and renews them all in time, until cancelled."""
        renew_at_s = time.monotonic() + _RENEW_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, renew_at_s - time.monotonic())):
                    await self._moved.wait()
            is_time = time.monotonic() >= renew_at_s
            try:
                await self.hold(desks, anew=is_time)
            except TemporaryError as error:
                log.warning("open pages are noted later: %s", error)
                await asyncio.sleep(_TRY_AGAIN_S)
                self._moved.set()
                continue
            if is_time:
                renew_at_s = time.monotonic() + _RENEW_S

    async def hold(self, desks: Desks, *, anew: bool = False) -> None:
        """Takes the leases that are lacking, or all of them anew."""
        self._moved.clear()
        here = {dialog_id for key, dialog_id in self._dialogs.items() if key in self._open}
        due = sorted(here if anew else here - self._leased)
        for at in range(0, len(due), _AT_ONCE):
            await self._hold_some(desks, due[at : at + _AT_ONCE])

    async def _hold_some(self, desks: Desks, some: list[int]) -> None:
        await desks.change(SYSTEM, lambda desk: presence.hold(desk, some, self.holder))
        self._leased |= set(some) & set(self._dialogs.values())


class Leaving:
    """Pages that have just closed, until it is clear whether they come back; owned by the connector's `run`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, going: Coroutine[None, None, None]) -> None:
        """Lets a page's leaving run on after its socket is gone."""
        task = asyncio.create_task(going)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a page's leaving was not noted: %r", task.exception())

    def cancel(self) -> None:
        """The desk stops: nobody has left because of that."""
        for task in self._tasks:
            task.cancel()

"""Wakes what is due. APScheduler keeps only the times; what is due stands in the store, so nothing is lost with us."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core import deadlines, expiring, files, search
from core.actor import SYSTEM
from core.bus import Bus
from core.deadlines import Due
from core.effects import EFFECTS
from core.errors import TemporaryError
from core.store import Desks

Work = Callable[[], Coroutine[Any, Any, None]]
log = logging.getLogger(__name__)

_LONGEST_SLEEP = timedelta(seconds=30)
"""A suspended machine is noticed within this time."""
_CLOCK_EVERY_S = 10
_JUMP_S = 5
"""By so much must the clock run off at once to be called a jump; clocks that are kept in step move by far less."""
_AT_ONCE = 3
"""APScheduler counts a run that has just set its next one as still running; only one of them does anything."""
_MOST_IN_ONE_GO = 1_000
_INDEX_EVERY_S = 1
_END_S = 5.0


class Schedule:
    """The desk's clock work."""

    def __init__(self, desks: Desks, bus: Bus, store: files.Store) -> None:
        self._desks, self._bus, self._store = desks, bus, store
        self._works, self._again = False, False
        self._running: set[asyncio.Task[Any]] = set()
        self._ahead_s = desks.clock().timestamp() - time.monotonic()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def run(self) -> None:
        """Does what is due, when it is due, until cancelled."""
        self._set_times()
        self._scheduler.start()
        try:
            async with self._bus.listening("due") as ear:
                while True:
                    moved = await ear.wait(_CLOCK_EVERY_S)
                    if moved or self._has_jumped():
                        self._again = True
                        if not self._works:
                            self._wake(self._desks.clock())
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """Lets what runs come to its end: a job cut short is told of as an error."""
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=_END_S)
        self._scheduler.shutdown(wait=False)

    def _job(self, work: Work) -> Work:
        """The work as a job that is waited for at the end."""

        async def run() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                await work()
            finally:
                self._running.discard(task)

        return run

    def _set_times(self) -> None:
        every = {"trigger": "interval", "replace_existing": True}
        self._scheduler.add_job(self._job(self._index), seconds=_INDEX_EVERY_S, id="index", **every)
        self._scheduler.add_job(self._job(self._clean), hours=1, id="clean", **every)
        self._wake(self._desks.clock())

    def _has_jumped(self) -> bool:
        """Whether somebody set the clock; all times are set anew then, since those of the old one may never come."""
        ahead_s = self._desks.clock().timestamp() - time.monotonic()
        jumped_s, self._ahead_s = ahead_s - self._ahead_s, ahead_s
        if abs(jumped_s) < _JUMP_S:
            return False
        log.warning("the clock jumped by %.0f s", jumped_s)
        self._set_times()
        return True

    def _wake(self, at: datetime) -> None:
        self._scheduler.add_job(
            self._job(self._due), "date", run_date=at, id="due", replace_existing=True, max_instances=_AT_ONCE
        )

    async def _due(self) -> None:
        """Carries out all that is due, then sleeps until the next; what was set meanwhile is looked at, too."""
        if self._works:
            self._again = True
            return
        self._works, at = True, self._desks.clock() + timedelta(seconds=1)
        try:
            self._again = True
            while self._again:
                self._again = False
                at = await self._next_at()
                if at <= self._desks.clock():
                    self._again = await self._carry_out_some() or self._again
                    at = self._desks.clock() + timedelta(seconds=1)
        except TemporaryError as error:
            log.warning("what is due waits: %s", error)
        finally:
            self._works = False
            self._wake(at)

    async def _carry_out_some(self) -> bool:
        """Whether there was anything; at most a thousand, since something may make itself due again at once."""
        for done in range(_MOST_IN_ONE_GO):
            if not await self._carry_out_one():
                return done > 0
        return True

    async def _next_at(self) -> datetime:
        latest = self._desks.clock() + _LONGEST_SLEEP
        coming = await self._desks.read(SYSTEM, deadlines.next_at)
        return latest if coming is None else min(coming, latest)

    async def _carry_out_one(self) -> bool:
        claimed: list[Due] = []
        try:
            return await self._desks.change(SYSTEM, lambda desk: deadlines.carry_out_one(desk, EFFECTS, claimed))
        except TemporaryError:
            raise
        except Exception:
            if not claimed:
                raise
            log.exception("deadline %s %s of %s failed", claimed[0].id, claimed[0].kind, claimed[0].subject)
            await self._desks.change(SYSTEM, lambda desk: deadlines.failed(desk, claimed[0]))
            return True

    async def _index(self) -> None:
        """Makes what was said searchable."""
        try:
            while await self._desks.read(SYSTEM, search.is_behind):
                await self._desks.change(SYSTEM, search.catch_up)
                await asyncio.sleep(0)
            if await self._desks.read(SYSTEM, search.has_remains):
                await self._purge()
        except TemporaryError as error:
            log.warning("the search index waits: %s", error)

    async def _purge(self) -> None:
        """Takes forgotten words out of the database's files; step by step, so that changes go on between."""
        while await self._desks.change(SYSTEM, search.purge):
            continue
        await self._desks.sweep()
        await self._desks.change(SYSTEM, search.purged)

    async def _clean(self) -> None:
        """Forgets what nobody needs any more: old marks of what came in, spent links, files nobody sent."""
        try:
            await self._desks.change(SYSTEM, expiring.forget_old)
            unneeded = await self._desks.change(SYSTEM, files.sweep)
            gone = await asyncio.to_thread(self._store.remove, unneeded, now=self._desks.clock())
            await self._desks.change(SYSTEM, lambda desk: files.removed(desk, gone))
        except TemporaryError as error:
            log.warning("cleaning waits: %s", error)

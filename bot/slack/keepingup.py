"""Keeps up with Slack: reads what was missed after every gap, and looks whether a silence is one."""

import asyncio
import logging
import time

from bot.slack.catchup import CatchUp
from bot.slack.leaving import recount
from bot.slack.listening import Listening
from bot.slack.losses import ROOM
from bot.slack.parts import Parts
from bot.slack.sockets import Sockets
from bot.slack.web import Me
from core import kept, threads
from core.actor import SYSTEM
from core.desk import Desk

log = logging.getLogger(__name__)

IDLE_S = 75.0
"""After so long without a word from Slack it is looked whether there was none, or nobody heard."""
AGAIN_S, NOTE_S = 5.0, 5.0
_KEPT_EVERY_S = 30.0
_HEARD = "slack:heard"
"""Where it is kept until when surely nothing was missed."""


class KeepingUp:
    """When the catch-up reads."""

    def __init__(self, parts: Parts, listening: Listening, me: Me) -> None:
        self._parts, self._gaps, self._desks = parts, parts.gaps, parts.wiring.desks
        self._catchup = CatchUp(parts, listening, me)
        self._kept_s = self._looked_at_s = 0.0

    async def run(self, sockets: Sockets | None) -> None:
        """Reads until cancelled: whenever a connection is made (by signed requests at once), and when it is quiet."""
        heard = await self._desks.read(SYSTEM, lambda desk: kept.read(desk, _HEARD))
        self._gaps.heard_s = self._kept_s = float(heard or 0)
        if sockets is None:
            self._gaps.opens()
        while True:
            await self._gaps.look.wait()
            await self._fill()
            await self._stay(sockets)

    async def _fill(self) -> None:
        """Reads what was missed, until there is a new gap; what an error cuts off goes on a little later."""
        self._gaps.look.clear()
        started = time.time()
        steps = [self._catchup.begin, self._catchup.lively, lambda: recount(self._parts), self._catchup.rest]
        while steps and not self._gaps.look.is_set():
            try:
                await steps[0]()
            except Exception as error:
                log.warning("slack: what was missed cannot be read now (%s)", type(error).__name__)
                await asyncio.sleep(AGAIN_S)
            else:
                del steps[0]
        if not steps:
            self._gaps.hears(started)

    async def _stay(self, sockets: Sockets | None) -> None:
        """Notes how far everything is read, until there is a new gap; in a long silence it looks for one."""
        self._looked_at_s = time.monotonic()
        while not self._gaps.look.is_set():
            try:
                async with asyncio.timeout(min(NOTE_S, IDLE_S)):
                    await self._gaps.look.wait()
            except TimeoutError:
                await self._quietly(sockets)

    async def _quietly(self, sockets: Sockets | None) -> None:
        try:
            await self._note()
            heard_at_s = self._looked_at_s if sockets is None else max(sockets.heard_at_s, self._looked_at_s)
            if time.monotonic() - heard_at_s >= IDLE_S:
                await self._look_around(sockets)
        except Exception as error:
            log.warning("slack: it cannot be looked whether all is well (%s)", type(error).__name__)

    async def _note(self) -> None:
        passed, heard_s = self._gaps.passed(), self._gaps.heard_s
        is_later = heard_s - self._kept_s >= _KEPT_EVERY_S

        def body(desk: Desk) -> None:
            threads.passed_by(desk, ROOM, passed)
            if is_later:
                kept.keep(desk, _HEARD, f"{heard_s:.6f}")

        if passed or is_later:
            await self._desks.change(SYSTEM, body)
            self._kept_s = heard_s

    async def _look_around(self, sockets: Sockets | None) -> None:
        self._looked_at_s, started = time.monotonic(), time.time()
        missed = await self._catchup.glance()
        if not missed:
            self._gaps.hears(started)
            return
        log.warning("slack: %s lines were not brought", missed)
        if sockets is None:
            self._gaps.opens()
        else:
            await sockets.replace()

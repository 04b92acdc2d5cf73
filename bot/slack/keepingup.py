"""Keeps up with Slack: reads what was missed after every new connection, and looks whether a silence is one."""

import asyncio
import logging
import time

from bot.slack.catchup import CatchUp
from bot.slack.leaving import recount
from bot.slack.listening import Listening
from bot.slack.parts import Parts
from bot.slack.sockets import Sockets
from bot.slack.web import Me

log = logging.getLogger(__name__)

IDLE_S = 75.0
"""After so long without a word from Slack it is looked whether there was none, or nobody heard."""
AGAIN_S = 5.0


class KeepingUp:
    """When the catch-up reads."""

    def __init__(self, parts: Parts, listening: Listening, me: Me) -> None:
        self._parts, self._listening, self._me = parts, listening, me
        self._catchup = CatchUp(parts, listening)
        self._look = asyncio.Event()
        listening.is_caught_up = False

    def said_hello(self) -> None:
        """A connection is new: what was said before it may have been lost."""
        self._listening.is_caught_up = False
        self._look.set()

    async def run(self, sockets: Sockets | None) -> None:
        """Reads until cancelled: whenever a connection is made (by signed requests at once), and when it is quiet."""
        heard_until, is_check = time.time(), False
        if sockets is not None:
            await self._look.wait()
        while True:
            self._look.clear()
            started = time.time()
            try:
                missed = await self._catchup.run(self._me, heard_until=heard_until)
                if not is_check:
                    await recount(self._parts)
            except Exception as error:
                log.warning("slack: what was missed cannot be read now (%s)", type(error).__name__)
                await asyncio.sleep(AGAIN_S)
                continue
            if not self._look.is_set():
                self._listening.is_caught_up, heard_until = True, started
            if missed and is_check and sockets is not None:
                log.warning("slack: %s lines were not brought; the connections are replaced", missed)
                await sockets.replace()
            is_check = await self._is_quiet(sockets)

    async def _is_quiet(self, sockets: Sockets | None) -> bool:
        """Waits for a new connection (False), or until nothing has come for too long (True)."""
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._look.wait()
                return False
            except TimeoutError:
                if sockets is None or time.monotonic() - sockets.heard_at_s >= IDLE_S:
                    return True

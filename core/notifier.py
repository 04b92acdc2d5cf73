"""Tells the other processes on a PostgreSQL what has changed, and hears it from them."""

import asyncio
import json
import uuid
from collections.abc import Collection

import asyncpg
from sqlalchemy.engine import URL

from core.bus import EVERYTHING
from core.driver import Publish

_CHANNEL = "deskbell"
_GATHER_S = 0.02
"""Changes of so long are told together: each NOTIFY makes its commit wait for all others."""
_LONGEST = 7_000
"""Bytes of one message; PostgreSQL takes 8,000."""


class Notifier:
    """One process's mouth and ear on LISTEN/NOTIFY. Told late is told well: pages look again when they reconnect."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._me = uuid.uuid4().hex
        self._gathered: dict[str, None] = {}
        """In the order of their last mention."""
        self._wake = asyncio.Event()

    def gather(self, topics: Collection[str]) -> None:
        """Has these told in a moment."""
        for topic in topics:
            self._gathered.pop(topic, None)
            self._gathered[topic] = None
        self._wake.set()

    async def run(self, tell: Publish) -> None:
        """Tells and listens until cancelled; a lost connection is raised, so that the supervisor opens another."""
        connection = await asyncpg.connect(self._dsn)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(_CHANNEL, lambda *heard: self._hear(str(heard[3]), tell))
            tell((EVERYTHING,))
            while not lost.is_set():
                await self._next(lost)
                await self._tell_others(connection)
            raise ConnectionError("the listening connection was lost")
        finally:
            await connection.close(timeout=2)

    async def _next(self, lost: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (self._wake, lost)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        await asyncio.sleep(_GATHER_S)
        self._wake.clear()

    async def _tell_others(self, connection: asyncpg.Connection) -> None:
        gathered, self._gathered = self._gathered, {}
        if not gathered:
            return
        packed = json.dumps([self._me, list(gathered)])
        if len(packed.encode()) > _LONGEST:
            packed = json.dumps([self._me, [EVERYTHING]])
        try:
            await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, packed)
        except BaseException:
            self._gathered = gathered | self._gathered  # told on the next connection
            self._wake.set()
            raise

    def _hear(self, packed: str, tell: Publish) -> None:
        who, topics = json.loads(packed)
        if who != self._me:
            tell(topics)

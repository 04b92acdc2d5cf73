"""SQLite: one writer thread on a plain connection, several readers, WAL, every commit on disk.

Changes that wait are folded into one commit, a SAVEPOINT each, so that one that fails or is cancelled leaves its
neighbours alone. Lists and searches run on readers, which never take the write lock.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from core.bus import EVERYTHING
from core.desk import Topic
from core.driver import Publish, run_on, translated
from core.writer import Writer

T = TypeVar("T")


class SqliteDriver:
    """One writer thread, several readers, WAL, every commit on disk."""

    def __init__(self, url: URL) -> None:
        path = url.database
        if not path or path == ":memory:":
            raise ValueError("the desk needs a database file")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = Writer(path)
        self._readers = create_async_engine(
            url.set(drivername="sqlite+aiosqlite"), pool_size=4, max_overflow=4, pool_timeout=30
        )
        event.listen(self._readers.sync_engine, "connect", _reading_only)
        event.listen(self._readers.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Hands the body to the writer thread; a cancelled caller does not stop it."""
        return await self._writer.run(body)

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs the body on a reader."""
        return await translated(run_on(self._readers, body))

    def changed(self, topics: frozenset[Topic]) -> None:
        """Others find it out by themselves: the file's version moved."""

    async def hear_others(self, tell: Publish) -> None:
        """Waits while the writer's thread watches the file."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            loop.call_soon_threadsafe(tell, frozenset((EVERYTHING,)))

        self._writer.on_foreign_write(told)
        try:
            await asyncio.Event().wait()
        finally:
            self._writer.on_foreign_write(None)

    async def close(self) -> None:
        """Waits for the writer to finish what it was given."""
        await self._writer.close()
        await self._readers.dispose()


def _reading_only(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else SQLite's driver begins nothing for a SELECT, and each sees another state
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = 1")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA cache_size = -4096")
    cursor.close()

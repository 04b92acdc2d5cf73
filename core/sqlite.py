"""SQLite: one writer thread on a plain connection, several reader threads, WAL, every commit on disk.

Changes that wait are folded into one commit, a SAVEPOINT each, so that one that fails or is cancelled leaves its
neighbours alone. Lists and searches run on readers, which never take the write lock. A body changes threads once, not
at every statement as it would on aiosqlite.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL

from core import folder
from core.bus import EVERYTHING
from core.desk import Topic
from core.driver import Publish, translated
from core.errors import StoreBusy
from core.writer import Writer

T = TypeVar("T")
_READERS = 4
_EMPTYING_S = 0.2
"""So long may emptying the log keep others from writing."""


class SqliteDriver:
    """One writer thread, several readers, WAL, every commit on disk."""

    def __init__(self, url: URL) -> None:
        path = url.database
        if not path or path == ":memory:":
            raise ValueError("the desk needs a database file")
        folder.private_file(Path(path))
        self._path = path
        self._writer = Writer(path)
        self._readers = create_engine(url.set(drivername="sqlite"), pool_size=_READERS, max_overflow=0)
        event.listen(self._readers, "connect", _reading_only)
        self._threads = ThreadPoolExecutor(_READERS, "deskbell-reader")

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Hands the body to the writer thread; a cancelled caller does not stop it."""
        return await self._writer.run(body)

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs the body on a reader, to its end even when the caller goes away."""
        return await translated(asyncio.get_running_loop().run_in_executor(self._threads, self._reading, body))

    def _reading(self, body: Callable[[Connection], T]) -> T:
        with self._readers.begin() as connection:
            connection.exec_driver_sql("BEGIN")
            return body(connection)

    def changed(self, topics: Collection[Topic]) -> None:
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

    async def sweep(self) -> None:
        """Empties the write-ahead log, in which former pages stand until they are written over.

        Raises StoreBusy while somebody reads or writes them.
        """
        await translated(asyncio.to_thread(self._empty_log))

    def _empty_log(self) -> None:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_EMPTYING_S)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreBusy("busy")

    async def close(self) -> None:
        """Waits for all threads to finish what they were given."""
        await self._writer.close()
        await asyncio.to_thread(self._threads.shutdown)
        self._readers.dispose()


def _reading_only(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else SQLite's driver begins nothing for a SELECT, and each sees another state
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = 1")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA cache_size = -4096")
    cursor.close()

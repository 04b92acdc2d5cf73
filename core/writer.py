"""The one thread that writes to SQLite: folds the bodies that wait into one commit, a SAVEPOINT each."""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from core.errors import StoreBusy

T = TypeVar("T")
log = logging.getLogger(__name__)

_FOLD = 32
"""Bodies in one commit at most: beyond, the later ones wait too long for the first."""
_PASSING = ("locked", "full", "disk I/O", "unable to open", "busy", "readonly")
_LOOK_S = 0.2
"""How often the file is asked whether another process has written: SQLite cannot tell by itself."""
_WAITING = 20_000
"""Bodies that may wait; more are told to come back."""


@dataclass(slots=True)
class _Job:
    """A body, who waits for it, and how it went."""

    body: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs bodies one after the other in its own thread and commits them together."""

    def __init__(self, path: str) -> None:
        self._engine = _engine(path)
        self._foreign: Callable[[], None] | None = None
        self._version: int | None = None
        self._looked_at = 0.0
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="deskbell-writer", daemon=True)
        self._thread.start()

    async def run(self, body: Callable[[Connection], T]) -> T:
        """Runs a body in the writer thread; it is carried out even when the caller goes away meanwhile."""
        if self._closed:
            raise StoreBusy("closing")
        if self._jobs.qsize() >= _WAITING:
            raise StoreBusy("too much to do")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(body, loop, future))
        return await future

    def on_foreign_write(self, tell: Callable[[], None] | None) -> None:
        """Has this called, in the writer's thread, within 200 ms after another process has written."""
        self._foreign = tell

    async def close(self) -> None:
        """Carries out what waits, then ends the thread."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _work(self) -> None:
        going = True
        while going:
            batch, going = self._next_batch()
            try:
                self._carry_out(batch)
            except BaseException as error:  # whatever it is: without this thread no change would ever end
                log.exception("a batch of %s changes failed", len(batch))
                for job in batch:
                    job.result, job.error = None, job.error or error
            _hand_back(batch)

    def _look_for_others(self) -> None:
        """SQLite counts the commits of all other connections; our own do not move this connection's count."""
        self._looked_at = time.monotonic()
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                version = raw.execute("PRAGMA data_version").fetchone()[0]  # type: ignore[union-attr]
        except (DBAPIError, sqlite3.Error):
            return
        moved, self._version = self._version is not None and version != self._version, version
        if moved and self._foreign is not None:
            with contextlib.suppress(RuntimeError):  # its loop is closed: nobody listens any more
                self._foreign()

    def _next_batch(self) -> tuple[list[_Job], bool]:
        if time.monotonic() - self._looked_at > _LOOK_S:
            self._look_for_others()
        try:
            first = self._jobs.get(timeout=_LOOK_S)
        except queue.Empty:
            return [], True
        if first is None:
            return [], False
        batch = [first]
        with contextlib.suppress(queue.Empty):
            while len(batch) < _FOLD:
                job = self._jobs.get_nowait()
                if job is None:
                    return batch, False
                batch.append(job)
        return batch, True

    def _carry_out(self, batch: list[_Job]) -> None:
        if len(batch) > 1 and self._together(batch):
            return
        for job in batch:
            self._alone(job)

    def _together(self, batch: list[_Job]) -> bool:
        """Runs all in one commit; False when the whole of it was given up, so that each is run again alone.

        Where it could not even begin (locked for 5 s), none is: they would wait so long one after the other.
        """
        has_begun = False
        try:
            with self._transaction() as connection:
                has_begun = True
                for job in batch:
                    self._in_savepoint(connection, job)
        except BaseException as error:
            for job in batch:
                job.result, job.error = None, None if has_begun else _passing(error)
            return not has_begun
        return True

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Begun by hand: an engine with a listener for it asks for listeners before and after each statement."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def _in_savepoint(self, connection: Connection, job: _Job) -> None:
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            job.result = job.body(connection)
        except BaseException as error:
            if not _is_open(connection):
                raise
            connection.exec_driver_sql("ROLLBACK TO one")
            job.error = _passing(error)
        connection.exec_driver_sql("RELEASE one")

    def _alone(self, job: _Job) -> None:
        try:
            with self._transaction() as connection:
                job.result = job.body(connection)
        except BaseException as error:
            job.result, job.error = None, _passing(error)


def _hand_back(batch: list[_Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # that loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, jobs)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _passing(error: BaseException) -> BaseException:
    """Locked, full or unreadable for the moment is the source's cue to repeat; anything else stays what it is."""
    return StoreBusy(str(error.orig)) if isinstance(error, OperationalError) and passes(error) else error


def passes(error: DBAPIError) -> bool:
    """Whether SQLite's trouble passes by itself; a wrong statement does not."""
    return any(word in str(error.orig) for word in _PASSING)


def _is_open(connection: Connection) -> bool:
    """Whether SQLite still has our transaction: a full disk makes it roll back by itself."""
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _engine(path: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


_PRAGMAS = (
    "journal_mode = WAL", "synchronous = FULL", "foreign_keys = 1", "busy_timeout = 5000", "secure_delete = ON",
)  # fmt: skip


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")

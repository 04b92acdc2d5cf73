"""Opens the database of one URL and lets changes in one after the other (SQLite) or side by side (PostgreSQL).

On SQLite all changes run in one writer thread on a plain connection; those that wait are folded into one
commit, a SAVEPOINT each, so that one that fails or is cancelled leaves its neighbours alone. Lists and searches
run on readers, which never take the write lock. On PostgreSQL both run on asyncpg, a connection each.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.actor import Actor
from core.bus import EVERYTHING
from core.desk import Desk, Outcome, Reaction, Topic, carry_out
from core.errors import StoreBusy
from core.notifier import Notifier
from core.pace import Pace
from core.writer import Writer, passes

T = TypeVar("T")
Clock = Callable[[], datetime]
Publish = Callable[[frozenset[Topic]], None]

_RETRIES = 5
_REPEATABLE = {"40001", "40P01", "23505"}
"""PostgreSQL's serialization failure and deadlock, and two at once who both made the same row: run the body again."""


class Driver(Protocol):
    """How one kind of database runs a body in a transaction."""

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Runs a body that writes, commits it, and hands back what it returned."""

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs a body that only reads, on one consistent state."""

    def changed(self, topics: frozenset[Topic]) -> None:
        """Notes what this process has just committed, for the others."""

    async def hear_others(self, tell: Publish) -> None:
        """Tells what other processes have changed (`*` where nobody knows), until cancelled."""

    async def close(self) -> None:
        """Finishes what runs and lets go of all connections."""


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class Desks:
    """Where everybody at the rim gets a desk: one change is one call, one transaction."""

    def __init__(
        self, driver: Driver, *, pace: Pace, reactions: Sequence[Reaction] = (), clock: Clock = utc_now
    ) -> None:
        self._driver = driver
        self._reactions = tuple(reactions)
        self._listeners: list[Publish] = []
        self.clock = clock
        self.pace = pace

    def on_change(self, publish: Publish) -> None:
        """Has this called, after each commit, with what open pages should look at."""
        self._listeners.append(publish)

    async def change(self, actor: Actor, work: Callable[[Desk], T]) -> T:
        """Runs a body and what follows from it in one transaction; whatever it raises undoes all of it.

        Raises StoreBusy where the database is locked, full or away: repeating later is safe then.
        """

        def body(connection: Connection) -> Outcome[T]:
            return carry_out(Desk(connection, self.clock(), actor, self.pace), work, self._reactions)

        outcome = await self._driver.change(body)
        if outcome.topics:
            self._driver.changed(outcome.topics)
            for publish in self._listeners:
                publish(outcome.topics)
        return outcome.result

    async def read(self, actor: Actor, work: Callable[[Desk], T]) -> T:
        """Runs a body that only reads, beside whatever is being written."""

        def body(connection: Connection) -> T:
            desk = Desk(connection, self.clock(), actor, self.pace, locks=False)
            try:
                return work(desk)
            finally:
                desk.close()

        return await self._driver.read(body)

    async def hear_others(self, tell: Publish) -> None:
        """Tells what other processes have changed, until cancelled: within 200 ms on SQLite, at once on PostgreSQL."""
        await self._driver.hear_others(tell)

    async def close(self) -> None:
        """Finishes what waits and closes the database."""
        await self._driver.close()


def open_driver(url: str) -> Driver:
    """The driver for a database URL: `sqlite:///path` or `postgresql://…`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return PostgresDriver(parsed.set(drivername="postgresql+asyncpg"))
    return SqliteDriver(parsed)


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
        return await _translated(_run(self._readers, body))

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


class PostgresDriver:
    """Changes side by side, each on a connection of its own."""

    def __init__(self, url: URL, *, connections: int = 16) -> None:
        self._engine = create_async_engine(
            url, pool_size=connections, max_overflow=4, pool_timeout=30, pool_pre_ping=False
        )
        self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._notifier = Notifier(url)

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Runs the body in a transaction; a deadlock or serialization failure runs it again."""
        for attempt in range(_RETRIES):
            try:
                return await _translated(_run(self._engine, body))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _REPEATABLE or attempt == _RETRIES - 1:
                    raise
        raise AssertionError("unreachable")

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs the body in a transaction that sees one state and ends with it."""
        return await _translated(_run(self._readers, body))

    def changed(self, topics: frozenset[Topic]) -> None:
        """Has the other processes told of it, together with what else changes in these milliseconds."""
        self._notifier.gather(topics)

    async def hear_others(self, tell: Publish) -> None:
        """Listens on a connection of its own."""
        await self._notifier.run(tell)

    async def close(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()


async def _run(engine: AsyncEngine, body: Callable[[Connection], T]) -> T:
    """Runs a body to its end even when the caller goes away: a statement cut short would cost its connection."""
    running = asyncio.create_task(_on_connection(engine, body))
    _running.add(running)
    running.add_done_callback(_ended)
    result: T = await asyncio.shield(running)
    return result


_running: set["asyncio.Task[Any]"] = set()
"""Holds what runs on, so that it is not collected before its end."""


def _ended(running: "asyncio.Task[Any]") -> None:
    _running.discard(running)
    if not running.cancelled():
        running.exception()  # whoever went away no longer asks for it


async def _on_connection(engine: AsyncEngine, body: Callable[[Connection], T]) -> T:
    async with engine.begin() as connection:
        return await connection.run_sync(body)


async def _translated(running: Awaitable[T]) -> T:
    """Turns trouble that passes into StoreBusy, so that nobody above knows a driver."""
    try:
        return await running
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _REPEATABLE or (state is None and not passes(error)):
            raise
        raise StoreBusy(type(error.orig).__name__) from error
    except (ConnectionError, TimeoutError) as error:
        raise StoreBusy(type(error).__name__) from error

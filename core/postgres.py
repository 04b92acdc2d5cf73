"""PostgreSQL: changes side by side, a connection each, on asyncpg."""

import asyncio
import random
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.desk import Topic
from core.driver import CROSSED, REPEATABLE, Publish, translated
from core.errors import StoreBusy
from core.notifier import Notifier

T = TypeVar("T")
_RETRIES = 5
_LONGEST_PAUSE_S = 0.05
"""So that two who got into each other's way do not meet again at once."""


class PostgresDriver:
    """Changes side by side, each on a connection of its own."""

    def __init__(self, url: URL, *, connections: int = 16) -> None:
        self._engine = create_async_engine(
            url, pool_size=connections, max_overflow=4, pool_timeout=30, pool_pre_ping=False
        )
        self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._notifier = Notifier(url)

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Runs the body in a transaction; a deadlock or serialization failure runs it again.

        One that outlasts all tries is trouble that passes; what two made at once again and again is raised as it is.
        """
        for _ in range(_RETRIES - 1):
            try:
                return await translated(_run_on(self._engine, body))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in REPEATABLE:
                    raise
            await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE_S))
        try:
            return await translated(_run_on(self._engine, body))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in CROSSED:
                raise StoreBusy("deadlock") from error
            raise

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs the body in a transaction that sees one state and ends with it."""
        return await translated(_run_on(self._readers, body))

    def changed(self, topics: Collection[Topic]) -> None:
        """Has the other processes told of it, together with what else changes in these milliseconds."""
        self._notifier.gather(topics)

    async def hear_others(self, tell: Publish) -> None:
        """Listens on a connection of its own."""
        await self._notifier.run(tell)

    async def sweep(self) -> None:
        """PostgreSQL's own vacuum does."""

    async def close(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()


async def _run_on(engine: AsyncEngine, body: Callable[[Connection], T]) -> T:
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

"""Where everybody at the rim gets a desk: opens the database of one URL, lets changes in and tells what they moved."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import ArgumentError

from core.actor import Actor
from core.desk import Common, Desk, Outcome, Reaction, Topic, carry_out
from core.driver import Driver, Publish
from core.pace import Pace

T = TypeVar("T")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def new_key() -> str:
    """A key nobody can guess, 22 characters."""
    return secrets.token_urlsafe(16)


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
        self._common = Common(pace, new_key)

    def on_change(self, publish: Publish) -> None:
        """Has this called, after each commit, with what open pages should look at."""
        self._listeners.append(publish)

    async def change(self, actor: Actor, work: Callable[[Desk], T]) -> T:
        """Runs a body and what follows from it in one transaction; whatever it raises undoes all of it.

        Raises StoreBusy where the database is locked, full or away: repeating later is safe then.
        """

        def body(connection: Connection) -> Outcome[T]:
            return carry_out(Desk(connection, self.clock(), actor, self._common), work, self._reactions)

        outcome = await self._driver.change(body)
        if outcome.topics:
            self._driver.changed(outcome.topics)
            for publish in self._listeners:
                publish(outcome.topics)
        return outcome.result

    async def read(self, actor: Actor, work: Callable[[Desk], T]) -> T:
        """Runs a body that only reads, beside whatever is being written."""

        def body(connection: Connection) -> T:
            desk = Desk(connection, self.clock(), actor, self._common, locks=False)
            try:
                return work(desk)
            finally:
                desk.close()

        return await self._driver.read(body)

    def tell_others(self, topics: Collection[Topic]) -> None:
        """Tells other processes of something the store does not keep."""
        self._driver.changed(topics)

    async def hear_others(self, tell: Publish) -> None:
        """Tells what other processes have changed, until cancelled: within 200 ms on SQLite, at once on PostgreSQL."""
        await self._driver.hear_others(tell)

    async def sweep(self) -> None:
        """Has what was deleted leave the database's files."""
        await self._driver.sweep()

    async def close(self) -> None:
        """Finishes what waits and closes the database."""
        await self._driver.close()


def is_database(url: str) -> bool:
    """Whether a desk can work on the database of this URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return False
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return is_file or parsed.get_backend_name() == "postgresql"


def file_of(url: str) -> str:
    """The path of an embedded database's file."""
    return make_url(url).database or ""


def open_driver(url: str) -> Driver:
    """The driver for a database URL: `sqlite:///path` or `postgresql://…`; the other one is not even imported."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        from core.postgres import PostgresDriver

        return PostgresDriver(parsed.set(drivername="postgresql+asyncpg"))
    from core.sqlite import SqliteDriver

    return SqliteDriver(parsed)

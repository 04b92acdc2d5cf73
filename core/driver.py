"""How one kind of database runs a body in a transaction; what its drivers share."""

import socket
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.desk import Topic
from core.errors import ConfigurationError, StoreBusy
from core.show import text
from core.writer import passes

T = TypeVar("T")
Publish = Callable[[Collection[Topic]], None]

CROSSED = frozenset(("40001", "40P01"))
"""PostgreSQL's serialization failure and deadlock."""
REPEATABLE = CROSSED | {"23505"}
"""These, and two at once who both made the same row: run the body again."""


_NOT_LET_IN = ("28", "3D")
"""PostgreSQL's wrong user or password, and no such database."""


class Driver(Protocol):
    """How one kind of database runs a body in a transaction."""

    async def change(self, body: Callable[[Connection], T]) -> T:
        """Runs a body that writes, commits it, and hands back what it returned."""

    async def read(self, body: Callable[[Connection], T]) -> T:
        """Runs a body that only reads, on one consistent state."""

    def changed(self, topics: Collection[Topic]) -> None:
        """Notes what this process has just committed, for the others."""

    async def hear_others(self, tell: Publish) -> None:
        """Tells what other processes have changed (`*` where nobody knows), until cancelled."""

    async def sweep(self) -> None:
        """Has what was deleted leave the files; only where the database keeps it there."""

    async def close(self) -> None:
        """Finishes what runs and lets go of all connections."""


async def translated(running: Awaitable[T]) -> T:
    """Turns trouble that passes into StoreBusy, and a database that does not let us in into ConfigurationError, so
    that nobody above knows a driver."""
    try:
        return await running
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in REPEATABLE or (state is None and not passes(error)):
            raise
        raise StoreBusy(type(error.orig).__name__) from error
    except DBAPIError as error:
        if str(getattr(error.orig, "sqlstate", None) or "").startswith(_NOT_LET_IN):
            raise ConfigurationError(text("The database does not let us in: {why}", why=_reason(error))) from error
        raise
    except (ConnectionError, TimeoutError, socket.gaierror) as error:
        raise StoreBusy(type(error).__name__) from error


def _reason(error: DBAPIError) -> str:
    """What the database said, without the names of its driver's classes."""
    return str(error.orig).rpartition(": ")[2]

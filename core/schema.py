"""Brings a database to the schema of this version, or back; safe to repeat."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

T = TypeVar("T")
_LOCK = 7_203_614
"""PostgreSQL's advisory lock: several processes may start at once, one migrates."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database up to a revision, by default the newest."""
    await _on(url, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(url: str, revision: str = "base") -> None:
    """Takes the database back to a revision, by default to nothing."""
    await _on(url, lambda connection: command.downgrade(_config(connection), revision))


async def revision_of(url: str) -> str | None:
    """The revision a database is at; None for an empty one."""
    return await _on(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def head() -> str:
    """The newest revision there is."""
    found = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert found is not None
    return found


async def _on(url: str, work: Callable[[Connection], T]) -> T:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return await _on_postgres(url, work)
    Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed.set(drivername="sqlite"), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _on_postgres(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    def locked(connection: Connection) -> T:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        return work(connection)

    try:
        async with engine.begin() as connection:
            return await connection.run_sync(locked)
    finally:
        await engine.dispose()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

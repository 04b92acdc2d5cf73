"""Brings a database to the schema of this version, or back; safe to repeat."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from core import folder
from core.desk import Desk
from core.driver import translated
from core.models import Channel

T = TypeVar("T")
_LOCK = 7_203_614
"""PostgreSQL's advisory lock: several processes may start at once, one migrates."""


_FOLDER = Path(__file__).parent / "migrations"


async def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database up to a revision, by default the newest; one that is there already costs next to nothing."""
    if revision != "head" or await revision_of(url) != head():
        await _move(url, "upgrade", revision)


async def downgrade(url: str, revision: str = "base") -> None:
    """Takes the database back to a revision, by default to nothing."""
    await _move(url, "downgrade", revision)


async def revision_of(url: str) -> str | None:
    """The revision a database is at; None for an empty one."""
    return await _on(url, _revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    return None if found is None else str(found)


def head() -> str:
    """The newest revision there is: migrations' files are named after theirs, and count up."""
    return revisions()[-1]


def revisions() -> list[str]:
    """All revisions there are, the oldest first."""
    return sorted(path.stem.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


async def _move(url: str, direction: str, revision: str) -> None:
    """Alembic is imported only when there is something to do: that takes longer than all else at a start."""
    from alembic import command
    from alembic.config import Config

    def body(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)

    await _on(url, body)


async def _on(url: str, work: Callable[[Connection], T]) -> T:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return await _on_postgres(parsed.set(drivername="postgresql+asyncpg"), work)
    folder.private_file(Path(parsed.database or ""))
    return await _once(parsed.set(drivername="sqlite+aiosqlite"), work)


async def _on_postgres(url: URL, work: Callable[[Connection], T]) -> T:
    def locked(connection: Connection) -> T:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        return work(connection)

    return await _once(url, locked)


async def _once(url: URL, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(url, poolclass=NullPool)

    async def transaction() -> T:
        async with engine.begin() as connection:
            return await connection.run_sync(work)

    try:
        return await translated(transaction())
    finally:
        await engine.dispose()


def has_tables(desk: Desk) -> bool:
    """Whether the database was ever migrated, so that something can be read from it."""
    return inspect(desk.connection).has_table(Channel.__tablename__)

"""The migrations lead up and down, and end where the models are."""

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from core import contacts, intake, schema
from core.models import Base, Quarantined
from tests.shop import open_shop

T = TypeVar("T")


async def _on(url: str, work: Callable[[Connection], T]) -> T:
    if url.startswith("sqlite"):
        with create_engine(url).begin() as connection:
            return work(connection)
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


def _differences(connection: Connection) -> list[object]:
    def is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and (name or "").split("_")[0] == "said")

    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # indexes over expressions are compared below
        return list(compare_metadata(context, Base.metadata))


def _indexes(connection: Connection) -> dict[str, str]:
    """Every index with its words, also those over expressions, which Alembic cannot compare."""
    if connection.dialect.name == "sqlite":
        statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        statement = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    rows = connection.execute(text(statement)).all()
    plain = {name: re.sub(r'[\s"()]|ticket\.', "", sql).lower() for name, sql in rows}
    return {name: sql for name, sql in plain.items() if not name.startswith(("said", "ix_said", "alembic"))}


def _made_from_models(connection: Connection) -> dict[str, str]:
    for name in inspect(connection).get_table_names():
        connection.execute(text(f'DROP TABLE "{name}"' + (" CASCADE" if connection.dialect.name != "sqlite" else "")))
    Base.metadata.create_all(connection)
    return _indexes(connection)


async def test_the_newest_migration_is_what_the_models_say(database: str) -> None:
    assert await _on(database, _differences) == []


async def test_the_newest_migration_has_the_models_indexes(database: str) -> None:
    migrated = await _on(database, _indexes)
    await schema.downgrade(database)
    assert await _on(database, _made_from_models) == migrated


def test_migrations_are_named_after_their_revisions() -> None:
    assert ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).get_current_head() == schema.head()


async def test_upgrading_twice_changes_nothing(database: str) -> None:
    await schema.upgrade(database)
    assert await schema.revision_of(database) == schema.head()


async def test_downgrading_leaves_nothing_but_alembics_own_table(database: str) -> None:
    await schema.downgrade(database)
    assert await _on(database, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]
    await schema.upgrade(database)
    assert await schema.revision_of(database) == schema.head()


def _as_before_0005(connection: Connection) -> None:
    """What came in by a page of Ana's, and something of hers in quarantine."""
    connection.execute(text("INSERT INTO received (source, external_id, at) VALUES ('channel:1', 'ana:1', :at)"), NOW)
    raw = json.dumps({"kind": "Said", "sender": {"kind": "webchat", "address": "ana"}}).encode()
    odd = "INSERT INTO quarantined (source, external_id, raw, reason, state, at) VALUES (:of, '', :raw, '{}', :is, :at)"
    for of, words in (("channel:1", raw), ("channel:2", b"\xff no JSON")):
        connection.execute(text(odd), {"of": of, "raw": words, "is": "waiting"} | NOW)


NOW = {"at": 0}


async def test_keys_from_before_they_were_hashes_are_known_again(sqlite_url: str) -> None:
    await schema.downgrade(sqlite_url, "0004")
    await _on(sqlite_url, _as_before_0005)
    await schema.upgrade(sqlite_url)
    shop = await open_shop(sqlite_url)
    assert not await shop.change(lambda desk: intake.is_first(desk, "channel:1", "ana:1"))
    senders = select(Quarantined.sender).order_by(Quarantined.source)
    kept = await shop.read(lambda desk: list(desk.execute(senders).scalars()))
    await shop.desks.close()
    assert kept == [contacts.hashed("webchat", "ana"), ""]

"""The migrations lead up and down, and end where the models are."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from core import schema
from core.models import Base


async def _on(url: str, work):  # type: ignore[no-untyped-def]
    if url.startswith("sqlite"):
        with create_engine(url).connect() as connection:
            return work(connection)
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


def _differences(connection: Connection) -> list[object]:
    def is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and (name or "").split("_")[0] == "said")

    context = MigrationContext.configure(connection, opts={"include_object": is_ours})
    return [each for each in compare_metadata(context, Base.metadata) if each[0] not in ("add_fk", "remove_fk")]


async def test_the_newest_migration_is_what_the_models_say(database: str) -> None:
    assert await _on(database, _differences) == []


async def test_upgrading_twice_changes_nothing(database: str) -> None:
    await schema.upgrade(database)
    assert await schema.revision_of(database) == schema.head()


async def test_downgrading_leaves_nothing_but_alembics_own_table(database: str) -> None:
    await schema.downgrade(database)
    assert await _on(database, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]
    await schema.upgrade(database)
    assert await schema.revision_of(database) == schema.head()

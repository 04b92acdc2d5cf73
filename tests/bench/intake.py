"""Taking in a chat message, against its own statements done bare: the same SQL with the same values, replayed."""

import asyncio
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from bot.app import REACTIONS
from core import channels, intake, schema, teams
from core.actor import SYSTEM
from core.connector import Said, Sender
from core.desk import Desk
from core.pace import Pace
from core.postgres import PostgresDriver
from core.receipt import Source
from core.sqlite import SqliteDriver
from core.store import Desks, open_driver, utc_now
from tests.bench.tables import Row, at_least
from tests.postgres import Cluster, binaries

SENDERS, MESSAGES, ROUNDS = 16, 60, 5
Transaction = list[tuple[Any, Any]]
"""Statements and their values."""


async def _begin(url: str) -> tuple[Desks, Source]:
    """A desk with somebody there and sixteen live dialogs."""
    desks = Desks(open_driver(url), pace=Pace(), reactions=REACTIONS)

    def body(desk: Desk) -> Source:
        from core.models import Role

        agent = teams.add_agent(desk, "ines", role=Role.ADMIN)
        teams.saw(desk, agent.id)
        return Source.of(channels.add(desk, "webchat", "shop", teams.first_team(desk)))

    source = await desks.change(SYSTEM, body)
    for sender in range(SENDERS):
        await intake.take_in(desks, source, _said(sender, -1))
    return desks, source


def _said(sender: int, number: int) -> Said:
    return Said(f"v{sender}:{number:08}", Sender("webchat", f"v{sender}"), f"Message {number} of {sender}", utc_now())


async def _one_by_one(desks: Desks, source: Source) -> float:
    began = time.perf_counter()
    for number in range(SENDERS * MESSAGES // 4):
        await intake.take_in(desks, source, _said(number % SENDERS, number))
    return SENDERS * MESSAGES // 4 / (time.perf_counter() - began)


async def _at_once(desks: Desks, source: Source) -> float:
    async def send(sender: int) -> None:
        for number in range(MESSAGES):
            await intake.take_in(desks, source, _said(sender, 10_000 + number))

    began = time.perf_counter()
    await asyncio.gather(*(send(sender) for sender in range(SENDERS)))
    return SENDERS * MESSAGES / (time.perf_counter() - began)


@contextmanager
def _recorded(engine: Engine) -> Iterator[list[Transaction]]:
    """What an engine executes, transaction by transaction."""
    found: list[Transaction] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.startswith("BEGIN"):
            found.append([])
        else:
            if not found:
                found.append([])
            found[-1].append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _recording(folder: Path) -> tuple[list[Transaction], list[Transaction]]:
    """The messages' transactions, on a database that is thrown away: as Core statements, and as SQL."""
    desks, source = await _reopened(folder / "start.db", folder / "recorded.db")
    driver = desks._driver
    assert isinstance(driver, SqliteDriver)
    engine, core = driver._writer._engine, []

    def note(connection: Any, statement: Any, many: Any, values: Any, options: Any) -> None:
        core[-1].append((statement, list(many) or values))

    event.listen(engine, "before_execute", note)
    with _recorded(engine) as found:
        for number in range(SENDERS * MESSAGES // 4):
            core.append([])
            await intake.take_in(desks, source, _said(number % SENDERS, number))
    await desks.close()
    return core, found


async def _reopened(start: Path, path: Path) -> tuple[Desks, Source]:
    shutil.copy(start, path)
    desks = Desks(open_driver(f"sqlite:///{path}"), pace=Pace(), reactions=REACTIONS)
    return desks, await desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "shop")))


def _bare_core(path: Path, transactions: list[Transaction]) -> float:
    """The same statements through plain SQLAlchemy Core in one thread, a commit each, all on disk."""
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool)
    event.listen(engine, "connect", _full)
    began = time.perf_counter()
    for transaction in transactions:
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for statement, values in transaction:
                result = connection.execute(statement, values)
                if result.returns_rows:
                    result.fetchall()
    rate = len(transactions) / (time.perf_counter() - began)
    engine.dispose()
    return rate


def _full(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = 1"):
        connection.execute(f"PRAGMA {pragma}")


def _bare_sqlite(path: Path, transactions: list[Transaction]) -> float:
    """The same statements through sqlite3, a commit each, all on disk."""
    database = sqlite3.connect(path)
    _full(database, None)
    began = time.perf_counter()
    for transaction in transactions:
        database.execute("BEGIN IMMEDIATE")
        for statement, values in transaction:
            many = isinstance(values, list)
            (database.executemany if many else database.execute)(statement, values).fetchall()
        database.execute("COMMIT")
    rate = len(transactions) / (time.perf_counter() - began)
    database.close()
    return rate


def on_sqlite() -> list[Row]:
    """One by one against Core; sixteen at once against sqlite3."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(_start(f"sqlite:///{folder / 'start.db'}"))
        statements, transactions = asyncio.run(_recording(folder))
        single, core, folded, raw = [], [], [], []
        for round_ in range(ROUNDS):
            single.append(asyncio.run(_measured(folder, f"a{round_}.db", _one_by_one)))
            core.append(_replayed(folder, f"b{round_}.db", statements, _bare_core))
            folded.append(asyncio.run(_measured(folder, f"c{round_}.db", _at_once)))
            raw.append(_replayed(folder, f"d{round_}.db", transactions, _bare_sqlite))
    count = len(transactions[0])
    return [
        at_least(f"Messages taken in one by one ({count} statements), to Core", _mid(single), _mid(core), 0.6),
        at_least("Messages of 16 senders, folded, to sqlite3 one by one", _mid(folded), _mid(raw), 0.6),
    ]


_mid = statistics.median


async def _start(url: str) -> None:
    await schema.upgrade(url)
    desks, _ = await _begin(url)
    await desks.close()


async def _measured(folder: Path, name: str, measure: Any) -> float:
    desks, source = await _reopened(folder / "start.db", folder / name)
    await _warm(desks, source)
    rate: float = await measure(desks, source)
    await desks.close()
    return rate


def _replayed(folder: Path, name: str, transactions: list[Transaction], replay: Any) -> float:
    shutil.copy(folder / "start.db", folder / name)
    rate: float = replay(folder / name, transactions)
    return rate


def on_postgres() -> list[Row]:
    """Sixteen connections against raw asyncpg."""
    found = binaries()
    if found is None:
        return []
    cluster = Cluster(found)
    cluster.start()
    try:
        start = cluster.new_database()
        asyncio.run(_start(start))
        by_sender = asyncio.run(_recorded_by_sender(cluster.new_database(like=cluster.name_of(start))))
        ours, raw = [], []
        for _ in range(ROUNDS):
            ours.append(asyncio.run(_ours_on_postgres(cluster.new_database(like=cluster.name_of(start)))))
            raw.append(asyncio.run(_raw_asyncpg(cluster.new_database(like=cluster.name_of(start)), by_sender)))
    finally:
        cluster.stop()
    return [at_least("The same on PostgreSQL, 16 connections, to asyncpg", _mid(ours), _mid(raw), 0.35)]


async def _ours_on_postgres(url: str) -> float:
    desks = Desks(open_driver(url), pace=Pace(), reactions=REACTIONS)
    source = await desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "shop")))
    await _warm(desks, source)
    rate = await _at_once(desks, source)
    await desks.close()
    return rate


async def _warm(desks: Desks, source: Source) -> None:
    """Opens all connections and prepares all statements before the clock runs."""
    await asyncio.gather(*(intake.take_in(desks, source, _said(sender, 5_000)) for sender in range(SENDERS)))


async def _recorded_by_sender(url: str) -> list[list[Transaction]]:
    """Each sender's transactions, as asyncpg gets them."""
    desks = Desks(open_driver(url), pace=Pace(), reactions=REACTIONS)
    driver = desks._driver
    assert isinstance(driver, PostgresDriver)
    source = await desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "shop")))
    found: list[list[Transaction]] = []
    for sender in range(SENDERS):
        own: list[Transaction] = []
        for number in range(MESSAGES):
            with _recorded(driver._engine.sync_engine) as transactions:
                await intake.take_in(desks, source, _said(sender, 10_000 + number))
            own.append([each for transaction in transactions for each in transaction])
        found.append(own)
    await desks.close()
    return found


async def _raw_asyncpg(url: str, by_sender: list[list[Transaction]]) -> float:
    connections = [await asyncpg.connect(url) for _ in by_sender]
    for connection in connections:
        await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")

    async def replay(connection: asyncpg.Connection, transactions: list[Transaction]) -> None:
        for transaction in transactions:
            async with connection.transaction():
                for statement, values in transaction:
                    rows = values if isinstance(values, list) else [values]
                    for row in rows:
                        await connection.fetch(statement, *row)

    began = time.perf_counter()
    await asyncio.gather(*(replay(c, transactions) for c, transactions in zip(connections, by_sender, strict=True)))
    rate = sum(map(len, by_sender)) / (time.perf_counter() - began)
    for connection in connections:
        await connection.close()
    return rate

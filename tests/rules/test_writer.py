"""Folding: changes that wait are committed together, and none of them can harm its neighbours."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from core.errors import StoreBusy
from core.writer import Writer

Body: TypeAlias = Callable[[Connection], None]


def _table(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body TEXT UNIQUE)")


def _rows(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return [row[0] for row in database.execute("SELECT body FROM kept ORDER BY id")]


def _insert(body: str) -> Body:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO kept (body) VALUES (:body)"), {"body": body})

    return work


def _failing(body: str, how: str) -> Body:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO kept (body) VALUES (:body)"), {"body": body})
        if how == "raises":
            raise ValueError(body)
        if how == "twice":
            connection.execute(text("INSERT INTO kept (body) VALUES (:body)"), {"body": body})
        if how == "wrong":
            connection.exec_driver_sql("SELECT * FROM nowhere")

    return work


async def _run(path: Path, kinds: list[str]) -> list[bool]:
    """Runs bodies that wait together; which of them succeeded."""
    writer = Writer(str(path))
    gate = asyncio.Event()

    def hold(connection: Connection) -> None:
        """Keeps the thread busy until all others wait, so that they are folded."""
        for _ in range(200):
            if gate.is_set():
                return
            time.sleep(0.002)

    first = asyncio.create_task(writer.run(hold))
    await asyncio.sleep(0.005)
    tasks = []
    for number, kind in enumerate(kinds):
        work = _insert(f"{number}") if kind in ("well", "cancelled") else _failing(f"{number}", kind)
        tasks.append(asyncio.create_task(writer.run(work)))
    await asyncio.sleep(0)
    for task, kind in zip(tasks, kinds, strict=True):
        if kind == "cancelled":
            task.cancel()
    gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await first
    await writer.close()
    return [not isinstance(result, BaseException) for result in results]


@settings(max_examples=40, deadline=None)
@given(kinds=st.lists(st.sampled_from(["well", "well", "raises", "twice", "wrong", "cancelled"]), min_size=1))
def test_a_failing_or_cancelled_neighbour_changes_nothing(kinds: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        _table(path)
        succeeded = asyncio.run(_run(path, kinds))
        assert succeeded == [kind == "well" for kind in kinds]
        assert _rows(path) == [f"{n}" for n, kind in enumerate(kinds) if kind in ("well", "cancelled")]


async def test_a_locked_database_is_told_as_trouble_that_passes(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    _table(path)
    writer = Writer(str(path))
    await writer.run(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 50") and None)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        await writer.run(_insert("waits"))
    other.execute("ROLLBACK")
    await writer.run(_insert("goes"))
    await writer.close()
    assert _rows(path) == ["goes"]


async def test_many_who_wait_for_a_locked_database_are_told_together(tmp_path: Path) -> None:
    path, tries = tmp_path / "desk.db", []
    _table(path)
    writer = Writer(str(path))

    def note_tries(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        connection.connection.dbapi_connection.set_trace_callback(tries.append)  # type: ignore[union-attr]

    await writer.run(note_tries)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(writer.run(_insert(f"{n}")) for n in range(40)), return_exceptions=True)
    other.execute("ROLLBACK")
    await writer.close()
    assert {type(result) for result in results} == {StoreBusy}
    assert tries.count("BEGIN IMMEDIATE") <= 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    if mounted:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=False)
        mounted = done.returncode == 0
    if not mounted:
        pytest.skip("cannot mount a small disk here: run as root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


async def _fits(writer: Writer, number: int) -> bool:
    try:
        await writer.run(_insert(f"{number}" + "x" * 50_000))
    except StoreBusy:
        return False
    return True


async def test_a_full_disk_refuses_what_does_not_fit_and_keeps_what_did(small_disk: Path) -> None:
    path = small_disk / "desk.db"
    _table(path)
    writer = Writer(str(path))
    kept = [number for number in range(100) if await _fits(writer, number)]
    results = await asyncio.gather(
        *(writer.run(_insert(f"b{n}" + "y" * 50_000)) for n in range(4)),
        return_exceptions=True,
    )
    assert all(isinstance(result, StoreBusy) for result in results)
    await writer.close()
    assert [int(body.rstrip("x")) for body in _rows(path)] == kept
    assert 0 < len(kept) < 100


async def test_a_file_that_cannot_be_opened_is_told_and_the_thread_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.mkdir()
    writer = Writer(str(path))
    async with asyncio.timeout(20):
        for _ in range(2):
            with pytest.raises(StoreBusy):
                await writer.run(_insert("nowhere to put it"))
    path.rmdir()
    _table(path)
    await writer.run(_insert("goes"))
    await writer.close()
    assert _rows(path) == ["goes"]


def _gives_up_the_transaction(connection: Connection) -> None:
    """As SQLite does by itself when its disk is full, and then something else goes wrong, too."""
    connection.exec_driver_sql("ROLLBACK")
    raise KeyError("lost")


@pytest.mark.parametrize("neighbours", [0, 1])
async def test_trouble_of_any_kind_fails_its_own_change_alone(tmp_path: Path, neighbours: int) -> None:
    path = tmp_path / "desk.db"
    _table(path)
    writer = Writer(str(path))
    bodies = [_gives_up_the_transaction, *(_insert(f"{number}") for number in range(neighbours))]
    async with asyncio.timeout(20):
        results = await asyncio.gather(*map(writer.run, bodies), return_exceptions=True)
        await writer.run(_insert("later"))
    await writer.close()
    assert [type(result) for result in results] == [KeyError, *[type(None)] * neighbours]
    assert _rows(path) == [*(f"{number}" for number in range(neighbours)), "later"]


async def test_a_listener_whose_loop_is_closed_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    _table(path)
    writer = Writer(str(path))
    closed = asyncio.new_event_loop()
    closed.close()
    told = threading.Event()

    def tell() -> None:
        told.set()
        closed.call_soon_threadsafe(print)

    await writer.run(_insert("own"))
    writer.on_foreign_write(tell)
    await asyncio.sleep(0.5)
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO kept (body) VALUES ('foreign')")
    assert await asyncio.to_thread(told.wait, 10)
    async with asyncio.timeout(20):
        await writer.run(_insert("later"))
    await writer.close()


async def test_what_another_process_writes_is_noticed_and_our_own_is_not(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    _table(path)
    writer = Writer(str(path))
    heard = asyncio.Event()
    loop = asyncio.get_running_loop()
    await writer.run(_insert("own"))
    writer.on_foreign_write(lambda: loop.call_soon_threadsafe(heard.set) and None)
    await writer.run(_insert("own too"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(heard.wait(), 0.6)
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO kept (body) VALUES ('foreign')")
    await asyncio.wait_for(heard.wait(), 5)
    await writer.close()

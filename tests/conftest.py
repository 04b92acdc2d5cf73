"""What all tests share: both databases, and a shop on either."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core import schema
from tests.platforms import dovecot
from tests.postgres import Cluster, binaries
from tests.shop import Shop, open_shop

pytest.register_assert_rewrite("tests.contracts.connector", "tests.contracts.room")

FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--screenshots FOLDER` keeps the pictures browser tests take."""
    parser.addoption("--screenshots", default="", help="Folder to keep pictures in.")


LACKING = {
    name: package
    for name, package, found in (
        ("postgres", "postgresql", binaries()),
        ("browser", "chromium", CHROMIUM),
        ("faketime", "faketime", FAKETIME),
        ("imap", "dovecot-imapd", dovecot.binary()),
    )
    if found is None
}
"""The marks of tests this machine cannot run, and the package that would let it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What this machine lacks is skipped, and named at the end."""
    for item in items:
        for name, package in LACKING.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=f"needs {package}: apt-get install {package}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how to get what was lacking."""
    if LACKING:
        terminalreporter.write_line(f"Skipped tests run after: sudo apt-get install {' '.join(LACKING.values())}")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this run."""
    found = binaries()
    assert found is not None
    running = Cluster(found)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    asyncio.run(schema.upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(cluster: Cluster) -> str:
    """A migrated, empty database to copy; its URL."""
    url = cluster.new_database()
    asyncio.run(schema.upgrade(url))
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database, on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "desk.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.new_database(like=cluster.name_of(request.getfixturevalue("migrated_postgres")))
    yield url
    cluster.drop(url)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite database."""
    shutil.copy(migrated_sqlite, tmp_path / "desk.db")
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
async def shop(database: str) -> AsyncIterator[Shop]:
    """A desk on each kind of database."""
    opened = await open_shop(database)
    yield opened
    await opened.desks.close()


@pytest.fixture
async def small_shop(sqlite_url: str) -> AsyncIterator[Shop]:
    """A desk on SQLite, for rules that do not depend on the database."""
    opened = await open_shop(sqlite_url)
    yield opened
    await opened.desks.close()

"""Several processes share one PostgreSQL: each runs a part, and people notice nothing of it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.webchat.page import until, visitor
from tests.contracts.desk import PATIENCE_S, eventually
from tests.postgres import Cluster
from tests.rooms.console.page import Tab
from tests.server import Server

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("cli")]


@pytest.fixture
def parts(cluster: Cluster, tmp_path: Path) -> Iterator[dict[str, Server]]:
    """A process for each part; started one after the other, as a person would."""
    settings = {"DATABASE_URL": cluster.new_database(), "PRESENT": "2h"}
    found = {}
    for name in ("webchat", "room", "schedule"):
        (tmp_path / name).mkdir()
        found[name] = Server(tmp_path / name, settings | {"SECRET_KEY": "k" * 40}, only=name)
        found[name].start()
    yield found
    for server in found.values():
        server.ends_well()


async def test_a_chat_in_one_process_is_answered_from_another(parts: dict[str, Server]) -> None:
    tab = await Tab.of(parts["room"], "admin")
    ana = await visitor(parts["webchat"])
    async with ana.socket() as socket:
        await ana.says(socket, "Across processes")
        (card,) = await eventually(tab.cards, lambda cards: len(cards) == 1)
        await tab.presses(card.buttons["Take"])
        await tab.thread(card.thread)
        await tab.types_in_thread()
        async with asyncio.timeout(PATIENCE_S):
            while not (await until(socket, "typing"))["on"]:
                pass
            await tab.says(card.thread, "Hello across")
            while "Hello across" not in json.dumps(await until(socket, "messages")):
                pass
    await tab.leaves()

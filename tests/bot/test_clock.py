"""The desk on a machine whose clock is set while it runs: what is due comes, and comes once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import FAKETIME
from tests.connectors.webchat.page import visitor
from tests.contracts.desk import beside, eventually
from tests.server import Server
from tests.shop import Shop

pytestmark = [pytest.mark.faketime, pytest.mark.xdist_group("cli")]


class SetClock(Server):
    """A desk whose clock a test sets; what measures time that passes is left alone."""

    def set_clock(self, ahead: str) -> None:
        """`+2h` is two hours ahead of this machine."""
        (self.folder / "clock").write_text(ahead)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SetClock]:
    """A running desk with nobody there for long."""
    settings = {
        "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(tmp_path / "clock"), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "PRESENT": "9h",
    }  # fmt: skip
    running = SetClock(tmp_path, settings)
    running.set_clock("+0")
    running.start()
    yield running
    running.ends_well()


async def _found(shop: Shop, look: Callable[[], Awaitable[list[str]]], word: str) -> list[str]:
    return await eventually(look, lambda said: any(word in each for each in said))


async def test_a_clock_set_forward_lets_everything_come_due_once(desk: SetClock) -> None:
    ana = await visitor(desk)
    async with beside(desk) as shop:
        await shop.agent("ines")
        async with ana.socket() as socket:
            await ana.says(socket, "Is anybody there?")
            desk.set_clock("+2h")
            said = await _found(shop, ana.read, "everybody is busy")
            assert sum("everybody is busy" in words for words in said) == 1
            assert [status for _, _, status in await shop.tickets()] == ["new"]


async def test_a_clock_set_back_stops_nothing(desk: SetClock) -> None:
    ana = await visitor(desk)
    async with beside(desk) as shop:
        ines = await shop.agent("ines")
        async with ana.socket() as socket:
            said = await ana.says(socket, "My lamp flickers")
            await ines.types(f"dialog take {said['dialog']}")
            await asyncio.sleep(1.5)
            desk.set_clock("-3h")
            await ana.says(socket, "Since the thunderstorm")
            await ines.types(f"dialog solved {said['dialog']}")

            async def found() -> list[str]:
                return [await ines.types("ticket find thunderstorm")]

            assert await _found(shop, found, "1 ticket") == ["1 ticket"]
            assert (await ana.read())[:2] == ["My lamp flickers", "Since the thunderstorm"]

"""A running desk and the team beside it, for the contracts of channels and rooms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot.app import REACTIONS
from bot.commands.call import Here
from core.actor import SYSTEM
from core.bus import Bus
from core.models import Channel, Message
from core.pace import Pace
from core.receipt import Source
from core.store import Desks, open_driver, utc_now
from tests.server import Server
from tests.shop import Clock, Shop

T = TypeVar("T")
PATIENCE_S = 15.0


class WallClock(Clock):
    """The time as it is."""

    def __call__(self) -> datetime:
        return utc_now()


@asynccontextmanager
async def beside(server: Server) -> AsyncIterator[Shop]:
    """People on the database of a running desk, as from another process: they write and type, it notices."""
    desks = Desks(open_driver(f"sqlite:///{server.folder / 'data' / 'deskbell.db'}"), pace=Pace(), reactions=REACTIONS)
    try:
        source = await desks.read(SYSTEM, lambda desk: Source.of(desk.session.scalars(select(Channel)).first()))
        yield Shop(desks, WallClock(), Bus(), source)
    finally:
        await desks.close()


class RunningDesk:
    """What the contracts stand on: the desk as its owner runs it, and people beside it."""

    settings: dict[str, str] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def desk(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        """A desk of its own for each suite, which ends well and without a word of trouble."""
        running = Server(tmp_path_factory.mktemp("contract"), {"PRESENT": "2h"} | cls.settings)
        running.start()
        yield running
        running.ends_well()

    @pytest.fixture
    async def shop(self, desk: Server) -> AsyncIterator[Shop]:
        """The people beside it."""
        async with beside(desk) as people:
            yield people


async def kept(shop: Shop, words: str) -> list[Message]:
    """The stored messages with exactly these words."""
    return await shop.read(lambda desk: list(desk.session.scalars(select(Message).where(Message.body == words))))


async def thread_of(shop: Shop, words: str) -> Here:
    """The thread in which somebody said this."""
    (said,) = await kept(shop, words)
    return Here(dialog=said.dialog_id) if said.dialog_id is not None else Here(ticket=said.ticket_id)


async def eventually(look: Callable[[], Awaitable[T]], is_so: Callable[[T], bool]) -> T:
    """What is seen once it is as expected, or at the end of all patience."""
    found = await look()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so(found):
                await asyncio.sleep(0.1)
                found = await look()
    except TimeoutError:
        pass
    return found

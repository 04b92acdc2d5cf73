"""From a customer's first line to a closed ticket, and back again: every way of writing with every room."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.desk import eventually
from tests.pairs.customers import AtTelegram, AtThePage, ByMail, Customer
from tests.pairs.matter import Kept, Matter, becomes
from tests.pairs.sides import DeskSide, InDiscord, InSlack, InTheTeamRoom
from tests.server import Server

pytestmark = pytest.mark.xdist_group("pairs")

FIRST, SECOND, THIRD = "My lamp is broken", "The red one", "It is broken again"
ANSWER, LAST = "Which lamp is it?", "Then you get a new one"


@pytest.fixture(params=[AtThePage, AtTelegram, ByMail])
async def customer(request: pytest.FixtureRequest) -> AsyncIterator[Customer]:
    """Somebody who writes."""
    async with request.param() as one:
        yield one


@pytest.fixture(params=[InTheTeamRoom, InSlack, InDiscord])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[DeskSide]:
    """A room to answer from."""
    async with request.param() as room:
        yield room


@pytest.fixture
async def desk(customer: Customer, side: DeskSide, tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Server]:
    """The desk between both, which ends well and without a word of trouble."""
    running = Server(tmp_path, {"PRESENT": "2h", "HOLD_MAIL": "1s"} | customer.environment() | side.environment())
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "deskbell.db")
    await asyncio.to_thread(running.start)
    yield running
    await asyncio.to_thread(running.ends_well)


@pytest.fixture
async def matter(customer: Customer, side: DeskSide, desk: Server) -> AsyncIterator[Matter]:
    """Both of them, before anybody has said a word."""
    ines = await side.sits(desk)
    await customer.comes(desk)
    yield Matter(customer, side, ines, desk)
    await ines.leaves()


async def test_a_first_line_is_answered_closed_and_opened_again(matter: Matter) -> None:
    customer, said = matter.customer, [FIRST, ANSWER, SECOND]
    live = 0 if customer.is_by_letter else 1
    await customer.writes(FIRST)
    await matter.appears(FIRST)
    await matter.reads(FIRST)

    assert "yours" in await matter.presses("Take")
    await matter.answers(ANSWER)
    await becomes(customer.read, [ANSWER])
    await customer.writes(SECOND)
    await matter.reads(*said)

    await matter.is_done()
    assert await eventually(customer.hears_the_end, bool)
    assert await matter.kept() == Kept("closed", "ines", said)
    await matter.shows(Status="closed", Assignee="Ines")

    await customer.writes(THIRD)
    await matter.reads(*said, THIRD)
    assert await matter.kept() == Kept("open", "ines", [*said, THIRD], live)
    await matter.shows(Status="open", Assignee="Ines")
    await becomes(lambda: matter.side.is_at_hand(matter.thread), True)

    if live:
        assert "yours" in await matter.presses("Take")
    await matter.answers(LAST)
    await becomes(customer.read, [ANSWER, LAST])
    await matter.reads(*said, THIRD, LAST)
    assert await matter.kept() == Kept("open", "ines", [*said, THIRD, LAST], live)

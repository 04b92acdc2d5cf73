"""What is looked for in stories at a Slack: what was said, what stands in the channel, that all is quiet."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from core import notices, teams
from core.models import Delivery, DeliveryState, Message
from core.show import verbatim
from tests.platforms.fake_slack import Message as Posted
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat


async def bodies(desk: Desk) -> list[str]:
    """Everything that was said, in its order."""
    return await desk.shop.read(
        lambda d: [m.body for m in d.session.scalars(select(Message).order_by(Message.id)) if m.body]
    )


async def has(desk: Desk, *words: str) -> None:
    """Waits until all these were said, and says that each was said once."""
    async with asyncio.timeout(15):
        while not set(words) <= set(said := await bodies(desk)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert sorted(each for each in said if each in words) == sorted(words)


def posts(desk: Desk, words: str) -> list[Posted]:
    """Our messages in the channel with these words."""
    return [m for m in desk.office.channel.messages if m.app_id and words in desk.slack.shown(m)]


async def ticket(desk: Desk, subject: str = "Lamp") -> tuple[SlackSeat, Posted]:
    """An agent with a ticket of theirs, in its thread."""
    ines = await desk.agent("ines")
    await ines.types(f"new internal {subject}")
    root = await desk.card(subject)
    await desk.until(lambda: desk.slack.thread(root.ts)[1:])
    return ines, root


async def tells(desk: Desk, name: str, words: str, ticket: int = 1) -> None:
    """The desk tells an agent something about a ticket."""
    await desk.shop.change(
        lambda d: notices.give(d, teams.agent_named(d, name).id, verbatim(words), ticket_id=ticket)
    )  # fmt: skip


@asynccontextmanager
async def locked(desk: Desk) -> AsyncIterator[None]:
    """The database is busy for the time of a block."""
    other = sqlite3.connect(desk.house.settings.data_dir / "deskbell.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def settled(desk: Desk) -> None:
    """Waits until nothing is to be sent any more."""
    waiting = select(Delivery.id).where(Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING)))
    async with asyncio.timeout(20):
        while await desk.shop.read(lambda d: d.execute(waiting.limit(1)).first()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

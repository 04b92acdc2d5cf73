"""What went wrong is shown with what can be done about it."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from bot.commands import COMMANDS
from bot.commands.call import Call
from bot.commands.registry import command
from bot.console import live, places
from bot.console.places import Looking
from bot.console.signin import SignedIn
from bot.console.tab import Shared
from core import deadlines, teams
from core.deadlines import Due
from core.desk import Desk
from core.files import Store
from core.models import Role
from core.show import Answer
from core.typing import Typing
from tests.shop import Shop


def _fails(desk: Desk, due: Due) -> None:
    raise ValueError("broken")


async def _stuck(shop: Shop) -> None:
    """A ticket whose planned closing has failed three times."""
    ines = await shop.agent("ines")
    await ines.types("ticket new internal Order coffee")
    await ines.types("ticket close-in 1 1h")
    shop.clock.now = shop.clock.now.replace(hour=10)
    effects = {("ticket", "close_later"): _fails}
    for minute in range(deadlines.TRIES):
        shop.clock.now = shop.clock.now.replace(minute=minute * 2)
        claimed: list[Due] = []
        with suppress(ValueError):
            await shop.change(lambda desk, claimed=claimed: deadlines.carry_out_one(desk, effects, claimed))
        await shop.change(lambda desk, claimed=claimed: deadlines.failed(desk, claimed[0]))


async def test_what_is_stuck_is_shown_and_tried_again(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.SUPERVISOR)
    await _stuck(shop)
    assert await boss.types("desk stuck") == "1 thing is stuck"
    assert [button.line for button in boss.answers[-1].cards[0].buttons] == [
        "desk retry-deadline 1", "desk drop-deadline 1",
    ]  # fmt: skip
    assert 'data-view="stuck"' in await shop.read(lambda desk: places.side(desk, Looking()).html, boss.actor)
    page = await shop.read(lambda desk: places.feed(desk, Looking("stuck")).html, boss.actor)
    assert "desk retry-deadline 1" in page
    assert await boss.types("desk retry-deadline 1") == "It is tried again now."
    await shop.passes("1s")
    assert (await shop.tickets(), await boss.types("desk stuck")) == (
        [(1, "Order coffee", "closed")],
        "Nothing is stuck.",
    )


async def test_what_is_stuck_can_be_dropped(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.SUPERVISOR)
    await _stuck(shop)
    assert await boss.types("desk drop-deadline 1") == "Dropped; it will not be done."
    assert await boss.types("desk retry-deadline 1") == "Nothing is stuck as 1. Try: desk stuck"
    await shop.passes("1d")
    assert await shop.tickets() == [(1, "Order coffee", "open")]


@command("desk break", example="desk break")
def _break(call: Call) -> Answer:
    """Do what nobody expects."""
    raise RuntimeError("unexpected")


class _Wire:
    """A browser's side of a socket: sends these frames, keeps what comes, then goes."""

    def __init__(self, *frames: str) -> None:
        self._frames = list(frames)
        self.headers = Headers()
        self.sent: list[str] = []

    async def accept(self) -> None:
        """The page is there."""

    async def receive_text(self) -> str:
        """One frame after the other."""
        if not self._frames:
            await asyncio.sleep(0)
            raise WebSocketDisconnect
        return self._frames.pop(0)

    async def send_text(self, frame: str) -> None:
        """Something for the page."""
        self.sent.append(frame)


async def test_a_fault_of_ours_is_told_and_logged_and_the_page_goes_on(
    small_shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ines = await small_shop.agent("ines")
    secret = await small_shop.change(
        lambda desk: teams.sign_in(desk, teams.agent_by_id(desk, ines.actor.id or 0), "a browser")
    )
    store = Store(tmp_path, "k" * 40)
    shared = Shared(small_shop.desks, small_shop.bus, Typing(small_shop.bus, print), store, (*COMMANDS, _break))
    wire: Any = _Wire(
        '{"type": "press", "line": "desk break", "key": "k1"}',
        '{"type": "press", "line": "ticket new internal Order coffee", "key": "k2"}',
    )
    with caplog.at_level(logging.ERROR):
        await live.Page(wire, shared, SignedIn(ines.actor, secret)).run()
    assert [record.getMessage() for record in caplog.records] == ["frame k1 of the room failed"]
    assert '{"type": "refused", "key": "k1"}' in wire.sent
    assert any("That failed here; it was logged." in frame for frame in wire.sent)
    assert await small_shop.tickets() == [(1, "Order coffee", "open")]

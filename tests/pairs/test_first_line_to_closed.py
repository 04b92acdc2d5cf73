"""From a customer's first line to a closed ticket, and back again: every way of writing with every room."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import teams
from core.desk import Desk
from core.models import Author, Dialog, DialogState, Message, Reader, Ticket
from tests.contracts.desk import beside, eventually
from tests.contracts.room import Seat, Shown
from tests.pairs.customers import AtTelegram, AtThePage, ByMail, Customer
from tests.pairs.sides import DeskSide, InDiscord, InSlack, InTheTeamRoom
from tests.server import Server

pytestmark = pytest.mark.xdist_group("pairs")

FIRST, ANSWER, SECOND, THIRD, LAST = (
    "My lamp is broken", "Which lamp is it?", "The red one", "It is broken again", "Then you get a new one",
)  # fmt: skip


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
async def ines(desk: Server, side: DeskSide) -> AsyncIterator[Seat]:
    """An agent of the desk in that room."""
    seat = await side.sits(desk)
    yield seat
    await seat.leaves()


async def test_a_first_line_is_answered_closed_and_opened_again(
    customer: Customer, side: DeskSide, desk: Server, ines: Seat
) -> None:
    """A chat is taken by a button, answered by plain words and ended as solved; a letter's ticket is answered by `!r`
    and closed by a command. What is read, shown and kept at each step is compared whole, so nothing comes twice."""
    before = "!r " if customer.is_by_letter else ""
    await customer.comes(desk)
    await customer.writes(FIRST)
    card = await _card(ines)
    assert ("Dialog" in card.facts) is not customer.is_by_letter
    await becomes(lambda: _said(ines, card), [FIRST])

    assert "yours" in await _presses(ines, side, card, "Take")
    await becomes(lambda: _fact(side, card, "Assignee" if customer.is_by_letter else "Agent"), "Ines")
    await ines.says(card.thread, before + ANSWER)
    await becomes(customer.read, [ANSWER])
    await customer.writes(SECOND)
    await becomes(lambda: _said(ines, card), [FIRST, ANSWER, SECOND])

    if customer.is_by_letter:
        assert "Closed #1" in (await side.closes(card.thread, 1)).words
    else:
        assert "has ended" in await _presses(ines, side, card, "Solved")
    assert await eventually(customer.hears_the_end, bool)
    assert await _kept(desk) == Kept("closed", "ines", [FIRST, ANSWER, SECOND])
    await becomes(lambda: _fact(side, card, "Status"), "closed")
    assert await _fact(side, card, "Assignee") == "Ines"

    await customer.writes(THIRD)
    live = 0 if customer.is_by_letter else 1
    await becomes(lambda: _kept(desk), Kept("open", "ines", [FIRST, ANSWER, SECOND, THIRD], live))
    await becomes(lambda: _fact(side, card, "Status"), "open")
    await becomes(lambda: _said(ines, card), [FIRST, ANSWER, SECOND, THIRD])
    await becomes(lambda: side.is_at_hand(card.thread), True)
    if live:
        assert "yours" in await _presses(ines, side, card, "Take")
    await ines.says(card.thread, before + LAST)
    await becomes(customer.read, [ANSWER, LAST])
    await becomes(lambda: _said(ines, card), [FIRST, ANSWER, SECOND, THIRD, LAST])
    assert await _kept(desk) == Kept("open", "ines", [FIRST, ANSWER, SECOND, THIRD, LAST], live)


async def becomes(look: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Waits until something is as expected; else shows what it is."""
    found = await eventually(look, lambda found: bool(found == expected))
    assert found == expected


async def _card(ines: Seat) -> Shown:
    """The one card about it, once it is there."""

    async def about_it() -> list[Shown]:
        return [card for card in await ines.cards() if FIRST in card.title]

    (card,) = await eventually(about_it, bool)
    return card


async def _said(ines: Seat, card: Shown) -> list[str]:
    """What the customer and the agents have said to each other, as it stands in the thread."""
    items = await ines.thread(card.thread)
    return [item.words.removeprefix("!r ") for item in items if item.side in ("customer", "agent")]


async def _presses(ines: Seat, side: DeskSide, card: Shown, label: str) -> str:
    """Presses a button of the thread's card once it is offered; returns what is answered."""
    shown = await eventually(lambda: side.card(card.thread), lambda now: label in now.buttons)
    return (await ines.presses(shown.buttons[label])).words


async def _fact(side: DeskSide, card: Shown, label: str) -> str:
    """What the thread's card says."""
    return (await side.card(card.thread)).facts.get(label, "")


@dataclass(frozen=True)
class Kept:
    """What the store has of the only ticket; before there is one, of none."""

    status: str
    agent: str
    words: list[str]
    """What both sides have said, in order."""
    live: int = 0
    """How many live dialogs are on it."""


async def _kept(desk: Server) -> Kept | None:
    def body(opened: Desk) -> Kept | None:
        tickets = opened.session.scalars(select(Ticket)).all()
        if not tickets:
            return None
        (ticket,) = tickets
        said = (Message.ticket_id == ticket.id, Message.reader == Reader.CUSTOMER, Message.author != Author.SYSTEM)
        words = opened.session.scalars(select(Message.body).where(*said).order_by(Message.ticket_seq))
        live = select(Dialog).where(Dialog.ticket_id == ticket.id, Dialog.state == DialogState.LIVE)
        agent = teams.agent_by_id(opened, ticket.assignee_id or 0)
        return Kept(ticket.status.value, agent.name, list(words), len(opened.session.scalars(live).all()))

    async with beside(desk) as shop:
        return await shop.read(body)

"""From a customer's first line to a closed ticket, and back again: every way of writing with every room."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.desk import Desk
from core.models import Agent, Author, Dialog, DialogState, Message, Reader, Ticket
from tests.contracts.desk import beside, eventually
from tests.contracts.room import Seat, Shown
from tests.pairs.customers import AtTelegram, AtThePage, ByMail, Customer
from tests.pairs.sides import DeskSide, InDiscord, InSlack, InTheTeamRoom
from tests.server import Server

pytestmark = pytest.mark.xdist_group("pairs")

FIRST, ANSWER, SECOND, THIRD = "My lamp is broken", "Which lamp is it?", "The red one", "It is broken again"


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
async def ines(desk: Server, side: DeskSide) -> Seat:
    """An agent of the desk in that room."""
    async with beside(desk) as shop:
        await shop.agent("ines")
    return await side.sits(desk, "ines")


async def test_a_first_line_is_answered_closed_and_opened_again(
    customer: Customer, side: DeskSide, desk: Server, ines: Seat
) -> None:
    await customer.comes(desk)
    await customer.writes(FIRST)
    card = await _card(ines)
    assert ("Dialog" in card.facts) is not customer.is_by_letter
    await becomes(lambda: _said(ines, card), [FIRST])

    assert "yours" in (await ines.presses(card.buttons["Take"])).words
    await becomes(lambda: _who_has(side, card), "Ines")
    await ines.says(card.thread, f"!r {ANSWER}" if customer.is_by_letter else ANSWER)
    await becomes(customer.read, [ANSWER])
    await customer.writes(SECOND)
    await becomes(lambda: _said(ines, card), [FIRST, ANSWER, SECOND])

    if customer.is_by_letter:
        await side.closes(card.thread, 1)
    else:
        await ines.presses((await side.card(card.thread)).buttons["Solved"])
    assert await eventually(customer.hears_the_end, bool)
    await becomes(lambda: _ticket(desk), ("closed", "ines", [FIRST, ANSWER, SECOND], 0))
    await becomes(lambda: _shown(side, card), ("closed", "Ines"))

    await customer.writes(THIRD)
    live = 0 if customer.is_by_letter else 1
    await becomes(lambda: _ticket(desk), ("open", "ines", [FIRST, ANSWER, SECOND, THIRD], live))
    await becomes(lambda: _said(ines, card), [FIRST, ANSWER, SECOND, THIRD])
    assert await customer.read() == [ANSWER]


async def becomes(look: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Waits until something is as expected; else shows what it is."""
    found = await eventually(look, lambda found: bool(found == expected))
    assert found == expected


async def _card(ines: Seat) -> Shown:
    """The one card there is, once it is there."""
    (card,) = await eventually(ines.cards, bool)
    assert FIRST in card.title
    return card


async def _said(ines: Seat, card: Shown) -> list[str]:
    """What the customer and the agents have said to each other, as it stands in the thread."""
    items = await ines.thread(card.thread)
    return [item.words.removeprefix("!r ") for item in items if item.side in ("customer", "agent")]


async def _who_has(side: DeskSide, card: Shown) -> str:
    facts = (await side.card(card.thread)).facts
    return facts.get("Agent", facts.get("Assignee", ""))


async def _shown(side: DeskSide, card: Shown) -> tuple[str, str]:
    """How the ticket stands, by its card."""
    facts = (await side.card(card.thread)).facts
    return facts.get("Status", ""), facts.get("Assignee", "")


async def _ticket(desk: Server) -> tuple[Any, ...]:
    """The only ticket: its state, its agent, all words on it in order, and how many live dialogs are on it."""

    def body(opened: Desk) -> tuple[Any, ...]:
        db = opened.session
        (ticket,) = db.scalars(select(Ticket)).all() or (Ticket(),)
        said = (Message.ticket_id == ticket.id, Message.reader == Reader.CUSTOMER, Message.author != Author.SYSTEM)
        words = list(db.scalars(select(Message.body).where(*said).order_by(Message.ticket_seq)))
        live = db.scalars(select(Dialog).where(Dialog.ticket_id == ticket.id, Dialog.state == DialogState.LIVE)).all()
        agent = db.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
        return ticket.status and ticket.status.value, agent and agent.name, words, len(live)

    async with beside(desk) as shop:
        return await shop.read(body)

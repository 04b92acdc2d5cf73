"""One matter of one customer, as it stands on every side at once: at the customer, in the room, in the store."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from core import teams
from core.desk import Desk
from core.models import Author, Dialog, DialogState, Message, Reader, Ticket
from tests.contracts.desk import beside, eventually
from tests.contracts.room import Seat
from tests.pairs.customers import Customer
from tests.pairs.sides import DeskSide
from tests.server import Server


@dataclass(frozen=True)
class Kept:
    """What the store has of the only ticket."""

    status: str
    agent: str
    words: list[str]
    """What both sides have said, in order."""
    live: int = 0
    """How many live dialogs are on it."""


@dataclass
class Matter:
    """What one customer and one agent have with each other."""

    customer: Customer
    side: DeskSide
    ines: Seat
    desk: Server
    thread: str = field(default="", init=False)

    async def appears(self, words: str) -> None:
        """Waits for its card: a live dialog's for a chat, a ticket's for a letter."""

        async def about_it() -> list[Any]:
            return [card for card in await self.ines.cards() if words in card.title]

        (card,) = await eventually(about_it, bool)
        assert ("Dialog" in card.facts) is not self.customer.is_by_letter
        self.thread = card.thread

    async def reads(self, *words: str) -> None:
        """Waits until this stands in its thread of what both have said, each line once and in this order."""

        async def said() -> list[str]:
            items = await self.ines.thread(self.thread)
            return [item.words.removeprefix("!r ") for item in items if item.side in ("customer", "agent")]

        await becomes(said, list(words))

    async def shows(self, **facts: str) -> None:
        """Waits until its card says so."""

        async def shown() -> dict[str, str]:
            found = (await self.side.card(self.thread)).facts
            return {name: found.get(name, "") for name in facts}

        await becomes(shown, facts)

    async def presses(self, label: str) -> str:
        """The agent presses a button of its card once it is offered; returns what is answered."""
        card = await eventually(lambda: self.side.card(self.thread), lambda now: label in now.buttons)
        return (await self.ines.presses(card.buttons[label])).words

    async def answers(self, words: str) -> None:
        """The agent writes to the customer in its thread: plain words in a chat, which they have taken."""
        await self.ines.says(self.thread, f"!r {words}" if self.customer.is_by_letter else words)

    async def is_done(self) -> None:
        """The agent ends the chat as solved by a button, or closes the ticket by a command."""
        if self.customer.is_by_letter:
            assert "Closed #1" in (await self.side.closes(self.thread, 1)).words
        else:
            assert "has ended" in await self.presses("Solved")

    async def kept(self) -> Kept | None:
        """What the store has of it; nothing before there is a ticket."""
        async with beside(self.desk) as shop:
            return await shop.read(_kept)


def _kept(desk: Desk) -> Kept | None:
    tickets = desk.session.scalars(select(Ticket)).all()
    if not tickets:
        return None
    (ticket,) = tickets
    said = (Message.ticket_id == ticket.id, Message.reader == Reader.CUSTOMER, Message.author != Author.SYSTEM)
    words = desk.session.scalars(select(Message.body).where(*said).order_by(Message.ticket_seq))
    live = select(Dialog.id).where(Dialog.ticket_id == ticket.id, Dialog.state == DialogState.LIVE)
    agent = teams.agent_by_id(desk, ticket.assignee_id or 0)
    return Kept(ticket.status.value, agent.name, list(words), len(desk.session.scalars(live).all()))


async def becomes(look: Callable[[], Awaitable[Any]], expected: Any) -> None:
    """Waits until something is as expected; else shows what it is."""
    found = await eventually(look, lambda found: bool(found == expected))
    assert found == expected, f"{found!r}, not {expected!r}"

"""The contract every room passes: agents see what is to do, do it once, and nobody else reads or does anything.

A room's own tests subclass `RoomContract` and say how somebody sits in it, at the wire.
"""

import asyncio
import signal
import uuid
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import func, select

from core.models import EventRow, Role
from tests.contracts.desk import RunningDesk, eventually, kept, thread_of
from tests.server import Server
from tests.shop import Customer, Shop


@dataclass(frozen=True)
class Shown:
    """A card, as its room shows it."""

    title: str
    facts: dict[str, str]
    buttons: dict[str, str]
    """What pressing each of them hands in."""
    thread: str


@dataclass(frozen=True)
class Item:
    """A line of a thread."""

    side: str
    """`customer`, `agent` or `note`."""
    mark: str
    """What became of a plain line: `note`, `held`, `sent`, `failed`; nothing for a customer's."""
    who: str
    words: str


@dataclass(frozen=True)
class Answer:
    """What a deed was answered with, to its doer alone."""

    words: str
    buttons: dict[str, str] = field(default_factory=dict)


class Seat(Protocol):
    """An agent in the room."""

    async def cards(self) -> list[Shown]:
        """The cards of the team's channel, as they stand now."""

    async def thread(self, name: str) -> list[Item]:
        """A thread from its beginning, as it stands now."""

    async def says(self, thread: str, words: str, *, key: str = "") -> Answer | None:
        """Writes a line in a thread; the same key again is the same line handed in again."""

    async def types(self, line: str) -> Answer:
        """Types a command where the room takes commands."""

    async def presses(self, button: str, *, key: str = "") -> Answer:
        """Presses a button; the same key again is the same press handed in again."""

    async def leaves(self) -> None:
        """Closes the room."""


HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** [link](https://evil.example) &lt;b&gt;",
    "@everyone <!channel> <@U1>",
    "\u202ereversed\u202c",
    "!close",
    "/ticket close 1",
    "{{ 7*7 }} {0.__class__}",
)


class RoomContract(RunningDesk):
    """What a room owes the team."""

    async def sits(self, desk: Server, name: str) -> Seat:
        """Somebody who is an agent by this name."""
        raise NotImplementedError

    async def is_refused(self, desk: Server) -> bool:
        """Whether somebody who is no agent gets nothing to see and can do nothing."""
        raise NotImplementedError

    async def _agent(self, desk: Server, shop: Shop, name: str = "ines", role: Role = Role.AGENT) -> Seat:
        """A new agent who has just sat down."""
        person = await shop.agent(f"{name}-{uuid.uuid4().hex[:6]}", role)
        return await self.sits(desk, person.actor.name)

    async def test_whoever_writes_is_a_card_with_a_way_to_take_it(self, desk: Server, shop: Shop) -> None:
        ines = await self._agent(desk, shop)
        card = await _card(ines, await _asks(shop))
        assert "Take" in card.buttons
        assert card.thread

    async def test_of_two_who_press_take_one_has_it_and_the_other_hears_who(self, desk: Server, shop: Shop) -> None:
        ines, ben = await self._agent(desk, shop), await self._agent(desk, shop, "ben")
        question = await _asks(shop)
        take = (await _card(ines, question)).buttons["Take"]
        heard = await asyncio.gather(ines.presses(take), ben.presses(take))
        taken = await eventually(lambda: _card(ines, question), lambda card: "Take" not in card.buttons)
        winner = "ines" if taken.facts["Agent"].lower().startswith("ines") else "ben"
        assert winner in heard[winner == "ines"].words.lower()

    async def test_a_press_handed_in_twice_works_once(self, desk: Server, shop: Shop) -> None:
        ines, question, key = await self._agent(desk, shop), await _asks(shop), uuid.uuid4().hex
        take = (await _card(ines, question)).buttons["Take"]
        for _ in range(3):
            await ines.presses(take, key=key)
        here = await thread_of(shop, question)
        count = select(func.count()).where(EventRow.dialog_id == here.dialog, EventRow.kind == "dialog_taken")
        assert await shop.read(lambda desk: desk.execute(count).scalar_one()) == 1

    async def test_plain_words_of_who_has_not_taken_it_are_a_note(self, desk: Server, shop: Shop) -> None:
        ines, question = await self._agent(desk, shop), await _asks(shop)
        card, words = await _card(ines, question), _unique("he has called before")
        await ines.says(card.thread, words)
        assert (await _item(ines, card.thread, words)).mark == "note"
        (row,) = await kept(shop, words)
        assert row.reader == "team"

    async def test_plain_words_of_who_has_taken_it_are_held_then_sent(self, desk: Server, shop: Shop) -> None:
        ines, question = await self._agent(desk, shop), await _asks(shop)
        card, words, key = await _card(ines, question), _unique("it is on its way"), uuid.uuid4().hex
        await ines.presses(card.buttons["Take"])
        for _ in range(2):
            await ines.says(card.thread, words, key=key)
        assert (await _item(ines, card.thread, words)).mark == "held"
        assert (await _item(ines, card.thread, words, mark="sent")).side == "agent"
        assert [row.reader for row in await kept(shop, words)] == ["customer"]

    async def test_a_note_stays_one_whoever_has_taken_it(self, desk: Server, shop: Shop) -> None:
        ines, question = await self._agent(desk, shop), await _asks(shop)
        card = await _card(ines, question)
        await ines.presses(card.buttons["Take"])
        for before in ("!n ", "note: ", "NOTE:"):
            words = _unique("sounds angry")
            await ines.says(card.thread, before + words)
            assert (await _item(ines, card.thread, words)).mark == "note"
            assert [row.reader for row in await kept(shop, words)] == ["team"]

    async def test_a_thread_has_both_sides_once_and_in_order(self, desk: Server, shop: Shop) -> None:
        ines, ana = await self._agent(desk, shop), _newcomer(shop)
        first, second, third = _unique("hello"), _unique("hello to you"), _unique("my lamp is broken")
        await ana.writes(first)
        card = await _card(ines, first)
        await ines.presses(card.buttons["Take"])
        await ines.says(card.thread, second)
        await _item(ines, card.thread, second, mark="sent")
        await ana.writes(third)
        await _item(ines, card.thread, third)
        said = [item.words for item in await ines.thread(card.thread) if item.side in ("customer", "agent")]
        assert said == [first, second, third]

    async def test_hostile_words_are_shown_as_words(self, desk: Server, shop: Shop) -> None:
        ines, ana, question = await self._agent(desk, shop), _newcomer(shop), _unique("hello")
        await ana.writes(question)
        for words in HOSTILE:
            await ana.writes(words)
        card = await _card(ines, question)
        await _item(ines, card.thread, HOSTILE[-1])
        said = [item.words for item in await ines.thread(card.thread) if item.side == "customer"]
        assert said == [question, *HOSTILE]

    async def test_a_mistyped_line_is_answered_with_what_would_be_right(self, desk: Server, shop: Shop) -> None:
        ines = await self._agent(desk, shop)
        assert "ticket list" in (await ines.types("ticket lsit")).words
        assert (await ines.types("ticket list status:opne")).words.count("open")

    async def test_who_may_not_is_told_so(self, desk: Server, shop: Shop) -> None:
        ines = await self._agent(desk, shop)
        assert "admin" in (await ines.types("desk agent-add eve")).words

    async def test_what_happened_while_one_was_away_is_there_afterwards(self, desk: Server, shop: Shop) -> None:
        name = (await shop.agent(f"ines-{uuid.uuid4().hex[:6]}")).actor.name
        ines, ana, first = await self.sits(desk, name), _newcomer(shop), _unique("one")
        await ana.writes(first)
        card = await _card(ines, first)
        await ines.leaves()
        second = _unique("two")
        await ana.writes(second)
        back = await self.sits(desk, name)
        await _item(back, card.thread, second)
        said = [item.words for item in await back.thread(card.thread) if item.side == "customer"]
        assert said == [first, second]

    async def test_a_killed_desk_has_every_line_once(self, desk: Server, shop: Shop) -> None:
        name = (await shop.agent(f"ines-{uuid.uuid4().hex[:6]}")).actor.name
        ines, question = await self.sits(desk, name), await _asks(shop)
        card, words, key = await _card(ines, question), _unique("so far"), uuid.uuid4().hex
        await ines.says(card.thread, words, key=key)
        desk.end(signal.SIGKILL)
        desk.start()
        back = await self.sits(desk, name)
        await back.says(card.thread, words, key=key)
        await _item(back, card.thread, words)
        assert len(await kept(shop, words)) == 1

    async def test_who_is_no_agent_gets_nothing(self, desk: Server) -> None:
        assert await self.is_refused(desk)


def _unique(words: str) -> str:
    return f"{words} {uuid.uuid4().hex}"


def _newcomer(shop: Shop) -> Customer:
    return shop.customer(uuid.uuid4().hex)


async def _asks(shop: Shop) -> str:
    """Somebody new asks something; returns their words."""
    question = _unique("question")
    await _newcomer(shop).writes(question)
    return question


async def _card(seat: Seat, words: str) -> Shown:
    """The card of the dialog that began with these words, once it is there."""
    found = await eventually(seat.cards, lambda cards: any(words in card.title for card in cards))
    return next(card for card in found if words in card.title)


async def _item(seat: Seat, thread: str, words: str, *, mark: str = "") -> Item:
    """The line of a thread with these words, once it is there (with this mark)."""

    def is_there(items: list[Item]) -> bool:
        return any(words in item.words and mark in ("", item.mark) for item in items)

    items = await eventually(lambda: seat.thread(thread), is_there)
    return next(item for item in items if words in item.words)

"""The contract every channel passes: what customers say is kept once and in order, and they read what they should.

A connector's own tests subclass `ConnectorContract` and say how somebody is a customer there, at the wire.
"""

import asyncio
import json
import signal
import sqlite3
import uuid
from pathlib import Path
from typing import Protocol

import pytest

from tests.contracts.desk import RunningDesk, eventually, kept, thread_of
from tests.server import Server
from tests.shop import Person, Shop


class Customer(Protocol):
    """Somebody at the other end of the channel."""

    async def says(self, words: str, *, key: str = "") -> bool:
        """Sends it and tells whether the desk took it; the same key again is the same message again."""

    async def screen(self) -> list[str]:
        """Everything said, by either side, in order, as they would read it now."""


STRANGE = {
    "\x00NUL": "NUL",
    "\ud800 lone": "lone",
    "\u202ereversed\u202c": "reversed",
    "😀👩‍👩‍👧‍👦": "😀👩‍👩‍👧‍👦",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "@everyone <!channel> <@U123>": "@everyone <!channel> <@U123>",
    "'; DROP TABLE message; --": "'; DROP TABLE message; --",
    "{0.__class__} %s": "{0.__class__} %s",
    "!close": "!close",
    "/ticket close 1": "/ticket close 1",
}
"""What is sent, and what of it must be there afterwards."""


class ConnectorContract(RunningDesk):
    """What a channel owes its customers and the desk."""

    async def newcomer(self, desk: Server) -> Customer:
        """Somebody who has never written before."""
        raise NotImplementedError

    @pytest.fixture
    async def ines(self, shop: Shop) -> Person:
        """An agent who is there."""
        return await shop.agent(f"ines-{uuid.uuid4().hex[:8]}")

    async def test_what_is_said_is_kept_in_its_order(self, desk: Server, shop: Shop) -> None:
        ana, said = await self.newcomer(desk), [_unique(f"{n} of five") for n in range(5)]
        for words in said:
            assert await ana.says(words)
        rows = [row for words in said for row in await kept(shop, words)]
        assert [row.body for row in sorted(rows, key=lambda row: row.id)] == said
        assert len({(row.dialog_id, row.ticket_id) for row in rows}) == 1
        assert [words for words in await ana.screen() if words in said] == said

    async def test_the_same_message_again_is_the_same_message(self, desk: Server, shop: Shop) -> None:
        ana, words = await self.newcomer(desk), _unique("only once")
        key = uuid.uuid4().hex
        await asyncio.gather(*(ana.says(words, key=key) for _ in range(4)))
        assert len(await kept(shop, words)) == 1

    async def test_strange_signs_are_words_and_nothing_else(self, desk: Server) -> None:
        ana = await self.newcomer(desk)
        await ana.says("Hello")
        for words in STRANGE:
            await ana.says(words)
        assert await ana.says("Still here")
        screen = await ana.screen()
        assert screen[-1] == "Still here"
        for remains in STRANGE.values():
            assert any(remains in words for words in screen), remains

    async def test_ten_megabytes_disturb_nobody(self, desk: Server) -> None:
        ana, ben = await self.newcomer(desk), await self.newcomer(desk)
        assert not await ana.says("x" * 10_000_000)
        assert await ben.says("Hello")
        assert await ana.says("Shorter")
        screen = await ana.screen()
        assert "Shorter" in screen
        assert max(map(len, screen)) < 1_000

    async def test_an_answer_arrives_once_and_a_note_never(self, desk: Server, shop: Shop, ines: Person) -> None:
        ana, asked = await self.newcomer(desk), _unique("where is my parcel?")
        await ana.says(asked)
        here = await thread_of(shop, asked)
        await _takes(ines, here.ticket, here.dialog)
        secret, answer = _unique("between us"), _unique("it comes tomorrow")
        await ines.says(f"!n {secret}", here)
        await ines.says(f"!r {answer}", here)
        screen = await eventually(ana.screen, lambda seen: answer in seen)
        assert [words for words in screen if words in (asked, answer, secret)] == [asked, answer]

    async def test_what_is_undone_in_time_is_never_seen(self, desk: Server, shop: Shop, ines: Person) -> None:
        ana, asked = await self.newcomer(desk), _unique("hello?")
        await ana.says(asked)
        here = await thread_of(shop, asked)
        await _takes(ines, here.ticket, here.dialog)
        undone, sent = _unique("wrong"), _unique("right")
        await ines.says(f"!r {undone}", here)
        await ines.presses("Undo")
        await ines.says(f"!r {sent}", here)
        screen = await eventually(ana.screen, lambda seen: sent in seen)
        assert sent in screen
        assert undone not in screen

    async def test_customers_read_only_their_own(self, desk: Server) -> None:
        ana, eve, words = await self.newcomer(desk), await self.newcomer(desk), _unique("my secret")
        await ana.says(words)
        await eve.says("Hello")
        assert words not in await eve.screen()

    async def test_a_busy_desk_keeps_nothing_by_halves(self, desk: Server, shop: Shop) -> None:
        ana, words = await self.newcomer(desk), _unique("is anybody there?")
        assert await ana.says("Hello")
        key = uuid.uuid4().hex
        other = sqlite3.connect(desk.folder / "data" / "deskbell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        taken = await ana.says(words, key=key)
        other.execute("ROLLBACK")
        other.close()
        assert not taken
        assert await ana.says(words, key=key)
        assert len(await kept(shop, words)) == 1

    async def test_a_killed_desk_has_what_it_said_it_had(self, desk: Server, shop: Shop) -> None:
        ana, words, key = await self.newcomer(desk), _unique("before the end"), uuid.uuid4().hex
        assert await ana.says(words, key=key)
        desk.end(signal.SIGKILL)
        desk.start()
        assert await ana.says(words, key=key)
        assert len(await kept(shop, words)) == 1
        assert (await ana.screen()).count(words) == 1

    def test_check_names_settings_there_are(self, desk: Server) -> None:
        named = {finding["setting"] for finding in json.loads(desk.does("check", "--json").stdout)} - {""}
        lines = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8").splitlines()
        assert named <= {line.lstrip("# ").partition("=")[0] for line in lines}


def _unique(words: str) -> str:
    return f"{words} {uuid.uuid4().hex}"


async def _takes(who: Person, ticket: int | None, dialog: int | None) -> None:
    await who.types(f"dialog take {dialog}" if dialog is not None else f"ticket take {ticket}")

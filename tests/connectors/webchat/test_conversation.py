"""A page's conversation, whichever way its frames travel and whichever process has it."""

import time
from pathlib import Path
from typing import Any

import pytest

from connectors.webchat import conversation
from connectors.webchat.available import Available
from connectors.webchat.conversation import CUSTOMER, Conversation, Works
from connectors.webchat.present import Leaving, Present
from connectors.webchat.reading import Cursor, Page
from connectors.webchat.visitors import Visitor, Visitors
from core import files
from core.limits import Limit
from core.models import Dialog, DialogState, Role
from core.typing import Typing
from tests.shop import Shop


class Process:
    """One of several processes that serve Ana's pages."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        limit = Limit(burst=9, per_minute=9)
        typing = Typing(shop.bus, lambda topics: None)
        self.works = Works(
            shop.desks, shop.bus, typing, Visitors("k" * 40), limit, Present(), Leaving(), Available(shop.bus)
        )
        self._page = Page(shop.source, Visitor("shop", "visitor-ana"), files.Store(folder, "k" * 40))
        self._shop = shop

    def request(self) -> Conversation:
        """What a request over plain HTTP begins with: nothing but a cursor."""
        return Conversation(self.works, self._page, Cursor())

    async def opens(self) -> Conversation:
        """Ana's page opens, and reads what it lacks."""
        page = self.request()
        page.come()
        await page.news()
        await self.works.present.hold(self._shop.desks)
        return page

    async def goes_on(self) -> None:
        """Time passes in which the process renews what it holds."""
        for _ in range(15):
            await self._shop.passes("20s")
            await self.works.present.hold(self._shop.desks, anew=True)


@pytest.fixture
def one(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    """A process; a page that does not come back has left at once."""
    monkeypatch.setattr(conversation, "_BACK_S", 0.0)
    return Process(shop, tmp_path)


@pytest.fixture
def other(shop: Shop, tmp_path: Path) -> Process:
    """Another process beside it."""
    return Process(shop, tmp_path)


@pytest.fixture
async def dialog(shop: Shop) -> int:
    """What Ana talks about with Ines, who is looking something up."""
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("One question")
    await ines.types(f"dialog take {first.dialog_id}")
    await ines.types(f"dialog hold {first.dialog_id}")
    return first.dialog_id or 0


async def test_a_reload_that_lands_on_another_process_is_no_leaving(
    shop: Shop, one: Process, other: Process, dialog: int
) -> None:
    page = await one.opens()
    await other.opens()
    await page.go()
    assert (await shop.dialog(dialog)).customer_left_at is None
    await other.goes_on()
    assert (await shop.dialog(dialog)).state is DialogState.LIVE


async def test_the_last_page_that_closes_has_left(shop: Shop, one: Process, dialog: int) -> None:
    first, second = await one.opens(), await one.opens()
    await first.go()
    assert (await shop.dialog(dialog)).customer_left_at is None
    await second.go()
    assert (await shop.dialog(dialog)).customer_left_at == shop.clock()
    assert one.works.present.count == 0


async def test_a_page_that_opens_again_is_back(shop: Shop, one: Process, dialog: int) -> None:
    await (await one.opens()).go()
    await one.opens()
    assert (await shop.dialog(dialog)).customer_left_at is None


async def test_typing_over_plain_http_is_seen_by_the_agent(one: Process, dialog: int) -> None:
    await one.request().handle({"type": "typing", "on": True})
    typists = one.works.typing.in_dialog(dialog, besides="agent:1", now_s=time.monotonic())
    assert [who.key for who in typists] == [CUSTOMER]


async def _row(shop: Shop, dialog: int) -> dict[str, Any]:
    row: Dialog = await shop.dialog(dialog)
    return {"state": row.state.value, "rating": row.rating}


async def test_a_deed_whose_answer_was_lost_is_done_once(shop: Shop, one: Process, dialog: int) -> None:
    end = {"type": "end", "dialog": dialog, "client_id": "end-of-it"}
    bad = {"type": "rate", "dialog": dialog, "score": 1, "client_id": "rate-at-first"}
    good = {"type": "rate", "dialog": dialog, "score": 5, "client_id": "rate-after-all"}
    answers = [await one.request().handle(frame) for frame in (end, bad, good, end, bad)]
    ids = ["end-of-it", "rate-at-first", "rate-after-all", "end-of-it", "rate-at-first"]
    assert answers == [[{"type": "done", "client_id": each}] for each in ids]
    assert await _row(shop, dialog) == {"state": "ended", "rating": 5}


async def test_an_end_that_comes_late_ends_nothing_that_began_since(shop: Shop, one: Process, dialog: int) -> None:
    newer = (await shop.customer("ana").writes("Something else", afresh=True)).dialog_id or 0
    await one.request().handle({"type": "end", "dialog": dialog, "client_id": "end-of-the-first"})
    assert (await shop.dialog(newer)).state is DialogState.LIVE


async def test_an_address_that_is_none_is_refused_with_its_id(shop: Shop, one: Process, dialog: int) -> None:
    wrong = {"type": "details", "email": "nonsense", "client_id": "my-address"}
    (answer,) = await one.request().handle(wrong)
    assert (answer["type"], answer["client_id"], answer["retry_after"]) == ("refused", "my-address", None)
    assert await one.request().handle(wrong | {"email": "ana@example.com"}) == [
        {"type": "done", "client_id": "my-address"}
    ]


async def test_an_address_of_somebody_who_never_wrote_is_refused_not_lost(shop: Shop, one: Process) -> None:
    (answer,) = await one.request().handle({"type": "details", "email": "a@b.example", "client_id": "my-address"})
    assert (answer["type"], answer["client_id"]) == ("refused", "my-address")


async def test_an_open_page_hears_that_its_visitor_was_forgotten(shop: Shop, one: Process, dialog: int) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    page = await one.opens()
    async with shop.bus.listening(*page.topics()) as ear:
        await admin.types("customer erase 1 yes")
        moved = await ear.wait(0)
    stand = next(frame for frame in await page.news() if frame["type"] == "dialog")
    assert (f"dialog:{dialog}" in moved, stand["dialog"], stand["state"]) == (True, None, "none")

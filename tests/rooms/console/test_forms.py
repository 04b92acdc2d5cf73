"""The team room has no forms: its command line completes instead, and what can be done at once is."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from core import contacts
from core.desk import Desk
from tests.contracts.desk import beside
from tests.rooms.console.page import cookie_of, read
from tests.server import Server
from tests.shop import Shop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running desk with a ticket."""
    running = Server(tmp_path_factory.mktemp("desk"))
    running.start()
    assert running.does("do", "--as", "admin", "ticket new internal Lamp").returncode == 0
    yield running
    running.end()


@pytest.fixture
async def shop(desk: Server) -> AsyncIterator[Shop]:
    """People beside it."""
    async with beside(desk) as people:
        yield people


@pytest.fixture
async def page(desk: Server) -> AsyncIterator[ClientConnection]:
    """The admin's open page."""
    headers = {"Cookie": f"deskbell={await cookie_of(desk, 'admin')}", "Origin": desk.base}
    async with connect(
        f"{desk.base.replace('http', 'ws')}/room/ws", additional_headers=headers, max_size=None
    ) as socket:
        yield socket


async def _told(page: ClientConnection, wanted: str, **frame: Any) -> dict[str, Any]:
    """Hands something in and waits for a kind of frame."""
    await page.send(json.dumps(frame))
    async for raw in page:
        found: dict[str, Any] = json.loads(raw)
        if found["type"] == wanted:
            return found
    raise AssertionError("the page was closed")


async def test_a_customer_is_offered_by_name_whatever_the_name_holds(shop: Shop, page: ClientConnection) -> None:
    def body(desk: Desk) -> int:
        one = contacts.by_hand(desk, "email", "ana@example.com")
        contacts.rename(desk, one, "Ana {López")
        return one.id

    ana = await shop.change(body)
    found = await _told(page, "choices", type="complete", text="ticket new lop")
    assert found["choices"] == [[f"ticket new #{ana} ", f"#{ana}", "Ana {López · ana@example.com"]]


async def test_close_is_done_at_once_and_what_lacks_words_is_asked_for(page: ClientConnection, desk: Server) -> None:
    thread = await _told(page, "thread", type="open", view="live", thread="ticket:1")
    buttons = {
        each.text: each.attributes for each in read(thread["head"]).all("button") if "data-line" in each.attributes
    }
    assert "data-asks" not in buttons["Close"]
    for label, verb in (("Tag", "tag"), ("Assign", "assign"), ("Snooze", "snooze"), ("Merge", "merge")):
        assert (buttons[label]["data-line"], buttons[label]["data-asks"]) == (f"ticket {verb} 1 ", "1")
    answer = await _told(page, "answer", type="press", line=buttons["Close"]["data-line"], key="k1", thread="")
    assert "Closed #1." in answer["html"]


async def test_alerts_are_listed_with_what_can_be_done(page: ClientConnection, desk: Server) -> None:
    assert desk.does("do", "--as", "admin", "ticket new internal Chair").returncode == 0
    assert desk.does("do", "--as", "admin", "alert escalate 2 a leg broke").returncode == 0
    answer = await _told(page, "answer", type="line", text="alert list", key="k2")
    lines = [each.attributes.get("data-line") for each in read(answer["html"]).all("button")]
    assert "alert ack 1" in lines
    listed = json.loads(desk.does("do", "--as", "admin", "--json", "alert list").stdout)
    assert [card["title"] for card in listed["cards"]] == ["Admin asks the supervisors to look at #2."]
    offered = await _told(page, "choices", type="complete", text="alert ack ")
    assert offered["choices"] == [["alert ack 1 ", "1", "Admin asks the supervisors to look at #2."]]

"""Sessions at the wire: what ends or changes one reaches every open page of its agent at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.rooms.console.page import cookie_of
from tests.server import Server

pytestmark = pytest.mark.xdist_group("sessions")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running desk."""
    running = Server(tmp_path_factory.mktemp("sessions"))
    running.start()
    yield running
    running.ends_well()


@asynccontextmanager
async def _opened(desk: Server, cookie: str) -> AsyncIterator[ClientConnection]:
    """An open page of the room that has shown what there is."""
    headers = {"Cookie": f"deskbell={cookie}", "Origin": desk.base}
    address = f"{desk.base.replace('http', 'ws')}/room/ws"
    async with connect(address, additional_headers=headers, max_size=None) as page:
        await page.send(json.dumps({"type": "open", "view": "live", "thread": ""}))
        await page.recv()
        yield page


async def _until_closed(page: ClientConnection) -> int | None:
    async with asyncio.timeout(3):
        try:
            while True:
                await page.recv()
        except ConnectionClosed as closed:
            return None if closed.rcvd is None else closed.rcvd.code


async def _answer(page: ClientConnection, **frame: Any) -> str:
    await page.send(json.dumps(frame))
    async with asyncio.timeout(5):
        while True:
            told = json.loads(await page.recv())
            if told["type"] == "answer":
                return str(told["html"])


async def _does(desk: Server, *command: str) -> None:
    done = await asyncio.to_thread(desk.does, *command)
    assert done.returncode == 0, done.stderr


async def test_signing_out_ends_the_pages_of_that_browser_and_no_others(desk: Server) -> None:
    one, other = await cookie_of(desk, "admin"), await cookie_of(desk, "admin")
    async with _opened(desk, one) as first, _opened(desk, one) as second, _opened(desk, other) as third:
        async with httpx.AsyncClient(base_url=desk.base, headers={"Origin": desk.base}) as web:
            web.cookies["deskbell"] = one
            await web.post("/room/sign-out")
        assert (await _until_closed(first), await _until_closed(second)) == (4401, 4401)
        assert "role" in (await _answer(third, type="line", text="me show", key="k" * 12)).lower()


async def test_a_foreign_page_cannot_sign_anybody_out(desk: Server) -> None:
    cookie = await cookie_of(desk, "admin")
    async with httpx.AsyncClient(base_url=desk.base) as web:
        web.cookies["deskbell"] = cookie
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
            answer = await web.post("/room/sign-out", headers=headers)
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    async with _opened(desk, cookie) as page:
        assert "role" in (await _answer(page, type="line", text="me show", key="q" * 12)).lower()


async def test_a_removed_agent_is_shown_the_door_and_a_new_role_counts_at_once(desk: Server) -> None:
    await _does(desk, "do", "--as", "admin", "desk agent-add ben")
    async with (
        _opened(desk, await cookie_of(desk, "ben")) as bens,
        _opened(desk, await cookie_of(desk, "admin")) as page,
    ):
        assert "for admins only" in await _answer(bens, type="line", text="desk team-add tech", key="a" * 12)
        await _does(desk, "do", "--as", "admin", "desk agent-add ben admin")
        assert "tech" in await _answer(bens, type="line", text="desk team-add tech", key="b" * 12)
        await _answer(page, type="line", text="desk agent-remove @ben", key="c" * 12)
        assert await _until_closed(bens) == 4401


async def test_no_command_is_done_for_a_session_that_has_ended(desk: Server) -> None:
    """Even where the page has not heard of its end: the row is gone behind the desk's back."""
    import sqlite3

    cookie = await cookie_of(desk, "admin")
    async with _opened(desk, cookie) as page:
        with sqlite3.connect(desk.folder / "data" / "deskbell.db", timeout=10) as store:
            store.execute("DELETE FROM sign_in")
        await page.send(json.dumps({"type": "line", "text": "desk agent-add eve admin", "key": "e" * 12}))
        assert await _until_closed(page) == 4401
    assert "eve" not in desk.does("do", "--as", "admin", "desk agents").stdout


async def test_a_page_that_asks_whether_it_is_heard_is_answered(desk: Server) -> None:
    async with _opened(desk, await cookie_of(desk, "admin")) as page:
        await page.send(json.dumps({"type": "ping"}))
        async with asyncio.timeout(3):
            while json.loads(await page.recv())["type"] != "pong":
                pass

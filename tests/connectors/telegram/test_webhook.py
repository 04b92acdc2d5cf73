"""Telegram calls the desk: only who knows the secret is heard, and what was brought is acknowledged when it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.connectors.telegram.conftest import Desk, at_work
from tests.platforms.fake_telegram import Bot, FakeTelegram, picture
from tests.platforms.telegram_errors import Json
from tests.server import free_port

pytestmark = pytest.mark.xdist_group("telegram")


SECRET = "open-sesame"


@dataclass
class Called:
    """A desk that is called, and where."""

    desk: Desk
    url: str

    async def post(self, body: bytes, *, secret: str | None = SECRET) -> int:
        """Calls as Telegram would; returns the status."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with httpx.AsyncClient() as web:
            return (await web.post(f"{self.url}/telegram/telegram", content=body, headers=headers)).status_code

    async def takes(self, update: Json) -> None:
        """Takes what Telegram brings."""
        assert await self.post(json.dumps(update).encode()) == 200


@asynccontextmanager
async def called_at(desk: Desk, port: int) -> AsyncIterator[Called]:
    """Serves a desk's web pages for the time of a block."""
    server = uvicorn.Server(uvicorn.Config(desk.assembled.web, port=port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await desk.telegram.until(lambda: server.started and desk.telegram.calls("setWebhook"))
    yield Called(desk, f"http://127.0.0.1:{port}")
    server.should_exit = True
    await serving


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where Telegram calls."""
    port = free_port()
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", SECRET)
    return port


@pytest.fixture
async def called(tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, port: int) -> AsyncIterator[Called]:
    """A desk with an address of its own that Telegram calls."""
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        await desk.agent("ines")
        async with called_at(desk, port) as made:
            yield made


async def by_hand(telegram: FakeTelegram, bot: Bot, *said: Awaitable[object]) -> list[Json]:
    """What Telegram would bring of what is said; it brings nothing by itself any more."""
    await telegram.webhooks.stop()
    for each in said:
        await each
    return [queued.wire() for queued in bot.inbox.due(100)]


async def test_what_telegram_brings_is_taken_in_and_answered(called: Called) -> None:
    desk = called.desk
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "Hello")
    await ana.sends_album(desk.bot, picture(), picture(), caption="Two views")
    await ana.writes(desk.bot, "Bye")
    assert await desk.kept(3) == ["Hello", "Two views", "Bye"]
    await ines.types("dialog take 1")
    await ines.types("dialog say 1 Nice")
    await desk.until_heard(ana, "Nice")
    assert desk.telegram.calls("getUpdates") == []
    assert desk.telegram.calls("setWebhook")[0]["secret_token"] == "open-sesame"


async def test_who_does_not_know_the_secret_is_sent_away(called: Called) -> None:
    ana = await called.desk.customer("Ana")
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "Forged",
              "from": {"id": ana.id, "is_bot": False, "first_name": "Ana"},
              "chat": {"id": ana.id, "type": "private"}}}  # fmt: skip
    body = json.dumps(update).encode()
    assert [await called.post(body, secret=each) for each in (None, "", "open-sesam")] == [403] * 3
    assert await called.post(b"no JSON") == 400
    assert await called.post(b"x" * 2_000_000) == 413
    assert await called.post(b"[]") == 200
    await ana.writes(called.desk.bot, "Genuine")
    assert await called.desk.kept(1) == ["Genuine"]


async def test_the_parts_of_an_album_are_one_message_side_by_side_and_when_they_come_again(called: Called) -> None:
    desk = called.desk
    ana = await desk.customer("Ana")
    album = ana.sends_album(desk.bot, picture(), picture(), picture(), caption="Three views")
    parts = await by_hand(desk.telegram, desk.bot, album)
    await asyncio.gather(*map(called.takes, parts))
    assert await desk.kept(1) == ["Three views"]
    for part in parts:
        await called.takes(part)
    await called.takes((await by_hand(desk.telegram, desk.bot, ana.writes(desk.bot, "Did you get them?")))[-1])
    assert await desk.kept(2) == ["Three views", "Did you get them?"]


async def test_what_was_brought_and_not_taken_in_yet_outlives_the_desk_and_being_called(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bot = telegram.person("Ana"), telegram.bot("shop_bot")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk, called_at(desk, port) as called:
        ana = await desk.customer("Ana")
        album = ana.sends_album(bot, picture(), picture(), caption="Two views")
        for part in await by_hand(telegram, bot, album):
            await called.takes(part)
    bot.inbox.drop()
    monkeypatch.delenv("TELEGRAM_WEBHOOK_URL")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        assert await desk.kept(1) == ["Two views"]
        await ana.writes(bot, "Did you get them?")
        assert await desk.kept(2) == ["Two views", "Did you get them?"]


@pytest.mark.postgres
async def test_each_process_takes_what_telegram_brings_and_one_after_the_other_says_it_in_its_order(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, postgres: str, port: int
) -> None:
    bot = telegram.bot("shop_bot")
    async with AsyncExitStack() as hearing:
        first = await hearing.enter_async_context(at_work(tmp_path, telegram, migrated_sqlite, database_url=postgres))
        await telegram.until(lambda: telegram.calls("setWebhook"))
        async with (
            at_work(tmp_path, telegram, migrated_sqlite, database_url=postgres) as second,
            called_at(first, free_port()) as one,
            called_at(second, port) as two,
        ):
            ana = await second.customer("Ana")
            said = [ana.writes(bot, f"{n}") for n in range(10)]
            album = ana.sends_album(bot, picture(), picture(), picture(), picture(), caption="Four views")
            updates = await by_hand(telegram, bot, *said, album, ana.writes(bot, "Bye"))
            for called, update in zip(cycle((one, two)), updates, strict=False):
                await called.takes(update)
            assert await second.kept(12) == [*map(str, range(10)), "Four views", "Bye"]
            await hearing.aclose()
            await telegram.until(lambda: len(telegram.calls("setWebhook")) == 2, within_s=30)
            await telegram.webhooks.stop()
            bot.inbox.drop()
            for update in await by_hand(telegram, bot, ana.writes(bot, "Anybody?")):
                await two.takes(update)
            assert (await second.kept(13))[-1] == "Anybody?"

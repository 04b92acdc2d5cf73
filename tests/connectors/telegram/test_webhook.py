"""Telegram calls the desk: only who knows the secret is heard, and what was brought is acknowledged when it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.connectors.telegram.conftest import Desk, at_work
from tests.platforms.fake_telegram import FakeTelegram, picture
from tests.server import free_port

pytestmark = pytest.mark.xdist_group("telegram")


@dataclass
class Called:
    """A desk that is called, and where."""

    desk: Desk
    url: str

    async def post(self, body: bytes, *, secret: str | None) -> int:
        """Calls as Telegram would; returns the status."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with httpx.AsyncClient() as web:
            return (await web.post(f"{self.url}/telegram/telegram", content=body, headers=headers)).status_code


@pytest.fixture
async def called(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Called]:
    """A desk with an address of its own that Telegram calls."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", url)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", "open-sesame")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        await desk.agent("ines")
        config = uvicorn.Config(desk.assembled.web, port=port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        await telegram.until(lambda: server.started and telegram.calls("setWebhook"))
        yield Called(desk, url)
        server.should_exit = True
        await serving


async def test_what_telegram_brings_is_taken_in_and_answered(called: Called) -> None:
    desk = called.desk
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "Hello")
    await ana.sends_album(desk.bot, picture(), picture(), caption="Two views")
    await ana.writes(desk.bot, "Bye")
    kept = await desk.kept(4)
    assert (kept[0], kept[1], kept[-1]) == ("Hello", "Two views", "Bye")
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
    assert await called.post(b"no JSON", secret="open-sesame") == 400
    assert await called.post(b"x" * 2_000_000, secret="open-sesame") == 413
    assert await called.post(b"[]", secret="open-sesame") == 200
    await ana.writes(called.desk.bot, "Genuine")
    assert await called.desk.kept(1) == ["Genuine"]


async def test_the_parts_of_an_album_that_come_side_by_side_are_one_message(called: Called) -> None:
    desk = called.desk
    ana = await desk.customer("Ana")
    await desk.telegram.webhooks.stop()
    await ana.sends_album(desk.bot, picture(), picture(), picture(), caption="Three views")
    parts = [queued.wire() for queued in desk.bot.inbox.due(3)]
    answers = await asyncio.gather(*(called.post(json.dumps(each).encode(), secret="open-sesame") for each in parts))
    assert answers == [200, 200, 200]
    assert await desk.kept(1) == ["Three views"]
    assert [await called.post(json.dumps(each).encode(), secret="open-sesame") for each in parts] == [200, 200, 200]
    assert await desk.kept(1) == ["Three views"]

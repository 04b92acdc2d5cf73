"""The fake Telegram against the real SDK: updates that come by webhook."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import telegram as sdk
from aiohttp import web

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_product import client, refusal, words


@dataclass
class Listener:
    """A server of the product's that takes updates, or fails as often as it is told."""

    url: str = ""
    failures: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)

    async def takes(self, request: web.Request) -> web.Response:
        """Answers a POST."""
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        self.heard.append(await request.json())
        return web.Response()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A listener on loopback."""
    listener, app = Listener(), web.Application()
    app.router.add_post("/updates", listener.takes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/updates"
    yield listener
    await runner.cleanup()


async def test_a_webhook_gets_updates_in_order_with_its_secret(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    async with listening() as product:
        await api.set_webhook(product.url, secret_token="s3cret")
        await ana.writes(bot, "hello")
        await telegram.settled(bot)
        assert [update["message"]["text"] for update in product.heard] == ["/start", "hello"]
        assert product.secrets == ["s3cret", "s3cret"]
        assert (await refusal(api.get_updates())).startswith("Conflict: can't use getUpdates method while webhook is")
        await api.delete_webhook()
        await ana.writes(bot, "by polling")
        assert words(await api.get_updates()) == ["by polling"]


async def test_a_webhook_that_fails_is_tried_again(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    async with listening() as product:
        product.failures = 3
        await api.set_webhook(product.url)
        await telegram.settled(bot)
        assert [update["message"]["text"] for update in product.heard] == ["/start"]
        assert product.secrets == [None] * 4
        info = await api.get_webhook_info()
        assert (info.url, info.pending_update_count) == (product.url, 0)
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_what_comes_again_comes_again_by_webhook(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    async with listening() as product:
        await api.set_webhook(product.url)
        await telegram.settled(bot)
        product.failures = 1
        telegram.faults.replay(bot)
        await telegram.settled(bot)
        assert len(product.heard) == 2
        assert product.heard[0] == product.heard[1]
        async with telegram.down():
            await ana.writes(bot, "hello")
            assert len(product.heard) == 2
        await telegram.settled(bot)
        assert product.heard[-1]["message"]["text"] == "hello"


async def test_setting_a_webhook_ends_a_poll_and_may_drop_what_waits(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    (start,) = await api.get_updates()
    poll = asyncio.create_task(refusal(api.get_updates(offset=start.update_id + 1, timeout=30)))
    await telegram.until(lambda: bot.inbox.poller)
    await api.set_webhook("http://127.0.0.1:9/nobody", drop_pending_updates=True)
    assert await poll == "Conflict: terminated by setWebhook request"
    await ana.writes(bot, "hello")
    await api.delete_webhook(drop_pending_updates=True)
    assert await api.get_updates() == ()


async def test_telegram_takes_only_https_and_four_ports_and_plain_secrets() -> None:
    async with FakeTelegram(asks_for_https=True) as telegram, client(telegram, telegram.bot("a_bot")) as api:
        plain = await refusal(api.set_webhook("http://desk.example/updates"))
        assert plain == "Bad webhook: an https url must be provided for webhook"
        port = await refusal(api.set_webhook("https://desk.example:8080/updates"))
        assert port == "Bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443"
        secret = await refusal(api.set_webhook("https://desk.example/updates", secret_token="no spaces"))
        assert secret == "Secret token contains unallowed characters"

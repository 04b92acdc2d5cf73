"""A small product for the fake's own tests: python-telegram-bot as it comes, and what it is refused."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import telegram as sdk
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from tests.platforms.fake_telegram import Bot, FakeTelegram


@asynccontextmanager
async def client(fake: FakeTelegram, bot: Bot, *, token: str = "", patience_s: float = 10.0) -> AsyncIterator[sdk.Bot]:
    """The real SDK's bot."""
    request = HTTPXRequest(read_timeout=patience_s, connect_timeout=patience_s)
    polling = HTTPXRequest(read_timeout=patience_s, connect_timeout=patience_s)
    made = sdk.Bot(
        token or bot.token, base_url=fake.base_url, base_file_url=fake.base_file_url, request=request,
        get_updates_request=polling,
    )  # fmt: skip
    await request.initialize()
    await polling.initialize()
    yield made
    await request.shutdown()
    await polling.shutdown()


async def refusal(call: Awaitable[Any]) -> str:
    """What the SDK says of a call's answer, in its own way of writing it, or "ok"."""
    try:
        await call
    except TelegramError as error:
        return error.message
    return "ok"


def kinds(updates: tuple[sdk.Update, ...]) -> list[str]:
    """What updates are, by the names they have on the wire."""
    return [next((key for key in update.to_dict() if key != "update_id"), "") for update in updates]


def words(updates: tuple[sdk.Update, ...]) -> list[str | None]:
    """What the messages of updates say."""
    messages = [update.effective_message for update in updates]
    return [message.text or message.caption if isinstance(message, sdk.Message) else None for message in messages]

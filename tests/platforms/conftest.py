"""What the tests of a fake share: the platform with somebody in it, and a client of its real SDK."""

from collections.abc import AsyncIterator

import pytest
import telegram as sdk

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_product import client


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Telegram, with nobody in it; its webhooks do not rest long."""
    async with FakeTelegram(retry_webhook_s=0.01) as fake:
        yield fake


@pytest.fixture
def bot(telegram: FakeTelegram) -> Bot:
    """A shop's bot."""
    return telegram.bot("shop_bot")


@pytest.fixture
async def ana(telegram: FakeTelegram, bot: Bot) -> Person:
    """A customer who has pressed Start."""
    ana = telegram.person("Ana", language="de", username="ana_s", last_name="Sommer")
    await ana.starts(bot)
    return ana


@pytest.fixture
async def api(telegram: FakeTelegram, bot: Bot) -> AsyncIterator[sdk.Bot]:
    """The shop's client; large files have their time."""
    async with client(telegram, bot, patience_s=60) as made:
        yield made

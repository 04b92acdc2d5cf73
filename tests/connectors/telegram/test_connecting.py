"""`deskbell connect telegram` asks for the token, tries it, and writes it down only where it works."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.platforms.fake_telegram import FakeTelegram
from tests.platforms.telegram_webhooks import Webhook

pytestmark = pytest.mark.xdist_group("telegram")


async def connects(folder: Path, telegram: FakeTelegram, token: str) -> tuple[int, str]:
    """The exit code and what is said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "connect", "telegram", "--key", f"TELEGRAM_BOT_TOKEN={token}", cwd=folder,
        env=os.environ | {"TELEGRAM_API_URL": telegram.base_url, "PYTHONPATH": str(Path.cwd())},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_token_that_works_is_written_down(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot("shop_bot")
        code, said = await connects(tmp_path, telegram, bot.token)
    assert code == 0
    assert "The bot is @shop_bot." in said
    assert "press Start and write to it" in said
    assert (tmp_path / ".env").read_text() == f"TELEGRAM_BOT_TOKEN={bot.token}\n"
    assert bot.token not in said


async def test_a_wrong_token_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        telegram.bot("shop_bot")
        code, said = await connects(tmp_path, telegram, "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert code == 1
    assert "Telegram does not accept the bot's token. Ask @BotFather for it: /mybots, API Token." in said
    assert not (tmp_path / ".env").exists()
    assert "AAAAAAAA" not in said


async def test_a_bot_that_hears_all_of_a_group_or_is_heard_elsewhere_is_warned_of(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot("shop_bot", has_privacy=False)
        telegram.webhooks.put(bot, Webhook("http://127.0.0.1:9/elsewhere"))
        _, said = await connects(tmp_path, telegram, bot.token)
    assert "Another program is called for this bot now." in said
    assert "/setprivacy" in said

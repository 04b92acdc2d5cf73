"""Two hundred customers write to a bot at once, and are answered: in order, within Telegram's limits."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import func, select

from core.desk import Desk
from core.models import Author, Dialog, Message
from tests.bench.tables import Row, at_most, limit
from tests.contracts.desk import beside
from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.server import Server
from tests.shop import Shop

CUSTOMERS, EACH, ANSWERS = 200, 3, 2
A_SECOND = 25
"""Messages a bot sends a second, a little below Telegram's bound of 30."""
_PATIENT = {"PRESENT": "5h", "CALL_OUT": "5h", "GIVE_UP": "5h", "HOLD_CHAT": "0s"}


def measured() -> list[Row]:
    """The desk beside a fake Telegram that keeps its limits."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    async with FakeTelegram(limits=True) as telegram:
        bot = telegram.bot("shop_bot")
        server = Server(folder, _PATIENT | _keys(telegram, bot))
        await asyncio.to_thread(server.start)
        people = [telegram.person(f"c{number}") for number in range(CUSTOMERS)]
        await asyncio.gather(*(each.starts(bot) for each in people))
        await _until(lambda: all(each.hears_from(bot) for each in people))
        async with beside(server) as shop:
            await shop.agent("ines")
            taken_in_s = await _write(shop, bot, people)
            answered_s = await _answer(shop, bot, people)
        assert telegram.violations == [], telegram.violations[:5]
        floods = len([asked for asked in telegram.requests if "429" in str(asked.outcome)])
        server.end()
    answers = CUSTOMERS * ANSWERS
    return [
        limit(f"{CUSTOMERS} customers' {CUSTOMERS * EACH} messages to a bot at once, until all are kept",
              taken_in_s, 15, " s"),
        at_most(f"{answers} answers to {CUSTOMERS} chats (429: {floods}), to {A_SECOND} a second",
                answered_s, answers / A_SECOND, 2, " s"),
    ]  # fmt: skip


def _keys(telegram: FakeTelegram, bot: Bot) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": bot.token, "TELEGRAM_API_URL": telegram.base_url,
        "TELEGRAM_FILE_URL": telegram.base_file_url,
    }  # fmt: skip


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(240):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _write(shop: Shop, bot: Bot, people: Sequence[Person]) -> float:
    """Seconds until all that is written at once is kept; each customer's in their order."""
    began = time.monotonic()
    for number in range(EACH):
        await asyncio.gather(*(each.writes(bot, f"{each.name} says {number}") for each in people))
    async with asyncio.timeout(240):
        while await shop.read(_count) < CUSTOMERS * EACH:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    took_s = time.monotonic() - began
    said = await shop.read(_said)
    assert len(said) == len(set(said)) == CUSTOMERS * EACH, "words are missing or doubled"
    for each in people:
        own = [words for words in said if words.startswith(f"{each.name} ")]
        assert own == sorted(own), f"{each.name}'s words are out of order"
    return took_s


def _count(desk: Desk) -> int:
    statement = select(func.count()).where(Message.author == Author.CONTACT)
    return int(desk.execute(statement).scalar_one())


def _said(desk: Desk) -> list[str]:
    return list(
        desk.execute(select(Message.body).where(Message.author == Author.CONTACT).order_by(Message.id)).scalars()
    )


async def _answer(shop: Shop, bot: Bot, people: Sequence[Person]) -> float:
    """Seconds until every customer has all their answers, in order and once."""
    ines = await shop.agent("ines")
    dialogs = await shop.read(lambda desk: list(desk.execute(select(Dialog.id).order_by(Dialog.id)).scalars()))
    began = time.monotonic()
    for number in range(ANSWERS):
        for dialog in dialogs:
            await ines.types(f"dialog say {dialog} Answer {number}")
    wanted = [f"Answer {number}" for number in range(ANSWERS)]
    await _until(lambda: all(each.hears_from(bot)[-ANSWERS:] == wanted for each in people))
    for each in people:
        assert each.hears_from(bot).count(wanted[0]) == 1, f"{each.name} was answered twice"
    return time.monotonic() - began

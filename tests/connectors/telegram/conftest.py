"""A desk at work with a bot in a fake Telegram, in this process: the real SDK at the wire, real sender and schedule."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot import threads
from bot.app import Assembled, House, assemble, opened, prepare
from bot.settings import Settings
from bot.supervise import keep_running
from core import channels
from core.actor import SYSTEM
from core.models import Message, Role
from core.receipt import Source
from core.render import Voice
from tests.contracts.desk import WallClock, eventually
from tests.platforms.fake_telegram import Bot, FakeTelegram, Person
from tests.platforms.telegram_world import Message as Post
from tests.postgres import Cluster
from tests.shop import Person as Agent
from tests.shop import Shop

T = TypeVar("T")


@dataclass
class Desk:
    """The desk, its Telegram, and the people on both sides."""

    house: House
    assembled: Assembled
    telegram: FakeTelegram
    bot: Bot
    shop: Shop

    async def agent(self, name: str = "ines", role: Role = Role.AGENT) -> Agent:
        """An agent who is there."""
        return await self.shop.agent(name, role)

    async def customer(self, name: str = "Ana", language: str = "en") -> Person:
        """Somebody who has pressed Start."""
        person = self.telegram.person(name, language=language)
        await person.starts(self.bot)
        await self.telegram.until(lambda: self.hears(person))
        return person

    def hears(self, person: Person) -> list[str]:
        """What the bot has written to somebody, as plain text."""
        return [post.text for post in person.sees(self.bot) if post.sender.id == self.bot.id]

    async def until_heard(self, person: Person, words: str) -> Post:
        """The bot's message to somebody that holds these words, once it is there."""

        def look() -> list[Post]:
            return [p for p in person.sees(self.bot) if p.sender.id == self.bot.id and words in (p.text or "")]

        await self.telegram.until(look)
        return look()[-1]

    async def kept(self, count: int) -> list[str]:
        """What customers said, once there is so much of it."""

        async def look() -> list[str]:
            return [words for author, words in await self.shop.said() if author == "contact"]

        return await eventually(look, lambda found: len(found) >= count)

    async def message(self, words: str) -> Message:
        """The stored message with exactly these words, once it is there."""

        async def look() -> Message | None:
            found = select(Message).where(Message.body == words)
            return await self.shop.read(lambda desk: desk.session.scalars(found).first())

        found = await eventually(look, lambda one: one is not None)
        assert found is not None
        return found

    async def thread(self, agent: Agent, key: str) -> list[str]:
        """What an agent reads in a thread, from its beginning: what was said and what happened."""
        voice = Voice(now=self.shop.clock())
        read = await self.shop.read(lambda desk: threads.read(desk, key), agent.actor)
        return [voice.say(item.words) for item in read.items]

    async def until_thread(self, agent: Agent, key: str, words: str) -> list[str]:
        """The same, once these words stand in it."""

        async def look() -> list[str]:
            return await self.thread(agent, key)

        found = await eventually(look, lambda lines: any(words in line for line in lines))
        assert any(words in line for line in found), found
        return found

    async def card(self, agent: Agent, dialog: int) -> str:
        """A dialog's card as text, with the labels of its buttons."""
        voice = Voice(now=self.shop.clock())
        await agent.types(f"dialog show {dialog}")
        (card,) = agent.answers[-1].cards
        fields = [f"{voice.say(field.label)}: {voice.say(field.value)}" for field in card.fields]
        return "\n".join((*fields, *map(voice.say, card.lines), *(f"[{voice.say(b.label)}]" for b in card.buttons)))

    async def until(self, look: Callable[[], T | None], *, within_s: float = 10.0) -> T:
        """What is seen, once it is."""
        await self.telegram.until(look, within_s=within_s)
        found = look()
        assert found is not None
        return found


@asynccontextmanager
async def at_work(folder: Path, telegram: FakeTelegram, empty: Path, **settings: object) -> AsyncIterator[Desk]:
    """A desk that works with the bot for the time of a block; TELEGRAM_* are in the environment already."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    if not (folder / "data" / "deskbell.db").exists():
        shutil.copy(empty, folder / "data" / "deskbell.db")
    pace = {"hold_chat": timedelta(seconds=0.2), "present": timedelta(hours=2)} | settings
    made = Settings(_env_file=None, data_dir=folder / "data", **pace)  # type: ignore[arg-type]
    async with opened(made) as house:
        await prepare(house)
        assembled = assemble(house, ("telegram", "schedule"))
        tasks = [asyncio.create_task(keep_running(part)) for part in assembled.parts]
        source = await house.desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "telegram")))
        shop = Shop(house.desks, WallClock(), house.bus, source)
        yield Desk(house, assembled, telegram, telegram.bot("shop_bot"), shop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def postgres(cluster: Cluster, migrated_postgres: str) -> Iterator[str]:
    """The URL of a fresh, migrated database several processes can share."""
    url = cluster.new_database(like=cluster.name_of(migrated_postgres))
    yield url
    cluster.drop(url)


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeTelegram]:
    """A Telegram with the shop's bot."""
    async with FakeTelegram() as fake:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", fake.bot("shop_bot").token)
        monkeypatch.setenv("TELEGRAM_API_URL", fake.base_url)
        monkeypatch.setenv("TELEGRAM_FILE_URL", fake.base_file_url)
        yield fake


@pytest.fixture
async def desk(tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path) -> AsyncIterator[Desk]:
    """A desk with a bot and an agent who is there."""
    async with at_work(tmp_path, telegram, migrated_sqlite) as working:
        await working.agent("ines")
        yield working

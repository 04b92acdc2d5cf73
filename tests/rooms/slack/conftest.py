"""A desk at work in a fake Slack, in this process: the real SDK at the wire, the real sender and schedule behind."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot.app import Assembled, House, assemble, opened, prepare
from bot.settings import Settings
from bot.slack import keepingup, sockets
from bot.slack.manifest import manifest
from bot.supervise import keep_running
from core import accounts, teams
from core.actor import SYSTEM
from core.models import Channel, Role
from core.receipt import Source
from tests.contracts.desk import WallClock
from tests.platforms.fake_slack import FakeSlack, Message
from tests.rooms.slack.seat import Office, SlackSeat, office
from tests.shop import Shop

T = TypeVar("T")
MANIFEST = json.loads(manifest(command="ticket", by_socket=True, address=""))


@dataclass
class Desk:
    """The desk, its Slack, and the people around it."""

    house: House
    assembled: Assembled
    slack: FakeSlack
    office: Office
    shop: Shop

    async def agent(self, name: str, role: Role = Role.AGENT) -> SlackSeat:
        """An agent at their Slack."""
        person, slack = await self.shop.agent(name, role), self.slack
        slack.add_user(name)
        self.office.channel.members.append(slack.user(name).id)
        account = slack.user(name).id
        await self.shop.change(
            lambda desk: accounts.attach(desk, teams.agent_by_id(desk, person.actor.id or 0), "slack", account)
        )
        return SlackSeat(self.office, slack.user(name))

    async def card(self, words: str) -> Message:
        """The root of the thread that began with these words, once it is there."""
        return await self.until(lambda: self._root(words))

    def _root(self, words: str) -> Message | None:
        roots = (m for m in self.office.channel.messages if m.app_id and not m.is_reply)
        return next((m for m in roots if words in self.slack.shown(m)), None)

    def thread(self, root: Message) -> list[str]:
        """What stands in a thread, as plain text."""
        return [self.slack.shown(message) for message in self.slack.thread(root.ts)[1:]]

    async def until(self, look: Callable[[], T | None], *, within_s: float = 10.0) -> T:
        """What is seen, once it is."""
        found: list[T] = []

        def seen() -> bool:
            one = look()
            if one:
                found.append(one)
            return bool(one)

        await self.slack.until(seen, within_s=within_s)
        return found[-1]


@asynccontextmanager
async def at_work(folder: Path, slack: FakeSlack, empty: Path, **settings: object) -> AsyncIterator[Desk]:
    """A desk that works in this Slack for the time of a block; SLACK_* are in the environment already."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    if not (folder / "data" / "deskbell.db").exists():
        shutil.copy(empty, folder / "data" / "deskbell.db")
    pace = {"hold_chat": timedelta(seconds=0.5), "present": timedelta(hours=2)} | settings
    made = Settings(_env_file=None, data_dir=folder / "data", **pace)  # type: ignore[arg-type]
    async with opened(made) as house:
        await prepare(house)
        assembled = assemble(house, ("slack", "schedule"))
        tasks = [asyncio.create_task(keep_running(part)) for part in assembled.parts]
        source = await house.desks.read(
            SYSTEM, lambda desk: Source.of(desk.session.scalars(select(Channel)).first())  # type: ignore[arg-type]
        )  # fmt: skip
        shop = Shop(house.desks, WallClock(), house.bus, source)
        yield Desk(house, assembled, slack, Office(slack, slack.channel("support")), shop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    """A workspace in which the app is installed from its manifest; what it does not hear comes again at once, then
    not for a long time."""
    async with FakeSlack(manifest=MANIFEST, retry_waits_s=(0.1, 60, 60)) as fake:
        await office(fake)
        monkeypatch.setattr(sockets, "PING_S", 0.5)
        monkeypatch.setattr(keepingup, "AGAIN_S", 0.2)
        monkeypatch.setenv("SLACK_BOT_TOKEN", fake.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", fake.app_token)
        monkeypatch.setenv("SLACK_API_URL", fake.api_url)
        yield fake


@pytest.fixture
async def desk(tmp_path: Path, slack: FakeSlack, migrated_sqlite: Path) -> AsyncIterator[Desk]:
    """A desk whose team's channel is set up."""
    async with at_work(tmp_path, slack, migrated_sqlite) as working:
        await slack.connected(2)
        boss = SlackSeat(working.office, slack.user("boss"))
        assert "Support" in (await boss.types("desk setup")).words
        yield working

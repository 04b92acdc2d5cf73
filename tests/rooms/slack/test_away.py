"""One team chat is away for an hour: the other and the web chat go on, and afterwards all stands where it belongs."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import select

from bot.app import Assembled, House, assemble, opened, prepare
from bot.settings import Settings
from bot.supervise import keep_running
from core import accounts, deadlines, outages, teams
from core.actor import SYSTEM
from core.desk import Desk
from core.effects import EFFECTS
from core.models import Lane
from core.store import utc_now
from tests.connectors.webchat.page import Visitor, visitor
from tests.platforms.fake_discord import FakeDiscord
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.slack.sides import InDiscord, InSlack, Side, said_in, until
from tests.server import free_port
from tests.shop import Clock

pytestmark = pytest.mark.xdist_group("one-away")

PATIENT = {"still_there": "5h", "gone_grace": "5h", "call_out": "5h", "give_up": "5h", "present": "5h"}
STEP = timedelta(seconds=50)
"""How often a team chat that is there is heard of, at least: within `outages.PATIENCE`."""
ROUNDS = 4


class Ahead(Clock):
    """This machine's time, and as much ahead as a test has let pass."""

    def __init__(self) -> None:
        super().__init__()
        self.by = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.by


@dataclass
class Floor:
    """The desk, both team chats, and the customers at their pages."""

    house: House
    assembled: Assembled
    clock: Ahead
    base: str
    sides: dict[str, Side] = field(default_factory=dict)
    pages: dict[str, Visitor] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    """What each customer and their agents have said, in order."""

    async def customer_says(self, name: str) -> None:
        """A customer writes in the web chat, which stores it at once."""
        words = self._next(name, name)
        frame = {"type": "say", "client_id": uuid.uuid4().hex, "text": words, "files": []}
        assert "said" in [each["type"] for each in await self.pages[name].frames(frame)]

    async def agent_says(self, side: Side, name: str) -> None:
        """An agent answers a customer, whose page shows it once it is no longer held."""
        words = self._next(name, side.agent)
        await side.says(name, words)
        await self.passes(STEP)
        assert await self.read(name) == self.said[name]

    def _next(self, name: str, who: str) -> str:
        told = self.said[name]
        told.append(f"{who} says {sum(each.startswith(who) for each in told)}")
        return told[-1]

    async def read(self, name: str) -> list[str]:
        """What a customer's page shows."""
        frames = await self.pages[name].frames()
        return said_in([m["text"] for each in frames if each["type"] == "messages" for m in each["messages"]])

    async def comes(self, *names: str) -> None:
        """Customers open their pages."""
        for name in names:
            self.pages[name], self.said[name] = await visitor(self), []  # type: ignore[arg-type]

    async def shows(self, side: Side, *, within_s: float = 30.0) -> None:
        """Waits until everything said stands in a team chat; it stands there once and in its order."""
        for name, said in self.said.items():
            await until(lambda name=name, said=said: set(said) <= set(side.lines(name)), within_s)  # type: ignore[misc]
            assert side.lines(name) == said

    async def passes(self, span: timedelta) -> None:
        """Lets time pass: what is due is done, and whatever team chat is there is heard of again and again."""
        end = self.clock() + span
        while (left := end - self.clock()) > timedelta():
            await self._is_quiet()
            for room in self.assembled.rooms:
                if await room.is_connected():
                    await self.house.desks.change(SYSTEM, lambda desk, at=room.name: outages.heard(desk, at))  # type: ignore[misc]
            step = min(STEP, left)
            self.clock.by += step
            for side in self.sides.values():
                await side.passes(step.total_seconds())
            while await self.house.desks.change(SYSTEM, lambda desk: deadlines.carry_out_one(desk, EFFECTS, [])):
                pass

    async def _is_quiet(self) -> None:
        """Waits until nothing is on its way out: that takes no time by this clock."""
        async with asyncio.timeout(30):
            while await self.house.desks.read(SYSTEM, _leased):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


def _leased(desk: Desk) -> bool:
    return desk.execute(select(Lane.key).where(Lane.leased_by != "").limit(1)).first() is not None


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    """A Discord server the bot is on."""
    async with FakeDiscord() as fake:
        for name, value in fake.environment().items():
            monkeypatch.setenv(name, value)
        yield fake


@asynccontextmanager
async def _working(folder: Path) -> AsyncIterator[Floor]:
    """A desk at work in both team chats and the web chat, whose clock the test has."""
    clock, port = Ahead(), free_port()
    made = Settings(_env_file=None, data_dir=folder, http_port=port, messages_per_minute=10_000, **PATIENT)  # type: ignore[arg-type]
    async with opened(made, clock=clock) as house:
        await prepare(house)
        assembled = assemble(house, ("webchat", "slack", "discord"))
        config = uvicorn.Config(assembled.web, port=port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        tasks = [asyncio.create_task(keep_running(part)) for part in assembled.parts]
        serving = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        yield Floor(house, assembled, clock, f"http://127.0.0.1:{port}")
        server.should_exit = True
        await serving
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def floor(slack: FakeSlack, discord: FakeDiscord, tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[Floor]:
    """A team with a channel in Slack, where Ines works, and a forum in Discord, where Omar does."""
    shutil.copy(migrated_sqlite, tmp_path / "deskbell.db")
    ines, omar, role = slack.add_user("ines"), discord.member("omar"), discord.add_role("Agents")
    slack.channel("support").members.append(ines.id)
    await omar.gets_role(role)
    forum = discord.add_channel("support", "forum", private_to=(role, discord.bot))
    async with _working(tmp_path) as made:
        await slack.connected(2)
        said = await slack.user("boss").types("support", "/ticket desk setup", look_s=15)
        assert "Support's now" in said.text
        await made.house.desks.change(SYSTEM, lambda desk: _same_admin(desk, slack, discord))
        await discord.connected()
        await discord.until(lambda: discord.backend.commands.named(1, "desk"))
        reply = await discord.owner.types("/desk setup", "general", channel=forum)
        assert "is Support's now" in reply.text
        made.sides = {"slack": InSlack(slack, ines), "discord": InDiscord(discord, forum, omar)}
        yield made


def _same_admin(desk: Desk, slack: FakeSlack, discord: FakeDiscord) -> None:
    """Who administers the workspace is the one who owns the server."""
    admin = accounts.agent_at(desk, "slack", slack.user("boss").id)
    assert admin is not None
    accounts.attach(desk, teams.agent_by_id(desk, admin.id), "discord", str(discord.owner.id))


@pytest.mark.parametrize(("away", "there"), [("slack", "discord"), ("discord", "slack")])
async def test_an_hour_without_one_team_chat_costs_nobody_a_word(floor: Floor, away: str, there: str) -> None:
    """Ana is answered where the team still is, Ben's agent is cut off, Cleo comes meanwhile."""
    gone, stays = floor.sides[away], floor.sides[there]
    await floor.comes("ana", "ben")
    for name, side in (("ana", stays), ("ben", gone)):
        await floor.customer_says(name)
        await side.takes(name)
    await floor.shows(gone)
    await floor.agent_says(gone, "ben")

    await gone.goes()
    asked, left = gone.asked(), floor.clock()
    for _ in range(ROUNDS):
        await floor.customer_says("ana")
        await floor.customer_says("ben")
        await floor.shows(stays)  # while the other is away: nothing here waits for it
        await floor.agent_says(stays, "ana")
        await floor.passes(timedelta(hours=1) / ROUNDS)
    await floor.comes("cleo")
    await floor.customer_says("cleo")
    await floor.shows(stays)
    await stays.takes("cleo")
    await floor.agent_says(stays, "cleo")
    assert floor.clock() - left > timedelta(hours=1)
    assert await floor.house.desks.read(SYSTEM, outages.away) == {away}
    assert gone.asked() == asked

    await gone.returns()
    await floor.shows(gone, within_s=90)
    await floor.passes(STEP)
    await until(lambda: f"{away.capitalize()} is back" in floor.sides["slack"].news() + floor.sides["discord"].news())
    assert await floor.house.desks.read(SYSTEM, outages.away) == frozenset()
    await floor.agent_says(gone, "ben")
    for side in (gone, stays):
        await floor.shows(side)

"""The agent's side in three rooms: what an agent sees of a matter there, and does as the room's users do it."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Protocol, Self

from bot.slack.manifest import manifest
from core import accounts, teams
from tests.contracts.desk import beside
from tests.contracts.room import Answer, Seat, Shown
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.console import page
from tests.rooms.console.page import Tab
from tests.rooms.discord.guild import Chair, Guild, plain, seated
from tests.rooms.slack.seat import SlackSeat, office
from tests.server import Server


class DeskSide(Protocol):
    """A room with an agent in it; it is there for the time of a block."""

    async def __aenter__(self) -> Self:
        """The room is there."""

    async def __aexit__(self, *error: object) -> None:
        """It is no longer."""

    def environment(self) -> dict[str, str]:
        """What a desk must know to be in it."""

    async def sits(self, desk: Server, name: str) -> Seat:
        """Makes a place there the team's, where that is needed, and seats an agent of this name."""

    async def card(self, thread: str) -> Shown:
        """The card of a thread, as it stands now."""

    async def closes(self, thread: str, number: int) -> Answer:
        """Closes a ticket by a command."""


@dataclass
class InTheTeamRoom:
    """The desk's own room, by its socket."""

    open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.open.aclose()

    def environment(self) -> dict[str, str]:
        """The room is always there."""
        return {}

    async def sits(self, desk: Server, name: str) -> Seat:
        """Signs in."""
        self._tab = await Tab.of(desk, name)
        self.open.push_async_callback(self._tab.leaves)
        return self._tab

    async def card(self, thread: str) -> Shown:
        """The first card at the head of the opened thread."""
        await self._tab.thread(thread)
        return page._card(page.read(self._tab._opened.result()["head"]).all("article", "card")[0])

    async def closes(self, thread: str, number: int) -> Answer:
        """At the bottom of the room."""
        return await self._tab.types(f"ticket close {number}")


@dataclass
class InSlack:
    """A channel of a workspace."""

    slack: FakeSlack = field(
        default_factory=lambda: FakeSlack(manifest=json.loads(manifest(command="ticket", by_socket=True, address="")))
    )

    async def __aenter__(self) -> Self:
        await self.slack.__aenter__()
        self._office = await office(self.slack)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.slack.__aexit__(None, None, None)

    def environment(self) -> dict[str, str]:
        """The app's tokens, and where its Slack is."""
        tokens = {"SLACK_BOT_TOKEN": self.slack.bot_token, "SLACK_APP_TOKEN": self.slack.app_token}
        return tokens | {"SLACK_API_URL": self.slack.api_url}

    async def sits(self, desk: Server, name: str) -> Seat:
        """The workspace's admin sets the channel up; the agent types the code of who they are."""
        await self.slack.connected(2)
        assert "Support" in (await SlackSeat(self._office, self.slack.user("boss")).types("desk setup")).words
        async with beside(desk) as shop:
            code = await shop.change(lambda desk: accounts.code_for(desk, teams.agent_named(desk, name)))
        self._seat = SlackSeat(self._office, self.slack.add_user(name))
        await self._seat.person.joins(self._office.channel)
        assert "yours now" in (await self._seat.types(f"me link {code}")).words
        return self._seat

    async def card(self, thread: str) -> Shown:
        """The thread's root."""
        return next(card for card in await self._seat.cards() if card.thread == thread)

    async def closes(self, thread: str, number: int) -> Answer:
        """By the slash command, which has no threads."""
        return await self._seat.types(f"close {number}")


@dataclass
class InDiscord:
    """A forum of a server."""

    guild: Guild = field(default_factory=Guild)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.to_thread(self.guild.close)
        assert self.guild.discord.confusing == []

    def environment(self) -> dict[str, str]:
        """The bot's token, and where its Discord is."""
        return self.guild.discord.environment()

    async def sits(self, desk: Server, name: str) -> Seat:
        """The server's owner sets the forum up; the agent types the code of who they are."""
        await asyncio.to_thread(self.guild.set_up)
        self._chair: Chair = await seated(self.guild, desk, name)
        return self._chair

    async def card(self, thread: str) -> Shown:
        """The post's first message."""
        return next(card for card in await self._chair.cards() if card.thread == thread)

    async def closes(self, thread: str, number: int) -> Answer:
        """By the slash command in the ticket's post, which need not be told the number."""
        post = self.guild.discord.world.channels[int(thread)]
        reply = await self.guild.do(self._chair.person.types("/ticket close", post))
        return Answer(plain(reply.text))

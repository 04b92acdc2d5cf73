"""The agent's side in three rooms: what an agent sees of a matter there, and does as the room's users do it."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from bot.slack.manifest import manifest
from tests.contracts.desk import beside
from tests.contracts.room import Answer, Seat, Shown
from tests.platforms.discord_world import Channel
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.console import page
from tests.rooms.console.page import Tab
from tests.rooms.discord.guild import Chair, Guild, plain
from tests.rooms.slack.seat import SlackSeat, office
from tests.server import Server

NAME = "ines"


class DeskSide(Protocol):
    """A room with an agent in it; it is there for the time of a block."""

    async def __aenter__(self) -> Self:
        """The room is there."""

    async def __aexit__(self, *error: object) -> None:
        """It is no longer."""

    def environment(self) -> dict[str, str]:
        """What a desk must know to be in it."""

    async def sits(self, desk: Server) -> Seat:
        """Seats Ines, an agent of the team, for whom a place there is set up where the room needs that."""

    async def card(self, thread: str) -> Shown:
        """The card of a thread with all buttons on it, as it stands now."""

    async def is_at_hand(self, thread: str) -> bool:
        """Whether a thread stands among those agents have before them."""

    async def closes(self, thread: str, number: int) -> Answer:
        """Closes a ticket by a command."""


class OwnTab(Tab):
    """A tab that knows the threads it opens by the names they have by now, as the room's page does."""

    async def opens(self, thread: str) -> dict[str, Any]:
        """The whole thread, as the desk sends it."""
        await self.thread(thread)
        return self._opened.result()

    async def says(self, thread: str, words: str, *, key: str = "") -> Answer | None:
        """Writes in a thread it has opened."""
        return await super().says((await self.opens(thread))["key"], words, key=key)


@dataclass
class InTheTeamRoom:
    """The desk's own room, by its socket."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """It goes with the desk."""

    def environment(self) -> dict[str, str]:
        """The room is always there."""
        return {}

    async def sits(self, desk: Server) -> Seat:
        """Signs in."""
        async with beside(desk) as shop:
            await shop.agent(NAME)
        tab = await OwnTab.of(desk, NAME)
        assert isinstance(tab, OwnTab)
        self._tab = tab
        return tab

    async def card(self, thread: str) -> Shown:
        """The head of the opened thread: its ticket's card, and a live dialog's beneath it."""
        head = page.read((await self._tab.opens(thread))["head"])
        return replace(page._card(head.all("article", "card")[0]), buttons=page._buttons(head))

    async def is_at_hand(self, thread: str) -> bool:
        """In the feed."""
        opened = await self._tab.opens(thread)
        return any(card.thread in (opened["key"], f"dialog:{opened['dialog']}") for card in await self._tab.cards())

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

    async def sits(self, desk: Server) -> Seat:
        """The workspace's admin sets up the channel, in which Ines is."""
        await self.slack.connected(2)
        self._seat = SlackSeat(self._office, self.slack.add_user(NAME))
        self._office.channel.members.append(self._seat.person.id)
        assert "1 agent" in (await SlackSeat(self._office, self.slack.user("boss")).types("desk setup")).words
        return self._seat

    async def card(self, thread: str) -> Shown:
        """The thread's root."""
        return next(card for card in await self._seat.cards() if card.thread == thread)

    async def is_at_hand(self, thread: str) -> bool:
        """A channel's threads stay where they are."""
        return True

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

    async def sits(self, desk: Server) -> Seat:
        """The server's owner sets up the forum, which Ines sees by her role."""
        self._chair = Chair(self.guild, self.guild.discord.member(NAME))
        await self.guild.do(self._chair.person.gets_role(self.guild.agents))
        await asyncio.to_thread(self.guild.set_up)
        return self._chair

    async def card(self, thread: str) -> Shown:
        """The post's first message."""
        return next(card for card in await self._chair.cards() if card.thread == thread)

    async def is_at_hand(self, thread: str) -> bool:
        """Not in the archive."""
        return not self._post(thread).archived

    async def closes(self, thread: str, number: int) -> Answer:
        """By the slash command in the ticket's post, which need not be told the number."""
        reply = await self.guild.do(self._chair.person.types("/ticket close", self._post(thread)))
        return Answer(plain(reply.text))

    def _post(self, thread: str) -> Channel:
        return self.guild.discord.world.channels[int(thread)]

"""Two team chats beside each other, as what an agent sees and does in either; each can go away and come back."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tests.platforms.discord_people import Person as DiscordPerson
from tests.platforms.discord_world import Channel as Forum
from tests.platforms.fake_discord import FakeDiscord
from tests.platforms.fake_slack import FakeSlack, Message
from tests.platforms.slack_people import Person as SlackPerson
from tests.rooms.discord.guild import plain

T = TypeVar("T")
_SAID = re.compile(r"\w+ says \d+")


async def until(look: Callable[[], T], within_s: float = 30.0) -> T:
    """What is seen, once it is."""
    async with asyncio.timeout(within_s):
        while not (found := look()):  # noqa: ASYNC110 - anything may change it
            await asyncio.sleep(0.02)
    return found


class Side(Protocol):
    """A team chat with an agent in it."""

    agent: str

    async def goes(self) -> None:
        """Refuses connections."""

    async def returns(self) -> None:
        """Is there again."""

    async def passes(self, seconds: float) -> None:
        """Its own time passes."""

    def asked(self) -> int:
        """How many requests it was asked."""

    def lines(self, customer: str) -> list[str]:
        """What was said, in the order in which it stands in a customer's thread."""

    async def takes(self, customer: str) -> None:
        """The agent takes a customer's dialog."""

    async def says(self, customer: str, words: str) -> None:
        """The agent writes in a customer's thread."""

    def news(self) -> str:
        """What the admin was told directly."""


def said_in(texts: Sequence[str]) -> list[str]:
    """The lines in which somebody says something by number, in their order."""
    return [line.strip() for said in texts for line in said.split("\n") if _SAID.fullmatch(line.strip())]


@dataclass
class InSlack:
    """The team's channel in Slack."""

    slack: FakeSlack
    person: SlackPerson
    agent: str = "ines"

    async def goes(self) -> None:
        """Refuses connections."""
        await self.slack.goes_down()

    async def returns(self) -> None:
        """Is there again."""
        await self.slack.comes_up()
        await self.slack.connected(2, within_s=60)

    async def passes(self, seconds: float) -> None:
        """Its own time passes."""
        self.slack.passes(seconds)

    def asked(self) -> int:
        """How many requests it was asked."""
        return len(self.slack.requests)

    def _root(self, customer: str) -> Message | None:
        roots = [m for m in self.slack.channel("support").messages if m.app_id and not m.is_reply]
        return next((m for m in roots if f"{customer} says 0" in self.slack.shown(m)), None)

    def lines(self, customer: str) -> list[str]:
        """What was said in a customer's thread."""
        root = self._root(customer)
        return [] if root is None else said_in([self.slack.shown(m) for m in self.slack.thread(root)[1:]])

    async def takes(self, customer: str) -> None:
        """Presses the root's button."""
        root = await until(lambda: self._root(customer))
        assert root is not None
        await self.person.presses("support", root, "Take")

    async def says(self, customer: str, words: str) -> None:
        """Posts in the thread; waits until it is held."""
        root = self._root(customer)
        assert root is not None
        line = await self.person.posts("support", words, thread_ts=root)
        await until(lambda: "hourglass_flowing_sand" in line.reactions)

    def news(self) -> str:
        """What the admin was told directly."""
        return "\n".join(map(self.slack.shown, self.slack.dms_of("boss")))


@dataclass
class InDiscord:
    """The team's forum in Discord."""

    discord: FakeDiscord
    forum: Forum
    person: DiscordPerson
    agent: str = "omar"

    async def goes(self) -> None:
        """Refuses connections."""
        await self.discord.goes_down()

    async def returns(self) -> None:
        """Is there again."""
        await self.discord.comes_back()
        await self.discord.connected(within_s=60)

    async def passes(self, seconds: float) -> None:
        """Its own time passes."""
        await self.discord.passes(seconds)

    def asked(self) -> int:
        """How many requests it was asked."""
        return len(self.discord.requests)

    def _post(self, customer: str) -> Forum | None:
        found = [post for post in self.forum.posts if f"{customer} says 0" in post.name and post.messages]
        return found[0] if found else None

    def lines(self, customer: str) -> list[str]:
        """What was said in a customer's post."""
        post = self._post(customer)
        return [] if post is None else said_in([plain(m.content) for m in post.messages])

    async def takes(self, customer: str) -> None:
        """Presses the card's button."""
        post = await until(lambda: self._post(customer))
        assert post is not None
        reply = await self.person.presses(post.messages[0], "Take")
        assert "is yours" in reply.text

    async def says(self, customer: str, words: str) -> None:
        """Posts in the post; waits until it is held."""
        post = self._post(customer)
        assert post is not None
        line = await self.person.posts(post, words)
        await until(lambda: "⏳" in line.reactions)

    def news(self) -> str:
        """What the admin was told directly."""
        return "\n".join(plain(m.content) for m in self.discord.owner.dms)

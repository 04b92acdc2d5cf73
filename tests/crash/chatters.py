"""Agents who work in a team chat while the desk behind it is killed: they take dialogs and write lines in threads."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from tests.platforms.discord_people import Person as DiscordPerson
from tests.platforms.discord_typing import NotOffered
from tests.platforms.discord_world import Channel as Forum
from tests.platforms.fake_slack import FakeSlack
from tests.platforms.slack_people import Person as SlackPerson
from tests.platforms.slack_seeing import Failed
from tests.rooms.discord.guild import _buttons as buttons_of_post
from tests.rooms.discord.guild import plain
from tests.rooms.slack.seat import buttons_of

TAKE = "Take"


class Chat(Protocol):
    """What an agent has before them in a team chat; threads go by the ids their platform gives them."""

    name: str

    def threads(self) -> list[str]:
        """The threads of the team's channel."""

    def is_free(self, thread: str) -> bool:
        """Whether its dialog can still be taken, as far as its card shows."""

    async def takes(self, thread: str) -> None:
        """Presses Take."""

    async def says(self, thread: str, words: str) -> None:
        """Writes a line."""

    def lines(self, thread: str) -> Counter[str]:
        """How often each line stands in a thread, whoever wrote it."""

    def is_told(self) -> bool:
        """Whether the platform has brought the desk all it will bring by itself."""


@dataclass
class SlackChat:
    """A channel of a Slack."""

    slack: FakeSlack
    person: SlackPerson
    name: str = "slack"

    def threads(self) -> list[str]:
        """The roots that are ours."""
        found = self.slack.channel("support").messages
        return [m.ts for m in found if m.app_id and not m.is_reply and m.metadata]

    def is_free(self, thread: str) -> bool:
        """By the root's buttons."""
        return TAKE in buttons_of(self.slack.thread(thread)[0])

    async def takes(self, thread: str) -> None:
        """Presses the root's button."""
        await self.person.presses("support", thread, TAKE, look_s=0.2)

    async def says(self, thread: str, words: str) -> None:
        """Posts in the thread."""
        await self.person.posts("support", words, thread_ts=thread)

    def lines(self, thread: str) -> Counter[str]:
        """The replies, line by line."""
        replies = self.slack.thread(thread)[1:]
        return Counter(line.strip() for m in replies for line in self.slack.shown(m).split("\n"))

    def is_told(self) -> bool:
        """Once nothing is to be repeated."""
        return not self.slack.deliveries.tasks


@dataclass
class DiscordChat:
    """A forum of a Discord server."""

    forum: Forum
    person: DiscordPerson
    name: str = "discord"

    def threads(self) -> list[str]:
        """The posts."""
        return [str(post.id) for post in self.forum.posts]

    def _post(self, thread: str) -> Forum:
        return next(post for post in self.forum.posts if post.id == int(thread))

    def is_free(self, thread: str) -> bool:
        """By the card's buttons."""
        return TAKE in buttons_of_post(self._post(thread).messages[0])

    async def takes(self, thread: str) -> None:
        """Presses the card's button."""
        await self.person.presses(self._post(thread).messages[0], TAKE)

    async def says(self, thread: str, words: str) -> None:
        """Posts in the post."""
        await self.person.posts(self._post(thread), words)

    def lines(self, thread: str) -> Counter[str]:
        """All messages, line by line."""
        return Counter(line.strip() for m in self._post(thread).messages for line in plain(m.content).split("\n"))

    def is_told(self) -> bool:
        """Discord repeats nothing."""
        return True


@dataclass
class Chatter:
    """An agent in a team chat, who does not know whether the desk lives."""

    chat: Chat
    name: str
    chance: random.Random
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Thread and words."""
    talks: bool = True

    async def live(self) -> None:
        """Works until cancelled."""
        while True:
            await asyncio.sleep(self.chance.random() * 3)
            if self.talks:
                with contextlib.suppress(Failed, NotOffered):
                    await self._deed()

    async def _deed(self) -> None:
        threads = self.chat.threads()
        if not threads:
            return
        thread = self.chance.choice(threads)
        if self.chat.is_free(thread):
            await self.chat.takes(thread)
            return
        words = f"{self.name} writes {len(self.lines)}"
        await self.chat.says(thread, words)
        self.lines.append((thread, words))

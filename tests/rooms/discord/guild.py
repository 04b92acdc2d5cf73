"""A Discord server beside a running desk: the fake in a thread of its own, and agents who sit in it as people do."""

import asyncio
import re
import threading
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from core import accounts, files, teams
from core.actor import Actor, ActorKind
from core.desk import Desk
from core.models import File, Role
from tests.contracts.desk import beside, eventually, thread_of
from tests.contracts.room import Answer, Item, Shown
from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_component_rules import BUTTON, walk
from tests.platforms.discord_people import Person
from tests.platforms.discord_reading import label_of, shown
from tests.platforms.discord_replies import Reply
from tests.platforms.discord_world import Channel, Message
from tests.platforms.fake_discord import FakeDiscord
from tests.server import Server
from tests.shop import Customer, Shop

T = TypeVar("T")
SIDES = {"👤": "customer", "💬": "agent", "📝": "note"}
MARKS = {"📝": "note", "⏳": "held", "✋": "stopped", "✅": "sent", "❌": "failed", "↩️": "withdrawn"}


class Guild:
    """The fake Discord in a loop of its own, which outlives tests; a private forum that is the team's."""

    def __init__(self, **more: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.discord = self._wait(self._made(**more))
        self.agents = self.discord.add_role("Agents", mentionable=True)
        self.forum = self.discord.add_channel("support", "forum", private_to=(self.agents, self.discord.bot))
        self.told: dict[str, Message] = {}
        self.pressed: dict[str, Reply] = {}

    @staticmethod
    async def _made(**more: Any) -> FakeDiscord:
        made = FakeDiscord(**more)
        await made.comes_back()
        return made

    def _wait(self, deed: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result(30)

    async def do(self, deed: Coroutine[Any, Any, T]) -> T:
        """Does something in the fake's own loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(deed, self._loop))

    def set_up(self) -> None:
        """The server's owner makes the forum the team's."""

        async def body() -> Reply:
            await self.discord.connected()
            command = self.discord.backend.commands
            await self.discord.until(lambda: command.named(1, "desk"))
            return await self.discord.owner.types("/desk setup", "general", channel=self.forum)

        said = self._wait(body()).text
        assert "is Support's now" in said, said

    def close(self) -> None:
        """Ends it."""
        self._wait(self.discord.goes_down())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


async def seated(guild: Guild, desk: Server, name: str) -> "Chair":
    """Somebody who is an agent by this name, with an account on the server."""
    person = guild.discord.member(name)

    def code(opened: Desk) -> str:
        return accounts.code_for(opened, teams.agent_named(opened, name))

    if guild.agents.id not in person.account.roles:
        async with beside(desk) as shop:
            system = Actor(ActorKind.SYSTEM, 0, Role.ADMIN)
            typed = await shop.desks.change(system, code)
        reply = await guild.do(person.types("/me link", "general", code=typed))
        assert "yours now" in reply.text, reply.text
        await guild.do(person.gets_role(guild.agents))
    return Chair(guild, person)


@dataclass
class Chair:
    """An agent at Discord."""

    guild: Guild
    person: Person

    async def cards(self) -> list[Shown]:
        """The posts of the forum, by their cards; one is only looked at once its first words stand below."""
        return [_card(post) for post in list(self.guild.forum.posts) if len(post.messages) > 1]

    async def thread(self, name: str) -> list[Item]:
        """A post from its beginning."""
        return [item for message in list(_post(self.guild, name).messages) for item in _items(message)]

    async def says(self, thread: str, words: str, *, key: str = "") -> Answer | None:
        """Writes in a post; the same key again is the same event delivered again."""
        world = self.guild.discord.world
        said = self.guild.told.get(key)
        if said is None:
            said = await self.guild.do(self.person.posts(_post(self.guild, thread), words))
            self.guild.told[key or str(said.id)] = said
            await eventually(lambda: self._marks(said), bool)
        else:
            again = said

            async def tell() -> None:
                world.tell("MESSAGE_CREATE", deeds.event_json(world, again), channel=again.channel, message=again)

            await self.guild.do(tell())
        return None

    async def _marks(self, said: Message) -> str:
        return _mark(said)

    async def types(self, line: str) -> Answer:
        """Writes a command to the bot directly."""
        before = len(self.person.dms)

        async def body() -> Message:
            await self.person.writes(line)
            bot = self.guild.discord.world.bot
            found = await self.guild.discord.until(
                lambda: [each for each in self.person.dms[before:] if each.author is bot]
            )  # fmt: skip
            return found[-1]

        return _answer(await self.guild.do(body()))

    async def presses(self, button: str, *, key: str = "") -> Answer:
        """Presses a button of a post's card; the same key again is the same event delivered again."""
        thread, _, custom_id = button.partition("|")
        if key in self.guild.pressed:
            reply, world = self.guild.pressed[key], self.guild.discord.world

            async def tell() -> None:
                world.tell("INTERACTION_CREATE", self.guild.discord.backend.interactions._payload(reply.interaction))

            await self.guild.do(tell())
            return _answer(reply.message)
        reply = await self.guild.do(self.person.presses(_post(self.guild, thread).messages[0], custom_id))
        self.guild.pressed[key or str(reply.interaction.id)] = reply
        assert reply.ephemeral, reply.text
        return _answer(reply.message)

    async def leaves(self) -> None:
        """Closes the client; Discord keeps everything."""


def _post(guild: Guild, name: str) -> Channel:
    return guild.discord.world.channels[int(name)]


def plain(words: str) -> str:
    """What a client shows of escaped words."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", words)


def _card(post: Channel) -> Shown:
    message = post.messages[0]
    embed = message.embeds[0] if message.embeds else {"title": message.content}
    facts = {each["name"]: plain(each["value"]) for each in embed.get("fields") or ()}
    return Shown(plain(embed["title"]), facts, _buttons(message, f"{post.id}|"), str(post.id))


def _buttons(message: Message, before: str = "") -> dict[str, str]:
    found = [part for part in walk(message.components) if part.get("type") == BUTTON]
    return {label_of(part): f"{before}{part['custom_id']}" for part in found}


def _items(message: Message) -> list[Item]:
    """The lines of a message: the bot's under the name of who said them, a person's with its mark."""
    if message.author.bot:
        head, _, rest = message.content.partition("\n")
        side = SIDES.get(head[:1])
        return [] if side is None else [Item(side, "", head, plain(line)) for line in rest.split("\n")]
    mark = _mark(message)
    side = "note" if mark == "note" else "agent"
    return [Item(side, mark, message.author.name, message.content)]


def _mark(message: Message) -> str:
    """What became of a line: the bot's newest sign on it."""
    ours = [sign for sign, who in list(message.reactions.items()) if any(account.bot for account in who)]
    return MARKS[ours[-1]] if ours else ""


def _answer(message: Message | None) -> Answer:
    return Answer("" if message is None else plain(shown(message)), {} if message is None else _buttons(message))


@dataclass
class Team:
    """One agent, who sits at Discord, and a customer who has asked something."""

    guild: Guild
    desk: Server
    shop: Shop
    ines: Chair
    customer: Customer
    asked: str
    post: Channel

    @classmethod
    async def gathered(cls, guild: Guild, desk: Server, shop: Shop) -> "Team":
        """With names nobody had before."""
        mark = uuid.uuid4().hex[:6]
        await shop.agent(f"ines-{mark}")
        ines = await seated(guild, desk, f"ines-{mark}")
        customer = shop.customer(mark)
        await customer.writes(f"My lamp {mark}")
        made = cls(guild, desk, shop, ines, customer, f"My lamp {mark}", guild.forum)
        made.post = await made.until(lambda: made.posts(mark)[-1:])
        return made

    def posts(self, words: str) -> list[Channel]:
        """The posts about something, once their first words stand below the card."""
        found = [post for post in list(self.guild.forum.posts) if words in post.name]
        return [post for post in found if len(post.messages) > 1]

    async def until(self, look: Callable[[], list[T]]) -> T:
        """The first of what is looked for, once there is any."""

        async def seen() -> list[T]:
            return look()

        found = await eventually(seen, bool)
        assert found, [m.content for m in self.post.messages]
        return found[0]

    async def does(self, deed: Coroutine[Any, Any, T]) -> T:
        """Something in Discord."""
        return await self.guild.do(deed)

    async def commands(self, line: str, **options: Any) -> Reply:
        """A slash command in the post."""
        return await self.does(self.ines.person.types(line, self.post, **options))

    async def takes(self) -> None:
        """The agent takes the dialog by its button."""
        await self.ines.presses(f"{self.post.id}|Take")

    async def becomes_ticket(self) -> None:
        """The dialog is taken and ends; its post is the ticket's now."""
        await self.takes()
        await self.commands("/dialog end")
        await self.until(lambda: [1] if self.post.name.startswith("#") else [])

    async def line(self, words: str, mark: str) -> Message:
        """Writes a line and waits for its mark."""
        said = await self.does(self.ines.person.posts(self.post, words))
        await self.until(lambda: [1] if _mark(said) == mark else [])
        return said

    async def says(self, words: str) -> Message:
        """A message of the bot in the post with these words."""
        bot = self.guild.discord.world.bot
        return await self.until(
            lambda: [m for m in list(self.post.messages) if m.author is bot and words in plain(shown(m))]
        )  # fmt: skip

    async def says_eventually(self, said: tuple[str, str]) -> None:
        """Waits until the desk has these words."""
        assert said in await eventually(self.shop.said, lambda found: said in found)

    async def files(self) -> list[tuple[str, bytes]]:
        """The files agents have sent: names and contents."""
        store = files.Store(self.desk.folder / "data" / "files", "")

        def body(desk: Desk) -> list[tuple[str, bytes]]:
            found = desk.session.scalars(select(File).where(File.message_id.is_not(None)))
            return [(each.name, store.path(each.sha256).read_bytes()) for each in found]

        return await self.shop.read(body)

    async def colleague_notes(self, words: str, name: str, content: bytes) -> None:
        """Somebody in the team room writes a note with a file."""
        boss = await self.shop.agent(f"boss-{uuid.uuid4().hex[:6]}", Role.ADMIN)
        store = files.Store(self.desk.folder / "data" / "files", "")
        taken = store.take(content)
        kept = await self.shop.change(lambda desk: files.keep(desk, taken, name, agent_id=boss.actor.agent_id))
        await boss.says(words, await thread_of(self.shop, self.asked), files=(kept,))

"""Discord on loopback: REST API, gateway and CDN with their rules, a server with people in it, misfortunes to order.

    async with FakeDiscord() as discord:
        support = discord.add_channel("support", "forum", tags=("billing", "urgent"))
        ines = discord.member("ines")
        ...                                    # the product runs against discord.api_url, .gateway_url, .cdn_url
        reply = await ines.types("/ticket take", id=42)
        assert reply.ephemeral and reply.text == "Yours."

It lives in the event loop of the test and outlives the product, which may be killed and started again.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.platforms.discord_calls import Backend
from tests.platforms.discord_cdn import open_cdn
from tests.platforms.discord_door import API, Asking, Door
from tests.platforms.discord_faults import Fault, Faults, Misfortune
from tests.platforms.discord_gateway import Gateway
from tests.platforms.discord_intents import PRIVILEGED, Intent
from tests.platforms.discord_interactions import Interactions
from tests.platforms.discord_limits import Limits, Violation
from tests.platforms.discord_people import Person
from tests.platforms.discord_permissions import EVERYONE, May, named
from tests.platforms.discord_registry import Commands
from tests.platforms.discord_server import add_channel, add_role, allow_role, found, join, tell_channel, watching_sight
from tests.platforms.discord_threads import archive_idle
from tests.platforms.discord_world import Account, Channel, Clock, Kind, Message, Overwrite, Role, Tag

T = TypeVar("T")
BOT_MAY = May.MANAGE_THREADS | May.MANAGE_MESSAGES | May.MANAGE_CHANNELS | May.MANAGE_ROLES | May.PIN_MESSAGES
_KINDS = {"text": Kind.TEXT, "forum": Kind.FORUM, "category": Kind.CATEGORY, "voice": Kind.VOICE}


class FakeDiscord:
    """The whole of it; an async context manager."""

    def __init__(self, *, limits: bool = False, granted: Intent = PRIVILEGED, answer_within_s: float = 3.0) -> None:
        self.token = "fake-discord-token"
        self.clock = Clock()
        self.world = found(self.clock)
        self.gateway = Gateway(self.world, self.token, granted=granted, counts_sends=limits)
        self.world.listeners.append(self.gateway.hear)
        interactions = Interactions(self.world, answer_within_s)
        self.backend = Backend(self.world, self.gateway, Commands(self.world), interactions, limits=limits)
        self._limits = Limits(self.clock, on=limits)
        self._faults = Faults()
        self._door = Door(self.backend, self._limits, self._faults)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.bot_may(*(may.name or "" for may in BOT_MAY))
        self.add_channel("general")

    async def __aenter__(self) -> Self:
        await self.comes_back()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.goes_down()

    # Where it is.

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL should be."""
        return f"http://127.0.0.1:{self._port}{API}"

    @property
    def gateway_url(self) -> str:
        """What DISCORD_GATEWAY_URL should be."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def cdn_url(self) -> str:
        """What DISCORD_CDN_URL should be."""
        return f"http://127.0.0.1:{self._port}/cdn"

    @property
    def guild_id(self) -> int:
        """The server's id."""
        return self.world.id

    # What there is.

    def add_channel(
        self, name: str, kind: str = "text", *, tags: tuple[str, ...] = (), private_to: tuple[Person | Role, ...] = (),
        parent: Channel | None = None,
    ) -> Channel:  # fmt: skip
        """Adds a text channel, forum, category or voice channel; a private one is seen by those alone (and admins)."""
        channel = Channel(self.world.new_id(), _KINDS[kind], name, parent=parent)
        channel.available_tags = [Tag(self.world.new_id(), tag) for tag in tags]
        if private_to:
            channel.overwrites = [Overwrite(self.world.id, is_member=False, deny=int(May.VIEW_CHANNEL))]
            channel.overwrites += [_overwrite(who, allow=May.VIEW_CHANNEL) for who in private_to]
        return add_channel(self.world, channel)

    def channel(self, name: str) -> Channel:
        """A channel by name: it has `.messages` and `.posts` (its threads, with name, tags, archived, locked)."""
        return self.world.channel_named(name)

    def thread(self, name: str) -> Channel:
        """The newest thread or post of that name."""
        return [thread for thread in self.world.threads() if thread.name == name][-1]

    def add_role(self, name: str, *permissions: str, mentionable: bool = False) -> Role:
        """Adds a role."""
        role = Role(self.world.new_id(), name, int(named(*permissions)), mentionable, position=len(self.world.roles))
        return add_role(self.world, role)

    def member(self, name: str, *roles: Role, bot: bool = False) -> Person:
        """A person by name, who joins the server when they are not in it yet."""
        for account in self.world.accounts.values():
            if account.name == name:
                return Person(self.backend, account)
        account = Account(self.world.new_id(), name, bot=bot, roles={role.id for role in roles})
        join(self.world, account)
        return Person(self.backend, account)

    @property
    def owner(self) -> Person:
        """The server's owner."""
        return Person(self.backend, self.world.accounts[self.world.owner_id])

    @property
    def bot(self) -> Person:
        """The bot as a member."""
        return Person(self.backend, self.world.bot)

    def bot_may(self, *permissions: str) -> None:
        """Sets what the bot's own role allows it, beside what everyone may."""
        (role,) = (self.world.roles[number] for number in self.world.bot.roles if self.world.roles[number].bot_id)
        allow_role(self.world, role, named(*permissions))

    def everyone_may_not(self, *permissions: str) -> None:
        """Takes rights from @everyone."""
        allow_role(self.world, self.world.roles[self.world.id], May(EVERYONE & ~named(*permissions)))

    def overwrite(
        self, channel: Channel, who: Person | Role | None, *, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()
    ) -> None:
        """Sets a channel's exception for a person, a role or (None) everyone."""
        new = _overwrite(who or self.world.roles[self.world.id], allow=named(*allow), deny=named(*deny))
        with watching_sight(self.world):
            channel.overwrites = [*(each for each in channel.overwrites if each.id != new.id), new]
            tell_channel(self.world, channel)

    # What is seen.

    @property
    def requests(self) -> list[Asking]:
        """Every REST request so far: method, path, route, body, files, status."""
        return self._door.requests

    def asked(self, route: str) -> list[Asking]:
        """The requests of one route, `"POST /channels/{channel_id}/messages"`."""
        return [asking for asking in self.requests if asking.route == route]

    @property
    def violations(self) -> list[Violation]:
        """Requests sent again before their retry_after ran out."""
        return self._limits.violations

    @property
    def confusing(self) -> list[str]:
        """Requests whose bodies the fake could make nothing of; they were answered with 400."""
        return self._door.confusing

    @property
    def invalid_requests(self) -> int:
        """How many were answered with 401, 403 or 429."""
        return self._limits.invalid_requests

    @staticmethod
    def pings(message: Message) -> list[str]:
        """The names of those a message notified."""
        return [account.name for account in message.notified]

    @staticmethod
    def dms_of(person: Person) -> list[Message]:
        """A person's conversation with the bot."""
        return person.dms

    async def until(self, question: Callable[[], T], *, within_s: float = 10.0) -> T:
        """Waits until something is true, and returns it."""
        async with asyncio.timeout(within_s):
            while not (answer := question()):  # noqa: ASYNC110 - anything may change it
                await asyncio.sleep(0.005)
        return answer

    async def connected(self, *, within_s: float = 30.0) -> None:
        """Waits until the product has a session that is connected."""
        await self.until(lambda: self.gateway.connected, within_s=within_s)

    # What goes wrong.

    def limit(self, route: str, requests: int, per_s: float) -> None:
        """Sets the bucket of a route, `"POST /channels/{channel_id}/messages"`."""
        self._limits.rules[route] = (requests, per_s)

    async def passes(self, seconds: float) -> None:
        """Lets time pass for Discord: tokens and links end, idle threads are archived, windows reopen."""
        self.clock.ahead_s += seconds
        archive_idle(self.world)

    def fails(
        self, method: str, route: str, *, times: int = 1, with_: Misfortune = 500, retry_after_s: float = 0.2
    ) -> Fault:
        """Scripts the next requests of a route: `429`, `5xx`, `(status, code)`, `"timeout"` or `"answer_lost"`.

        In a route `*` or `{name}` stands for one part, `**` for any: `fails("POST", "/channels/*/messages")`.
        A time-out has no effect and no answer; a lost answer has its effect, then the connection drops.
        """
        return self._faults.script(method, route, times, with_, retry_after_s)

    @contextlib.contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Every REST request takes that much longer meanwhile."""
        self._faults.slow_s = seconds
        yield
        self._faults.slow_s = 0.0

    async def goes_down(self) -> None:
        """Refuses connections until it comes back; what is stored stays."""
        self._door.stopping.set()
        self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def comes_back(self) -> None:
        """Listens, on the port it had before."""
        self._door.stopping.clear()
        app = web.Application(client_max_size=1 << 30)
        self._door.open(app)
        open_cdn(app, self.world)
        app.router.add_get("/gateway", self.gateway.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.gateway.url, self.world.cdn_url = self.gateway_url, self.cdn_url

    def drops_gateway(self, code: int | None = None) -> None:
        """Cuts the gateway's lines: with a close code, or without a word."""
        self.gateway.drop(code)

    def asks_to_reconnect(self) -> None:
        """Sends RECONNECT."""
        self.gateway.ask_to_reconnect()

    def invalidates_session(self, *, resumable: bool = False) -> None:
        """Sends INVALID_SESSION."""
        self.gateway.invalidate(resumable=resumable)

    def duplicates(self, event: str, *, times: int = 1) -> None:
        """Sends the next events of a name twice."""
        self.gateway.doubled[event] = times

    def revokes_token(self, new: str = "another-token") -> None:
        """The token is worth nothing any more; its lines are closed with 4004."""
        self.token = self.gateway.token = new
        self.gateway.drop(4004)

    def grants(self, intents: Intent) -> None:
        """Sets which privileged intents the application has."""
        self.gateway.granted = intents

    def environment(self, **more: Any) -> dict[str, str]:
        """The settings of a product that runs against it."""
        urls = {"DISCORD_API_URL": self.api_url, "DISCORD_GATEWAY_URL": self.gateway_url}
        return urls | {"DISCORD_CDN_URL": self.cdn_url, "DISCORD_TOKEN": self.token} | more


def _overwrite(who: Person | Role, *, allow: May = May(0), deny: May = May(0)) -> Overwrite:
    return Overwrite(who.id, isinstance(who, Person), int(allow), int(deny))

"""Puts the desk together: opens the store, mounts the connectors and rooms, starts them, and stops them in order."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from bot import beginning, downloads, port, postings
from bot.commands import COMMANDS
from bot.connections import CONNECTIONS
from bot.console.channels import ChannelPages
from bot.console.room import TeamRoom
from bot.discord.settings import Section as DiscordSection
from bot.guides import SECRETS
from bot.health import Health
from bot.lines import Lines
from bot.pulse import beat
from bot.rooms import Rooms, joinable
from bot.schedule import Schedule
from bot.secret import secret_key
from bot.sender import Sender
from bot.settings import Settings
from bot.slack.settings import Section as SlackSection
from bot.supervise import Part, keep_running
from bot.wiring import Wiring
from connectors.email.settings import Section as EmailSection
from connectors.telegram.settings import Section as TelegramSection
from connectors.webchat.connector import WebChat
from connectors.webchat.settings import Section as WebChatSection
from core import alarms, alerts, carrying, channels, files, notices, outages, parting, schema, showing, unread
from core.actor import SYSTEM
from core.bus import EVERYTHING, Bus
from core.connector import Connector, Sending
from core.desk import Desk
from core.room import Room
from core.store import Desks, open_driver, utc_now
from core.typing import Typing
from core.vault import Vault

log = logging.getLogger(__name__)

REACTIONS = (notices.tell, showing.follow, alerts.raise_, carrying.carry, parting.ask, outages.reroute, unread.watch)
"""What follows from events, in the order it happens."""
PARTS = ("webchat", "telegram", "email", "room", "slack", "discord", "schedule")
"""What `run --only` can choose."""
_TEAM_CHATS = frozenset({"slack", "discord"})
_STOP_S = 5


@dataclass(frozen=True, slots=True)
class House:
    """The opened desk and everything that shares it."""

    settings: Settings
    desks: Desks
    bus: Bus
    store: files.Store
    secret: str

    @property
    def vault(self) -> Vault:
        """What keeps keys that only this desk may read."""
        return Vault(self.secret)


@asynccontextmanager
async def opened(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[House]:
    """Opens the desk's store and files, and closes them at the end."""
    secret = secret_key(settings.secret_key, settings.data_dir)
    bus = Bus()
    desks = Desks(open_driver(settings.url), pace=settings.pace(), reactions=REACTIONS, clock=clock)
    desks.on_change(bus.publish)
    try:
        yield House(settings, desks, bus, files.Store(settings.data_dir / "files", secret, clock), secret)
    finally:
        await desks.close()


@dataclass(frozen=True, slots=True)
class Assembled:
    """A desk ready to be served: its web application and its parts."""

    web: Starlette
    parts: Sequence[Part]
    connectors: Sequence[Connector]
    rooms: Sequence[Room]
    off: frozenset[str] = frozenset()
    """The team chats this process would serve, were they connected."""

    @property
    def members(self) -> list[Connector | Room]:
        """The rooms and the connectors."""
        return [*self.rooms, *self.connectors]


def assemble(house: House, only: Sequence[str] = PARTS) -> Assembled:
    """Makes the connectors and rooms that are on, and one web application of all their routes."""
    typing = Typing(house.bus, house.desks.tell_others)

    def heard(topics: Collection[str]) -> None:
        typing.hear(topics, now_s=time.monotonic())
        house.bus.publish(topics)

    webchat = WebChat(house.desks, house.bus, typing, house.store, house.secret)
    connectors: list[Connector] = [webchat] if "webchat" in only and webchat.section.on else []
    kinds = _kinds(house, only)
    connectors += [kinds[kind]() for kind in kinds if _is_described(kind)]
    rooms: list[Room] = []
    if "room" in only:
        pages = ChannelPages(house.desks, CONNECTIONS, house.vault)
        rooms.append(TeamRoom(house.desks, house.bus, typing, house.store, COMMANDS, pages))
    rooms += _pushed(house, only)
    parts = [Part("wakeups", lambda: house.desks.hear_others(heard))]
    parts += [Part(each.kind, each.run) for each in connectors] + [Part(each.name, each.run) for each in rooms]
    parts += [part for each in rooms if each.is_pushed for part in _serving(house, each)]
    if "schedule" in only:
        parts.append(Part("schedule", Schedule(house.desks, house.bus, house.store).run))
    health = Health(house.desks, parts, house.settings.metrics_token, lambda: webchat.visitors_here)
    if kinds:
        running = {each.kind for each in connectors}
        parts.append(Part("channels", Lines(_wiring(house), house.vault, kinds, health.watch, running=running).run))
        health.watch(parts[-1])
    joined = Rooms(_wiring(house), house.vault, joinable(only), lambda room: _serving(house, room), health.watch)
    parts.append(Part("rooms", joined.run))
    health.watch(parts[-1])
    routes: list[Any] = [*health.routes(), downloads.route(house.desks, house.store)]
    members: list[Connector | Room] = [*rooms, *connectors]
    for member in members:
        routes += member.routes()
    routes.append(Mount("/", app=joined.router))
    off = (_TEAM_CHATS & set(only)) - {each.name for each in rooms}
    return Assembled(Starlette(routes=routes), parts, connectors, rooms, off)


def _kinds(house: House, only: Sequence[str]) -> dict[str, Callable[[], Sending]]:
    """The kinds of channels that are sent to, each made once; the library of one that is never asked for is not even
    imported."""

    @cache
    def telegram() -> Sending:
        from connectors.telegram.connector import Telegram

        return Telegram(house.desks, house.store, house.bus, house.secret)

    @cache
    def email() -> Sending:
        from connectors.email.connector import Email

        return Email(house.desks, house.store, house.secret, house.settings.data_dir / "outbox")

    return {kind: make for kind, make in (("telegram", telegram), ("email", email)) if kind in only}


def _is_described(kind: str) -> bool:
    """Whether `.env` says anything of this kind, so that it is there from the beginning."""
    match kind:
        case "telegram":
            return TelegramSection().on or bool(TelegramSection().webhook_url)
        case "email":
            return EmailSection().on
        case _:
            return False


def _wiring(house: House) -> Wiring:
    settings = house.settings
    return Wiring(house.desks, house.bus, house.store, COMMANDS, settings.address, settings.is_embedded)


def _pushed(house: House, only: Sequence[str]) -> list[Room]:
    """The team chats that are on; the library of one that is off is not even imported."""
    wiring = _wiring(house)
    rooms: list[Room] = []
    slack, discord = SlackSection(), DiscordSection()
    if "slack" in only and slack.on:
        from bot.slack.room import SlackRoom

        rooms.append(SlackRoom(wiring, slack))
    if "discord" in only and discord.on:
        from bot.discord.room import DiscordRoom

        rooms.append(DiscordRoom(wiring, discord))
    return rooms


def _serving(house: House, room: Room) -> tuple[Part, Part]:
    """What sends to a team chat, and what says that it is there."""
    name = f"room:{room.name}"
    sender = Sender(house.desks, house.bus, name, room, postings.read, rest=room.rest, alone=house.settings.is_embedded)
    beating = Part(f"{room.name} pulse", lambda: beat(house.desks, room))
    return Part(f"{room.name} sender", sender.run), beating


async def prepare(house: House) -> None:
    """Migrates the database, gives an empty desk what it begins with and seals keys that lie open; one that has it all
    is only read."""
    await schema.upgrade(house.settings.url)
    if not await house.desks.read(SYSTEM, beginning.is_begun):
        await house.desks.change(SYSTEM, lambda desk: beginning.begin(desk, house.settings))
    for kind, name, known in _described():
        if not await house.desks.read(SYSTEM, lambda desk, name=name, known=known: channels.knows(desk, name, known)):  # type: ignore[misc]
            await house.desks.change(
                SYSTEM,
                lambda desk, kind=kind, name=name, known=known: beginning.begin_channel(desk, kind, name, known),  # type: ignore[misc]
            )
    if await house.desks.read(SYSTEM, lambda desk: channels.in_the_clear(desk, SECRETS)):
        await house.desks.change(SYSTEM, lambda desk: channels.seal(desk, house.vault, SECRETS))


def _described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The channels `.env` describes: kind, name, and what the desk itself wants to know of them."""
    webchat, telegram, email = WebChatSection(), TelegramSection(), EmailSection()
    if webchat.on:
        yield "webchat", webchat.name, {}
    if telegram.on:
        yield "telegram", telegram.name, {"topics": telegram.given()["topics"]}
    if email.on:
        yield "email", email.name, {"address": email.address, "ack": email.ack}


def _expect(desk: Desk, assembled: Assembled) -> None:
    """The team chats that are on here have their time to connect; nobody waits for those that are off here. What is
    another process's part is its to say.
    """
    alarms.watch(desk)
    here = {room.name for room in assembled.rooms if room.is_pushed}
    for name in here:
        outages.expect(desk, name)
    for name in assembled.off - here:
        outages.unexpected(desk, name)


async def serve(house: House, assembled: Assembled, *, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT; then lets requests end and stops the parts, within seconds.

    Raises ConfigurationError where its port cannot be had.
    """
    door = port.taken(house.settings.http_host, house.settings.http_port)
    config = uvicorn.Config(
        assembled.web, host=house.settings.http_host, port=house.settings.http_port, log_config=None,
        access_log=False, ws_per_message_deflate=False, ws_max_size=128 * 1024, timeout_graceful_shutdown=_STOP_S,
        proxy_headers=bool(house.settings.trusted_proxies), forwarded_allow_ips=house.settings.trusted_proxies or None,
        server_header=False, lifespan="off",
    )  # fmt: skip
    await house.desks.change(SYSTEM, lambda desk: _expect(desk, assembled))
    server = _Server(config, house.bus)
    tasks = [asyncio.create_task(keep_running(part), name=part.name) for part in assembled.parts]
    announcing = asyncio.create_task(_announce(server, ready))
    try:
        await server.serve(sockets=[door])
    finally:
        for task in (*tasks, announcing):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await asyncio.gather(*tasks, announcing, return_exceptions=True)


class _Server(uvicorn.Server):
    """uvicorn, but that it does not end itself by the signal that asked it to stop, and that waiting pages let go."""

    def __init__(self, config: uvicorn.Config, bus: Bus) -> None:
        super().__init__(config)
        self._bus = bus

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._bus.publish((EVERYTHING,))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self.handle_exit, each, None)
        try:
            yield
        finally:
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(each)


async def _announce(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    """uvicorn offers no event for it."""
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    ready()

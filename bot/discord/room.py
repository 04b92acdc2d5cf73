"""Discord's wiring: the way in by the gateway, the way out by REST, and what stands in the way of either."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import aiohttp

from bot.discord import connecting, gateway, losses, slash
from bot.discord.catching_up import CatchingUp
from bot.discord.channels import Channels
from bot.discord.gateway import Lanes
from bot.discord.interacting import Interacting
from bot.discord.lines import Lines
from bot.discord.listening import Listening
from bot.discord.people import People
from bot.discord.rest import Rest, Wire
from bot.discord.sending import Sending
from bot.discord.settings import Section
from bot.discord.troubles import LOCKED, NO_ACCESS, UNKNOWN_CHANNEL, LostThread, MadeAgain, Shut
from bot.hearing import Hearing
from bot.wiring import Wiring
from core import kept, leases
from core.actor import SYSTEM
from core.connector import Finding, Found, Sent, Severity
from core.errors import DeskbellError, PermanentError, StoreBusy, TemporaryError
from core.room import Posting
from core.show import Text, text

log = logging.getLogger(__name__)

_LEASE = "room:discord"
_COMMANDS = "discord:commands"
_LOOK_S, _NOTE_S = 2.0, 2.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0
_RESTS = {
    "room:discord": timedelta(milliseconds=22),
    "room:discord:edits": timedelta(milliseconds=100),
    "room:discord:marks": timedelta(milliseconds=60),
    "room:discord:dms": timedelta(milliseconds=500),
}
"""Discord takes 50 requests a second of a bot; the rates of single threads are known to discord.py."""
_ELSEWHERE = text("Another instance of this desk listens in Discord; this one waits until it stops.")


class DiscordRoom:
    """Discord as a room."""

    name = losses.ROOM
    is_pushed = True

    def __init__(self, wiring: Wiring, section: Section) -> None:
        self._wiring, self._desks, self._section = wiring, wiring.desks, section
        self._rest = Rest(section)
        self._channels = Channels(self._rest, wiring)
        self._people = People(self._rest, wiring, self._channels)
        self._hearing = Hearing(wiring.desks, self.name, wiring.commands, self._people.describe)
        self._sending = Sending(self._rest, wiring, self._channels)
        lines = Lines(self._rest, wiring.desks, self._hearing, self._sending)
        self._listening = Listening(self._rest, wiring, self._hearing, self._people, self._channels, lines)
        self._interacting = Interacting(self._rest, wiring, self._hearing, self._people, self._sending)
        self._catching_up = CatchingUp(self._rest, wiring, self._channels, self._listening)
        self._holder = uuid.uuid4().hex
        self._trouble: Text | None = None
        self._is_ready = asyncio.Event()
        self._is_connected = False

    def routes(self) -> Sequence[Any]:
        """Discord comes by its gateway."""
        return ()

    async def run(self) -> None:
        """Listens until cancelled, once no other process does."""
        await self._hold()
        try:
            async with asyncio.TaskGroup() as group:
                self._listening.group = group
                group.create_task(self._renew())
                group.create_task(self._keep_up())
                group.create_task(self._listen(group))
        except* DeskbellError as errors:
            first = errors.exceptions[0]
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            self._trouble = first.said if isinstance(first, DeskbellError) else None
            raise first from None
        finally:
            self._listening.group, self._is_connected = None, False
            self._listening.lose_track()
            task = asyncio.current_task()
            await self._end(is_over=task is not None and task.cancelling() > 0)

    async def is_connected(self) -> bool:
        """By the gateway."""
        return self._is_connected

    async def _end(self, *, is_over: bool) -> None:
        """Lets another process listen; the way out stays open while the desk goes on."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await self._desks.change(SYSTEM, lambda desk: leases.give_back(desk, _LEASE, self._holder))
                if is_over:
                    await self._rest.close()

    async def _hold(self) -> None:
        """Waits until no other process listens."""
        is_told = False
        if self._wiring.is_embedded:  # what an earlier life of this process held
            await self._desks.change(SYSTEM, lambda desk: leases.take_over(desk, _LEASE))
        while not await self._desks.change(SYSTEM, lambda desk: leases.hold(desk, _LEASE, self._holder)):
            if not is_told:
                log.warning("discord: another instance of this desk listens; this one waits until it stops")
            is_told, self._trouble = True, _ELSEWHERE
            await asyncio.sleep(_LOOK_S)
        self._trouble = None

    async def _renew(self) -> None:
        """Renews the lease; while the store is busy it lasts for a while yet."""
        while True:
            await asyncio.sleep(leases.RENEW_S)
            with contextlib.suppress(StoreBusy):
                if not await self._desks.change(SYSTEM, lambda desk: leases.hold(desk, _LEASE, self._holder)):
                    raise PermanentError(_ELSEWHERE)

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        lanes = Lanes(group)
        await gateway.listen(self._section, lambda name, event: self._take(name, event, lanes))

    def _take(self, name: str, event: Wire, lanes: Lanes) -> None:
        """Brings an event to its lane; what is a matter of seconds has none."""
        match name:
            case "READY" | "RESUMED":
                self._trouble, self._is_connected = None, True
                self._listening.lose_track()
                self._is_ready.set()
            case "DISCONNECTED":
                self._is_connected = False
                self._listening.lose_track()
            case "INTERACTION_CREATE":
                lanes.put(f"interaction:{event.get('id')}", lambda: self._quietly(name, event, self._interact))
            case _:
                lane = self._listening.lane(name, event)
                if lane is not None:
                    lanes.put(lane, lambda: self._quietly(name, event, lambda it: self._hear(name, it)))

    async def _interact(self, event: Wire) -> None:
        await self._interacting.take(event)

    async def _hear(self, name: str, event: Wire) -> None:
        try:
            await self._listening.take(name, event)
        except (TemporaryError, TimeoutError, aiohttp.ClientError):
            self._listening.lose_track()  # it may have been a line: it is read again
            self._is_ready.set()
            raise

    async def _quietly(self, name: str, event: Wire, deed: Callable[[Wire], Awaitable[None]]) -> None:
        """The rim: what fails here stops nothing."""
        try:
            await deed(event)
        except DeskbellError as error:
            log.warning("discord: %s %s: %s", name, event.get("id", "?"), error)
        except Exception as error:
            log.error("discord: %s %s failed: %s", name, event.get("id", "?"), type(error).__name__, exc_info=error)

    async def _keep_up(self) -> None:
        """After every start and gap: reads what was missed, counts who is there; then notes what passed by."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_NOTE_S):
                    await self._is_ready.wait()
            if self._is_ready.is_set():
                await self._catch_up()
            else:
                await self._listening.note_passed()

    async def _catch_up(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while self._is_ready.is_set():
            self._is_ready.clear()
            try:
                await self._register()
                await self._people.recount(self._hearing)
                count = await self._catching_up.run()
                self._listening.is_caught_up = not self._is_ready.is_set()
                log.info("discord: caught up, %s messages read", count)
            except Exception as error:
                log.warning("discord: catching up goes on in %.1f s (%s)", pause_s, type(error).__name__)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                self._is_ready.set()

    async def _register(self) -> None:
        """Registers the commands on the server, where they have changed."""
        made, guild, app = slash.declared(self._wiring.commands), await self._rest.guild(), await self._rest.me()
        print_ = f"{app}:{guild}:{slash.print_of(made)}"
        if await self._desks.read(SYSTEM, lambda desk: kept.read(desk, _COMMANDS)) == print_:
            return
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        await self._rest.ask("PUT", path, application_id=app, guild_id=guild, body=made)
        await self._desks.change(SYSTEM, lambda desk: kept.keep(desk, _COMMANDS, print_))

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests."""
        return _RESTS.get(bucket, timedelta())

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing; what belongs to a thread that is gone goes on in a new one."""
        try:
            return await self._sending.send(posting)
        except (LostThread, Shut) as error:
            if await self._is_still_there(posting, error):
                raise MadeAgain from None
            raise

    async def find(self, posting: Posting) -> Sent | Found:
        """Whether it arrived."""
        try:
            return await self._sending.find(posting)
        except (LostThread, Shut) as error:
            if await self._is_still_there(posting, error):
                return Found.ABSENT
            raise

    async def _is_still_there(self, posting: Posting, error: LostThread | Shut) -> bool:
        """Whether only a message or post was lost, and its channel is there for another; notes what is lost else."""
        if posting.kind == "dm":
            return False
        if posting.root is not None:
            if isinstance(error, LostThread):
                await self._lose_thread(posting.place, posting.root, error)
            return False
        trouble = await self._trouble_of(posting.place) if isinstance(error, LostThread) else error
        if trouble is None:
            return True
        if trouble.code in (NO_ACCESS, UNKNOWN_CHANNEL):
            await self._lose_channel(posting.place, is_gone=trouble.code == UNKNOWN_CHANNEL)
        return False

    async def _trouble_of(self, place: str) -> LostThread | Shut | None:
        """What stands in the way of a channel, as Discord says now."""
        self._channels.forget(place)
        try:
            await self._channels.one(place)
        except (LostThread, Shut) as error:
            return error
        return None

    async def _lose_thread(self, place: str, root: str, error: LostThread) -> None:
        why = losses.LOCKED if error.code == LOCKED else losses.DELETED

        def lose(desk: Any) -> None:
            thread_id = losses.thread_of(desk, place, root)
            if thread_id is not None:
                losses.lose_thread(desk, thread_id, why)

        await self._desks.change(SYSTEM, lose)

    async def _lose_channel(self, place: str, *, is_gone: bool) -> None:
        day = self._desks.clock().date().isoformat()
        await self._desks.change(
            SYSTEM, lambda desk: losses.lose_channel(desk, place, is_gone=is_gone, key=f"{place}:{day}")
        )

    async def check(self) -> Sequence[Finding]:
        """Whether it is on, and what stands in its way."""
        if self._trouble is not None:
            return (Finding(Severity.ERROR, self._trouble, "DISCORD_TOKEN"),)
        return (Finding(Severity.ON, text("Discord is on."), "DISCORD_TOKEN"),)

    async def connect(self) -> Sequence[Finding]:
        """Tries the token."""
        return await connecting.tried(connecting.values_of(self._section))

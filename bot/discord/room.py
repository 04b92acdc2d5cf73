"""Discord's wiring: the way in by the gateway, the way out by REST, and what stands in the way of either."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.alone import Alone
from bot.discord import connecting, gateway, losses, slash
from bot.discord.catching_up import CatchingUp
from bot.discord.channels import Channels
from bot.discord.interacting import Interacting
from bot.discord.lines import Lines
from bot.discord.listening import Listening
from bot.discord.people import People
from bot.discord.rest import Rest, Wire
from bot.discord.sending import Sending
from bot.discord.settings import Section
from bot.discord.troubles import (
    AT_CAP,
    BESIDE_IT,
    LOCKED,
    NO_ACCESS,
    PASSING,
    SLOWED_DOWN,
    UNKNOWN_CHANNEL,
    Crowded,
    LostThread,
    MadeAgain,
    Refused,
    Shut,
)
from bot.hearing import Hearing
from bot.losses import lose_thread, thread_of, waits_alone
from bot.wiring import Wiring
from core import kept
from core.actor import SYSTEM
from core.connector import Finding, Found, Sent, Severity
from core.errors import DeskbellError
from core.room import Posting
from core.show import Text, text

log = logging.getLogger(__name__)

_LEASE = "room:discord"
_RIGHTS = ("CHANNEL_UPDATE", "GUILD_ROLE_UPDATE")
"""After these the bot may be able to read what it could not."""
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
        self._lines = Lines(self._rest, self._hearing, self._sending)
        self._listening = Listening(self._rest, wiring, self._hearing, self._people, self._channels, self._lines)
        self._interacting = Interacting(self._rest, wiring, self._hearing, self._people, self._sending)
        self._catching_up = CatchingUp(self._rest, wiring, self._channels, self._listening)
        self._alone = Alone(wiring, _LEASE, _ELSEWHERE)
        self._trouble: Text | None = None
        self._is_ready = asyncio.Event()
        self._is_connected = False

    def routes(self) -> Sequence[Any]:
        """Discord comes by its gateway."""
        return ()

    async def run(self) -> None:
        """Listens until cancelled, once no other process does."""
        await self._alone.take(_LOOK_S, self._waits)
        self._trouble = None
        try:
            async with asyncio.TaskGroup() as group:
                self._listening.group = group
                group.create_task(self._alone.keep())
                group.create_task(self._listening.oddities.do_again(self._listening.again))
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
        await self._alone.give_back()
        if is_over:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(2):
                    await self._rest.close()

    def _waits(self, said: Text) -> None:
        if self._trouble != said:
            log.warning("discord: another instance of this desk listens; this one waits until it stops")
        self._trouble = said

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        await gateway.listen(self._section, lambda name, event: self._take(name, event, group))

    def _take(self, name: str, event: Wire, group: asyncio.TaskGroup) -> None:
        """Brings an event to its lane; what is a matter of seconds has none."""
        match name:
            case "READY" | "RESUMED":
                self._trouble, self._is_connected = None, True
                self._listening.lose_track()
                self._is_ready.set()
            case "DISCONNECTED":
                self._is_connected = False
                self._listening.lose_track()
            case "THREAD_LIST_SYNC":  # the bot came to see a channel: what was said there was not brought
                self._reads_again()
            case "INTERACTION_CREATE":
                group.create_task(self._quietly(name, event, self._interacting.take))
            case _:
                lane = self._listening.lane(name, event)
                if lane is not None:
                    group.create_task(self._quietly(name, event, lambda it: self._hear(name, it, lane)))

    async def _hear(self, name: str, event: Wire, lane: str) -> None:
        async with self._listening.lanes.turn(lane):
            try:
                await self._listening.take(name, event)
            except PASSING:
                self._reads_again()  # it may have been a line
                raise
        if self._catching_up.is_cut_off and name in _RIGHTS:
            self._reads_again()

    def _reads_again(self) -> None:
        self._listening.lose_track()
        self._is_ready.set()

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
            sent = await self._sending.send(posting)
            await self._lines.ask_writer(posting)
            return sent
        except (LostThread, Shut) as error:
            raise await self._trouble_of(posting, error) or MadeAgain() from None
        except Refused as error:
            if error.code in (AT_CAP, SLOWED_DOWN):
                raise Crowded(error) from None
            raise

    async def find(self, posting: Posting) -> Sent | Found:
        """Whether it arrived."""
        try:
            return await self._sending.find(posting)
        except (LostThread, Shut) as error:
            trouble = await self._trouble_of(posting, error)
            if trouble is None:
                return Found.ABSENT
            raise trouble from None

    async def _trouble_of(self, posting: Posting, error: LostThread | Shut) -> LostThread | Shut | None:
        """What stands in a posting's way; None where only a message or post was lost, and its channel is there for
        another. Tells of what is lost."""
        if posting.kind == "dm":
            return error
        if isinstance(error, LostThread) and posting.root is not None:
            await self._lose_thread(posting.place, posting.root, error)
            return error
        trouble = error if isinstance(error, Shut) else await self._of_channel(posting.place)
        if isinstance(trouble, Shut):
            said = losses.closed if trouble.code == NO_ACCESS else losses.lacks(trouble.needs)
            await self._listening.losses.lost(posting.place, said)
            waits_alone(trouble, posting)
            trouble.retry_after = BESIDE_IT if trouble.is_alone else trouble.retry_after
        elif trouble is not None and trouble.code == UNKNOWN_CHANNEL:
            await self._listening.losses.lost(posting.place, losses.gone, is_gone=True)
        return trouble

    async def _of_channel(self, place: str) -> LostThread | Shut | None:
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
            thread_id = thread_of(desk, self.name, place, root)
            if thread_id is not None:
                lose_thread(desk, thread_id, why)

        await self._desks.change(SYSTEM, lose)

    async def check(self) -> Sequence[Finding]:
        """Whether it is on, and what stands in its way."""
        if self._trouble is not None:
            return (Finding(Severity.ERROR, self._trouble, "DISCORD_TOKEN"),)
        return (Finding(Severity.ON, text("Discord is on."), "DISCORD_TOKEN"),)

    async def connect(self) -> Sequence[Finding]:
        """Tries the token."""
        return await connecting.tried(connecting.values_of(self._section))

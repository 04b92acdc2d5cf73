"""Takes in what happens on the server: lines, edits, deletions, reactions, members.

What fails for its own content goes to quarantine; a mere member's or channel's change is looked up again later.
"""

import asyncio
import logging

from bot.carrying import Carrying
from bot.discord import losses, shapes
from bot.discord.channels import Channels
from bot.discord.inbound import Typed, order, typed
from bot.discord.lines import Lines
from bot.discord.losses import ROOM
from bot.discord.people import People
from bot.discord.rest import Rest, Wire
from bot.discord.sending import SIGNS
from bot.discord.troubles import PASSING
from bot.hearing import Deed, Heard, Hearing, Said
from bot.lanes import Lanes
from bot.losses import Channels as Lost
from bot.losses import lose_thread, thread_of
from bot.oddities import Happening, Oddities
from bot.wiring import Wiring
from core import threads
from core.actor import SYSTEM
from core.room import Mark
from core.show import Text, text

log = logging.getLogger(__name__)

_CREATED = "MESSAGE_CREATE"
_SAYING = (_CREATED, "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
_LOOK_S, _KEPT_WITHIN, _MOST_FRESH = 0.1, 100, 500
"""How often we look for a thread somebody writes in before we have noted that it is ours."""


def lane_of(message: Wire) -> str:
    """What the events of a message's channel are taken in one after another in."""
    return f"channel:{message.get('channel_id')}"


class Listening:
    """The desk's ear in Discord."""

    def __init__(
        self, rest: Rest, wiring: Wiring, hearing: Hearing, people: People, channels: Channels, lines: Lines
    ) -> None:
        self._rest, self._desks = rest, wiring.desks
        self._carrying = Carrying(wiring, ROOM, rest.fetch)
        self.oddities, self.losses = Oddities(wiring, ROOM, PASSING), Lost(wiring.desks, ROOM)
        self._hearing, self._people, self._channels, self._lines = hearing, people, channels, lines
        self.lanes = Lanes()
        """What happens in a channel is taken in as it came, live or late."""
        self.is_caught_up = False
        """Whether nothing before what is said now is still unread."""
        self.group: asyncio.TaskGroup | None = None
        self._passed: dict[tuple[str, str], str] = {}
        self._fresh: set[str] = set()

    def lane(self, name: str, event: Wire) -> str | None:
        """What events must be taken in one after another; None for those we do not listen to."""
        match name:
            case "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK":
                return lane_of(event)
            case "MESSAGE_REACTION_ADD":
                return lane_of(event)
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE" | "GUILD_MEMBER_REMOVE":
                return "members"
            case "THREAD_CREATE" | "THREAD_DELETE" | "THREAD_UPDATE":
                return f"channel:{event.get('id')}"
            case "CHANNEL_UPDATE" | "CHANNEL_DELETE" | "GUILD_ROLE_UPDATE" | "GUILD_ROLE_DELETE":
                return "members"
            case _:
                return None

    async def take(self, name: str, event: Wire) -> None:
        """Commits what an event says. Raises what passes by itself (`troubles.PASSING`)."""
        try:
            await self._take(name, event)
        except PASSING:
            raise
        except Exception as error:
            if name not in _SAYING:
                raise
            await self._is_odd(name, event, error)

    async def late(self, place: str, event: Wire) -> None:
        """A message that stands in one of our threads, all before it read. Raises what passes by itself."""
        try:
            line = await self._read(event)
            if line is not None:
                await self.said(place, line, moves_cursor=True)
        except PASSING:
            raise
        except Exception as error:
            await self._is_odd(_CREATED, event, error)
        self._pass(place, str(event["channel_id"]), str(event["id"]))

    def _pass(self, place: str, root: str, id_: str) -> None:
        """A thread was read up to a message; what was missed before it, the catch-up reads first."""
        self._passed[(place, root)] = max(self._passed.get((place, root), ""), order(id_))

    async def again(self, kept: Wire) -> None:
        """Something from quarantine, once more. Raises what it fails with."""
        name, event = str(kept["name"]), kept["event"]
        place = await self._place(str(event.get("channel_id")))
        line = await self._read(event) if name == _CREATED and place is not None else None
        if line is not None and place is not None:
            await self.said(place, line, moves_cursor=False, is_again=True)
        else:
            await self._take(name, event)

    async def _is_odd(self, name: str, event: Wire, error: Exception) -> None:
        """Keeps what failed for its own content, where it is said to the desk: in a thread of ours, or directly."""
        root, id_ = str(event.get("channel_id") or ""), str(event.get("id") or event.get("ids") or "")
        place = await self._desks.read(SYSTEM, lambda desk: threads.place_of(desk, ROOM, root)) or ""
        if not place and "guild_id" in event:
            return
        is_line = name == _CREATED and bool(place)
        key = threads.line_key(place, id_) if is_line else f"{name}:{id_}:{event.get('edited_timestamp', '')}"
        raw, words = {"name": name, "event": event}, str(event.get("content") or "")
        await self.oddities.keep(Happening(key=key, event=raw, words=words, place=place, root=root), error)

    async def _take(self, name: str, event: Wire) -> None:
        if str(event.get("guild_id") or await self._rest.guild()) != await self._rest.guild():
            return  # another server the bot was added to
        match name:
            case name if name == _CREATED:
                await self._created(event)
            case "MESSAGE_UPDATE":
                await self._updated(event)
            case "MESSAGE_DELETE":
                await self._deleted(str(event["channel_id"]), [str(event["id"])])
            case "MESSAGE_DELETE_BULK":
                await self._deleted(str(event["channel_id"]), [str(each) for each in event["ids"]])
            case "MESSAGE_REACTION_ADD":
                await self._reacted(event)
            case "THREAD_CREATE":
                if str(event.get("owner_id")) == await self._rest.me():
                    self._fresh = {*sorted(self._fresh)[-_MOST_FRESH:], str(event["id"])}
            case "THREAD_DELETE":
                await self._lost(str(event.get("parent_id")), str(event["id"]))
            case "THREAD_UPDATE":
                await self._thread_changed(event)
            case _:
                await self._server_changed(name, event)

    async def _server_changed(self, name: str, event: Wire) -> None:
        match name:
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE":
                await self._people.changed(event, self._hearing)
            case "GUILD_MEMBER_REMOVE":
                await self._people.gone(str(event["user"]["id"]), self._hearing)
            case "CHANNEL_DELETE":
                await self.losses.lost(str(event["id"]), losses.gone, is_gone=True)
            case "CHANNEL_UPDATE":
                self._channels.forget(str(event["id"]))
                if await self._people.is_ours(str(event["id"])):
                    await self._people.recount(self._hearing)
            case _:
                await self._people.recount(self._hearing)

    async def _place(self, root: str) -> str | None:
        """The channel of one of our threads; one we have just opened is waited for until it is kept."""
        for _ in range(_KEPT_WITHIN if root in self._fresh else 1):
            found = await self._desks.read(SYSTEM, lambda desk: threads.place_of(desk, ROOM, root))
            if found is not None:
                self._fresh.discard(root)
                return found
            if root in self._fresh:
                await asyncio.sleep(_LOOK_S)
        self._fresh.discard(root)
        return None

    async def _read(self, event: Wire) -> Typed | None:
        return typed(event, await self._rest.me(), await self._rest.guild())

    async def _created(self, event: Wire) -> None:
        said = await self._read(event)
        if said is None:
            return
        if said.is_direct:
            await self._directly(said)
            return
        place = await self._place(said.channel)
        if place is not None:
            await self.said(place, said, moves_cursor=self.is_caught_up)
            self._pass(place, said.channel, said.id)
        elif said.calls is not None and said.is_spoken:
            await self._hint(said, text("In channels, use my slash commands: type “/” and choose one of Deskbell's."))

    async def said(self, place: str, line: Typed, *, moves_cursor: bool, is_again: bool = False) -> None:
        """A line in one of our threads, with its files; what is known already, and what the bot or Discord itself said,
        is only passed by. `is_again` does one from quarantine nevertheless."""
        if not line.is_spoken or (not is_again and await self._hearing.is_known(place, line.id)):
            return
        kept, trouble = await self._carrying.take(line.account, line.files)
        heard = await self._hearing.said(await self._as_said(place, line, kept, moves_cursor=moves_cursor))
        if heard is None:
            return
        for answer in trouble:
            await self._answer(line, Heard(heard.voice, answer))
        await self._answer(line, heard)

    async def _answer(self, line: Typed, heard: Heard) -> None:
        if self.group is not None:
            await self._lines.answer(line, heard, self.group)

    async def _hint(self, line: Typed, said: Text) -> None:
        if self.group is not None:
            await self._lines.hint(line, said, self.group)

    async def _as_said(self, place: str, line: Typed, kept: tuple[int, ...], *, moves_cursor: bool) -> Said:
        words = line.words if line.calls is None else f"!{line.calls.lstrip('!') or 'help'}"
        is_command = words.lstrip().startswith(("!", "/"))
        words = await self._people.read(words, line.names, is_command=is_command)
        return Said(
            place=place, root=line.channel, id=line.id, order=order(line.id), account=line.account, words=words,
            at=line.at, files=kept, leads_inside=line.leads_inside, names_somebody=line.names_somebody,
            moves_cursor=moves_cursor,
        )  # fmt: skip

    async def _updated(self, event: Wire) -> None:
        """A line was changed by its writer; a mere change of its looks (a link unfolds) is none."""
        line = await self._read(event) if event.get("edited_timestamp") else None
        if line is None or not line.is_spoken or line.is_direct:
            return
        place = await self._place(line.channel)
        if place is None:
            return
        heard = await self._hearing.edited(await self._as_said(place, line, (), moves_cursor=False))
        if heard is not None:
            await self._answer(line, heard)

    async def _deleted(self, channel: str, ids: list[str]) -> None:
        """Lines were deleted, or the card of one of our threads."""
        place = await self._place(channel)
        for each in ids:
            if each == channel and place is not None:
                await self._lost(place, channel)
            elif place is not None:
                await self._hearing.deleted(place, channel, each)
            else:
                await self._lost(channel, each)

    async def _lost(self, place: str, root: str, why: Text = losses.DELETED) -> None:
        thread_id = await self._desks.read(SYSTEM, lambda desk: thread_of(desk, ROOM, place, root))
        if thread_id is not None:
            log.warning("discord: thread %s is lost", root)
            await self._desks.change(SYSTEM, lambda desk: lose_thread(desk, thread_id, why))

    async def _thread_changed(self, event: Wire) -> None:
        """We never lock a thread: in a locked one nobody could work."""
        if (event.get("thread_metadata") or {}).get("locked"):
            await self._lost(str(event.get("parent_id")), str(event["id"]), losses.LOCKED)

    async def _reacted(self, event: Wire) -> None:
        """The sign of undoing on a held line takes it back, where its writer puts it."""
        sign = str((event.get("emoji") or {}).get("name") or "").rstrip("\ufe0f")
        is_bot = ((event.get("member") or {}).get("user") or {}).get("bot", False)
        if sign != SIGNS[Mark.WITHDRAWN].rstrip("\ufe0f") or is_bot:
            return
        root, account, message = (str(event[key]) for key in ("channel_id", "user_id", "message_id"))
        place = await self._place(root)
        if place is not None:
            await self._hearing.undone(account, place, root, message)

    async def _directly(self, line: Typed) -> None:
        """Something written to the bot alone: a command of an agent's, or the answer of somebody who was asked."""
        if not line.is_spoken:
            return
        key = f"dm:{line.id}"
        is_agent = (await self._hearing.actor(line.account)).agent_id is not None
        if not is_agent and await self._hearing.answered(line.account, line.name, line.words, key):
            await self._lines.received(line.channel, line.id)
            return
        words = (line.words if line.calls is None else line.calls).strip().lstrip("!/") or "help"
        heard = await self._hearing.does(Deed(account=line.account, line=words, key=key))
        if heard.answer is not None:
            await self._lines.direct(line.account, shapes.answer(heard.answer, heard.voice))

    async def note_passed(self) -> None:
        """Moves the cursors over our own and Discord's lines, which nobody had to be told of, once all is caught up."""
        if not self.is_caught_up:
            return
        passed, self._passed = self._passed, {}
        if passed:
            await self._desks.change(SYSTEM, lambda desk: threads.passed_by(desk, ROOM, passed))

    def lose_track(self) -> None:
        """Something may have been missed: until the catch-up is done, cursors stay where they are."""
        self.is_caught_up = False
        self._passed.clear()

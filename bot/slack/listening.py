"""Takes in what happens in Slack: every event is committed before it is acknowledged, its answer comes afterwards.

What happens in a thread is taken in as it came, one after another. What fails for its own content goes to quarantine.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.hearing import Deed
from bot.lanes import Lanes
from bot.losses import deactivated, lose_thread, thread_of
from bot.oddities import Happening
from bot.saying import subject
from bot.slack import inbound, leaving, losses
from bot.slack.inbound import Broken, Came, Changed, LookedHome, Opened, Reacted, Removed, Revoked, Shut, Typed, Went
from bot.slack.lines import meant
from bot.slack.losses import ROOM
from bot.slack.parts import Parts
from bot.slack.saying import After, Saying
from bot.slack.sending import SIGNS
from bot.slack.troubles import LostThread
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core import threads, waking
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import TemporaryError, Unreadable
from core.room import Mark
from core.show import text

log = logging.getLogger(__name__)

_TRIES, _PAUSE_S = 20, 0.1
"""How long a line waits for its thread's root to be known, before Slack is asked to bring it again."""


class AppRemoved(Exception):
    """The app was taken out of the workspace."""


class Listening:
    """The desk's ear in Slack."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._web, self._desks, self._gaps = parts, parts.web, parts.wiring.desks, parts.gaps
        self._hearing, self._people, self._answering = parts.hearing, parts.people, parts.answering
        self._commands, self._emoji = parts.wiring.commands, parts.section.ticket_emoji
        self._oddities, self._losses, self._lanes = parts.oddities, parts.losses, Lanes()
        self.saying = Saying(parts)
        self.look_home: Callable[[str], Awaitable[None]] = _nowhere

    async def take(self, event: Wire, me: Me, key: str) -> After | None:
        """Commits what an event says; returns what is to be done after it was acknowledged.

        Raises what passes (`oddities.passing`) where it cannot be kept now: then Slack is to repeat it.
        """
        self._gaps.hears(time.time())
        async with self._lanes.turn(inbound.lane(event) or key):
            try:
                return await self._take(event, me)
            except self._oddities.passing:
                if inbound.is_message(event):
                    self._gaps.opens()  # Slack may give it up: what it said is read again
                raise
            except Exception as error:
                if not inbound.is_message(event):
                    raise
                await self._is_odd(event, key, error)
                return None

    async def late(self, event: Wire, me: Me) -> bool:
        """A message that stands in one of our threads, and what it says now where it was edited; whether it is
        somebody's. Raises what passes."""
        place, root = inbound.spot(event)
        async with self._lanes.turn(f"{place}:{root}"):
            try:
                after = await self._said_late(event, me)
            except self._oddities.passing:
                raise
            except Exception as error:
                await self._is_odd(event, "", error)
                return True
        await _answered(after or ())
        return after is not None

    async def _said_late(self, event: Wire, me: Me, *, is_again: bool = False) -> Sequence[After | None] | None:
        """What is to be done after a line was taken in as it stands now; None where it is nobody's."""
        match inbound.read(event, me):
            case Typed() as typed:
                said = await self.saying.said(typed, me, is_again=is_again)
                return (said, await self.saying.edited(typed, me)) if event.get("edited") else (said,)
            case Broken(why):
                raise _unreadable(why)
            case _:
                return None

    async def again(self, event: Wire, me: Me) -> None:
        """Something from quarantine, once more. Raises what it fails with."""
        place, root = inbound.spot(event)
        is_line = inbound.is_line(event) and await self._is_thread(place, root)
        async with self._lanes.turn(f"{place}:{root}"):
            if is_line:
                after = await self._said_late(event, me, is_again=True) or ()
            else:
                after = (await self._take(event, me),)
        await _answered(after)

    async def _is_thread(self, place: str, root: str) -> bool:
        return await self._desks.read(SYSTEM, lambda desk: thread_of(desk, ROOM, place, root) is not None)

    async def _is_odd(self, event: Wire, key: str, error: Exception) -> None:
        """Keeps what failed for its own content; what cannot even be read only where it stands in a thread of ours."""
        place, root = inbound.spot(event)
        if isinstance(error, Unreadable) and not (root and await self._is_thread(place, root)):
            return
        known_by = threads.line_key(place, str(event.get("ts"))) if inbound.is_line(event) and root else f"event:{key}"
        what = Happening(key=known_by, event=event, words=inbound.text_of(event), place=place, root=root)
        await self._oddities.keep(what, error)

    async def _take(self, event: Wire, me: Me) -> After | None:
        match inbound.read(event, me):
            case None:
                self._passes(event, me)
            case Broken(why):
                raise _unreadable(why)
            case Typed() as typed:
                return await self._typed(typed, me)
            case Removed() as removed:
                await self._removed(removed)
            case Reacted() as reacted:
                return await self._reacted(reacted, me)
            case Came(place, account) if account == me.user:
                await self._is_open(place)
            case Opened(place):
                await self._is_open(place)
            case Came(place, account):
                await self._hearing.came(place, (await self._people.one(account, me)).person)
            case Went(place, account):
                await leaving.went(self._parts, place, account)
            case Changed(user) if not self._people.remember(user, me).person.is_full:
                await self._desks.change(SYSTEM, lambda desk: deactivated(desk, ROOM, user["id"]))
            case Shut(place, how):
                await self._losses.lost(place, losses.shut(how), is_gone=how == "deleted")
            case LookedHome(account):
                return lambda: self.look_home(account)
            case Revoked():
                raise AppRemoved
        return None

    async def _is_open(self, place: str) -> None:
        """A channel is there again, with the app in it."""
        self._gaps.opens()
        await self._desks.change(SYSTEM, lambda desk: waking.channel(desk, ROOM, place))

    def _passes(self, event: Wire, me: Me) -> None:
        """Our own words in a thread are behind its cursor, too."""
        place, root = inbound.spot(event)
        if inbound.is_message(event) and root and me.is_ours(event):
            self._gaps.passes(place, root, event["ts"])

    async def _typed(self, typed: Typed, me: Me) -> After | None:
        if typed.is_changed:
            return await self.saying.edited(typed, me)
        if typed.kind == "im":
            return await self._directly(typed, me)
        if typed.root and await self._is_ours(typed):
            return await self.saying.said(typed, me)
        command = inbound.to_us(typed.text, me)
        return None if command is None else await self._command(typed, command, me)

    async def _is_ours(self, typed: Typed) -> bool:
        """Whether a thread is ours. Raises TemporaryError where it may be one whose root is not known here yet."""

        def look(desk: Desk) -> tuple[bool, bool]:
            known = thread_of(desk, ROOM, typed.place, typed.root) is not None
            return known, threads.is_one_on_its_way(desk, ROOM, typed.place)

        for _ in range(_TRIES):
            is_ours, is_coming = await self._desks.read(SYSTEM, look)
            if is_ours or not (is_coming and typed.answers_us):
                return is_ours
            await asyncio.sleep(_PAUSE_S)
        raise TemporaryError(text("The thread is being made."))

    async def _command(self, typed: Typed, command: str, me: Me) -> After:
        """The app was called in a channel, outside our threads."""
        line = meant(await self.saying.words(command, typed, me, is_command=True), self._commands) or "help"
        key = f"line:{typed.place}:{typed.ts}"
        heard = await self._hearing.does(Deed(account=typed.account, line=line, key=key, place=typed.place))

        async def after() -> None:
            post = await self._answering.post(typed.account, heard, line)
            await self._answering.whisper(typed.place, typed.root, typed.account, post)

        return after

    async def _directly(self, typed: Typed, me: Me) -> After | None:
        """Something written to the app alone: a command of an agent's, or the answer of somebody who was asked."""
        words, key = await self.saying.words(typed.text, typed, me, is_command=True), f"dm:{typed.place}:{typed.ts}"
        actor = await self._hearing.actor(typed.account)
        if actor.agent_id is None:
            name = await self._people.name(typed.account, me)
            if await self._hearing.answered(typed.account, name, words, key):
                return lambda: self._answering.received(typed.place, typed.ts)
        line = meant(words, self._commands) or "help"
        heard = await self._hearing.does(Deed(account=typed.account, line=line, key=key, place=typed.place))

        async def after() -> None:
            await self._answering.directly(typed.account, await self._answering.post(typed.account, heard, line))

        return after

    async def _removed(self, removed: Removed) -> None:
        """A line was deleted, or the root of one of our threads."""
        if removed.root in ("", removed.ts):
            thread_id = await self._desks.read(
                SYSTEM, lambda desk: thread_of(desk, ROOM, removed.place, removed.ts)
            )  # fmt: skip
            if thread_id is not None:
                await self._desks.change(SYSTEM, lambda desk: lose_thread(desk, thread_id, losses.DELETED))
        elif not removed.was_ours:
            await self._hearing.deleted(removed.place, removed.root, removed.ts)

    async def _reacted(self, reacted: Reacted, me: Me) -> After | None:
        """Two emoji mean something: one undoes a held line, one makes a ticket of a message."""
        is_undo = reacted.emoji == SIGNS[Mark.WITHDRAWN]
        if not is_undo and reacted.emoji != self._emoji:
            return None
        if (await self._hearing.actor(reacted.account)).agent_id is None:
            return None
        message = await self.message(reacted.place, reacted.ts)
        if message is None:
            return None
        if is_undo:
            root = message.get("thread_ts", "")
            await self._hearing.undone(reacted.account, reacted.place, root, reacted.ts)
            return None
        return await self._becomes_ticket(reacted, message, me)

    async def message(self, place: str, ts: str) -> Wire | None:
        """A message as it stands; None where it is gone."""
        try:
            async with asking():
                answer = await self._web.client.conversations_replies(channel=place, ts=ts, limit=1, inclusive=True)
        except LostThread:
            return None
        found: list[Wire] = answer.get("messages") or []
        return next((each for each in found if each["ts"] == ts), None)

    async def _becomes_ticket(self, reacted: Reacted, message: Wire, me: Me) -> After | None:
        """Whoever marks it first, and however often: one message becomes one ticket."""
        if me.is_ours(message):
            return None
        words = await self.saying.words(message.get("text", ""), inbound.typed(message, me, reacted.place), me)
        line = f"ticket new internal {subject(words, 'Slack message')}"
        key = f"emoji:{reacted.place}:{reacted.ts}"
        deed = Deed(account=reacted.account, line=line, key=key, place=reacted.place)
        heard = await self._hearing.makes(deed, words)

        async def after() -> None:
            post = await self._answering.post(reacted.account, heard, line)
            root = message.get("thread_ts", "")
            await self._answering.whisper(reacted.place, root, reacted.account, post)

        return after


async def _answered(after: Sequence[After | None]) -> None:
    """Answers lines that were not heard when they were typed; they are taken in whether that succeeds or not."""
    for each in after:
        try:
            if each is not None:
                await each()
        except Exception as error:
            log.warning("slack: a line that was read late could not be answered: %s", type(error).__name__)


def _unreadable(why: str) -> Unreadable:
    return Unreadable(text("Slack's message cannot be read ({why}).", why=why))


async def _nowhere(account: str) -> None:
    """Until there is a home."""

"""Takes in what happens in Slack: every event is committed before it is acknowledged, its answer comes afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.hearing import Deed, Heard, Said
from bot.slack import carrying, inbound, losses
from bot.slack.inbound import Came, Changed, LookedHome, Reacted, Removed, Revoked, Shut, Typed, Went
from bot.slack.lines import meant
from bot.slack.parts import Parts
from bot.slack.sending import SIGNS
from bot.slack.troubles import LostThread, MissingScope
from bot.slack.web import Me, asking
from bot.slack.words import Wire
from core import accounts, threads
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import PermanentError, TemporaryError, UserError
from core.room import Mark
from core.show import Answer, Tone, text

After = Callable[[], Awaitable[None]]
"""What is done once an event was acknowledged."""
_SUBJECT = 120
_TRIES, _PAUSE_S = 20, 0.1
"""How long a line waits for its thread's root to be known, before Slack is asked to bring it again."""


class AppRemoved(Exception):
    """The app was taken out of the workspace."""


class Listening:
    """The desk's ear in Slack."""

    def __init__(self, parts: Parts) -> None:
        self._web, self._desks, self._store = parts.web, parts.wiring.desks, parts.wiring.store
        self._hearing, self._people, self._answering = parts.hearing, parts.people, parts.answering
        self._commands, self._emoji = parts.wiring.commands, parts.section.ticket_emoji
        self.is_caught_up = False
        """Whether nothing before what is said now is still unread."""
        self.look_home: Callable[[str], Awaitable[None]] = _nowhere

    async def take(self, event: Wire, me: Me, key: str) -> After | None:
        """Commits what an event says; returns what is to be done after it was acknowledged.

        Raises TemporaryError where it cannot be kept now: then Slack is to repeat it.
        """
        match inbound.read(event, me):
            case Typed() as typed:
                return await self._typed(typed, me)
            case Removed() as removed:
                await self._removed(removed)
            case Reacted() as reacted:
                return await self._reacted(reacted, me)
            case Came(place, account) if account != me.user:
                await self._hearing.came(place, (await self._people.one(account, me)).person)
            case Went(place, account):
                await self._hearing.left(place, account)
            case Changed(user) if not self._people.remember(user, me).person.is_full:
                await self._desks.change(SYSTEM, lambda desk: losses.deactivated(desk, user["id"]))
            case Shut(place, how):
                await self._desks.change(SYSTEM, lambda desk: losses.lose_channel(desk, place, how, key))
            case LookedHome(account):
                return lambda: self.look_home(account)
            case Revoked():
                raise AppRemoved
        return None

    async def _typed(self, typed: Typed, me: Me) -> After | None:
        if typed.is_changed:
            return await self.edited(typed, me)
        if typed.kind == "im":
            return await self._directly(typed, me)
        is_ours = bool(typed.root) and await self._is_ours(typed)
        if is_ours:
            return await self.said(typed, me, moves_cursor=self.is_caught_up)
        command = inbound.to_us(typed.text, me)
        return None if command is None else await self._command(typed, command, me)

    async def _is_ours(self, typed: Typed) -> bool:
        """Whether a thread is ours. Raises TemporaryError where it may be one whose root is not known here yet."""

        def look(desk: Desk) -> tuple[bool, bool]:
            known = losses.thread_of(desk, typed.place, typed.root) is not None
            return known, threads.is_one_on_its_way(desk, losses.ROOM, typed.place)

        for _ in range(_TRIES):
            is_ours, is_coming = await self._desks.read(SYSTEM, look)
            if is_ours or not (is_coming and typed.answers_us):
                return is_ours
            await asyncio.sleep(_PAUSE_S)
        raise TemporaryError(text("The thread is being made."))

    async def said(self, typed: Typed, me: Me, *, moves_cursor: bool) -> After | None:
        """A line in one of our threads, with its files."""
        files, trouble = await self._files(typed)
        said = await self._as_said(typed, me, files=files, moves_cursor=moves_cursor)
        heard = await self._hearing.said(said)
        if heard is None:
            return None
        answers = [Heard(heard.voice, each) for each in trouble]
        return self._whispers(typed, [heard, *answers], said.words)

    async def edited(self, typed: Typed, me: Me) -> After | None:
        """A line of one of our threads was changed by its writer."""
        said = await self._as_said(typed, me, files=(), moves_cursor=False)
        heard = await self._hearing.edited(said)
        return None if heard is None else self._whispers(typed, [heard], "")

    async def _as_said(self, typed: Typed, me: Me, *, files: tuple[int, ...], moves_cursor: bool) -> Said:
        command = inbound.to_us(typed.text, me)
        words = await self.words(typed.text if command is None else command, typed, me)
        return Said(
            place=typed.place, root=typed.root, id=typed.ts, order=typed.ts, account=typed.account,
            words=words if command is None else f"!{words.lstrip('!') or 'help'}", at=typed.at, files=files,
            leads_inside=inbound.leads_inside(typed.text, me), moves_cursor=moves_cursor,
            names_somebody=inbound.calls_somebody(typed.text, me),
        )  # fmt: skip

    async def words(self, said: str, typed: Typed | None, me: Me) -> str:
        """A text of Slack's as people read it; agents bear the name they have at the desk."""
        called = inbound.mentioned(said)
        names = await self._desks.read(SYSTEM, lambda desk: _handles(desk, called)) if called else {}
        for account in called - names.keys():
            names[account] = await self._people.name(account, me)
        return inbound.as_words(said, names, typed.emoji if typed else None).strip()

    async def _files(self, typed: Typed) -> tuple[tuple[int, ...], list[Answer]]:
        """The files of a line, taken in; what cannot be is said to its writer."""
        if not typed.files or (await self._hearing.actor(typed.account)).agent_id is None:
            return (), []
        kept: list[int] = []
        trouble: list[Answer] = []
        for ref in typed.files:
            try:
                taken, name = await carrying.take(
                    self._web, self._store, ref, largest=self._desks.pace.largest_file
                )  # fmt: skip
            except (UserError, PermanentError, MissingScope) as error:
                said = text("The file {name} did not come along: {why}", name=ref.name, why=error.said)
                trouble.append(Answer(said, tone=Tone.BAD))
                continue
            file_id = await self._hearing.keep(typed.account, taken, name)
            kept += [] if file_id is None else [file_id]
        return tuple(kept), trouble

    def _whispers(self, typed: Typed, heard: Iterable[Heard], line: str) -> After | None:
        told = [each for each in heard if each.answer is not None]
        if not told:
            return None

        async def after() -> None:
            for each in told:
                post = await self._answering.post(typed.account, each, line)
                await self._answering.whisper(typed.place, typed.root, typed.account, post)

        return after

    async def _command(self, typed: Typed, command: str, me: Me) -> After:
        """The app was called in a channel, outside our threads."""
        line = meant(await self.words(command, typed, me), self._commands) or "help"
        key = f"line:{typed.place}:{typed.ts}"
        heard = await self._hearing.does(Deed(account=typed.account, line=line, key=key, place=typed.place))

        async def after() -> None:
            post = await self._answering.post(typed.account, heard, line)
            await self._answering.whisper(typed.place, typed.root, typed.account, post)

        return after

    async def _directly(self, typed: Typed, me: Me) -> After | None:
        """Something written to the app alone: a command of an agent's, or the answer of somebody who was asked."""
        words, key = await self.words(typed.text, typed, me), f"dm:{typed.place}:{typed.ts}"
        actor = await self._hearing.actor(typed.account)
        if actor.agent_id is None:
            name = await self._people.name(typed.account, me)
            if await self._hearing.answered(typed.account, name, words, key):
                return None
        line = meant(words, self._commands) or "help"
        heard = await self._hearing.does(Deed(account=typed.account, line=line, key=key, place=typed.place))

        async def after() -> None:
            await self._answering.directly(typed.account, await self._answering.post(typed.account, heard, line))

        return after

    async def _removed(self, removed: Removed) -> None:
        """A line was deleted, or the root of one of our threads."""
        if removed.root in ("", removed.ts):
            thread_id = await self._desks.read(
                SYSTEM, lambda desk: losses.thread_of(desk, removed.place, removed.ts)
            )  # fmt: skip
            if thread_id is not None:
                await self._desks.change(SYSTEM, lambda desk: losses.lose_thread(desk, thread_id))
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
        words = await self.words(message.get("text", ""), inbound.typed(message, me, reacted.place), me)
        line = f"ticket new internal {subject(words)}"
        key = f"emoji:{reacted.place}:{reacted.ts}"
        deed = Deed(account=reacted.account, line=line, key=key, place=reacted.place)
        heard = await self._hearing.makes(deed, words)

        async def after() -> None:
            post = await self._answering.post(reacted.account, heard, line)
            root = message.get("thread_ts", "")
            await self._answering.whisper(reacted.place, root, reacted.account, post)

        return after


def subject(words: str) -> str:
    """What a message is about: its first line."""
    first = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return (first[:_SUBJECT] or "Slack message").strip()


def _handles(desk: Desk, called: Iterable[str]) -> dict[str, str]:
    """The names agents have at the desk, by their accounts."""
    found = ((account, accounts.agent_at(desk, losses.ROOM, account)) for account in called)
    return {account: agent.name for account, agent in found if agent is not None}


async def _nowhere(account: str) -> None:
    """Until there is a home."""

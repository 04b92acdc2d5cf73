"""What agents do in a pushed room, handed in: lines typed in threads, commands, presses, edits, deletions.

A room says what happened in the platform's own ids; who it was, what it is about and what becomes of it is found here,
the same for every room.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot import saying
from bot.commands.call import Call, Here, Surroundings
from bot.commands.registry import Command
from bot.commands.running import elsewhere, run, run_on, surrounded
from bot.saying import Spoken
from core import accounts, asking, intake, places, teams, threads
from core.actor import SYSTEM, Actor, ActorKind
from core.desk import Desk
from core.errors import NotAllowed, UserError
from core.mirrors import Typed
from core.models import Place, Team
from core.render import Voice
from core.show import Answer, Text, Tone, text
from core.store import Desks
from core.threads import Edit, Spot

T = TypeVar("T")
Describe = Callable[[str, str, bool], Awaitable[Surroundings]]
"""Asks the platform about a channel (place) and who typed in it (account), with or without the channel's people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line somebody typed in a channel or thread of a room."""

    place: str
    root: str
    id: str
    """What the platform calls it."""
    order: str
    """The same, so that it sorts as text in the order of typing."""
    account: str
    words: str
    at: datetime
    files: tuple[int, ...] = ()
    leads_inside: bool = False
    names_somebody: bool = False
    moves_cursor: bool = True
    """Whether nothing before it is still unread (a live line before the catch-up is done moves nothing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A command line or a press: by whom, where, and under which key of the platform's own."""

    account: str
    line: str
    key: str
    place: str = ""
    root: str = ""
    here: Here | None = None
    """What it is about and how far that was read, where a form has kept it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of something, for whoever did it: an answer for their eyes alone, in their language."""

    voice: Voice
    answer: Answer | None = None
    spoken: Spoken | None = None


class Hearing:
    """One room's ear."""

    def __init__(self, desks: Desks, room: str, commands: Sequence[Command], describe: Describe) -> None:
        self.desks, self.room, self.commands, self._describe = desks, room, commands, describe

    async def actor(self, account: str) -> Actor:
        """Who an account is here."""
        return await self.desks.read(SYSTEM, lambda desk: accounts.actor_at(desk, self.room, account))

    async def voice(self, account: str, place: str = "") -> Voice:
        """How somebody is spoken to: agents in their language, others in the channel's."""
        return await self.desks.read(SYSTEM, lambda desk: self._voice(desk, account, place))

    def _voice(self, desk: Desk, account: str, place: str) -> Voice:
        actor = accounts.actor_at(desk, self.room, account)
        if actor.kind is ActorKind.AGENT:
            return Voice(actor.language, actor.zone, desk.now)
        team = self._team(desk, place)
        return Voice(team.language, team.time_zone, desk.now)

    def _team(self, desk: Desk, place: str) -> Team:
        found = places.at(desk, self.room, place)
        return teams.first_team(desk) if found is None else desk.session.get_one(Team, found.team_id)

    async def is_known(self, place: str, line: str) -> bool:
        """Whether a line was taken in already, or waits in quarantine: then nothing of it has to be fetched again."""
        return bool(await self.desks.read(SYSTEM, lambda desk: threads.known(desk, self.room, place, [line])))

    async def said(self, said: Said) -> Heard | None:
        """A line typed in a thread; None where it is none of ours. The same line again does nothing.

        Whoever typed a line that was stopped is asked once it bears that mark (`deciding`), not here.
        """

        def look(desk: Desk) -> tuple[Actor, Spot | None, Voice]:
            spot = threads.at(desk, self.room, said.place, said.root, when=said.at)
            actor = accounts.actor_at(desk, self.room, said.account)
            return actor, spot, self._voice(desk, said.account, said.place)

        actor, spot, voice = await self.desks.read(SYSTEM, look)
        if spot is None:
            return None
        try:
            spoken = await self._say(actor, said, spot)
        except UserError as error:
            is_new = await self._pass_by(said, spot)
            return Heard(voice, _refusal(error) if is_new else None)
        return Heard(voice, spoken.answer, spoken)

    async def _say(self, actor: Actor, said: Said, spot: Spot) -> Spoken:
        if actor.kind is not ActorKind.AGENT:
            raise NotAllowed(_NO_AGENT)
        if spot.is_retired:
            raise UserError(text("This lives elsewhere now, so your line went nowhere. See the first message here."))
        line = saying.Line(
            said.words, Here(spot.ticket_id, spot.dialog_id, spot.seen_seq), self.room, _line_key(said), said.files,
            said.leads_inside, said.names_somebody, None, Typed(spot.thread_id, said.id), said.at,
        )  # fmt: skip

        def body(desk: Desk) -> Spoken:
            spoken = saying.say_on(desk, line, self.commands)
            if said.moves_cursor:  # behind it: everybody locks a dialog before its thread
                threads.read_up_to(desk, spot.thread_id, said.order)
            is_stopped = bool(spoken.answer) and threads.stopped_at(desk, self.room, said.place, said.id) is not None
            return replace(spoken, answer=None) if is_stopped else spoken

        return await self.desks.change(actor, body)

    async def _pass_by(self, said: Said, spot: Spot) -> bool:
        """A refused line was read, too; False where its writer has been told so already."""

        def body(desk: Desk) -> bool:
            if said.moves_cursor:
                threads.read_up_to(desk, spot.thread_id, said.order)
            return intake.is_first(desk, f"room:{self.room}", _line_key(said))

        return await self.desks.change(SYSTEM, body)

    async def edited(self, said: Said) -> Heard | None:
        """An agent changed a line they had typed; None where the desk does not know it."""

        def body(desk: Desk) -> Edit:
            spot = threads.at(desk, self.room, said.place, said.root)
            agent_id = desk.actor.agent_id
            if spot is None or agent_id is None:
                return Edit.UNKNOWN
            now = saying.reread(
                desk, said.words, names_somebody=said.names_somebody, leads_inside=said.leads_inside
            )  # fmt: skip
            return threads.typed_edited(desk, Typed(spot.thread_id, said.id), agent_id, now)

        actor, voice = await self.actor(said.account), await self.voice(said.account, said.place)
        try:
            became = await self.desks.change(actor, body)
        except UserError as error:
            return Heard(voice, _refusal(error))
        match became:
            case Edit.UNKNOWN:
                return None
            case Edit.WITHDRAWN:
                return Heard(voice, Answer(_NOT_SENT, tone=Tone.WARN))
            case Edit.DONE:
                return Heard(voice)

    async def deleted(self, place: str, root: str, line: str) -> bool:
        """A line was deleted there; False where the desk does not know it."""

        def body(desk: Desk) -> bool:
            spot = threads.at(desk, self.room, place, root)
            return spot is not None and threads.typed_deleted(desk, Typed(spot.thread_id, line))

        return await self.desks.change(SYSTEM, body)

    async def undone(self, account: str, place: str, root: str, line: str) -> bool:
        """Its writer put the sign of undoing on a line; False where it has gone already."""
        actor = await self.actor(account)

        def body(desk: Desk) -> bool:
            spot = threads.at(desk, self.room, place, root)
            if spot is None or desk.actor.agent_id is None:
                return False
            return threads.undone(desk, Typed(spot.thread_id, line), desk.actor.agent_id)

        return await self.desks.change(actor, body)

    async def does(self, deed: Deed) -> Heard:
        """A command line, typed anywhere or behind a button. What is refused is an answer, too."""
        voice = await self.voice(deed.account, deed.place)
        try:
            answer = await self._do(deed)
        except UserError as error:
            return Heard(voice, _refusal(error))
        if deed.line.lower().startswith(_OF_ONESELF):
            voice = await self.voice(deed.account, deed.place)
        return Heard(voice, answer)

    async def _do(self, deed: Deed) -> Answer:
        actor, here = await self.desks.read(SYSTEM, lambda desk: self._where(desk, deed))
        line, around = await self._around(actor, deed)
        return await run(self.desks, actor, line, self.commands, lambda desk: self.call(desk, deed, here, around))

    async def _around(self, actor: Actor, deed: Deed) -> tuple[str, Surroundings | None]:
        """The channel a line is about, where it wants to know; its people only for who may have them looked up."""
        command = surrounded(deed.line, self.commands)
        if command is None:
            return deed.line, None
        line, place = elsewhere(deed.line, deed.place)
        around = await self._describe(place, deed.account, False)
        if command.permits is not None:
            permits = command.permits
            await self.desks.read(actor, lambda desk: permits(self.call(desk, deed, Here(), around)))
            around = await self._describe(place, deed.account, True)
        return line, around

    async def makes(self, deed: Deed, note: str) -> Heard:
        """A line that makes a ticket, with its first note in the same transaction: a message of the chat became one."""
        voice, (actor, here) = await self.voice(deed.account, deed.place), await self.here(deed)

        def body(desk: Desk) -> Answer:
            call = self.call(desk, deed, here)
            if not intake.is_first(desk, f"room:{self.room}", call.key):
                return Answer(text("That was done already."))
            made = run_on(call, deed.line, self.commands)
            if note.strip():
                noting = replace(call, key=f"{call.key}:note")
                run_on(noting, f"ticket note {made.go.partition(':')[2]} {note}", self.commands)
            return made

        try:
            return Heard(voice, await self.desks.change(actor, body))
        except UserError as error:
            return Heard(voice, _refusal(error))

    def call(self, desk: Desk, deed: Deed, here: Here, around: Surroundings | None = None) -> Call:
        """A deed as the call of a command."""
        key = f"deed:{deed.key}" if deed.key else ""
        return Call(desk, here, self.room, key, account=deed.account, place=deed.place, around=around)

    def _where(self, desk: Desk, deed: Deed) -> tuple[Actor, Here]:
        actor = accounts.actor_at(desk, self.room, deed.account)
        if deed.here is not None:
            return actor, deed.here
        spot = threads.at(desk, self.room, deed.place, deed.root) if deed.root else None
        return actor, Here() if spot is None else Here(spot.ticket_id, spot.dialog_id, spot.seen_seq)

    async def here(self, deed: Deed) -> tuple[Actor, Here]:
        """Who does something, and the thread they do it in."""
        return await self.desks.read(SYSTEM, lambda desk: self._where(desk, deed))

    async def answered(self, account: str, name: str, words: str, key: str) -> bool:
        """Somebody who is no agent wrote to the desk alone; False where nobody has asked them anything."""

        def body(desk: Desk) -> bool:
            if not intake.is_first(desk, f"room:{self.room}", key):
                return True
            return asking.answer(desk, self.room, account, name, words) is not None

        return await self.desks.change(SYSTEM, body)

    async def came(self, place: str, person: accounts.Person) -> None:
        """Somebody came to a channel: a full member may become an agent when an admin accepts them."""
        await self._in_place(place, lambda desk, found: accounts.came(desk, found, person))

    async def left(self, place: str, account: str) -> None:
        """Somebody left a channel or lost its role, and with it the team's commands, sessions and messages."""
        await self._in_place(place, lambda desk, found: accounts.left(desk, found, account))

    async def _in_place(self, place: str, work: Callable[[Desk, Place], object]) -> None:
        def body(desk: Desk) -> None:
            for found in places.all_at(desk, self.room, place):
                work(desk, found)

        await self.desks.change(SYSTEM, body)


_OF_ONESELF = ("me ", "desk setup")
"""Commands that may make somebody an agent, or change their language: they are answered as they are from then on."""
_NO_AGENT: Text = text("You are no agent of this desk, so your line went nowhere. An admin can add you.")


_NOT_SENT: Text = text("Not sent: your line says now that it is a note. Type it anew to keep it as one.")


def _line_key(said: Said) -> str:
    return threads.line_key(said.place, said.id)


def _refusal(error: UserError) -> Answer:
    return Answer(error.said, buttons=error.buttons, tone=Tone.BAD)

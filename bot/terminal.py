"""The terminal as a place where agents work: one line, or a shell with completion."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.app import House, opened, prepare
from bot.commands import COMMANDS
from bot.commands.call import Call, Here
from bot.commands.completing import complete
from bot.commands.running import run
from bot.printing import in_terminal
from bot.settings import Settings
from core import teams
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError
from core.render import Voice
from core.show import Answer, text

T = TypeVar("T")
_PATIENCE_S = 10.0
"""For so long trouble that passes is waited for; SQLite itself waits 5 s for a lock each time."""
_LEAVING = ("exit", "quit", ":q")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a line: its answer or the refusal, and how its agent is spoken to."""

    speaker: Voice
    answer: Answer | None = None
    refused: DeskbellError | None = None


async def do_one(settings: Settings, name: str, line: str) -> Done:
    """Does one line in an agent's name; without a name, in the desk's own. Trouble that passes is waited for."""
    async with opened(settings) as house:
        await _patiently(lambda: prepare(house))
        actor = await _patiently(lambda: _actor(house, name))
        key = f"do:{uuid4().hex}"
        try:
            return Done(_voice(house, actor), await _patiently(lambda: _done(house, actor, line, key)))
        except DeskbellError as error:
            return Done(_voice(house, actor), refused=error)


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return await work()
        except TemporaryError as error:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(min(error.retry_after.total_seconds(), 1.0))


async def _actor(house: House, name: str) -> Actor:
    if not name:
        return SYSTEM
    return await house.desks.read(SYSTEM, lambda desk: teams.actor(desk, teams.agent_named(desk, name)))


async def _done(house: House, actor: Actor, line: str, key: str) -> Answer:
    def make(desk: Desk) -> Call:
        return Call(desk, Here(), "terminal", key)

    return await run(house.desks, actor, line, COMMANDS, make)


def _voice(house: House, actor: Actor) -> Voice:
    return Voice(actor.language, actor.zone, house.desks.clock())


Shown = Callable[[Answer, Voice], str]


async def converse(settings: Settings, name: str, shown: Shown) -> None:
    """Reads lines until Ctrl+D; a mistake is said and costs nothing. Who the agent is counts anew for every line."""
    async with opened(settings) as house:
        await prepare(house)
        actor = await _actor(house, name)
        session: PromptSession[str] = PromptSession("deskbell> ", completer=_Completing(house, name))
        print(_voice(house, actor).say(text("Type help for the commands, Tab to complete, exit or Ctrl+D to leave.")))
        while True:
            try:
                line = (await session.prompt_async()).strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line.lower() in _LEAVING:
                return
            if line:
                print(await said(house, name, line, shown))


async def said(house: House, name: str, line: str, shown: Shown) -> str:
    """What is answered to one line of a shell, a refusal too."""
    speaker = Voice()
    try:
        actor = await _actor(house, name)
        speaker = _voice(house, actor)
        return shown(await _done(house, actor, "help" if line == "?" else line, f"shell:{uuid4().hex}"), speaker)
    except DeskbellError as error:
        return in_terminal(speaker).say(error.said)


class _Completing(Completer):
    """Asks the desk what may come next."""

    def __init__(self, house: House, name: str) -> None:
        self._house, self._name = house, name

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """prompt_toolkit asks for these only where it cannot wait."""
        return ()

    async def get_completions_async(self, document: Document, complete_event: CompleteEvent):  # type: ignore[no-untyped-def]
        """What may come next, with what it means."""
        typed = document.text_before_cursor
        try:
            actor = await _actor(self._house, self._name)
            found = await self._house.desks.read(actor, lambda desk: complete(desk, typed, COMMANDS, Here()))
        except DeskbellError:
            return
        say = in_terminal(_voice(self._house, actor)).say
        for one in found:
            yield Completion(one.line, start_position=-len(typed), display=one.label, display_meta=say(one.meaning))

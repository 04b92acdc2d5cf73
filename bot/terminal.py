"""The terminal as a place where agents work: one line, or a shell with completion."""

import asyncio
from collections.abc import Callable, Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.app import House, opened, prepare
from bot.commands import COMMANDS
from bot.commands.call import Call, Here
from bot.commands.completing import complete
from bot.commands.running import run
from bot.settings import Settings
from core import teams
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.errors import UserError
from core.render import Voice
from core.show import Answer

Shown = Callable[[Answer, Voice], str]


async def do_one(settings: Settings, name: str, line: str) -> tuple[Answer, Voice]:
    """Does one line in an agent's name; without a name, in the desk's own."""
    async with opened(settings) as house:
        await prepare(house)
        actor = await _actor(house, name)
        return await _done(house, actor, line), _voice(house, actor)


async def _actor(house: House, name: str) -> Actor:
    if not name:
        return SYSTEM
    return await house.desks.read(SYSTEM, lambda desk: teams.actor(desk, teams.agent_named(desk, name)))


async def _done(house: House, actor: Actor, line: str) -> Answer:
    def make(desk: Desk) -> Call:
        return Call(desk, Here(), "terminal")

    return await run(house.desks, actor, line, COMMANDS, make)


def _voice(house: House, actor: Actor) -> Voice:
    return Voice(actor.language, actor.zone, house.desks.clock())


async def converse(settings: Settings, name: str, shown: Shown) -> None:
    """Reads lines until Ctrl+D; a mistake is said and costs nothing."""
    async with opened(settings) as house:
        await prepare(house)
        actor = await _actor(house, name)
        session: PromptSession[str] = PromptSession("deskbell> ", completer=_Completing(house, actor))
        print("Type help for the commands, Tab to complete, Ctrl+D to leave.")
        while True:
            try:
                line = await session.prompt_async()
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip():
                print(await _said(house, actor, line, shown))


async def _said(house: House, actor: Actor, line: str, shown: Shown) -> str:
    speaker = _voice(house, actor)
    try:
        return shown(await _done(house, actor, line), speaker)
    except UserError as error:
        return speaker.say(error.said)


class _Completing(Completer):
    """Asks the desk what may come next."""

    def __init__(self, house: House, actor: Actor) -> None:
        self._house, self._actor, self._loop = house, actor, asyncio.get_running_loop()

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """prompt_toolkit asks for these only where it cannot wait."""
        return ()

    async def get_completions_async(self, document: Document, complete_event: CompleteEvent):  # type: ignore[no-untyped-def]
        """What may come next, with what it means."""
        typed = document.text_before_cursor
        found = await self._house.desks.read(self._actor, lambda desk: complete(desk, typed, COMMANDS, Here()))
        for one in found:
            yield Completion(one.line, start_position=-len(typed), display=one.label, display_meta=one.meaning)

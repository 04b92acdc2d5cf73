"""Runs a typed line: finds the command, asks the policy, confirms what touches many, and offers to undo."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.commands import bare, reading, targets
from bot.commands.call import Call
from bot.commands.reading import Typed
from bot.commands.registry import Command
from core import intake, policy, pressed, tickets, undo
from core.actor import Actor
from core.desk import Desk
from core.errors import NotFound
from core.models import Ticket
from core.show import Answer, Button, Text, Tone, text, texts
from core.store import Desks

_CONFIRM_FROM = 2
_EXAMPLES = 3


async def run(
    desks: Desks, actor: Actor, line: str, commands: Sequence[Command], make: Callable[[Desk], Call]
) -> Answer:
    """Runs a line for an actor, in one transaction; one that only looks runs on a reader.

    Raises UserError with what is wrong. A line with a key that was run before is not run again.
    """
    if _only_looks(line, commands):
        return await desks.read(actor, lambda desk: run_on(make(desk), line, commands))
    made = await prepared(line, commands)
    return await desks.change(actor, lambda desk: _once(replace(make(desk), prepared=made), line, commands))


async def prepared(line: str, commands: Sequence[Command]) -> object:
    """What a line's command works out before its transaction, in a thread: nothing may take long in the writer's."""
    words = line.strip().lstrip("!/").split(maxsplit=2)
    name = " ".join(words[:2]).lower()
    prepare = next((command.prepare for command in commands if command.name == name), None)
    return None if prepare is None else await asyncio.to_thread(prepare, "".join(words[2:]))


def _only_looks(line: str, commands: Sequence[Command]) -> bool:
    words = line.strip().lower().split(maxsplit=2)
    names = {" ".join(words[:2]), words[0] if words else ""}
    return any(command.reads and command.name in names for command in commands)


def surrounded(line: str, commands: Sequence[Command]) -> Command | None:
    """The command of a line, where it wants to know the channel it is typed in."""
    words = line.strip().lstrip("!/").lower().split(maxsplit=2)
    return next((command for command in commands if command.around and command.name == " ".join(words[:2])), None)


_ELSEWHERE = re.compile(r"\s+in:(\S+)")


def elsewhere(line: str, place: str) -> tuple[str, str]:
    """A line about a channel, and which one: `in:ID` names it for a button that is pressed in another."""
    found = _ELSEWHERE.search(line)
    return (line, place) if found is None else (_ELSEWHERE.sub("", line, count=1), found[1])


def _once(call: Call, line: str, commands: Sequence[Command]) -> Answer:
    if call.key and not intake.is_first(call.desk, f"room:{call.room}", call.key):
        return Answer(text("That was done already."))
    return run_on(call, line, commands)


def run_on(call: Call, line: str, commands: Sequence[Command]) -> Answer:
    """Runs a line on an open desk."""
    first, _, key = line.strip().lstrip("!/").partition(" ")
    if first == "press" and key.strip():
        return _press(call, key.strip(), commands)
    if first == "undo" and key.strip():
        return _undo(call, key.strip())
    typed = reading.find(line, commands, call)
    policy.must_be(call.desk.actor, typed.command.role, Text(typed.command.name))
    typed = bare.settled(typed, call)
    if typed.command.prepare is not None and call.prepared is None:
        call = replace(call, prepared=typed.command.prepare(typed.rest))
    if not typed.command.many or targets.means_one(typed, call):
        return typed.command.body(call, *reading.arguments(typed, call))
    numbers, rest = targets.find(typed, call)
    if len(numbers) >= _CONFIRM_FROM:
        return _ask(call, rest, numbers)
    return _on_each(call, rest, numbers)


def _on_each(call: Call, typed: Typed, numbers: Sequence[int]) -> Answer:
    """Runs a command on each of these and keeps how to take back what it did to tickets."""
    kind, arguments = targets.kind_of(typed.command), reading.arguments(typed, call, skip=1)
    chosen = kind.chosen(call, numbers)
    before = _snapshots(call.desk, chosen)
    apart = replace(call, key="") if len(chosen) > 1 else call  # the line's own key can name one thing only
    body = typed.command.body
    answers = [body(apart, targets.as_parameter(typed.command, apart, row), *arguments) for row in chosen]
    call.desk.flush()
    key = undo.keep(call.desk, before, _snapshots(call.desk, chosen))
    done = Answer(kind.done(typed.command.verb, len(chosen)), tone=Tone.GOOD if chosen else Tone.PLAIN)
    return _with_undo(answers[0] if len(answers) == 1 else done, key)


def _snapshots(desk: Desk, chosen: Sequence[Any]) -> list[undo.Snapshot]:
    return [undo.snapshot(desk, row) for row in chosen if isinstance(row, Ticket)]


def _with_undo(answer: Answer, key: str | None) -> Answer:
    if key is None or any(button.line.startswith("message undo") for button in answer.buttons):
        return answer
    button = Button(text("Undo"), f"undo {key}")
    return replace(answer, buttons=(*answer.buttons, button))


def _ask(call: Call, typed: Typed, numbers: Sequence[int]) -> Answer:
    """Shows how many a line would touch, some of them, and asks."""
    reading.arguments(typed, call, skip=1)
    kind = targets.kind_of(typed.command)
    examples = "; ".join(kind.named(row) for row in kind.chosen(call, numbers[:_EXAMPLES]))
    line = json.dumps({"line": f"{typed.command.name} {typed.rest}", "numbers": list(numbers)})
    key = pressed.ask(call.desk, line)
    yes = texts("Yes, {count} ticket", "Yes, all {count}", count=len(numbers))
    said = kind.asked(typed.command.verb, len(numbers), examples)
    return Answer(said, buttons=(Button(yes, f"press {key}", Tone.WARN),), tone=Tone.WARN, asks=True)


def _press(call: Call, key: str, commands: Sequence[Command]) -> Answer:
    """Does what was kept behind a key, once."""
    desk = call.desk
    asked = pressed.answered(desk, key)
    if asked is None:
        raise NotFound(text("That question is answered or too old. Type the command again."))
    kept = json.loads(asked)
    typed = reading.find(kept["line"], commands, call)
    policy.must_be(desk.actor, typed.command.role, Text(typed.command.name))
    return _on_each(replace(call, is_sure=True), Typed(typed.command, typed.rest), kept["numbers"])


def _undo(call: Call, key: str) -> Answer:
    numbers = undo.take_back(call.desk, key)
    for number in numbers:
        policy.must_see(call.desk, tickets.locked(call.desk, number))
    named = ", ".join(f"#{number}" for number in numbers[:10])
    return Answer(text("Undone: {tickets} as before.", tickets=named), tone=Tone.GOOD)

"""Runs a typed line: finds the command, asks the policy, confirms what touches many, and offers to undo."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, update

from bot.commands import reading
from bot.commands.call import Call
from bot.commands.reading import Typed
from bot.commands.registry import Command
from core import dialogs, intake, policy, tickets, undo
from core.actor import Actor
from core.desk import Desk
from core.errors import NotFound
from core.models import Pressed, Ticket
from core.show import Answer, Button, Text, Tone, text, texts
from core.store import Desks

_CONFIRM_LIFE = timedelta(minutes=15)
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
    return await desks.change(actor, lambda desk: _once(make(desk), line, commands))


def _only_looks(line: str, commands: Sequence[Command]) -> bool:
    words = line.strip().lower().split(maxsplit=2)
    names = {" ".join(words[:2]), words[0] if words else ""}
    return any(command.reads and command.name in names for command in commands)


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
    if not typed.command.many or reading.means_one(typed, call):
        return typed.command.body(call, *reading.arguments(typed, call))
    numbers, rest = reading.targets(typed, call)
    if len(numbers) >= _CONFIRM_FROM:
        return _ask(call, rest, numbers)
    return _on_each(call, rest, numbers)


def _on_each(call: Call, typed: Typed, numbers: Sequence[int]) -> Answer:
    """Runs a command on each of these tickets and keeps how to take it back."""
    if typed.command.on_dialogs:
        return _on_dialogs(call, typed, numbers)
    arguments = reading.arguments(typed, call, skip=1)
    found = (policy.must_see(call.desk, tickets.standing(call.desk, number)) for number in sorted(numbers))
    chosen = list({ticket.id: ticket for ticket in found}.values())  # two numbers may lead to one ticket
    before = [undo.snapshot(call.desk, ticket) for ticket in chosen]
    apart = replace(call, key="") if len(chosen) > 1 else call  # the line's own key can name one thing only
    answers = [typed.command.body(apart, reading.as_target(typed, apart, ticket), *arguments) for ticket in chosen]
    call.desk.flush()
    key = undo.keep(call.desk, before, [undo.snapshot(call.desk, ticket) for ticket in chosen])
    return _with_undo(_summed(typed.command, answers, chosen), key)


def _on_dialogs(call: Call, typed: Typed, numbers: Sequence[int]) -> Answer:
    """Runs a command on each of these dialogs; what was done in a live conversation is not undone."""
    arguments = reading.arguments(typed, call, skip=1)
    chosen = [policy.must_see_dialog(call.desk, dialogs.locked(call.desk, number)) for number in sorted(set(numbers))]
    answers = [typed.command.body(call, dialog, *arguments) for dialog in chosen]
    if len(answers) == 1:
        return answers[0]
    if not answers:
        return Answer(text("No dialog fits, so nothing was changed."))
    verb, count = typed.command.verb, len(answers)
    return Answer(texts("Done: {verb} on {count} dialog.", "Done: {verb} on {count} dialogs.", count=count, verb=verb))


def _summed(command: Command, answers: Sequence[Answer], chosen: Sequence[Ticket]) -> Answer:
    if len(answers) == 1:
        return answers[0]
    if not answers:
        return Answer(text("No ticket fits, so nothing was changed."))
    said = texts(
        "Done: {verb} on {count} ticket.", "Done: {verb} on {count} tickets.", count=len(chosen), verb=command.verb
    )
    return Answer(said, tone=Tone.GOOD)


def _with_undo(answer: Answer, key: str | None) -> Answer:
    if key is None or any(button.line.startswith("message undo") for button in answer.buttons):
        return answer
    button = Button(text("Undo"), f"undo {key}")
    return replace(answer, buttons=(*answer.buttons, button))


def _ask(call: Call, typed: Typed, numbers: Sequence[int]) -> Answer:
    """Shows how many tickets a line would touch, some of them, and asks."""
    reading.arguments(typed, call, skip=1)
    examples = _examples(call.desk, typed.command, numbers[:_EXAMPLES])
    line = json.dumps({"line": f"{typed.command.name} {typed.rest}", "numbers": list(numbers)})
    key = keep_line(call.desk, line, "confirm")
    count, verb = len(numbers), typed.command.verb
    said = texts(
        "{verb} would touch {count} ticket: {examples}",
        "{verb} would touch {count} tickets, for example {examples}",
        count=count, verb=verb, examples=examples,
    )  # fmt: skip
    if typed.command.on_dialogs:
        said = texts(
            "{verb} would touch {count} dialog: {examples}",
            "{verb} would touch {count} dialogs, for example {examples}",
            count=count, verb=verb, examples=examples,
        )  # fmt: skip
    yes = texts("Yes, {count} ticket", "Yes, all {count}", count=len(numbers))
    return Answer(said, buttons=(Button(yes, f"press {key}", Tone.WARN),), tone=Tone.WARN)


def _examples(desk: Desk, command: Command, numbers: Sequence[int]) -> str:
    if command.on_dialogs:
        talks = [policy.must_see_dialog(desk, dialogs.locked(desk, number)) for number in numbers]
        return "; ".join(f"{dialog.id} {dialog.subject[:60]}" for dialog in talks)
    some = [policy.must_see(desk, tickets.locked(desk, number)) for number in numbers]
    return "; ".join(f"#{ticket.number} {ticket.subject[:60]}" for ticket in some)


def keep_line(desk: Desk, line: str, purpose: str) -> str:
    """Keeps a command line behind a key that only the actor can press, for 15 minutes."""
    key = desk.new_key()
    row: dict[str, object] = {
        "key": key, "purpose": purpose, "agent_id": desk.actor.agent_id, "line": line, "steps": [],
        "expires_at": desk.now + _CONFIRM_LIFE,
    }  # fmt: skip
    desk.execute(insert(Pressed), row)
    return key


def _press(call: Call, key: str, commands: Sequence[Command]) -> Answer:
    """Does what was kept behind a key, once."""
    desk = call.desk
    used = desk.change(
        update(Pressed)
        .where(
            Pressed.key == key, Pressed.purpose == "confirm", Pressed.used_at.is_(None), Pressed.expires_at > desk.now
        )
        .where(Pressed.agent_id == desk.actor.agent_id)
        .values(used_at=desk.now)
    )
    if not used:
        raise NotFound(text("That question is answered or too old. Type the command again."))
    kept = json.loads(desk.session.get_one(Pressed, key).line)
    typed = reading.find(kept["line"], commands, call)
    policy.must_be(desk.actor, typed.command.role, Text(typed.command.name))
    return _on_each(call, Typed(typed.command, typed.rest), kept["numbers"])


def _undo(call: Call, key: str) -> Answer:
    numbers = undo.take_back(call.desk, key)
    for number in numbers:
        policy.must_see(call.desk, tickets.locked(call.desk, number))
    named = ", ".join(f"#{number}" for number in numbers[:10])
    return Answer(text("Undone: {tickets} as before.", tickets=named), tone=Tone.GOOD)

"""Reads what was typed: which command, and each parameter as what it takes. A mistake says what would be right."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.commands.call import Call
from bot.commands.reader import Reader
from bot.commands.registry import Command
from bot.commands.values import usage, value
from core.actor import ActorKind
from core.errors import NotAllowed, UserError
from core.show import text

SHORTCUTS = {
    "r": "ticket reply",
    "n": "ticket note",
    "m": "ticket macro",
    "prio": "ticket priority",
    "rc": "ticket reply-close",
    "rp": "ticket reply-pending",
    "log": "ticket transcript",
    "block": "customer block",
    "unblock": "customer unblock",
    "escalate": "alert escalate",
}
"""What may stand after `!` in a thread besides a verb."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command and what stands behind its name, raw."""

    command: Command
    rest: str
    in_thread: bool = False
    """Whether the id is the thread's own unless it is marked with `#`."""


def find(line: str, commands: Sequence[Command], call: Call) -> Typed:
    """The command a line names. In a thread `!close done` and `close done` mean its own ticket or dialog."""
    plain = line.strip()
    marked = plain.startswith("!")
    plain = plain.lstrip("!/").strip()
    first, _, rest = plain.partition(" ")
    by_name = {command.name: command for command in commands}
    second, _, behind = rest.strip().partition(" ")
    full = by_name.get(f"{first.lower()} {second.lower()}")
    if full is not None and not marked:
        return Typed(full, behind.strip())
    alone = by_name.get(first.lower())
    if alone is not None:
        return Typed(alone, rest.strip())
    if call.here.is_thread:
        verb = _in_thread(first.lower(), by_name, call)
        if verb is not None:
            return Typed(verb, rest.strip(), in_thread=True)
    if full is not None:
        return Typed(full, behind.strip())
    asked = f"{first} {second}".strip().lower()
    if call.desk.actor.kind is ActorKind.ACCOUNT:
        raise _unknown_to_strangers(asked, {name: each for name, each in by_name.items() if each.role is None})
    raise _unknown(asked, by_name)


def _unknown_to_strangers(typed: str, by_name: dict[str, Command]) -> UserError:
    """Who is no agent is only shown what they may use."""
    if typed.partition(" ")[0] in {command.noun for command in by_name.values()}:
        return _unknown(typed, by_name)
    return NotAllowed(text("You are no agent of this desk yet. Ask an admin to add you, or type: me link CODE"))


def _in_thread(verb: str, by_name: dict[str, Command], call: Call) -> Command | None:
    noun, _, full = SHORTCUTS.get(verb, "").partition(" ")
    if noun not in ("", "ticket"):
        return by_name.get(SHORTCUTS[verb])
    verb, dialog = full or verb, call.dialog_here()
    nouns = ["ticket", "dialog"] if dialog is None or dialog.state == "ended" else ["dialog", "ticket"]
    if call.here.ticket is None and verb in ("note", "reply"):
        nouns = ["ticket"]
    return next((by_name[f"{noun} {verb}"] for noun in (*nouns, "customer") if f"{noun} {verb}" in by_name), None)


_SOME = 4


def _unknown(typed: str, by_name: dict[str, Command]) -> UserError:
    verbs = [name.partition(" ")[2] for name in by_name if name.startswith(f"{typed} ")]
    if verbs:
        some = ", ".join(verbs[:_SOME])
        return UserError(text("{noun} needs a verb, for example {verbs}. Try: help {noun}", noun=typed, verbs=some))
    near = difflib.get_close_matches(typed, by_name, n=1, cutoff=0.5)
    if near:
        return UserError(text("There is no command “{typed}”. Did you mean: {near}", typed=typed[:60], near=near[0]))
    return UserError(text("There is no command “{typed}”. Try: help", typed=typed[:60]))


def arguments(typed: Typed, call: Call, *, skip: int = 0) -> list[Any]:
    """The values of a command's parameters, from the `skip`th on. Raises UserError for what is missing or wrong."""
    reader = Reader(call, typed.rest, typed.in_thread)
    values = [value(reader, parameter, typed.command) for parameter in typed.command.parameters[skip:]]
    if reader.rest:
        how = usage(typed.command, call)
        raise UserError(text("“{rest}” is too much. Usage: {usage}", rest=reader.rest[:60], usage=how))
    return values

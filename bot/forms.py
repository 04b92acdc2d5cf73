"""A command as a form: its parameters are the fields, filled with what was typed; a mistake is shown at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot import labels
from bot.commands import completing, reading, values
from bot.commands.call import Call
from bot.commands.reader import HERE, WORDS, Reader, as_word
from bot.commands.registry import THREADS_OWN, Command, Parameter
from core import policy
from core.desk import Desk
from core.errors import UserError
from core.show import Text, text

_ALL_THAT_FOLLOWS = frozenset(("rest", "tags", "filter", "agents"))
_TO_THE_END = _ALL_THAT_FOLLOWS | {"when", "until"}
_SEVERAL = frozenset(("tags", "agents"))
_NEVER_ASKED = frozenset(("sure",))
"""What only a question's own button says."""
_MOST_CHOICES = 100
AFTERWARDS = "afterwards"
"""The extra field of a reply: what becomes of the ticket."""
_AFTER = {"keep": "ticket reply", "close": "ticket reply-close", "pending": "ticket reply-pending"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    label: Text
    is_long: bool = False
    is_optional: bool = False
    value: str = ""
    choices: tuple[tuple[str, Text], ...] = ()
    """What can be chosen: value and what it is called; nothing where one types."""
    is_offered: bool = False
    """Whether choices are looked up while one types (`offers`)."""
    is_several: bool = False
    """Whether several of them can be chosen; their values stand side by side, with a blank between."""
    hint: Text | None = None
    """What stands in it while it is empty."""


@dataclass(frozen=True, slots=True)
class Form:
    """A command waiting for its parameters."""

    command: str
    title: Text
    fields: tuple[Field, ...]
    target: str = ""
    """What it is about where that is known: a ticket's or dialog's number as typed."""
    seen_seq: int | None = None
    """Up to where the ticket had gone when the form was opened."""


class Unfit(UserError):
    """Some fields of a form are wrong: each with what would be right, and what it is called."""

    def __init__(self, wrong: Mapping[str, Text], called: Mapping[str, Text]) -> None:
        super().__init__(next(iter(wrong.values())))
        self.wrong, self.called = dict(wrong), dict(called)


def wanted(call: Call, line: str, commands: Sequence[Command], *, offers: bool = False) -> Form | None:
    """The form for a line that lacks something its command needs; None where it can be run as it is.

    With `offers` also for what may be said but need not. Raises UserError where the line names no command, or one the
    actor may not use.
    """
    typed = reading.find(line, commands, call)
    policy.must_be(call.desk.actor, typed.command.role, Text(typed.command.name))
    reader = Reader(call, typed.rest, typed.in_thread)
    target, parts = _take_apart(reader, typed.command, typed.in_thread)
    lacks = [p for p in _asked(typed.command, target) if (offers or not p.is_optional) and not parts.get(p.name)]
    if not lacks:
        return None
    return made(call, typed.command, target, parts)


def _asked(command: Command, target: str) -> list[Parameter]:
    """The parameters that are fields of a command's form."""
    known = (_is_known(each, target) or each.takes.kind in _NEVER_ASKED for each in command.parameters)
    return [each for each, is_known in zip(command.parameters, known, strict=True) if not is_known]


def _is_known(parameter: Parameter, target: str) -> bool:
    return parameter.takes.kind in THREADS_OWN and bool(target)


def _take_apart(reader: Reader, command: Command, in_thread: bool) -> tuple[str, dict[str, str]]:
    """What was typed for each parameter, as far as it goes; the thread's own ticket or dialog as `here`."""
    parts: dict[str, str] = {}
    target = ""
    for parameter in command.parameters:
        kind = parameter.takes.kind
        if kind in THREADS_OWN:
            target = reader.target() or ("here" if reader.call.here.is_thread else "")
            if kind == "contact" and target in ("", "here") and reader.rest and not in_thread:
                target = reader.word()
        else:
            parts[parameter.name] = _taken(reader, kind)
            reader.rest = "" if kind in _ALL_THAT_FOLLOWS else reader.rest
    return target, parts


def _taken(reader: Reader, kind: str) -> str:
    if kind == "ofteam":
        return values.team_ahead(reader)
    return reader.rest if kind in _TO_THE_END else reader.word()


def made(call: Call, command: Command, target: str, values: Mapping[str, str] | None = None) -> Form:
    """A command's form, filled with what is known."""
    known = values or {}
    fields = [_field(call.desk, command, each, known.get(each.name, "")) for each in _asked(command, target)]
    if command.name == "ticket reply":
        fields.append(_afterwards())
    number = "" if target in ("", "here") else target.lstrip("#")
    return Form(command.name, labels.title(command, number), tuple(fields), target, call.here.seen_seq)


def _afterwards() -> Field:
    choices = (
        ("keep", text("as it is")),
        ("close", text("close it")),
        ("pending", text("wait for the customer, 3 days")),
    )
    return Field(AFTERWARDS, text("The ticket afterwards"), is_optional=True, choices=choices)


def _field(desk: Desk, command: Command, parameter: Parameter, value: str) -> Field:
    kind = parameter.takes.kind
    fixed = completing.fixed(kind)
    found = list(completing.offered(desk, parameter, ""))[:_MOST_CHOICES] if fixed else []
    return Field(
        parameter.name, labels.label(command, parameter), is_long=parameter.takes.hint == "TEXT",
        is_optional=parameter.is_optional, value=value, hint=labels.hint(parameter),
        choices=tuple((each, labels.choice(kind, each, meaning)) for each, meaning in found),
        is_offered=not fixed and completing.is_offered(kind), is_several=kind in _SEVERAL,
    )  # fmt: skip


def offers(desk: Desk, command: Command, name: str, typed: str, *, limit: int) -> list[tuple[str, str]]:
    """What may stand in a field, while somebody types in it: value and what it means."""
    parameter = next((each for each in command.parameters if each.name == name), None)
    return [] if parameter is None else list(completing.offered(desk, parameter, typed))[:limit]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came back."""

    command: str
    target: str
    values: Mapping[str, str] = field(default_factory=dict)


def line_of(call: Call, filled: Filled, commands: Sequence[Command]) -> str:
    """The command line a filled form means. Raises Unfit with what is wrong with each field."""
    name = filled.command
    if name == "ticket reply":
        name = _AFTER.get(filled.values.get(AFTERWARDS, ""), name)
    command = next((each for each in commands if each.name == name), None)
    if command is None:
        raise UserError(text("There is no command “{typed}”. Try: help", typed=name[:60]))
    wrong: dict[str, Text] = {}
    parts = [command.name]
    for parameter in command.parameters:
        said = "" if parameter.takes.kind in _NEVER_ASKED else _part(call, command, parameter, filled, wrong)
        if said:
            parts.append(said)
    if wrong:
        raise Unfit(wrong, {each.name: labels.label(command, each) for each in command.parameters})
    name = f"!{command.verb} {HERE}" if _is_nameless(call, command, filled) else parts[0]
    return " ".join((name, *parts[1:]))


def _here(call: Call, kind: str) -> str:
    """The thread's own ticket or dialog by its number: words behind it cannot be taken for another's."""
    if kind in ("ticket", "either") and call.here.ticket is not None:
        return f"#{call.here.ticket}"
    return str(call.here.dialog) if kind == "dialog" and call.here.dialog is not None else ""


def _is_nameless(call: Call, command: Command, filled: Filled) -> bool:
    """Whether a command is about the thread's dialog, which has no number of a ticket's yet."""
    is_either = any(parameter.takes.kind == "either" for parameter in command.parameters)
    return is_either and filled.target == "here" and call.here.ticket is None


def _part(call: Call, command: Command, parameter: Parameter, filled: Filled, wrong: dict[str, Text]) -> str:
    kind = parameter.takes.kind
    if _is_known(parameter, filled.target):
        return _here(call, kind) if filled.target == "here" else filled.target
    value = filled.values.get(parameter.name, "").strip()
    if kind == "when" and not value and command.name == "ticket reply-pending":
        value = "3d"
    if not value:
        if not parameter.is_optional:
            wrong[parameter.name] = text("This is needed.")
        return ""
    quoted = as_word(value) if kind in WORDS else value
    try:
        _must_fit(Reader(call, quoted, in_thread=False), parameter, command)
    except UserError as error:
        wrong[parameter.name] = error.said
    return quoted


def _must_fit(reader: Reader, parameter: Parameter, command: Command) -> None:
    """Raises UserError with what is wrong with a field, for itself and so that the next one is not misread."""
    values.value(reader, parameter, command)
    if reader.rest:
        raise UserError(text("“{rest}” is too much here.", rest=reader.rest[:60]))

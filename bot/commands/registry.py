"""A command is a function: its signature is the form, its docstring the help, and this is how both are read."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

from bot.commands.call import Call
from core.models import Role
from core.show import Answer, Text

Body = Callable[..., Answer]

THREADS_OWN = frozenset(("ticket", "dialog", "either", "contact"))
"""Kinds of parameters that a thread itself names."""


@dataclass(frozen=True, slots=True)
class Takes:
    """What a parameter is read as: a kind that `bot.commands.values` reads."""

    kind: str
    hint: str = ""
    """What stands in the help for it: `ID`, `@WHO`, `WHEN`; nothing: the parameter's own name."""
    may_lack: bool = False
    """Whether it may be left out wherever it stands."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command."""

    name: str
    takes: Takes
    is_optional: bool
    default: Any

    @property
    def hint(self) -> str:
        """What stands for it where it is asked for."""
        return self.takes.hint or self.name.upper()

    @property
    def usage(self) -> str:
        """How it looks in the help."""
        return f"[{self.hint}]" if self.is_optional else self.hint


@dataclass(frozen=True, slots=True)
class Command:
    """A declared command."""

    name: str
    body: Body
    role: Role | None
    """Who may use it; nobody in particular: whoever is in a team chat."""
    parameters: tuple[Parameter, ...]
    reads: bool
    """Whether it only looks, and so runs beside whatever is being written."""
    many: bool
    """Whether it takes several tickets or dialogs or a filter, confirms them, and (on tickets) can be undone."""
    around: bool
    """Whether it wants to know the channel of the team chat it is typed in (`Call.around`)."""
    permits: Callable[[Call], None] | None
    """Refuses who may not do it, before the channel's people are looked up; without it they never are."""
    prepare: Callable[[str], object] | None
    """What it works out, from what stands behind its name, in a thread and before its transaction (`Call.prepared`)."""
    example: str

    @property
    def noun(self) -> str:
        """The first word."""
        return self.name.partition(" ")[0]

    @property
    def verb(self) -> str:
        """The second word."""
        return self.name.partition(" ")[2]

    @property
    def summary(self) -> Text:
        """The first line of its docstring."""
        return Text(_lines(self.body)[0])

    @property
    def details(self) -> tuple[Text, ...]:
        """The further paragraphs of its docstring."""
        return tuple(Text(line) for line in _lines(self.body)[1:])

    @property
    def usage(self) -> str:
        """How it is typed."""
        return " ".join([self.name, *(parameter.usage for parameter in self.parameters)])

    @property
    def usage_in_thread(self) -> str:
        """How it is typed in a thread, whose own ticket, dialog or customer needs no naming."""
        named = (each for each in self.parameters if each.takes.kind not in THREADS_OWN)
        return " ".join([f"!{self.verb or self.name}", *(parameter.usage for parameter in named)])


def _lines(body: Body) -> list[str]:
    paragraphs = inspect.cleandoc(body.__doc__ or "").split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def command(
    name: str,
    *,
    role: Role | None = Role.AGENT,
    reads: bool = False,
    many: bool = False,
    around: bool = False,
    permits: Callable[[Call], None] | None = None,
    prepare: Callable[[str], object] | None = None,
    example: str = "",
) -> Callable[[Body], Command]:
    """Declares a function as a command; it becomes one by standing in `COMMANDS`."""

    def declare(body: Body) -> Command:
        return Command(name, body, role, _parameters(body), reads, many, around, permits, prepare, example)

    return declare


def _parameters(body: Body) -> tuple[Parameter, ...]:
    hints = get_type_hints(body, include_extras=True)
    found = []
    for parameter in list(inspect.signature(body).parameters.values())[1:]:
        takes = _takes(hints[parameter.name])
        has_default = parameter.default is not inspect.Parameter.empty
        default = parameter.default if has_default else None
        found.append(Parameter(parameter.name, takes, has_default or takes.may_lack, default))
    return tuple(found)


def _takes(hint: Any) -> Takes:
    """The `Takes` of an annotation, also inside `X | None`."""
    if typing.get_origin(hint) is Annotated:
        return next(each for each in typing.get_args(hint)[1:] if isinstance(each, Takes))
    for part in typing.get_args(hint):
        if typing.get_origin(part) is Annotated:
            return _takes(part)
    raise TypeError(f"{hint} says not what it takes")


__all__ = ["THREADS_OWN", "Body", "Call", "Command", "Parameter", "Takes", "command"]

"""What may come next while somebody types a command line: names, ids, people, filters; for every room and the shell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.commands.call import Here
from bot.commands.reading import ABOUT, SHORTCUTS
from bot.commands.registry import Command, Parameter
from core import listing, tags, teams, templates, views
from core.desk import Desk
from core.models import Priority, Role, Status
from core.query import parse
from core.query.fields import FIELDS

MOST = 12


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: the whole line as it would be then, what stands in the list, and what it means."""

    line: str
    label: str
    meaning: str = ""


def complete(desk: Desk, line: str, commands: Sequence[Command], here: Here) -> list[Completion]:
    """The ways to go on with a line, the likeliest first; at most 12."""
    plain = line.lstrip()
    mark = plain[:1] if plain[:1] in ("!", "/") else ""
    found = _names(plain.removeprefix(mark), mark, commands, here) or _values(desk, plain.removeprefix(mark), commands)
    return [Completion(_marked(one.line, mark), one.label, one.meaning) for one in found[:MOST]]


def _marked(line: str, mark: str) -> str:
    return line if not mark or line.startswith(mark) else mark + line


def _names(plain: str, mark: str, commands: Sequence[Command], here: Here) -> list[Completion]:
    """Commands whose name begins so; in a thread their verbs alone."""
    typed = plain.lower()
    found = [Completion(f"{c.name} ", c.name, c.summary.id) for c in commands if _begins(c.name, typed)]
    if mark == "!" and here.is_thread:
        verbs = {c.verb or c.name: c for c in reversed(commands) if c.noun in ("ticket", "dialog", "customer", "help")}
        verbs |= {short: c for short, name in SHORTCUTS.items() for c in commands if c.name == name}
        found = [Completion(f"{v} ", v, c.summary.id) for v, c in sorted(verbs.items()) if _begins(v, typed)]
    return found


def _begins(name: str, typed: str) -> bool:
    return (name.startswith(typed) and typed.rstrip() != name) or name == typed


def _values(desk: Desk, plain: str, commands: Sequence[Command]) -> list[Completion]:
    """Values of the parameter that is being typed."""
    command = next((c for c in commands if plain.lower().startswith(f"{c.name} ")), None)
    if command is None:
        return []
    behind = plain[len(command.name) + 1 :]
    before, _, last = behind.rpartition(" ")
    done = before.split()
    if not command.parameters:
        return []
    parameter = command.parameters[min(len(done), len(command.parameters) - 1)]
    start = plain[: len(plain) - len(last)]
    return [Completion(f"{start}{value} ", value, meaning) for value, meaning in offered(desk, parameter, last)]


_FIXED = frozenset(("team", "priority", "status", "role", "about", "switch", "template"))
"""Kinds whose few values can all be shown."""


def fixed(kind: str) -> bool:
    """Whether all values of a kind can be shown at once."""
    return kind in _FIXED


def is_offered(kind: str) -> bool:
    """Whether values of a kind are known beforehand."""
    return kind in _OFFERS


def offered(desk: Desk, parameter: Parameter, typed: str) -> list[tuple[str, str]]:
    """The values a parameter may have that begin so, each with what it means."""
    offer = _OFFERS.get(parameter.takes.kind)
    if offer is None:
        return []
    wanted = typed.lower().lstrip("#@+-")
    return [(value, meaning) for value, meaning in offer(desk) if value.lower().lstrip("#@+-").startswith(wanted)]


Offer = Callable[[Desk], Iterable[tuple[str, str]]]


def _tickets(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((str(row.number), row.subject) for row in listing.page(desk, parse(""), limit=50).rows)


def _dialogs(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((str(each.id), each.subject) for each in listing.live(desk))


def _agents(desk: Desk) -> Iterable[tuple[str, str]]:
    return (("me", ""), *((f"@{agent.name}", agent.public_name) for agent in teams.agents(desk)))


def _teams(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((team.name, team.title) for team in teams.known(desk))


def _tags(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((f"+{name}", "") for name in tags.known(desk))


def _filters(desk: Desk) -> Iterable[tuple[str, str]]:
    saved = ((view.name, view.filter) for view in views.seen_by_actor(desk))
    fields = ((f"{field.name}:", field.meaning.id) for field in FIELDS)
    return (*saved, *fields)


def _templates(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((template.name, template.words[:60]) for template in templates.known(desk))


def _times(desk: Desk) -> Iterable[tuple[str, str]]:
    return (("30m", ""), ("2h", ""), ("1d", ""), ("tomorrow 9:00", ""), ("mon 9:00", ""))


_OFFERS: dict[str, Offer] = {
    "ticket": _tickets,
    "other": _tickets,
    "either": _tickets,
    "dialog": _dialogs,
    "agent": _agents,
    "team": _teams,
    "tags": _tags,
    "filter": _filters,
    "template": _templates,
    "priority": lambda desk: ((priority.name.lower(), "") for priority in Priority),
    "status": lambda desk: ((status.value, "") for status in Status if status is not Status.NEW),
    "role": lambda desk: ((role.value, "") for role in Role),
    "about": lambda desk: ((each, "") for each in ABOUT),
    "switch": lambda desk: (("on", ""), ("off", "")),
    "when": _times,
    "until": _times,
}

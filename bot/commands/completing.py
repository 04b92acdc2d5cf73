"""What may come next while somebody types a command line: names, ids, people, filters; for every room and the shell."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.commands.call import Here
from bot.commands.reading import SHORTCUTS
from bot.commands.registry import Command, Parameter
from bot.commands.values import ABOUT
from core import calls, lookup, offering, tags, teams, templates, views
from core.desk import Desk
from core.models import Priority, Role, Status
from core.offering import Offered
from core.query.fields import FIELDS
from core.render import Voice
from core.show import Text, from_json, text, verbatim

MOST = 12


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: the whole line as it would be then, what stands in the list, and what it means."""

    line: str
    label: str
    meaning: Text


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
    found = [Completion(f"{c.name} ", c.name, c.summary) for c in commands if _begins(c.name, typed)]
    if mark == "!" and here.is_thread:
        verbs = {c.verb or c.name: c for c in reversed(commands) if c.noun in ("ticket", "dialog", "customer", "help")}
        verbs |= {short: c for short, name in SHORTCUTS.items() for c in commands if c.name == name}
        found = [Completion(f"{v} ", v, c.summary) for v, c in sorted(verbs.items()) if _begins(v, typed)]
    return found


def _begins(name: str, typed: str) -> bool:
    return (name.startswith(typed) and typed.rstrip() != name) or name == typed


def _values(desk: Desk, plain: str, commands: Sequence[Command]) -> list[Completion]:
    """Values of the parameter that is being typed."""
    command = next((c for c in commands if plain.lower().startswith(f"{c.name} ")), None)
    if command is None:
        return []
    if not command.parameters:
        return []
    done, last = _split(plain[len(command.name) + 1 :])
    parameter = command.parameters[min(done, len(command.parameters) - 1)]
    start = plain[: len(plain) - len(last)]
    return [Completion(f"{start}{value} ", value, _said(meaning)) for value, meaning in offered(desk, parameter, last)]


_SENTENCES = frozenset(field.meaning.id for field in FIELDS)


def _said(meaning: str) -> Text:
    """What a value means: a sentence of ours, or somebody's own words."""
    return Text(meaning) if meaning in _SENTENCES else verbatim(meaning)


_DONE = re.compile(r'("[^"]*"|[^\s"]\S*)\s+')


def _split(behind: str) -> tuple[int, str]:
    """How many words are typed to their end, quoted ones as one, and what is being typed now."""
    count, at = 0, 0
    while found := _DONE.match(behind, at):
        count, at = count + 1, found.end()
    return count, behind[at:]


_FIXED = frozenset(("team", "ofteam", "priority", "status", "role", "about", "switch", "template"))
"""Kinds whose few values can all be shown."""


def fixed(kind: str) -> bool:
    """Whether all values of a kind can be shown at once."""
    return kind in _FIXED


def is_offered(kind: str) -> bool:
    """Whether values of a kind are known beforehand."""
    return kind in _OFFERS or kind in _SEARCHED


def offered(desk: Desk, parameter: Parameter, typed: str) -> list[tuple[str, str]]:
    """The values a parameter may have that begin so, or that are found by it, each with what it means."""
    search = _SEARCHED.get(parameter.takes.kind)
    if search is not None:
        return search(desk, typed)
    offer = _OFFERS.get(parameter.takes.kind)
    if offer is None:
        return []
    wanted = typed.lower().lstrip("#@+-")
    return [(value, meaning) for value, meaning in offer(desk) if value.lower().lstrip("#@+-").startswith(wanted)]


Offer = Callable[[Desk], Iterable[tuple[str, str]]]


def _tickets(desk: Desk, typed: str) -> list[tuple[str, str]]:
    return [(str(each.number), _shown(desk, each)) for each in offering.tickets(desk, typed)]


def _dialogs(desk: Desk, typed: str) -> list[tuple[str, str]]:
    return [(str(each.number), _shown(desk, each)) for each in offering.dialogs(desk, typed)]


def _shown(desk: Desk, offered: Offered) -> str:
    over = Voice(desk.actor.language).say(text("closed")) if offered.is_over else ""
    return " · ".join(filter(None, (offered.subject, offered.customer, over)))


def _agents(desk: Desk) -> Iterable[tuple[str, str]]:
    return (("me", ""), *((f"@{agent.name}", agent.public_name) for agent in teams.agents(desk)))


def _teams(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((team.name, team.title) for team in teams.known(desk))


def _alerts(desk: Desk) -> Iterable[tuple[str, str]]:
    say = Voice(desk.actor.language).say
    return ((str(each.id), say(from_json(each.said))) for each in calls.open_ones(desk))


def _filters(desk: Desk) -> Iterable[tuple[str, str]]:
    saved = ((view.name, view.filter) for view in views.seen_by_actor(desk))
    fields = ((f"{field.name}:", field.meaning.id) for field in FIELDS)
    return (*saved, *fields)


def _templates(desk: Desk) -> Iterable[tuple[str, str]]:
    return ((template.name, template.words[:60]) for template in templates.known(desk))


def _times(desk: Desk) -> Iterable[tuple[str, str]]:
    return (("30m", ""), ("2h", ""), ("1d", ""), ("tomorrow 9:00", ""), ("mon 9:00", ""))


def _tags(desk: Desk, typed: str) -> list[tuple[str, str]]:
    """Tags to be put on, or taken off by who begins with a minus."""
    sign, wanted = "-" if typed.startswith("-") else "+", typed.lower().lstrip("+-")
    return [(f"{sign}{name}", "") for name in tags.known(desk) if name.startswith(wanted)]


def _customers(desk: Desk, typed: str) -> list[tuple[str, str]]:
    return lookup.offered(desk, typed, limit=_SOUGHT)


def _customers_or_nobody(desk: Desk, typed: str) -> list[tuple[str, str]]:
    internal = [("internal", "")] if "internal".startswith(typed.lower()) else []
    return [*internal, *_customers(desk, typed)]


_SOUGHT = 20
_SEARCHED: dict[str, Callable[[Desk, str], list[tuple[str, str]]]] = {
    "ticket": _tickets,
    "other": _tickets,
    "either": _tickets,
    "dialog": _dialogs,
    "contact": _customers,
    "customer": _customers,
    "towards": _customers_or_nobody,
    "tags": _tags,
}
"""Kinds whose values depend on more than how they begin."""
_OFFERS: dict[str, Offer] = {
    "alert": _alerts,
    "agent": _agents,
    "agents": _agents,
    "team": _teams,
    "ofteam": _teams,
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

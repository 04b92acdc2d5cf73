"""Reads the values of parameters, each as what it takes; what is left out is the thread's own, or its default."""

import difflib
import re
from collections.abc import Callable
from typing import Any

from bot.commands.call import Call
from bot.commands.reader import Reader, number
from bot.commands.registry import Command, Parameter
from core import calls, contacts, dialogs, lookup, policy, tags, teams, tickets, views
from core.desk import Desk
from core.errors import NotFound, UserError
from core.models import Contact, Priority, Role, Status, Ticket
from core.query import parse
from core.show import Text, text, together
from core.spans import read_moment

ABOUT = ("name", "language", "address", "note")
"""What of a customer can be changed by `customer edit`."""


def value(reader: Reader, parameter: Parameter, command: Command) -> Any:
    """Takes a parameter's value from a line. Raises UserError for what is missing or wrong."""
    kind = parameter.takes.kind
    if kind in _FROM_HERE:
        return _FROM_HERE[kind](reader, command)
    if not reader.rest:
        if parameter.is_optional:
            return parameter.default
        raise missing(reader, command, parameter)
    return _READERS[kind](reader)


def missing(reader: Reader, command: Command, parameter: Parameter) -> UserError:
    """What to say when a parameter lacks."""
    said = text("{hint} is missing. Usage: {usage}", hint=parameter.hint, usage=usage(command, reader.call))
    return UserError(said)


def usage(command: Command, call: Call) -> str:
    """How a command is typed where this was typed."""
    return command.usage_in_thread if call.here.is_thread else command.usage


def which_ticket(command: Command, call: Call) -> Text:
    """Asks for a ticket where none was named; a conversation that has none yet gets it at its end."""
    if call.here.is_thread:
        return text(
            "This conversation has no ticket yet: it gets one when it ends. !end ends it, !solved ends it as solved."
        )
    return text("Which ticket? Usage: {usage}", usage=command.usage)


def _ticket(reader: Reader, command: Command) -> Any:
    typed = reader.target()
    if typed.startswith("[") or "," in typed:
        raise UserError(text("{command} takes one ticket at a time.", command=command.name))
    if typed:
        return _standing(reader.call.desk, number(typed))
    here = reader.call.ticket_here()
    if here is None:
        raise UserError(which_ticket(command, reader.call))
    return policy.must_see(reader.call.desk, here)


def _dialog(reader: Reader, command: Command) -> Any:
    typed = reader.target()
    if typed:
        dialog = dialogs.locked(reader.call.desk, number(typed))
    else:
        here = reader.call.dialog_here()
        if here is None:
            raise UserError(text("Which dialog? Usage: {usage}", usage=command.usage))
        dialog = here
    return policy.must_see_dialog(reader.call.desk, dialog)


def _either(reader: Reader, command: Command) -> Any:
    """A ticket by its number, or what the thread is about: its live dialog, its ticket, or both."""
    typed = "" if reader.in_thread and reader.rest.startswith("[") else reader.target()  # words may begin so
    if typed:
        live = dialogs.live_on(reader.call.desk, number(typed))
        return _standing(reader.call.desk, number(typed)), live
    dialog, ticket_here = reader.call.dialog_here(), reader.call.ticket_here()
    if ticket_here is None and dialog is None:
        raise UserError(which_ticket(command, reader.call))
    if ticket_here is not None:
        policy.must_see(reader.call.desk, ticket_here)
    if dialog is not None:
        policy.must_see_dialog(reader.call.desk, dialog)
    return ticket_here, dialog


def _contact(reader: Reader, command: Command) -> Contact:
    here = _customer_here(reader.call) if command.noun == "customer" and not _names_customer(reader) else None
    if here is not None:
        return contacts.standing(reader.call.desk, here)
    if not reader.rest:
        raise UserError(text("Which customer? Usage: {usage}", usage=command.usage))
    return one_contact(reader.call, reader.word())


def _customer_here(call: Call) -> int | None:
    dialog, ticket = call.dialog_here(), call.ticket_here()
    if ticket is not None:
        return ticket.contact_id
    return None if dialog is None else dialog.contact_id


def _names_customer(reader: Reader) -> bool:
    """Whether the next word is a customer even in a thread: `#9`, an address, and behind the full name `9`."""
    first = reader.rest.partition(" ")[0]
    if first.startswith(("#", '"')) or "@" in first:
        return True
    return not reader.in_thread and bool(contacts.kind_of(first))


def one_contact(call: Call, who: str) -> Contact:
    """The one contact somebody means; several are named, so that one can be chosen."""
    exact = lookup.numbered(call.desk, who)
    found = [exact] if exact is not None else lookup.find(call.desk, who)
    if len(found) == 1:
        return contacts.standing(call.desk, found[0].id)
    if not found:
        raise NotFound(text("No customer is known as {who}. Try: customer find NAME", who=who[:80]))
    known = [text("{name} ({id})", name=contacts.called(each), id=each.id) for each in found[:5]]
    raise UserError(text("Several customers fit {who}: {known}. Use the number.", who=who[:80], known=together(known)))


_FROM_HERE: dict[str, Callable[[Reader, Command], Any]] = {
    "ticket": _ticket,
    "dialog": _dialog,
    "either": _either,
    "contact": _contact,
}


def _standing(desk: Desk, asked: int) -> Ticket:
    """The ticket a number leads to, if the actor may see it."""
    return policy.must_see(desk, tickets.standing(desk, asked), asked=asked)


def _other(reader: Reader) -> Any:
    return _standing(reader.call.desk, number(reader.word()))


def _agents(reader: Reader) -> Any:
    """Several agents by their handles; `nobody` is none of them."""
    typed, reader.rest = reader.rest.replace(",", " ").split(), ""
    if typed == ["nobody"]:
        return ()
    return tuple(_agent(Reader(reader.call, each, in_thread=False)) for each in typed)


def _agent(reader: Reader) -> Any:
    name = reader.word()
    return reader.call.agent() if name.lower() == "me" else teams.agent_named(reader.call.desk, name)


def _when(reader: Reader) -> Any:
    """A moment of one, two or three words, the longest that makes sense."""
    words = reader.rest.split(" ")
    actor = reader.call.desk.actor
    for count in (3, 2, 1):
        moment = read_moment(" ".join(words[:count]), reader.call.desk.now, actor.zone)
        if moment is not None and len(words) >= count:
            reader.rest = " ".join(words[count:]).strip()
            return moment
    said = text("“{typed}” is no time. Try for example 2h, mon 9:00, tomorrow", typed=words[0][:40])
    raise UserError(said)


def _until(reader: Reader) -> Any:
    """The same, or nothing where it does not even look like one."""
    return _when(reader) if reader.rest[:1].isdigit() or _moment(reader.rest, reader.call) else None


def _moment(words: str, call: Call) -> Any:
    return read_moment(words.split(" ")[0], call.desk.now, call.desk.actor.zone)


def _choice(reader: Reader, names: dict[str, Any]) -> Any:
    typed = reader.word().lower()
    if typed in names:
        return names[typed]
    near = difflib.get_close_matches(typed, names, n=1)
    said: Text = text("“{typed}” is not one of {names}.", typed=typed[:40], names=", ".join(names))
    if near:
        said = text(
            "“{typed}” is not one of {names}. Did you mean {near}?",
            typed=typed[:40],
            names=", ".join(names),
            near=near[0],
        )
    raise UserError(said)


def _tags(reader: Reader) -> tuple[str, ...]:
    typed, reader.rest = reader.rest.replace(",", " ").split(), ""
    for each in typed:
        tags.clean(each.lstrip("+-"))
    return tuple(each if each[0] in "+-" else f"+{each}" for each in typed)


def _filter(reader: Reader) -> Any:
    typed, reader.rest = reader.rest, ""
    view = views.named(reader.call.desk, typed) if re.fullmatch(r"[\w-]+", typed) else None
    return parse(typed if view is None else view)


def team_ahead(reader: Reader) -> str:
    """Takes the next word where it can only be a team's name; a time or people may follow without one."""
    first = reader.rest.partition(" ")[0]
    is_other = not first[:1].isalpha() or first == "nobody" or _moment(first, reader.call) is not None
    return "" if is_other and not teams.is_any(reader.call.desk, first) else reader.word()


def _of_team(reader: Reader) -> Any:
    name = team_ahead(reader)
    return teams.team_named(reader.call.desk, name) if name else None


def _rest(reader: Reader) -> str:
    said, reader.rest = reader.rest, ""
    return said


_READERS: dict[str, Callable[[Reader], Any]] = {
    "other": _other,
    "alert": lambda reader: calls.open_one(reader.call.desk, number(reader.word())),
    "agent": _agent,
    "agents": _agents,
    "ofteam": _of_team,
    "customer": lambda reader: reader.word(),
    "towards": lambda reader: reader.word(),
    "sure": lambda reader: reader.word(),
    "team": lambda reader: teams.team_named(reader.call.desk, reader.word()),
    "when": _when,
    "until": _until,
    "priority": lambda reader: _choice(reader, {p.name.lower(): p for p in Priority}),
    "status": lambda reader: _choice(reader, {s.value: s for s in Status if s is not Status.NEW}),
    "role": lambda reader: _choice(reader, {r.value: r for r in Role}),
    "about": lambda reader: _choice(reader, {each: each for each in ABOUT}),
    "switch": lambda reader: _choice(reader, {"on": True, "off": False}),
    "tags": _tags,
    "number": lambda reader: number(reader.word()),
    "word": lambda reader: reader.word(),
    "template": lambda reader: reader.word(),
    "filter": _filter,
    "rest": _rest,
}

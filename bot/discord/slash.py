"""Commands as Discord's slash commands: made from the commands themselves, and read back into command lines.

Limits: discord.com/developers/docs/interactions/application-commands (25 verbs a group, 25 options, 8,000 characters).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.commands import completing
from bot.commands.call import Here
from bot.commands.reader import HERE, WORDS, as_word
from bot.commands.registry import Command, Parameter
from bot.discord.rest import Wire
from bot.discord.words import single
from core.render import Voice
from core.show import Text, text

CHAT, USER, MESSAGE = 1, 2, 3
_SUB, _STRING, _CHANNEL, _ROLE = 1, 3, 7, 8
_MOST_VERBS, _MOST_CHOICES, _WORDS = 25, 25, 100
_TARGETS = frozenset(("ticket", "dialog", "either", "contact"))
"""What in a thread need not be named."""
_LATER = frozenset(("rest", "tags", "filter", "when", "until", *_TARGETS))
"""What a form asks for where it lacks, or what may be left out."""
CHANNEL, ROLE = "channel", "role"
"""Options of commands that set up a channel: it may be named from anywhere."""
MAKE_TICKET, REPLY_WITH = text("Create ticket"), text("Reply with this")
MAKE_AGENT = text("Make agent")
_TEXT_CHANNELS = [0, 5, 15, 16]
MORE = "-more"


def declared(commands: Sequence[Command]) -> list[Wire]:
    """Everything to be registered: a group for each noun, menus on messages and people."""
    made: list[Wire] = []
    for noun in dict.fromkeys(command.noun for command in commands):
        theirs = [command for command in commands if command.noun == noun]
        made += [_alone(theirs[0])] if not theirs[0].verb else _groups(noun, theirs)
    made += [_menu(MESSAGE, MAKE_TICKET), _menu(MESSAGE, REPLY_WITH), _menu(USER, MAKE_AGENT)]
    return made


RARE = frozenset(
    (
        "ticket history", "ticket title", "ticket customer", "ticket notspam", "ticket unwatch", "ticket due",
        "ticket close-in", "ticket unmerge", "ticket link", "ticket unlink", "ticket remind", "ticket status",
        "desk tag-remove", "desk stuck", "desk retry-deadline", "desk drop-deadline", "desk retry", "desk discard",
        "desk leave-it", "desk view-remove", "desk make-ticket", "desk resend", "desk undelivered",
        "desk channel-add", "desk channel-set", "desk channel-off", "desk channel-on", "desk connect",
        "desk group-allow", "desk groups", "desk group-ignore", "desk team-add", "desk tags", "desk replies",
        "ticket answered", "ticket cc", "ticket watch",
    )
)  # fmt: skip
"""What stands in a second group, where one has no room for all."""


def _groups(noun: str, commands: Sequence[Command]) -> list[Wire]:
    """A group of at most 25 verbs; the rarer ones stand in a second group where there are more."""
    found = []
    if len(commands) > _MOST_VERBS:
        commands = sorted(commands, key=lambda command: command.name in RARE)
    for at in range(0, len(commands), _MOST_VERBS):
        part = commands[at : at + _MOST_VERBS]
        verbs = ", ".join(each.verb for each in part)
        found.append(
            {
                "type": CHAT, "name": f"{noun}{MORE if at else ''}", "description": single(verbs, _WORDS),
                "contexts": [0], "options": [_sub(each) for each in part],
            }
        )  # fmt: skip
    return found


def _alone(command: Command) -> Wire:
    return _sub(command) | {"type": CHAT, "name": command.noun, "contexts": [0]}


def _menu(kind: int, label: Text) -> Wire:
    said = {"type": kind, "name": label.id, "contexts": [0]}
    return said | {"name_localizations": {"de": single(Voice("de").say(label), 32)}}


def _sub(command: Command) -> Wire:
    options = sorted(_options(command), key=lambda option: not option.get("required"))
    made: Wire = {"type": _SUB, "name": command.verb or command.noun, "options": options}
    return made | _described(command.summary)


def _described(said: Text) -> Wire:
    return {
        "description": single(Voice().say(said), _WORDS),
        "description_localizations": {"de": single(Voice("de").say(said), _WORDS)},
    }


def _options(command: Command) -> Iterator[Wire]:
    for parameter in command.parameters:
        yield _option(parameter)
    if command.around:
        where = _described(text("The channel, if it is not this one"))
        yield {"type": _CHANNEL, "name": CHANNEL, "channel_types": _TEXT_CHANNELS, **where}
    if command.name == "desk setup":
        yield {"type": _ROLE, "name": ROLE, **_described(text("The role whose people are the team"))}


def _option(parameter: Parameter) -> Wire:
    kind = parameter.takes.kind
    made: Wire = {"type": _STRING, "name": parameter.name, "description": single(parameter.hint, _WORDS)}
    if not parameter.is_optional and kind not in _LATER:
        made["required"] = True
    choices = _fixed(parameter)
    if choices:
        made["choices"] = [{"name": value, "value": value} for value in choices]
    elif completing.is_offered(kind):
        made["autocomplete"] = True
    return made


_SETTLED = frozenset(("priority", "status", "role", "about", "switch"))
"""Kinds whose few values are the same for every desk."""


def _fixed(parameter: Parameter) -> list[str]:
    if parameter.takes.kind not in _SETTLED:
        return []
    return [value for value, _ in completing.offered(None, parameter, "")][:_MOST_CHOICES]  # type: ignore[arg-type]


def print_of(made: Sequence[Wire]) -> str:
    """What tells one set of commands from another."""
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command as it was sent."""

    command: Command
    values: Mapping[str, str]
    channel: str = ""
    """The channel it names, where it names one."""
    focused: str = ""
    """The option that is being typed."""


def typed(data: Wire, commands: Sequence[Command]) -> Typed | None:
    """What was sent; None for what we do not know (any more)."""
    noun, options = str(data.get("name", "")).removesuffix(MORE), data.get("options") or []
    name = noun
    if options and options[0].get("type") == _SUB:
        name, options = f"{noun} {options[0]['name']}", options[0].get("options") or []
    command = next((each for each in commands if each.name == name), None)
    if command is None:
        return None
    values = {str(each["name"]): str(each.get("value", "")) for each in options}
    focused = next((str(each["name"]) for each in options if each.get("focused")), "")
    channel = values.pop(CHANNEL, "") if command.around else ""
    if command.name == "desk setup" and values.get(ROLE):
        roles = (data.get("resolved") or {}).get("roles") or {}
        name = "-".join(str((roles.get(values.pop(ROLE)) or {}).get("name", "")).split())
        values["what"] = f"{values.get('what', '')} role:{name}".strip()
    return Typed(command, values, channel, focused)


def line(sent: Typed, here: Here) -> str:
    """The command line it means; in a post its own ticket or dialog is named where no other is."""
    parts = [sent.command.name]
    for parameter in sent.command.parameters:
        value = sent.values.get(parameter.name, "").strip()
        kind = parameter.takes.kind
        if kind in _TARGETS and not value:
            value = named(kind, here)
        if value:
            parts.append(as_word(value) if kind in WORDS else value)
    if named_short(sent.command, sent.values, here):
        return "!" + " ".join([sent.command.verb, HERE, *parts[1:]])
    return " ".join(parts)


def named(kind: str, here: Here) -> str:
    """What a thread is about, as it is named in a line: words behind it cannot be taken for another's number."""
    if kind in ("ticket", "either") and here.ticket is not None:
        return f"#{here.ticket}"
    return str(here.dialog) if kind == "dialog" and here.dialog is not None else ""


def named_short(command: Command, values: Mapping[str, str], here: Here) -> bool:
    """Whether a line is better typed as in a thread: what a dialog without a ticket is has no number of its own."""
    first = command.parameters[0] if command.parameters else None
    is_bare = first is not None and first.takes.kind == "either" and not values.get(first.name, "").strip()
    return is_bare and here.ticket is None and here.dialog is not None


def choices(found: Sequence[tuple[str, str]]) -> list[Wire]:
    """What is offered while somebody types, at most 25."""
    made = [
        {"name": single(f"{value} – {meaning}" if meaning else value, _WORDS), "value": value[:_WORDS]}
        for value, meaning in found
        if value
    ]
    return made[:_MOST_CHOICES]

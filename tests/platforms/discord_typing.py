"""What a client makes of a typed command: the data of an interaction, or a refusal to send it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.discord_calls import uploaded
from tests.platforms.discord_command_rules import CHAT, GROUP, SUB_COMMAND
from tests.platforms.discord_errors import Json
from tests.platforms.discord_payloads import attachment_json, channel_json, member_json, role_json, user_json
from tests.platforms.discord_permissions import permissions
from tests.platforms.discord_registry import Commands
from tests.platforms.discord_rules import Upload
from tests.platforms.discord_world import Account, Attachment, Channel, Role, World

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
_PYTHON: dict[int, Any] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
_OBJECTS: dict[int, Any] = {USER: Account, CHANNEL: Channel, ROLE: Role, MENTIONABLE: (Account, Role)}


class NotOffered(AssertionError):
    """A person cannot do this: the client does not show it, or does not send it."""


@dataclass
class Resolved:
    """The objects an interaction names, as Discord sends them along."""

    world: World
    where: Channel
    payload: Json = field(default_factory=dict)

    def id_of(self, named: Any) -> str:
        """The id of a person, role, channel or file, which is added to what is sent along."""
        match named:
            case Account():
                self._add("users", named.id, user_json(named))
                if named.id in self.world.members:
                    may = str(int(permissions(self.world, named, self.where)))
                    membership = member_json(self.world, named, with_user=False)
                    self._add("members", named.id, membership | {"permissions": may})
            case Role():
                self._add("roles", named.id, role_json(named))
            case Channel():
                self._add("channels", named.id, channel_json(self.world, named) | {"permissions": "0"})
            case Attachment():
                self.world.files[named.id] = named
                self._add("attachments", named.id, attachment_json(self.world, self.where, named))
            case _:
                raise NotOffered(f"{named!r} is no person, role, channel or file")
        return str(named.id)

    def _add(self, kind: str, number: int, said: Json) -> None:
        self.payload.setdefault(kind, {})[str(number)] = said

    def file(self, name: str, content: bytes) -> str:
        """The id of a file a person chose."""
        (attachment,) = uploaded(self.world, (Upload("0", name, content),), [])
        return self.id_of(attachment)


@dataclass(frozen=True)
class Typed:
    """A command found for a line, with the path to its part."""

    command: Json
    path: Sequence[Json]

    @property
    def options(self) -> list[Json]:
        """What it takes."""
        return (self.path[-1] if self.path else self.command).get("options") or []

    def option(self, name: str) -> Json:
        """One thing it takes."""
        for option in self.options:
            if option["name"] == name:
                return option
        raise NotOffered(f"It takes no {name!r}, only {[option['name'] for option in self.options]}")

    def data(self, options: list[Json], resolved: Json) -> Json:
        """The data of an interaction."""
        for part in reversed(self.path):
            options = [{"name": part["name"], "type": part["type"], "options": options}]
        said = {"id": self.command["id"], "name": self.command["name"], "type": CHAT, "options": options}
        said |= {"guild_id": self.command["guild_id"]} if "guild_id" in self.command else {}
        return said | ({"resolved": resolved} if resolved else {})


def find(commands: Commands, line: str) -> Typed:
    """The command a line like `/ticket take` means."""
    root, *words = line.removeprefix("/").split()
    command = commands.named(CHAT, root)
    if command is None:
        raise NotOffered(f"There is no command /{root}")
    path: list[Json] = []
    place = command
    for word in words:
        parts = {part["name"]: part for part in place.get("options") or [] if part["type"] in (SUB_COMMAND, GROUP)}
        if word not in parts:
            raise NotOffered(f"/{root} has no {word!r}, only {sorted(parts)}")
        place = parts[word]
        path.append(place)
    typed = Typed(command, path)
    if any(option["type"] in (SUB_COMMAND, GROUP) for option in typed.options):
        raise NotOffered(f"{line} needs one of {[option['name'] for option in typed.options]}")
    return typed


def filled(typed: Typed, values: dict[str, Any], resolved: Resolved) -> list[Json]:
    """The options as sent; refuses what the client would: missing, unknown, of the wrong kind or out of bounds."""
    missing = [each["name"] for each in typed.options if each.get("required") and each["name"] not in values]
    if missing:
        raise NotOffered(f"These are required: {missing}")
    return [_filled(typed.option(name), value, resolved) for name, value in values.items()]


def _filled(option: Json, value: Any, resolved: Resolved) -> Json:
    kind = option["type"]
    said: Json = {"name": option["name"], "type": kind}
    if kind == ATTACHMENT:
        return said | {"value": resolved.file(*value)}
    if kind in _OBJECTS:
        if not isinstance(value, _OBJECTS[kind]):
            raise NotOffered(f"{option['name']} cannot be {value!r}")
        return said | {"value": resolved.id_of(value)}
    value = _chosen(option, value)
    if not isinstance(value, _PYTHON[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
        raise NotOffered(f"{option['name']} cannot be {value!r}")
    _refuse_out_of_bounds(option, value)
    return said | {"value": value}


def _chosen(option: Json, value: Any) -> Any:
    choices = {choice["name"]: choice["value"] for choice in option.get("choices") or []}
    if not choices or value in choices.values():
        return value
    if value not in choices:
        raise NotOffered(f"{option['name']} is one of {list(choices)}, not {value!r}")
    return choices[value]


def _refuse_out_of_bounds(option: Json, value: Any) -> None:
    if isinstance(value, str):
        least, most, size = option.get("min_length") or 0, option.get("max_length") or 6_000, len(value)
    else:
        least, most, size = option.get("min_value"), option.get("max_value"), value
    if (least is not None and size < least) or (most is not None and size > most):
        raise NotOffered(f"{option['name']} must be between {least} and {most}")

"""The team chats and channels that `deskbell connect` knows, and the conversation in which one is connected."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.connecting import Ask, Guide, Key, fits, is_well, keep
from core.connector import Finding
from core.errors import ConfigurationError, UserError
from core.show import Text, text

Tried = Callable[[Mapping[str, str]], Awaitable[Sequence[Finding]]]
"""Tries keys against the platform: their settings and values."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How one kind is connected, and how its keys are tried."""

    guide: Guide
    tried: Tried


def _slack() -> Connection:
    from bot.slack.connecting import GUIDE, tried

    return Connection(GUIDE, tried)


def _discord() -> Connection:
    from bot.discord.connecting import GUIDE, tried

    return Connection(GUIDE, tried)


def _telegram() -> Connection:
    from bot.telegram import GUIDE
    from connectors.telegram.trying import tried

    return Connection(GUIDE, tried)


CONNECTIONS: dict[str, Callable[[], Connection]] = {"slack": _slack, "discord": _discord, "telegram": _telegram}
"""By name; the library of one is only imported when it is asked for."""


_PATIENCE = 3


def named(name: str) -> Connection:
    """The connection of a name."""
    found = CONNECTIONS.get(name.lower())
    if found is None:
        known = ", ".join(CONNECTIONS)
        raise ConfigurationError(text("“{typed}” is not one of {names}.", typed=name[:40], names=known))
    return found()


def given(pairs: Sequence[str], guide: Guide) -> dict[str, str]:
    """Keys given as NAME=VALUE. Raises ConfigurationError for what is none of this guide's."""
    known = {key.setting for key in guide.keys}
    values: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name not in known:
            names = ", ".join(sorted(known))
            raise ConfigurationError(text("Write --key NAME=VALUE; the names are: {names}", names=names))
        values[name] = value.strip()
    return values


def collected(guide: Guide, values: Mapping[str, str], ask: Ask | None) -> dict[str, str]:
    """All keys of a guide: those given, or as somebody types them, asked again while one does not look right.

    Raises UserError where a given one does not, or one lacks and nobody can be asked.
    """
    found: dict[str, str] = {}
    for key in guide.keys:
        value = values.get(key.setting, "") if ask is None else ask(key).strip()
        for _ in range(_PATIENCE if ask is not None else 0):
            if ask is None or fits(key, value):
                break
            value = ask(key).strip()
        if not fits(key, value):
            raise UserError(wrong(key))
        found[key.setting] = value
    return found


def wrong(key: Key) -> Text:
    """What is said of a key that does not look like one; never the key itself."""
    return text("{name} does not look right. {where}", name=key.setting, where=key.where)


async def connect(connection: Connection, values: Mapping[str, str], env: Path) -> Sequence[Finding]:
    """Tries keys and, where they work, writes them into a `.env`; returns what was found."""
    found = await connection.tried(values)
    if is_well(found):
        keep(env, {name: value for name, value in values.items() if value})
    return found

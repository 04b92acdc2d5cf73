"""All kinds that can be connected, how their keys are tried, and the conversation in which one is at the terminal."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from bot import email, guides, sections
from bot.connecting import (
    Ask,
    Connection,
    Connections,
    FromEnv,
    Guide,
    Key,
    Proposed,
    Tried,
    fits,
    is_well,
    keep,
    wrong,
)
from core.connector import Finding, Severity
from core.errors import ConfigurationError, UserError
from core.show import Text, text

_PATIENCE = 3


def _slack() -> Connection:
    from bot.slack.connecting import tried
    from bot.slack.settings import Section

    return _of(guides.GUIDES["slack"], Section, tried)


def _discord() -> Connection:
    from bot.discord.connecting import tried
    from bot.discord.settings import Section

    return _of(guides.GUIDES["discord"], Section, tried)


def _telegram() -> Connection:
    from connectors.telegram.settings import Section
    from connectors.telegram.trying import tried

    return _of(guides.GUIDES["telegram"], Section, tried)


def _email() -> Connection:
    from bot import connecting_mail
    from connectors.email.settings import Section

    guide = guides.GUIDES["email"]
    return _of(
        guide,
        Section,
        connecting_mail.tried,
        proposed=connecting_mail.proposed,
        tried_kept=connecting_mail.tried,
        first=email.ADDRESS,
    )


def _webchat() -> Connection:
    from connectors.webchat.settings import Section

    async def tried(values: Mapping[str, str]) -> Sequence[Finding]:
        return (Finding(Severity.ON, text("A web chat needs nobody's leave: it works.")),)

    return _of(guides.GUIDES["webchat"], Section, tried)


CONNECTIONS: Connections = {
    "webchat": _webchat, "telegram": _telegram, "email": _email, "slack": _slack, "discord": _discord,
}  # fmt: skip


def _of(guide: Guide, section: type[BaseSettings], tried: Tried, **more: Any) -> Connection:
    def checked(values: Mapping[str, str]) -> Sequence[Finding]:
        odd = [key for key in guide.keys if not fits(key, values.get(key.setting, ""))]
        found = [Finding(Severity.ERROR, _odd(key), key.setting) for key in odd]
        named = {finding.setting for finding in found}
        rest = sections.problems(section, {n: v for n, v in guide.as_row(values).items() if v not in ("", False)})
        return [*found, *(Finding(Severity.ERROR, w.said, w.setting) for w in rest if w.setting not in named)]

    def from_env() -> FromEnv | None:
        set_: Any = section()
        names = frozenset(f"{guide.prefix}{name.upper()}" for name in set_.model_fields_set)
        return FromEnv(str(getattr(set_, "name", guide.name)), names) if set_.on and names else None

    return Connection(guide, _safely(tried, checked), lambda: tried({}), checked, from_env, **more)


def _odd(key: Key) -> Text:
    return text("“{name}” does not look right. {where}", name=key.name, where=key.where)


def _safely(tried: Tried, checked: Callable[[Mapping[str, str]], Sequence[Finding]]) -> Tried:
    """Nobody is asked about keys that cannot be any."""

    async def safely(values: dict[str, str]) -> Sequence[Finding]:
        found = checked(values)
        return found if found else await tried(values)

    return safely


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

    What is rare is not asked for. Raises UserError where a given one does not look right, or one lacks and nobody can
    be asked.
    """
    found: dict[str, str] = {}
    for key in guide.keys:
        value = values.get(key.setting, "")
        if ask is not None and not key.is_rare:
            value = _asked(key, value, ask)
        if not fits(key, value):
            raise UserError(wrong(key))
        if value or not key.is_rare:
            found[key.setting] = value
    return found


def _asked(key: Key, proposed: str, ask: Ask) -> str:
    value = ask(key, proposed).strip()
    for _ in range(_PATIENCE):
        if fits(key, value):
            break
        value = ask(key, proposed).strip()
    return value


async def proposals(connection: Connection, values: Mapping[str, str]) -> Proposed:
    """What can be proposed for the keys that are not given, once the first one is."""
    if not values.get(connection.first) or values.get(email.IMAP) or values.get(email.SMTP):
        return Proposed()
    return await connection.proposed(values)


async def connect(connection: Connection, values: Mapping[str, str], env: Path) -> Sequence[Finding]:
    """Tries keys and, where they work, writes them into a `.env`; returns what was found."""
    tried = dict(values)
    found = await connection.tried(tried)
    if is_well(found):
        keep(env, {name: value for name, value in tried.items() if value})
    return found

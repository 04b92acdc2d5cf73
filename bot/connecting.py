"""What a kind of team chat or channel needs to be connected: its keys, where each is found, how they are tried.

Said once for each kind (`bot/guides.py`), and read by `deskbell connect`, by the page “Channels” and by commands.
"""

import io
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from core.connector import Finding, Severity
from core.errors import ConfigurationError
from core.refreshtokens import Keeps
from core.show import Text, text


class Input(StrEnum):
    """How a key is entered in a form."""

    TEXT = "text"
    DAY = "date"
    YES = "checkbox"


@dataclass(frozen=True, slots=True)
class Key:
    """One key somebody has to bring: its setting, where it is found, and how it looks."""

    setting: str
    where: Text
    looks_like: str = ""
    """A pattern of the whole key; nothing where all are taken."""
    is_optional: bool = False
    is_secret: bool = True
    label: Text | None = None
    """What it is called above its field."""
    is_rare: bool = False
    """Whether hardly anybody needs it: not asked for at the terminal, folded away on the page."""
    input: Input = Input.TEXT

    @property
    def name(self) -> Text:
        """What people call it."""
        return self.label or text("{setting}", setting=self.setting)


@dataclass(frozen=True, slots=True)
class Guide:
    """How one kind of team chat or channel is connected."""

    name: str
    title: Text
    """What people call it."""
    before: tuple[Text, ...]
    """What is to be done first, in steps."""
    keys: tuple[Key, ...]
    after: tuple[Text, ...]
    """What comes next."""
    is_room: bool = False
    """Whether it is a team chat, of which a desk has one."""

    @property
    def prefix(self) -> str:
        """What its settings' names begin with in `.env`."""
        return f"{self.name.upper()}_"

    @property
    def secrets(self) -> frozenset[str]:
        """What of a channel's settings must be kept sealed."""
        return frozenset(self.field(key.setting) for key in self.keys if key.is_secret)

    def field(self, setting: str) -> str:
        """What a setting of `.env` is called in a channel's row."""
        return setting.removeprefix(self.prefix).lower()

    def as_set(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """A row's settings in the clear under the names of `.env`; what is not set is empty."""
        found = {key.setting: settings.get(self.field(key.setting)) for key in self.keys}
        return {name: "" if value in (None, False) else str(value) for name, value in found.items()}

    def as_row(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Values under the names of `.env` as a row keeps them."""
        yes = {key.setting for key in self.keys if key.input is Input.YES}
        return {self.field(name): value == "True" if name in yes else value for name, value in values.items()}

    def lacking(self, values: Mapping[str, Any]) -> list[Key]:
        """The keys that must be there and are not."""
        return [key for key in self.keys if not key.is_optional and not values.get(key.setting)]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What can be told from what was entered first, for whoever enters the rest."""

    values: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()


Tried = Callable[[dict[str, str]], Awaitable[Sequence[Finding]]]
"""Tries keys against the platform: their settings and values. What the platform gives anew for one takes its place."""
TriedKept = Callable[[dict[str, str], Keeps], Awaitable[Sequence[Finding]]]
"""The same, where one of them changes by being used (a mailbox's refresh token) and the new one is kept."""
Checked = Callable[[Mapping[str, str]], Sequence[Finding]]
"""Says what is wrong with values without asking anybody."""


async def _nothing(values: Mapping[str, str]) -> Proposed:
    """For kinds of which nothing can be told beforehand."""
    return Proposed()


@dataclass(frozen=True, slots=True)
class FromEnv:
    """What `.env` says of a kind: the channel it describes, and which settings stand there."""

    channel: str
    settings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Connection:
    """How one kind is connected, how its keys are checked and tried, and what `.env` says of it."""

    guide: Guide
    tried: Tried
    tried_as_set: Callable[[], Awaitable[Sequence[Finding]]]
    """Tries the keys that stand in `.env`."""
    checked: Checked
    from_env: Callable[[], FromEnv | None]
    proposed: Callable[[Mapping[str, str]], Awaitable[Proposed]] = _nothing
    tried_kept: TriedKept | None = None
    first: str = ""
    """The setting from which something can be proposed; it is asked for before the others."""


Connections = Mapping[str, Callable[[], Connection]]
"""By kind; the library of one is only imported when it is asked for."""


def fits(key: Key, value: str) -> bool:
    """Whether a value can be this key."""
    if not value:
        return key.is_optional
    return not key.looks_like or re.fullmatch(key.looks_like, value) is not None


def wrong(key: Key) -> Text:
    """What is said of a key that does not look like one; never the key itself."""
    return text("{name} does not look right. {where}", name=key.setting, where=key.where)


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing stands in the way of what was tried."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def keep(path: Path, values: dict[str, str]) -> None:
    """Writes settings into a `.env`, in their old places where they stand already; the rest stays as it is.

    Raises ConfigurationError for a value that would not be read back as it is.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rest = {name: _assigned(name, value) for name, value in values.items()}
    lines = [_line(line, line, rest) for line in lines]
    lines = [_line(line, line.lstrip("# "), rest) for line in lines]  # then those that only stand there as examples
    lines += rest.values()
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _assigned(name: str, value: str) -> str:
    """A line of `.env`, in quotes where it needs them."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    made = f"{name}={value}" if re.fullmatch(r"[\w@%+=:,./?&~*!-]*", value) else f"{name}='{escaped}'"
    if dict(dotenv_values(stream=io.StringIO(made))) != {name: value} or "\n" in value:
        said = text("{name} holds signs that cannot stand in .env. Set it in the environment instead.", name=name)
        raise ConfigurationError(said)
    return made


def _line(line: str, said: str, rest: dict[str, str]) -> str:
    name = said.partition("=")[0].strip()
    return rest.pop(name) if name in rest and "=" in said else line


Ask = Callable[[Key, str], str]
"""Gets a key from the person at the terminal, who may take what is proposed."""

"""Asks for the keys of a team chat or channel, says where each is found, tries them live, and writes `.env`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.connector import Finding, Severity
from core.show import Text


@dataclass(frozen=True, slots=True)
class Key:
    """One key somebody has to bring: its setting, where it is found, and how it looks."""

    setting: str
    where: Text
    looks_like: str = ""
    """A pattern of the whole key; nothing where all are taken."""
    is_optional: bool = False
    is_secret: bool = True


@dataclass(frozen=True, slots=True)
class Guide:
    """How one kind of team chat or channel is connected."""

    name: str
    before: tuple[Text, ...]
    """What is to be done first, in steps."""
    keys: tuple[Key, ...]
    after: tuple[Text, ...]
    """What comes next."""


def fits(key: Key, value: str) -> bool:
    """Whether a value can be this key."""
    if not value:
        return key.is_optional
    return not key.looks_like or re.fullmatch(key.looks_like, value) is not None


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing stands in the way of what was tried."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def keep(path: Path, values: dict[str, str]) -> None:
    """Writes settings into a `.env`, in their old places where they stand already; the rest stays as it is."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rest = dict(values)
    lines = [_line(line, line, rest) for line in lines]
    lines = [_line(line, line.lstrip("# "), rest) for line in lines]  # then those that only stand there as examples
    lines += [f"{name}={value}" for name, value in rest.items()]
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(line: str, said: str, rest: dict[str, str]) -> str:
    name = said.partition("=")[0].strip()
    return f"{name}={rest.pop(name)}" if name in rest and "=" in said else line


Ask = Callable[[Key], str]
"""Gets a key from the person at the terminal."""

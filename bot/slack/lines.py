"""Command lines as people type them in Slack."""

from collections.abc import Sequence

from bot.commands.registry import Command

_APART = frozenset(("press", "undo"))
"""What stands behind buttons and is no command of its own."""


def meant(typed: str, commands: Sequence[Command]) -> str:
    """The line behind `/ticket …`: `list mine` means `ticket list mine`, `dialog end 17` means itself."""
    line = typed.strip().lstrip("!/").strip()
    first, _, rest = line.partition(" ")
    second = rest.strip().partition(" ")[0]
    names = {command.name for command in commands}
    first, pair = first.lower(), f"{first} {second}".lower()
    if not line or pair in names or first in names or first in _APART:
        return line
    nouns = {command.noun for command in commands} - {"ticket"}
    if f"ticket {first}" in names or (first not in nouns and first != "ticket"):
        return f"ticket {line}"
    return line


def reads(line: str, commands: Sequence[Command]) -> bool:
    """Whether a line's command only looks, so that it may be asked again for its next page."""
    pair = " ".join(line.lower().split(maxsplit=2)[:2])
    return any(command.reads and command.name in (pair, pair.partition(" ")[0]) for command in commands)


def is_command(line: str) -> bool:
    """Whether a line can be asked for what it lacks."""
    return line.strip().partition(" ")[0] not in _APART

"""Writes the pages that are made from the code: commands, filters, settings, customers' texts, `.env.example`."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bot.commands import COMMANDS, Command
from bot.commands.help import NOUNS
from bot.commands.reading import SHORTCUTS
from bot.sections import SECTIONS
from core.query.fields import FIELDS
from core.query.sorting import SORTS
from core.render import Voice
from core.views import DEFAULTS
from core.wordings import CUSTOMER_TEXTS

ROOT = Path(__file__).parent.parent
_MADE = "<!-- Made from the code by `make docs`; a test keeps it true. -->\n"
_ABOUT = {
    "ticket": "What customers and the team write is kept in tickets.",
    "dialog": "A live conversation; at its end its words become a ticket.",
    "customer": "The people who write to you.",
    "alert": "What teams are called for: customers nobody answers.",
    "message": "Single messages and replies that are still held.",
    "me": "Yourself: being away, language, time zone, password.",
    "desk": "The desk: people, teams, channels, views, texts, quarantine.",
}


def commands() -> str:
    """The reference of all commands."""
    parts = [
        "# Commands\n", _MADE,
        "The same line works at the bottom of the team room, in its threads with `!` (the ticket may be left out "
        "there), in the terminal (`deskbell do --as NAME \"…\"`, `deskbell shell`), and behind every button.\n",
        "A ticket is named by its number; commands marked *many* take several (`41,42`) or a filter "
        "(`[tag:spam status:new]`), show what they would touch, ask, and can be undone as one.\n",
    ]  # fmt: skip
    for noun in NOUNS:
        parts.append(f"## {noun}\n\n{_ABOUT[noun]}\n")
        parts += [_command(each) for each in COMMANDS if each.noun == noun]
    parts.append(
        "## Questions and undo\n\nWhat touches many tickets or cannot be undone asks first and does nothing yet: its "
        "button, or `press KEY` within 15 minutes, says yes; in the terminal `deskbell do` ends with 3 then. What was "
        "done to tickets offers `undo KEY`, good for 30 minutes; what somebody changed meanwhile stays.\n"
    )
    shortcuts = ", ".join(f"`!{short}` = {name}" for short, name in SHORTCUTS.items())
    parts.append(f"## In a thread\n\nEvery verb with `!`, and: {shortcuts}.\n")
    return "\n".join(parts)


def _for_whom(command: Command) -> str:
    return "anybody in a team chat" if command.role is None else f"{command.role.value}s only"


def _command(command: Command) -> str:
    speaker = Voice()
    marks = [mark for mark, is_so in ((_for_whom(command), command.role != "agent"), ("many", command.many)) if is_so]
    marked = f" *({', '.join(marks)})*" if marks else ""
    details = "".join(f"\n{speaker.say(each)}\n" for each in command.details)
    return f"**`{command.usage}`**{marked} — {speaker.say(command.summary)}\n{details}\n    {command.example}\n"


def filters() -> str:
    """The reference of the filter language."""
    rows = "\n".join(
        f"| `{field.name}` | {Voice().say(field.meaning)} | `{_cell(field.example)}` |" for field in FIELDS
    )
    views = "\n".join(f"    view {name} = {line}" for name, line in DEFAULTS)
    return "\n".join((
        "# Filters\n", _MADE,
        "Lists, search, views and commands for many tickets use one language: fields, words and phrases, all of which "
        "must fit. `-` turns a part around, `or` parts alternatives, brackets group, a comma or `|` lists values.\n",
        "    status:open,pending team:tech -tag:spam priority>=high assignee:me|none \"broken lamp\" sort:due\n",
        f"| field | meaning | example |\n|---|---|---|\n{rows}\n",
        f"Sorted by `sort:` {', '.join(f'`{name}`' for name in SORTS)}; a minus turns the order around. Without it the "
        "most pressing come first, then what is due first.\n",
        "Words are found in their German and English forms, whatever their case and accents: `lampe` finds *Lampen*, "
        "`strasse` finds *Straße*. New words can be found after two seconds.\n",
        f"A desk begins with these views:\n\n{views}\n",
    ))  # fmt: skip


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def settings() -> str:
    """The reference of all settings."""
    parts = [
        "# Settings\n", _MADE,
        "They are read from the environment and from `.env` in the working folder; the environment wins. Everything "
        "has a default. `deskbell check` names all that is wrong at once.\n",
    ]  # fmt: skip
    for section in SECTIONS:
        rows = "\n".join(
            f"| `{name}` | {_shown(field.default) or ' '} | {field.description} |" for name, field in _fields(section)
        )
        parts.append(f"## {_title(section)}\n\n| setting | default | |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


_TITLES = {
    "": "The desk",
    "WEBCHAT_": "The web chat",
    "TELEGRAM_": "Telegram",
    "EMAIL_": "E-mail",
    "MAIL_LOOKUP_": "Looking up mail servers",
    "SLACK_": "Slack",
    "DISCORD_": "Discord",
}


def _title(section: type[BaseSettings]) -> str:
    prefix = section.model_config.get("env_prefix", "")
    return _TITLES[prefix]


def _fields(section: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    prefix = section.model_config.get("env_prefix", "")
    for name, field in section.model_fields.items():
        yield f"{prefix}{name.upper()}", field


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        return _span(int(value.total_seconds()))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _span(seconds: int) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def example() -> str:
    """The text of `.env.example`."""
    parts = ["# Settings of Deskbell. Copy this file to .env and change what you need; everything has a default."]
    for section in SECTIONS:
        parts.append(f"\n# ---- {_title(section)}")
        parts += [f"\n# {field.description}\n# {name}={_shown(field.default)}" for name, field in _fields(section)]
    return "\n".join(parts) + "\n"


def texts() -> str:
    """The reference of the texts customers read by themselves."""
    parts = [
        "# Texts customers read\n", _MADE,
        "The desk says these by itself, in the customer's language. Put one into your own words with a line: "
        "`desk set text still-there en = Still with us?`; names in braces are filled in. No words bring ours back.\n",
    ]  # fmt: skip
    for name, said in CUSTOMER_TEXTS.items():
        parts.append(f"**`{name}`**\n\n- en: {said.id}\n- de: {Voice('de').say(said)}\n")
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands,
    "docs/filters.md": filters,
    "docs/settings.md": settings,
    "docs/texts.md": texts,
    ".env.example": example,
}

if __name__ == "__main__":
    for path, made in PAGES.items():
        (ROOT / path).write_text(made(), encoding="utf-8")
        print(path)

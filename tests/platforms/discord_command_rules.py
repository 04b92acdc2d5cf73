"""What application commands must be: names, counts, nesting and the 8,000 characters of each."""

import re
from collections import Counter

from tests.platforms.discord_errors import Form, Json, Refused

CHAT, USER, MESSAGE = 1, 2, 3
CAPS = {CHAT: 100, USER: 15, MESSAGE: 15}
SUB_COMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
CHARACTERS = 8_000
_CHAT_NAME = re.compile(r"[-_'\w]{1,32}")


def check_commands(commands: list[Json]) -> None:
    """Raises 50035 when a set of commands would not be accepted."""
    form = Form()
    kinds = Counter(command.get("type", CHAT) for command in commands)
    for kind, count in kinds.items():
        if count > CAPS.get(kind, 0):
            raise Refused(30032)
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        _check_command(form, command, str(index))
        key = (command.get("type", CHAT), str(command.get("name")))
        if key in seen:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            form.wrong(f"{index}.name", code, "Application command names must be unique")
        seen.add(key)
    form.refuse()


def _check_command(form: Form, command: Json, path: str) -> None:
    if command.get("type", CHAT) != CHAT:
        form.length(f"{path}.name", command.get("name"), least=1, most=32)
        if command.get("description") or command.get("options"):
            code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID"
            form.wrong(path, code, "Context menu commands cannot have description or options")
        return
    _check_names(form, command, path)
    _check_options(form, command.get("options") or [], path, depth=0)
    if _size(command) > CHARACTERS:
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_names(form: Form, named: Json, path: str) -> None:
    for locale, name in ((None, str(named.get("name") or "")), *(named.get("name_localizations") or {}).items()):
        if not _CHAT_NAME.fullmatch(name) or name != name.lower():
            where = f"{path}.name" if locale is None else f"{path}.name_localizations.{locale}"
            form.wrong(where, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    form.length(f"{path}.description", named.get("description"), least=1, most=100)
    for locale, words in (named.get("description_localizations") or {}).items():
        form.length(f"{path}.description_localizations.{locale}", words, least=1, most=100)


def _check_options(form: Form, options: list[Json], path: str, *, depth: int) -> None:
    form.count(f"{path}.options", options, most=25)
    names = Counter(option.get("name") for option in options)
    if any(count > 1 for count in names.values()):
        form.wrong(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
    kinds = {option.get("type") in (SUB_COMMAND, GROUP) for option in options}
    if len(kinds) > 1:
        code = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
        form.wrong(f"{path}.options", code, "Sub-command and sub-command group option types are mutually exclusive")
    optional_seen = False
    for index, option in enumerate(options):
        here = f"{path}.options.{index}"
        if option.get("required") and optional_seen:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            form.wrong(here, code, "Required options must be placed before non-required options")
        optional_seen = optional_seen or not option.get("required")
        _check_option(form, option, here, depth=depth)


def _check_option(form: Form, option: Json, path: str, *, depth: int) -> None:
    _check_names(form, option, path)
    kind = option.get("type")
    form.one_of(f"{path}.type", kind, tuple(range(1, 12)))
    if (kind == GROUP and depth > 0) or (kind == SUB_COMMAND and depth > 1):
        form.wrong(f"{path}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Groups nest one level")
    if kind in (SUB_COMMAND, GROUP):
        _check_options(form, option.get("options") or [], path, depth=2 if kind == SUB_COMMAND else 1)
        return
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        code = "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES"
        form.wrong(path, code, "Autocomplete and choices are mutually exclusive")
    if option.get("autocomplete") and kind not in (STRING, INTEGER, NUMBER):
        form.wrong(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_TYPE", "This type has no autocomplete")
    check_choices(form, choices, f"{path}.choices")


def check_choices(form: Form, choices: list[Json], path: str) -> None:
    """Notes what is wrong with choices, fixed or of an autocomplete: 25 at most, names 1–100, text values up to 100."""
    form.count(path, choices, most=25)
    for index, choice in enumerate(choices):
        form.length(f"{path}.{index}.name", choice.get("name"), least=1, most=100)
        if isinstance(choice.get("value"), str):
            form.length(f"{path}.{index}.value", choice["value"], least=1, most=100)


def _size(named: Json) -> int:
    texts = [_longest(named, "name"), _longest(named, "description")]
    choices = named.get("choices") or []
    own = sum(texts) + sum(_longest(choice, "name") + len(str(choice.get("value", ""))) for choice in choices)
    return own + sum(_size(option) for option in named.get("options") or [])


def _longest(named: Json, key: str) -> int:
    translations = (named.get(f"{key}_localizations") or {}).values()
    return max(len(text) for text in (str(named.get(key) or ""), *translations))

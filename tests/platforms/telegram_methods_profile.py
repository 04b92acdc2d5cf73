"""Methods about the bot itself: who it is, its commands, its descriptions."""

import json
import re
from functools import partial

from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_calls import Call, Method
from tests.platforms.telegram_errors import Json, bad
from tests.platforms.telegram_world import Account, Bot

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_TEXTS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}


def get_me(call: Call) -> Json:
    """getMe."""
    can = {"can_join_groups": True, "can_read_all_group_messages": not call.bot.has_privacy}
    cannot = (
        "supports_inline_queries", "can_connect_to_business", "has_main_web_app", "has_topics_enabled",
        "allows_users_to_create_topics",
    )  # fmt: skip
    return wire.user(call.bot) | can | dict.fromkeys(cannot, False)


def _key(call: Call) -> tuple[str, str]:
    scope = call.given("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), call.text("language_code")


def set_commands(call: Call) -> bool:
    """setMyCommands: by scope and language."""
    commands = call.given("commands")
    if not isinstance(commands, list):
        raise bad("can't parse commands: Expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not _COMMAND.fullmatch(one.get("command", "").removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_key(call)] = commands
    return True


def get_commands(call: Call) -> list[Json]:
    """getMyCommands: of exactly that scope and language."""
    return call.bot.commands.get(_key(call), [])


def delete_commands(call: Call) -> bool:
    """deleteMyCommands."""
    call.bot.commands.pop(_key(call), None)
    return True


def commands_for(bot: Bot, person: Account) -> list[Json]:
    """The menu somebody sees in the private chat: the narrowest scope, in their language where there is one."""
    chat = {"type": "chat", "chat_id": person.id}
    for scope in (chat, {"type": "all_private_chats"}, {"type": "default"}):
        for language in (person.language, ""):
            if found := bot.commands.get((json.dumps(scope, sort_keys=True), language)):
                return found
    return []


def set_text(call: Call, name: str, most: int) -> bool:
    """setMyName, setMyDescription, setMyShortDescription."""
    if len(call.text(name)) > most:
        raise bad(f"bot {name.replace('_', ' ')} is too long")
    call.bot.texts[name, call.text("language_code")] = call.text(name)
    return True


def get_text(call: Call, name: str) -> Json:
    """getMyName, getMyDescription, getMyShortDescription: in that language, or as they are for all."""
    texts = call.bot.texts
    said = texts.get((name, call.text("language_code"))) or texts.get((name, ""))
    return {name: said or (call.bot.first_name if name == "name" else "")}


def set_menu_button(call: Call) -> bool:
    """setChatMenuButton: taken and forgotten."""
    return True


def get_menu_button(call: Call) -> Json:
    """getChatMenuButton."""
    return {"type": "commands"}


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setChatMenuButton": set_menu_button,
    "getChatMenuButton": get_menu_button,
    **{f"setMy{kind}": partial(set_text, name=name, most=most) for kind, (name, most) in _TEXTS.items()},
    **{f"getMy{kind}": partial(get_text, name=name) for kind, (name, _) in _TEXTS.items()},
}

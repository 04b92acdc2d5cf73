"""A call of a method: who calls, with which parameters and files, and which chat and message it means."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.platforms.telegram_errors import Json, bad, forbidden
from tests.platforms.telegram_world import INSIDE, KICKED, RESTRICTED, Bot, Chat, Member, Message, World


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime: str = ""


@dataclass
class Call:
    """A call; parameters are text as forms have it, lists and objects in JSON."""

    world: World
    bot: Bot
    params: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A parameter, or ""."""
        return self.params.get(name, "")

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; what is none counts as 0, as at Telegram."""
        try:
            return int(self.params.get(name, default))
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Whether something is asked for."""
        return self.text(name).lower() in ("true", "yes", "1")

    def given(self, name: str) -> Any:
        """A list or an object; None when it is not there."""
        if not self.text(name):
            return None
        try:
            return json.loads(self.text(name))
        except ValueError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat that is meant; raises 400 and 403 where this bot has none."""
        said = self.text(name)
        if not said:
            raise bad(f"{name} is empty")
        try:
            number = int(said)
        except ValueError:
            raise bad("chat not found") from None
        if number in self.world.moved:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.world.moved[number])
        if number in self.world.groups:
            return _group(self.bot, self.world.groups[number])
        return self._private(number)

    def _private(self, number: int) -> Chat:
        if (self.bot.id, number) in self.world.privates:
            return self.world.privates[self.bot.id, number]
        person = self.world.people.get(number)
        if person is not None and number in self.bot.met:
            return self.world.private(self.bot, person)
        if number in self.world.bots:
            raise forbidden("bots can't send messages to bots")
        raise bad("chat not found")

    def member(self, chat: Chat) -> Member:
        """The member of a group that user_id means."""
        found = chat.members.get(self.number("user_id"))
        if found is None:
            raise bad("user not found" if self.number("user_id") not in self.bot.met else "PARTICIPANT_ID_INVALID")
        return found

    def message(self, chat: Chat, deed: str) -> Message:
        """The message that is meant, by the words of a deed."""
        if "message_id" not in self.params:
            raise bad("message identifier is not specified")
        found = chat.message(self.number("message_id"))
        if found is None:
            raise bad(f"message to {deed} not found")
        return found


def _group(bot: Bot, chat: Chat) -> Chat:
    match chat.members.get(bot.id):
        case Member(status=status) if status in INSIDE:
            return chat
        case Member(status=status) if status == KICKED:
            kind = "group chat" if chat.kind == "group" else "supergroup chat"
            raise forbidden(f"bot was kicked from the {kind}")
        case Member():
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        case None:
            raise bad("chat not found")


Method = Callable[[Call], Json | list[Json] | bool | str | int | Awaitable[Any]]


def may_write(bot: Bot, chat: Chat) -> None:
    """Raises 403 where a person does not let the bot write, 400 where a group does not."""
    if chat.person is None:
        if chat.status(bot) == RESTRICTED:
            raise bad("not enough rights to send text messages to the chat")
        return
    if chat.person.is_deleted:
        raise forbidden("user is deactivated")
    if chat.is_blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.is_open:
        raise forbidden("bot can't initiate conversation with a user")


async def read(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """A request's parameters, from its address, form, multipart form or JSON, and its files."""
    params, uploads = dict(request.query), dict[str, Upload]()
    if request.content_type == "application/json":
        said = await request.json()
        params |= {key: one if isinstance(one, str) else json.dumps(one) for key, one in said.items()}
        return params, uploads
    for key, one in (await request.post()).items():
        if isinstance(one, web.FileField):
            uploads[key] = Upload(one.filename, one.file.read(), one.content_type)
        elif isinstance(one, bytes | bytearray):
            uploads[key] = Upload(key, bytes(one))
        else:
            params[key] = one
    return params, uploads

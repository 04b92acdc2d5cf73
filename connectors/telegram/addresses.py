"""Who and where: what people, places and messages are called by, and whether something is meant for the bot."""

import re
from dataclasses import dataclass

from telegram import Message, User

from connectors.telegram import commands
from core.connector import Sender

KIND, IN_GROUP = "telegram", "telegram-group"
"""Kinds of addresses: a private chat, and one person in one group."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where to write to somebody: a chat, in a group under a topic, too."""

    chat: int
    topic: int | None = None

    @property
    def is_group(self) -> bool:
        """Whether it is a group: their ids are negative."""
        return self.chat < 0


def place_of(address: str) -> Place:
    """Where an address is: `chat`, or in a group `chat:person:topic`. Raises ValueError for what is none of ours."""
    chat, _, rest = address.partition(":")
    topic = rest.partition(":")[2]
    return Place(int(chat), int(topic) if topic else None)


def key_of(chat: int, message_id: int) -> str:
    """What a message is called by."""
    return f"{chat}:{message_id}"


def id_of(key: str) -> int:
    """The message id in a key."""
    return int(key.rpartition(":")[2])


def chat_of(key: str) -> int:
    """The chat in a key."""
    return int(key.partition(":")[0])


def sender(user: User, said: Message | None = None) -> Sender:
    """Who somebody is: themselves, or in a group themselves there."""
    name = user.full_name[:120]
    language = (user.language_code or "")[:8]
    if said is None or said.chat.type == "private":
        return Sender(KIND, str(user.id), name, language=language)
    topic = said.message_thread_id if said.is_topic_message else ""
    address, person = f"{said.chat_id}:{user.id}:{topic or ''}", f"{KIND}:{user.id}"
    return Sender(IN_GROUP, address, name, language=language, person=person)


def group_of(said: Message) -> int:
    """The group something was said in; 0 in private."""
    return 0 if said.chat.type == "private" else said.chat_id


def is_for_us(said: Message, me: Me) -> bool:
    """Everything in private; in a group only mentions of the bot, answers to it and its commands."""
    if said.chat.type == "private":
        return True
    quoted = said.reply_to_message
    if quoted is not None and quoted.from_user is not None and quoted.from_user.id == me.id:
        return quoted.forum_topic_created is None
    words = said.text or said.caption or ""
    return _name(me).search(words) is not None or commands.is_ours(words, me)


def without_us(words: str, me: Me) -> str:
    """The words without the bot's name at their beginning."""
    found = _name(me).match(words)
    return words if found is None else words[found.end() :].lstrip(" ,:")


def _name(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(me.username)}(?!\w)", re.IGNORECASE)

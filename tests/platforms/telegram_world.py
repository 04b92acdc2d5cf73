"""The world of the fake Telegram: people, bots, chats, topics, messages, files; nothing of the wire."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.platforms.telegram_errors import Json, NotOffered

if TYPE_CHECKING:
    from tests.platforms.telegram_inbox import Inbox

OWNER, ADMIN, MEMBER, RESTRICTED = "creator", "administrator", "member", "restricted"
LEFT, KICKED = "left", "kicked"
INSIDE = (OWNER, ADMIN, MEMBER, RESTRICTED)


@dataclass
class Clock:
    """Telegram's time: this machine's, and as much ahead as a test let pass."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@dataclass(eq=False)
class Account:
    """Somebody with an id: a person or a bot."""

    id: int
    first_name: str
    username: str = ""
    last_name: str = ""
    language: str = ""
    is_deleted: bool = False

    @property
    def is_bot(self) -> bool:
        """Whether it is a bot."""
        return isinstance(self, Bot)


@dataclass(eq=False)
class Bot(Account):
    """A bot: what BotFather and its own calls set, and what waits for it."""

    token: str = ""
    has_privacy: bool = True
    inbox: "Inbox" = field(kw_only=True)
    last_message_id: int = 0
    """Private chats of a bot are numbered together, so two bots' numbers for one person collide."""
    met: set[int] = field(default_factory=set)
    """Whom it may speak of: people it heard of anywhere."""
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """By scope and language."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Name, description and short description, by kind and language."""


@dataclass
class Member:
    """What somebody is in a group."""

    account: Account
    status: str = MEMBER
    rights: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Topic:
    """A topic of a forum; its id is that of the message that opened it."""

    chat: "Chat"
    root: "Message"
    name: str
    is_closed: bool = False
    is_deleted: bool = False

    @property
    def id(self) -> int:
        """What message_thread_id says."""
        return self.root.id


@dataclass(eq=False)
class Chat:
    """A private chat of a person and a bot, a group, or a supergroup."""

    id: int
    kind: str
    title: str = ""
    person: Account | None = None
    bot: Bot | None = None
    is_forum: bool = False
    is_open: bool = False
    """Of a private chat: the person has pressed Start."""
    is_blocked: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: list["Message"] = field(default_factory=list)
    before: list["Message"] = field(default_factory=list)
    """What was said before the group became a supergroup; its numbers are worth nothing now."""
    actions: list[str] = field(default_factory=list)
    """What was shown as the bot's doing: "typing"."""
    keyboard: list[Json] = field(default_factory=list)
    """The buttons a reply keyboard shows in place of letters."""
    pinned: list["Message"] = field(default_factory=list)
    last_message_id: int = 0
    last_bot: Bot | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is between one person and one bot."""
        return self.kind == "private"

    def next_message_id(self) -> int:
        """A number for a message; unique in this chat, and no further."""
        counter = self.bot if self.is_private and self.bot is not None else self
        counter.last_message_id += 1
        return counter.last_message_id

    def status(self, account: Account) -> str:
        """What somebody is here."""
        if self.is_private:
            return MEMBER
        member = self.members.get(account.id)
        return member.status if member else LEFT

    def is_admin(self, account: Account) -> bool:
        """Whether somebody may do what only admins may."""
        return not self.is_private and self.status(account) in (OWNER, ADMIN)

    def bots(self) -> list[Bot]:
        """The bots in it."""
        if self.bot is not None:
            return [self.bot]
        accounts = (member.account for member in self.members.values() if member.status in INSIDE)
        return [account for account in accounts if isinstance(account, Bot)]

    def message(self, message_id: int) -> "Message | None":
        """A message that stands in it."""
        found = (one for one in reversed(self.messages) if one.id == message_id and not one.is_deleted)
        return next(found, None)


@dataclass(eq=False)
class File:
    """Bytes Telegram keeps. A photo's `smaller` are its other sizes."""

    id: int
    kind: str
    content: bytes
    name: str = ""
    mime: str = ""
    size: int = 0
    traits: Json = field(default_factory=dict)
    """width, height, duration, emoji: what its object says besides."""
    smaller: list["File"] = field(default_factory=list)


@dataclass(frozen=True)
class Link:
    """A file that may be fetched for a while."""

    file: File
    until: float


@dataclass(eq=False)
class Message:
    """What stands in a chat."""

    id: int
    chat: Chat
    sender: Account
    at: int
    text: str = ""
    """The words, or the caption of a file."""
    entities: list[Json] = field(default_factory=list)
    kind: str = "text"
    file: File | None = None
    content: Json = field(default_factory=dict)
    """What a location, a contact or a service message says."""
    reply_to: "Message | None" = None
    quote: str = ""
    topic: Topic | None = None
    markup: Json | None = None
    edited_at: int = 0
    media_group_id: str = ""
    origin: Json | None = None
    is_silent: bool = False
    is_deleted: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)

    @property
    def files(self) -> list[File]:
        """Its file, if it has one."""
        return [self.file] if self.file else []

    @property
    def is_edited(self) -> bool:
        """Whether it is marked as edited."""
        return self.edited_at > 0

    @property
    def buttons(self) -> list[str]:
        """The labels of its inline buttons."""
        return [button["text"] for button in self._buttons()]

    def button(self, label: str) -> Json:
        """An inline button."""
        for button in self._buttons():
            if button["text"] == label:
                return button
        raise NotOffered(f"{self.text!r} has no button {label!r}, only {self.buttons}")

    def _buttons(self) -> list[Json]:
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(eq=False)
class Query:
    """A pressed button, and what the bot showed for it: nothing (""), a note, or an alert."""

    id: str
    bot: Bot
    person: Account
    message: Message
    at: float
    is_answered: bool = False
    text: str = ""
    is_alert: bool = False
    url: str = ""


@dataclass
class World:
    """All there is."""

    clock: Clock
    people: dict[int, Account] = field(default_factory=dict)
    bots: dict[int, Bot] = field(default_factory=dict)
    groups: dict[int, Chat] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    """Groups that became supergroups: from which id to which."""
    privates: dict[tuple[int, int], Chat] = field(default_factory=dict)
    """By bot and person."""
    files: dict[int, File] = field(default_factory=dict)
    links: dict[tuple[int, str], Link] = field(default_factory=dict)
    """By bot and path."""
    queries: dict[str, Query] = field(default_factory=dict)
    query_lasts_s: float = 15.0
    last_id: int = 0

    def new_id(self) -> int:
        """A number nothing else has."""
        self.last_id += 1
        return self.last_id

    def now(self) -> int:
        """The time as messages bear it, in whole seconds."""
        return int(self.clock())

    def private(self, bot: Bot, person: Account) -> Chat:
        """The chat of a person and a bot, perhaps not begun."""
        key = (bot.id, person.id)
        if key not in self.privates:
            self.privates[key] = Chat(person.id, "private", person=person, bot=bot)
        return self.privates[key]

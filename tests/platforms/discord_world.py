"""One Discord server as plain objects: accounts, roles, channels, threads, messages. Deeds are elsewhere."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from tests.platforms.discord_errors import Json

EPOCH_MS = 1_420_070_400_000


class Kind(IntEnum):
    """Channel types, by Discord's numbers."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    NEWS = 5
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


@dataclass
class Clock:
    """The fake's time: the machine's, plus what a test lets pass."""

    ahead_s: float = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead_s

    def stamp(self) -> str:
        """Now, as Discord writes it."""
        return iso(self.now())


def iso(at: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


@dataclass(eq=False)
class Account:
    """A user, with their membership of the server."""

    id: int
    name: str
    bot: bool = False
    roles: set[int] = field(default_factory=set)
    joined_at: str = ""
    refuses_dms: bool = False


@dataclass(eq=False)
class Role:
    """A role; the one with the server's id is @everyone."""

    id: int
    name: str
    permissions: int
    mentionable: bool = False
    position: int = 1
    bot_id: int | None = None


@dataclass
class Overwrite:
    """What a channel allows or denies a role or member."""

    id: int
    is_member: bool
    allow: int = 0
    deny: int = 0


@dataclass
class Tag:
    """A forum's tag."""

    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None


@dataclass
class Attachment:
    """A file in a message; its link is signed anew each time it is shown."""

    id: int
    filename: str
    content: bytes
    content_type: str
    description: str | None = None


@dataclass(eq=False)
class Message:
    """A message as Discord keeps it; what a person sees of it is `shown(message)`."""

    id: int
    channel: "Channel"
    author: Account
    content: str
    at: str
    type: int = 0
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    edited_at: str | None = None
    nonce: str | None = None
    reply_to: int | None = None
    mentions: list[Account] = field(default_factory=list)
    mentioned_roles: list[Role] = field(default_factory=list)
    mentions_everyone: bool = False
    notified: list[Account] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What a client writes for the ids in it."""
    reactions: dict[str, list[Account]] = field(default_factory=dict)
    pinned: bool = False
    thread: "Channel | None" = None
    interaction: Json | None = None
    webhook: tuple[int, str] | None = None
    """The webhook that wrote it and the name it wore."""
    deleted: bool = False

    @property
    def is_ephemeral(self) -> bool:
        """Only one person sees it."""
        return bool(self.flags & 64)

    @property
    def is_v2(self) -> bool:
        """It is made of components alone."""
        return bool(self.flags & (1 << 15))


@dataclass(eq=False)
class Channel:
    """A channel, a forum, a thread (a forum's post is one) or a direct conversation."""

    id: int
    kind: Kind
    name: str = ""
    topic: str | None = None
    parent: "Channel | None" = None
    position: int = 0
    overwrites: list[Overwrite] = field(default_factory=list)
    slow_s: int = 0
    messages: list[Message] = field(default_factory=list)
    last_message_id: int | None = None
    flags: int = 0
    available_tags: list[Tag] = field(default_factory=list)
    posts: list["Channel"] = field(default_factory=list)
    """The threads in it, oldest first; archived ones too."""
    recipients: list[Account] = field(default_factory=list)
    deleted: bool = False
    renamed_at: list[float] = field(default_factory=list)
    # Threads only.
    owner: Account | None = None
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_minutes: int = 4320
    archive_changed_at: str = ""
    created_at: str = ""
    active_at: float = 0.0
    applied_tags: list[int] = field(default_factory=list)
    thread_members: dict[int, str] = field(default_factory=dict)
    total_sent: int = 0

    @property
    def is_dm(self) -> bool:
        """It is a direct conversation."""
        return self.kind is Kind.DM

    @property
    def is_thread(self) -> bool:
        """It is a thread or a forum's post."""
        return self.kind in (Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)

    @property
    def is_private_thread(self) -> bool:
        """It is a thread for its members only."""
        return self.kind is Kind.PRIVATE_THREAD

    @property
    def parent_of_thread(self) -> "Channel | None":
        """The channel a thread belongs to; nothing for other kinds."""
        return self.parent if self.is_thread else None

    @property
    def tags(self) -> list[str]:
        """The names of a post's tags, in the order they were applied."""
        names = {tag.id: tag.name for tag in self.parent.available_tags} if self.parent else {}
        return [names[tag] for tag in self.applied_tags if tag in names]

    def message(self, message_id: int) -> Message | None:
        """The message with that id, unless it was deleted."""
        return next((message for message in self.messages if message.id == message_id), None)


@dataclass(frozen=True)
class Event:
    """Something that happened, to be told to sessions whose intents and sight allow it."""

    name: str
    payload: Json
    channel: Channel | None = None
    message: Message | None = None


@dataclass
class World:
    """Everything there is; `listeners` hear each event as it happens."""

    clock: Clock
    id: int = 0
    name: str = "Acme"
    owner_id: int = 0
    bot: Account = field(default_factory=lambda: Account(0, "Deskbell", bot=True))
    accounts: dict[int, Account] = field(default_factory=dict)
    members: dict[int, Account] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    dms: dict[int, Channel] = field(default_factory=dict)
    files: dict[int, Attachment] = field(default_factory=dict)
    active_threads_cap: int = 1000
    renames_in_ten_minutes: int = 2
    cdn_url: str = ""
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    _counter: "itertools.count[int]" = field(default_factory=itertools.count)
    _last_id: int = 0

    def new_id(self) -> int:
        """A snowflake, larger than all before."""
        moment = int(self.clock.now() * 1000) - EPOCH_MS
        self._last_id = max(moment << 22 | next(self._counter) & 0xFFF, self._last_id + 1)
        return self._last_id

    def tell(self, name: str, payload: Json, *, channel: Channel | None = None, message: Message | None = None) -> None:
        """Lets everybody connected know."""
        for listener in self.listeners:
            listener(Event(name, payload, channel, message))

    def channel_named(self, name: str) -> Channel:
        """The channel (not thread) of that name."""
        for channel in self.channels.values():
            if channel.name == name and not channel.is_thread:
                return channel
        raise KeyError(f"There is no channel {name!r}. There are: {[each.name for each in self.channels.values()]}")

    def threads(self, parent: Channel | None = None) -> list[Channel]:
        """All threads, or one channel's, oldest first."""
        found = [each for each in self.channels.values() if each.is_thread]
        return [each for each in found if parent is None or each.parent is parent]

    def active_threads(self) -> list[Channel]:
        """The threads that are not archived."""
        return [each for each in self.threads() if not each.archived]

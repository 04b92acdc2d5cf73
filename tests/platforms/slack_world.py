"""A workspace of the fake Slack: its people, channels, messages, files and open views; nothing of the wire."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.platforms.slack_app import App
from tests.platforms.slack_emoji import EMOJI

Wire = dict[str, Any]


class Refused(Exception):
    """Slack's answer is an error; `more` joins the answer, for example `needed` and `provided`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


@dataclass
class Clock:
    """Slack's time: this machine's, and as much ahead as a test let pass."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@dataclass
class User:
    """A member, guest, stranger of another workspace, or bot."""

    id: str
    name: str
    team_id: str
    real_name: str = ""
    display_name: str = ""
    email: str = ""
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    profile: dict[str, str] = field(default_factory=dict)

    def wire(self, *, email: bool, locale: bool = False) -> Wire:
        """As users.info shows them; `email` only with users:read.email and never for strangers."""
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {
            "real_name": self.real_name, "real_name_normalized": self.real_name, "display_name": self.display_name,
            "display_name_normalized": self.display_name, "team": self.team_id, "title": "", "image_72": "",
        } | self.profile  # fmt: skip
        if email and self.email and not self.is_stranger:
            profile["email"] = self.email
        shown = {
            "id": self.id, "team_id": self.team_id, "name": self.name, "deleted": self.deleted, "profile": profile,
            "is_bot": self.is_bot, "is_app_user": False, "updated": 1,
        }  # fmt: skip
        if not self.deleted:
            shown |= {
                "real_name": self.real_name, "tz": self.tz, "tz_label": self.tz, "is_admin": self.is_admin,
                "tz_offset": int(offset.total_seconds()) if offset else 0, "is_owner": False,
                "is_primary_owner": False, "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
            }  # fmt: skip
        if self.is_stranger:
            shown["is_stranger"] = True
        if locale:
            shown["locale"] = self.locale
        return shown


@dataclass
class Message:
    """What stands in a channel, or before one reader's eyes (`to`)."""

    ts: str
    channel: str
    user: str = ""
    text: str = ""
    blocks: list[Wire] = field(default_factory=list)
    attachments: list[Wire] = field(default_factory=list)
    thread_ts: str = ""
    subtype: str = ""
    username: str = ""
    icons: dict[str, str] = field(default_factory=dict)
    app_id: str = ""
    files: list[str] = field(default_factory=list)
    metadata: Wire | None = None
    edited: Wire | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str = ""
    to: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it stands in somebody else's thread."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass
class Channel:
    """A channel, or a direct conversation (`is_im`) with the app."""

    id: str
    name: str
    members: list[str]
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    is_shared: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The `channel_type` of message events."""
        return "im" if self.is_im else "group" if self.is_private else "channel"

    @property
    def scope(self) -> str:
        """What scopes for it begin with."""
        return {"im": "im", "group": "groups", "channel": "channels"}[self.kind]

    def message(self, ts: str) -> Message | None:
        """The message of that time."""
        return next((m for m in self.messages if m.ts == ts), None)

    def thread(self, ts: str) -> list[Message]:
        """The first message and its replies."""
        return [m for m in self.messages if ts in (m.ts, m.thread_ts)]


@dataclass
class File:
    """A file; `content` is None until its bytes came."""

    id: str
    name: str
    size: int
    user: str
    at: int
    content: bytes | None = None
    title: str = ""
    shares: list[tuple[str, str]] = field(default_factory=list)
    """Channel and time of the messages it stands in."""


@dataclass
class Group:
    """A user group, pinged as <!subteam^ID>."""

    id: str
    handle: str
    users: list[str]


@dataclass
class View:
    """A modal or home tab as somebody has it before them; `body` is what the app sent."""

    id: str
    user: str
    body: Wire
    hash: str
    root: str = ""
    previous: str = ""
    values: dict[str, dict[str, Wire]] = field(default_factory=dict)


@dataclass
class Trigger:
    """What a trigger_id stands for."""

    user: str
    at: float
    is_used: bool = False


@dataclass
class Hook:
    """What a response_url stands for: `source` is the message it may replace."""

    user: str
    channel: str
    at: float
    source: Message | None = None
    uses: int = 0


@dataclass(frozen=True)
class Sight:
    """Something the app made visible; `user` empty when all members of the channel see it."""

    what: str
    user: str = ""
    message: Message | None = None
    view: View | None = None


@dataclass
class Workspace:
    """All there is; lookups take an id or a name."""

    app: App
    clock: Clock
    deliver: Callable[[Wire], None]
    """Takes an event_callback on its way to the app."""
    team_id: str = "T0DESKBELL0"
    domain: str = "deskbell"
    base_url: str = ""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    emoji: set[str] = field(default_factory=lambda: set(EMOJI))
    sights: list[Sight] = field(default_factory=list)
    pings: list[tuple[str, str]] = field(default_factory=list)
    """Whom the app notified, and by which message's time: ("@channel", "1699…")."""
    made: int = 0
    last_tick: int = 0

    def new_id(self, prefix: str) -> str:
        """A fresh id."""
        self.made += 1
        return f"{prefix}0{self.made:09}"

    def new_ts(self) -> str:
        """A fresh time of a message, later than all before."""
        self.last_tick = max(self.last_tick + 1, int(self.clock() * 1_000_000))
        return f"{self.last_tick // 1_000_000}.{self.last_tick % 1_000_000:06}"

    def user(self, who: str) -> User:
        """Somebody."""
        found = self.users.get(who) or next((u for u in self.users.values() if u.name == who.lstrip("@")), None)
        if found is None:
            raise Refused("user_not_found")
        return found

    def channel(self, which: str) -> Channel:
        """A channel by its id, `name` or `#name`."""
        name = which.lstrip("#")
        found = self.channels.get(which) or next(
            (c for c in self.channels.values() if c.name == name and not c.is_im), None
        )
        if found is None:
            raise Refused("channel_not_found")
        return found

    def dm(self, user: User) -> Channel:
        """The direct conversation of somebody with the app, opened when there is none."""
        for channel in self.channels.values():
            if channel.is_im and user.id in channel.members:
                return channel
        opened = Channel(self.new_id("D"), user.name, [user.id, self.app.bot_user], is_im=True)
        self.channels[opened.id] = opened
        return opened

    def find(self, ts: str) -> Message:
        """A message, ephemeral or not, by its time alone: no two have the same."""
        found = next((m for c in self.channels.values() for m in c.messages if m.ts == ts), None)
        found = found or next((m for m in self.ephemerals if m.ts == ts), None)
        if found is None:
            raise Refused("message_not_found")
        return found

    def view(self, known: str) -> View | None:
        """An open modal or published home tab, by its id or external_id."""
        views = [v for stack in self.modals.values() for v in stack] + list(self.homes.values())
        return next((v for v in views if known in (v.id, v.body.get("external_id"))), None)

"""The contract of the agents' side: what the code of a team chat offers.

A room shows cards and threads, and hands in what agents do. A pushed room (Slack, Discord) is sent to through
the outbox and gives its threads ids of its own. A pulled room (the team room) has no deliveries: its pages read
the store from the last seq they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from core.connector import Attached as Attached
from core.connector import Finding, Found, Sent
from core.show import Button, Card, Text


class Side(StrEnum):
    """Whose words something in a thread holds."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    SYSTEM = "system"
    LINE = "line"


class Mark(StrEnum):
    """What became of a line an agent typed."""

    NOTE = "note"
    HELD = "held"
    STOPPED = "stopped"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Words:
    """One thing said, as the team reads it."""

    side: Side
    who: Text
    text: Text
    files: tuple[Attached, ...] = ()
    is_edited: bool = False
    is_gone: bool = False
    """Taken back or removed: where it stood says so."""


@dataclass(frozen=True, slots=True)
class Board:
    """What a thread's root shows: its ticket's card, and its live dialog's."""

    title: Text
    cards: tuple[Card, ...]
    tags: tuple[str, ...] = ()
    is_closed: bool = False
    is_retired: bool = False
    """Its ticket lives elsewhere now: the root is one line, `title`."""
    called: tuple[str, ...] = ()
    """The accounts there who work on it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line about something that happened, for a thread, a team's channel or one person."""

    texts: tuple[Text, ...]
    buttons: tuple[Button, ...] = ()
    mentions: tuple[str, ...] = ()
    """The accounts there who are called by it."""
    calls_team: bool = False
    """Whether the place's role or group is called by it."""
    link: tuple[str, str] | None = None
    """The place and root of a thread it leads to."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a line typed in the room itself."""

    line: str
    mark: Mark
    was: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One thing to be shown in a room, as the outbox hands it over."""

    delivery_id: int
    nonce: str
    """The same for every try of this delivery, at most 25 characters."""
    kind: str
    """`card`, `say`, `edit`, `retract`, `line`, `mark` or `dm`."""
    place: str
    """The channel there; for a `dm` the account of whom it is for."""
    root: str | None
    """The thread's root there; None where there is no thread, or none yet: then a card makes it."""
    shown: Board | tuple[Words, ...] | Line | Marked
    language: str
    zone: str
    role: str = ""
    """Whom the place calls when it calls its team."""
    earlier_id: str = ""
    """For an edit or a retraction: what the platform called the post."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the room has remembered of the thread (`Sent.facts`)."""


class Room(Protocol):
    """The code for one team chat."""

    name: str
    is_pushed: bool

    def routes(self) -> Sequence[Any]:
        """The HTTP routes it wants mounted (Starlette routes)."""

    async def run(self) -> None:
        """Connects and hands in what agents do, until cancelled."""

    async def is_connected(self) -> bool:
        """Whether agents there are heard by this process now; another process may hear them."""

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests after something was sent through it; nothing where the platform has no such rate."""

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing; errors as a connector's `send`."""

    async def find(self, posting: Posting) -> Sent | Found:
        """Asks the platform whether a posting of unknown fate arrived."""

    async def check(self) -> Sequence[Finding]:
        """What is on, what is off, what is wrong."""

    async def connect(self) -> Sequence[Finding]:
        """Tries the configured keys against the platform."""

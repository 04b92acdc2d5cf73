"""The contract of the agents' side: what the code of a team chat offers.

A room shows cards and threads, and hands in what agents do. A pushed room (Slack, Discord) is sent to through
the outbox and gives its threads ids of its own. A pulled room (the team room) has no deliveries: its pages read
the store from the last seq they have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.connector import Finding, Found, PublicWords, Sent
from core.show import Card, Text


@dataclass(frozen=True, slots=True)
class TeamWords:
    """Words only the team may read: a note, a line about what happened."""

    text: str
    author_name: str
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """One thing to be shown in a room's thread, as the outbox hands it over."""

    delivery_id: int
    nonce: str
    kind: str
    """`say`, `edit`, `retract`, `card` or `line`."""
    place: str
    root: str | None
    """The thread's root there; None while it does not exist: then a card makes it."""
    shown: TeamWords | PublicWords | Card | Text
    language: str
    zone: str
    earlier_id: str = ""


class Room(Protocol):
    """The code for one team chat."""

    name: str
    is_pushed: bool

    def routes(self) -> Sequence[Any]:
        """The HTTP routes it wants mounted (Starlette routes)."""

    async def run(self) -> None:
        """Connects and hands in what agents do, until cancelled."""

    async def send(self, posting: Posting) -> Sent:
        """Shows one thing; errors as a connector's `send`."""

    async def find(self, posting: Posting) -> Sent | Found:
        """Asks the platform whether a posting of unknown fate arrived."""

    async def check(self) -> Sequence[Finding]:
        """What is on, what is off, what is wrong."""

    async def connect(self) -> Sequence[Finding]:
        """Tries the configured keys against the platform."""

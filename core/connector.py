"""The contract of the customers' side: what a kind of channel offers, and what it says to the desk.

A connector turns what its platform tells it into a list of `Inbound` values and hands them over with
`intake.receive`; it takes an `Outgoing` from the outbox and sends it. It decides nothing.
A pulled connector (web chat) has no deliveries: its pages read the store, and `send` is never called.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from core.show import Text


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as their channel knows them."""

    kind: str
    """The identity's kind: `webchat`, `email`, `telegram`, `phone`, `customer-id`."""
    address: str
    name: str = ""
    is_verified: bool = True
    """Whether writing from it proves that it is theirs."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a person typed about themselves: never proof of anything."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said something."""

    key: str
    """What the source calls it; the same key again is the same thing again."""
    sender: Sender
    text: str
    at: datetime
    files: tuple[int, ...] = ()
    """Ids of files already taken in (`files.keep`)."""
    answers: str = ""
    """The key of the message it quotes, where the platform says so."""
    claims: Claims = Claims()
    afresh: bool = False
    """Whether the writer asked for a new conversation."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed what they had said."""

    key: str
    sender: Sender
    of: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Retracted:
    """Somebody took back what they had said."""

    key: str
    sender: Sender
    of: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji on a message."""

    key: str
    sender: Sender
    of: str
    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A customer's page closed, or came back."""

    key: str
    sender: Sender
    left: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Bounced:
    """What we sent did not arrive."""

    key: str
    of: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallFact:
    """One fact about a phone call, in whatever order it arrives."""

    key: str
    call: str
    sender: Sender
    fact: str
    at: datetime
    details: dict[str, str] = field(default_factory=dict)


Inbound = Said | Edited | Retracted | Reacted | Left | Bounced | CallFact


@dataclass(frozen=True, slots=True)
class PublicWords:
    """Words a customer will read. Only `messages.for_customer` makes them, and it refuses notes."""

    text: str
    author_name: str
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to be sent to a customer, as the outbox hands it to a connector."""

    delivery_id: int
    nonce: str
    """The same for every try of this delivery, at most 25 characters."""
    kind: str
    """`say`, `edit` or `retract`."""
    address: str
    words: PublicWords
    earlier_id: str = ""
    """For an edit or a retraction: what the platform called the message."""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it, under this id."""

    external_id: str
    facts: dict[str, Any] = field(default_factory=dict)
    """What a room wants to remember of the thread."""


class Found(StrEnum):
    """What a platform says about a delivery whose answer was lost."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Whether a finding of `check` stops the part or only limits it."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `deskbell check`: what is on, off or wrong, and which setting changes it."""

    severity: Severity
    text: Text
    setting: str = ""


class Connector(Protocol):
    """The code of one kind of channel."""

    kind: str

    def routes(self) -> Sequence[Any]:
        """The HTTP routes it wants mounted (Starlette routes); empty where it has none."""

    async def run(self) -> None:
        """Connects and hands in what arrives, until cancelled. What it raises is shown, and it is started again."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing. TemporaryError: again later; PermanentError: never; anything else: nobody knows."""

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """Asks the platform whether a delivery of unknown fate arrived."""

    async def check(self) -> Sequence[Finding]:
        """What is on, what is off, what is wrong, without changing anything."""

    async def connect(self) -> Sequence[Finding]:
        """Tries the configured keys against the platform."""

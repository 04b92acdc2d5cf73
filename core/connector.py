"""The contract of the customers' side: what a kind of channel offers, and what it says to the desk.

A connector turns what its platform tells it into a list of `Inbound` values and hands them over with
`intake.take_in`; it takes an `Outgoing` from the outbox and sends it. It decides nothing.
A pulled connector (web chat) has no deliveries: its pages read the store. One that is sent to opens a `Line` for each
of its channels, while the desk runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
    person: str = ""
    """The same person's address everywhere on this platform, where `address` is theirs in one place only (a group)."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a person typed about themselves: never proof of anything."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says besides its words."""

    subject: str
    answers: tuple[str, ...] = ()
    """The ids of the mails it answers, the nearest first: of ours, which nobody can guess, and of theirs."""
    is_automatic: bool = False
    """Whether a machine sent it: it reopens nothing and is never answered by itself."""
    notes: tuple[Text, ...] = ()
    """What agents should know of it: who speaks in it and how that is known, what of it could not be read."""
    rest: str = ""
    """What it quotes: shown folded behind the words."""
    copied: tuple[Sender, ...] = ()
    """Who got it besides us: they may answer, and get what is answered."""
    ticket: int | None = None
    """The ticket whose reply address it came to, which nobody can guess."""
    deliveries: tuple[int, ...] = ()
    """What of ours it answers, by ids only we can have made."""
    named: int | None = None
    """The ticket whose number its subject names; anybody can write that."""
    is_doubtful: bool = False
    """Whether its writer is only said to be who they are: what it names is not believed."""
    is_proven: bool = False
    """Whether our mail server found proof that it is from whom it says."""
    is_spam: bool = False
    """Whether our mail server calls it spam."""
    forwarder: str = ""
    """The address of who passed it on, where its sender is who wrote what was passed on."""
    remark: str = ""
    """What they wrote above it."""
    is_history: bool = False
    """Whether it was read long after it came: it is kept, and nothing follows from it."""


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
    audience: str = ""
    """Who reads there besides them: a group's name and how many are in it."""
    more_keys: tuple[str, ...] = ()
    """What the source calls its further parts, where several came as one (an album)."""
    letter: Letter | None = None
    """Where it came by mail: it is no live dialog."""


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


class Wish(StrEnum):
    """What a customer may ask of the desk itself, on channels that have commands or buttons."""

    START = "start"
    NEW = "new"
    STATUS = "status"
    END = "end"
    HELP = "help"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Wished:
    """A customer asked something of the desk itself."""

    key: str
    sender: Sender
    wish: Wish
    words: str
    """What they wrote behind it: a language, a start link's payload."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Chose:
    """A customer pressed one of the choices a message offered."""

    key: str
    sender: Sender
    of: str
    """The key of the message that offered it."""
    choice: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Barred:
    """A customer shut us out (blocked the bot), or lets us in again."""

    key: str
    sender: Sender
    barred: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody put us into a group: it is ignored until an admin allows it."""

    key: str
    group: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """A customer's page closed, or came back."""

    key: str
    sender: Sender
    left: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """One of us answered a customer by a program of their own: it lies among what was sent."""

    key: str
    sender: Sender
    """The one of us, by their address."""
    text: str
    at: datetime
    letter: Letter
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounced:
    """What we sent did not arrive."""

    key: str
    of: str
    """The key of what we sent; empty where the report does not say."""
    reason: str
    at: datetime
    addresses: tuple[str, ...] = ()
    """Where it did not arrive; empty where the report does not say."""
    is_final: bool = True
    """Whether it will not be tried again."""
    deliveries: tuple[int, ...] = ()
    """What of ours it was, by ids only we can have made."""
    ticket: int | None = None
    """The ticket whose reply address the report came to."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """One fact about a phone call, in whatever order it arrives."""

    key: str
    call: str
    sender: Sender
    fact: str
    at: datetime
    details: dict[str, str] = field(default_factory=dict)


Inbound = Said | Answered | Edited | Retracted | Reacted | Wished | Chose | Barred | Met | Left | Bounced | CallFact


@dataclass(frozen=True, slots=True)
class PublicWords:
    """Words a customer will read. Only `messages.for_customer` makes them, and it refuses notes."""

    text: str
    author_name: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes along; its bytes lie in the store under their hash."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a customer may press under a message; `value` comes back as `Chose`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to be sent to a customer, as the outbox hands it to a channel's line."""

    delivery_id: int
    nonce: str
    """The same for every try of this delivery, at most 25 characters."""
    kind: str
    """`say`, `edit` or `retract`."""
    address: str
    words: PublicWords
    files: tuple[Attached, ...] = ()
    choices: tuple[Choice, ...] = ()
    answers: str = ""
    """The key of the customer's message it answers, where there is one."""
    subject: str = ""
    """What a letter is about."""
    thread: tuple[str, ...] = ()
    """The ids of the letters before it, the oldest first."""
    copies: tuple[str, ...] = ()
    """Who else gets a letter."""
    ticket: int | None = None
    """The ticket answers to it belong to."""
    signature: str = ""
    """What its writer puts under a letter."""
    is_automatic: bool = False
    """Whether nobody wrote it: no machine is to answer it."""
    earlier_ids: tuple[str, ...] = ()
    """For an edit or a retraction: what the platform called its posts, in their order. Else: those that are there
    already, where an earlier try was cut short."""
    earlier_files: int = 0
    """How many of them, the last ones, an earlier try of this delivery noted as its files' posts."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it, under this id."""

    external_id: str
    facts: dict[str, Any] = field(default_factory=dict)
    """What a room wants to remember of the thread; `refused`: the addresses in copy a mail server does not take."""
    more_ids: tuple[str, ...] = ()
    """The ids of its further posts, where it took several. Of an edit: all that stand now."""


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
        """Does what all its channels share, until cancelled. What it raises is shown, and it is started again."""

    async def check(self) -> Sequence[Finding]:
        """What is on, what is off, what is wrong, without changing anything."""


@dataclass(frozen=True, slots=True)
class Described:
    """A channel as its line needs to know it."""

    id: int
    kind: str
    name: str
    team_id: int
    settings: Mapping[str, Any]
    """What its connector was told: keys in the clear, as they are used."""


class Line(Protocol):
    """One connected channel of a kind that is sent to."""

    async def run(self) -> None:
        """Connects and hands in what arrives, until cancelled. What it raises is shown, and it is started again."""

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests after something was sent through it."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing. TemporaryError: again later; PermanentError: never; anything else: nobody knows."""

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """Asks the platform whether a delivery of unknown fate arrived."""

    async def close(self) -> None:
        """Lets go of its connections: nothing runs or is sent by it any more."""


class Sending(Connector, Protocol):
    """The code of a kind of channel that is sent to."""

    def own(self) -> tuple[str, Mapping[str, Any]] | None:
        """The channel `.env` describes: its name and settings; None where it describes none."""

    def line(self, channel: Described) -> Line:
        """One of its channels, not connected yet. Raises PermanentError for settings that cannot work."""

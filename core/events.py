"""What can happen, each a small value in the past tense: ids, states and facts, never words, names or addresses."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

_ABOUT = ("ticket_id", "dialog_id", "contact_id", "message_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a ticket, a dialog or a contact."""

    ticket_id: int | None = None
    dialog_id: int | None = None
    contact_id: int | None = None
    message_id: int | None = None

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.kind = "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    def facts(self) -> dict[str, Any]:
        """What the event says beyond whom it is about, ready for JSON."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in _ABOUT}


def _plain(value: object) -> object:
    match value:
        case StrEnum():
            return value.value
        case IntEnum():
            return int(value)
        case datetime():
            return value.isoformat()
        case _:
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Event):
    """A ticket came to be."""

    how: str
    """`dialog`, `message`, `hand`, `note`, `split`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """A ticket's status became another."""

    was: str
    now: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Event):
    """A ticket or dialog has another agent, or none."""

    was: int | None
    now: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """A ticket or dialog went to another team."""

    was: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(Event):
    """A ticket's or dialog's priority became another."""

    was: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChanged(Event):
    """A ticket's or dialog's subject was put into other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueChanged(Event):
    """A ticket was given a deadline of its own, or lost it."""

    now: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged(Event):
    """A tag was put on."""

    tag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Untagged(Event):
    """A tag was taken off."""

    tag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(Event):
    """A ticket belongs to another contact now."""

    was: int | None
    now: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(Event):
    """A ticket was merged into another; recorded on both."""

    source: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnmerged(Event):
    """A merge was undone; recorded on both."""

    source: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsLinked(Event):
    """Two tickets were linked; recorded on both."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsUnlinked(Event):
    """Two tickets were unlinked; recorded on both."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSplitOff(Event):
    """A message became a ticket of its own; recorded on both."""

    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSpam(Event):
    """A ticket is spam, or is none after all."""

    spam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Event):
    """Somebody watches a ticket, or no longer."""

    agent: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(Event):
    """A ticket is hidden from one agent's queue until then; nothing means it is back."""

    agent: int
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded(Event):
    """Something was said; shares the seq of its message."""

    author: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    """A message says something else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Event):
    """A message was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRedacted(Event):
    """A message's words and files were removed for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Event):
    """A reply will not reach the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFailed(Event):
    """A question to somebody who is no agent will not reach them."""

    agent: int
    """Who asked it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogStarted(Event):
    """A customer's live conversation began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogTaken(Event):
    """An agent took a live dialog."""

    agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogCalledOut(Event):
    """The team was called again for a dialog nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogEnded(Event):
    """A live conversation is over."""

    reason: str
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(Event):
    """A live dialog is held, or goes on."""

    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayChanged(Event):
    """An agent's plain words in a thread go to the customer now, or no longer."""

    agent: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLeft(Event):
    """The customer's page is closed, or back."""

    left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReacted(Event):
    """A customer put an emoji on a message, or took it away (then it is empty)."""

    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBarred(Event):
    """A customer shut us out of their channel, or lets us in again."""

    barred: bool
    by: str = ""
    """The kinds of their other addresses, with commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentPrivate(Event):
    """A conversation others could read goes on between the customer and us alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Event):
    """A customer said how it was, 1 to 5."""

    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMerged(Event):
    """Two contacts turned out to be one."""

    source: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUnmerged(Event):
    """They were two after all."""

    source: int
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    """A contact's name, language or addresses were edited."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactBlocked(Event):
    """A contact is blocked, or no longer."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactErased(Event):
    """Everything that said who a contact is was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(Event):
    """A reminder an agent asked for came due."""

    agent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened(Event):
    """Somebody opened a transcript, a recording or an export."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAdded(Event):
    """A channel came to be."""

    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSwitched(Event):
    """A channel was switched on or off."""

    channel: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfigured(Event):
    """Somebody changed settings of a channel: which, never what they say."""

    channel: int
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConfigured(Event):
    """Somebody changed the keys of a team chat: which, never what they say."""

    room: str
    what: tuple[str, ...]

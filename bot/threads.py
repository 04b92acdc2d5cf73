"""A thread as every room shows it: its card, what was said and what happened in their order, what is held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import cards, quoting
from core import dialogs, history, messages, policy, replies, tickets
from core.desk import Desk
from core.models import (
    Author,
    Dialog,
    DialogState,
    File,
    HeldReply,
    Message,
    Reader,
    Ticket,
)
from core.naming import Names
from core.room import Side
from core.show import Card, Text, text, verbatim

MOST = 200
"""Things shown of one thread, the latest."""
_QUIET = frozenset(("customer_left", "listened", "watched", "snoozed", "reminded", "rated"))
"""What happened without being worth a line in the thread; the history has it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a thread."""

    key: str
    seq: int
    side: Side
    who: Text
    words: Text
    at: datetime
    mark: Text | None = None
    message_id: int | None = None
    dialog_id: int | None = None
    dialog_seq: int | None = None
    """An agent's words in a dialog: how far the customer has received tells whether they arrived."""
    is_own: bool = False
    is_edited: bool = False
    is_gone: bool = False
    files: tuple[File, ...] = ()
    quoted: str = ""
    """What a mail quotes beneath its writer's own words."""


@dataclass(frozen=True, slots=True)
class Held:
    """A reply that has not gone yet."""

    id: int
    who: Text
    body: str
    release_at: datetime | None
    why: Text | None
    is_own: bool
    may_be_mailed: bool = False
    """Whether it is stopped because a chat is shut, and the customer has an address."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thread stands: its ticket, its dialog, or both."""

    ticket: Ticket | None
    dialog: Dialog | None

    @property
    def key(self) -> str:
        """What rooms and the bus call it."""
        if self.ticket is not None:
            return f"ticket:{self.ticket.id}"
        return f"dialog:{self.dialog.id if self.dialog else 0}"

    @property
    def title(self) -> Text:
        """What stands above it."""
        if self.ticket is not None:
            return verbatim(f"#{self.ticket.id}")
        return text("Dialog {number}", number=self.dialog.id if self.dialog else 0)

    @property
    def seq(self) -> int:
        """How far it has gone."""
        return self.ticket.last_seq if self.ticket is not None else self.dialog.last_seq if self.dialog else 0


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread, whole or from a seq on."""

    spot: Spot
    cards: tuple[Card, ...]
    items: tuple[Item, ...]
    held: tuple[Held, ...]
    is_relay: bool
    """Whether the reader's plain words go to the customer."""
    reads: Text
    """Who will read what is typed."""
    seq: int


def spot(desk: Desk, key: str) -> Spot:
    """What `ticket:42` or `dialog:17` means now, if the actor may see it; a dialog's ticket comes before it."""
    kind, _, number = key.partition(":")
    id_ = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    dialog = None
    if kind == "dialog":
        dialog = policy.must_see_dialog(desk, dialogs.read(desk, id_))
        if dialog.ticket_id is None:
            return Spot(None, dialog)
        id_ = dialog.ticket_id
    ticket, live = tickets.opened(desk, id_)
    return Spot(policy.must_see(desk, ticket), live)


def read(desk: Desk, key: str, *, after: int = 0) -> Thread:
    """A thread for the acting agent; with `after`, only what came or changed behind that seq."""
    where = spot(desk, key)
    me = desk.actor.agent_id
    items = _items(desk, where, after)
    is_relay = where.dialog is not None and me is not None and dialogs.is_relayed(desk, where.dialog, me)
    shown = []
    if where.ticket is not None:
        shown.append(cards.ticket_card(desk, where.ticket))
    if where.dialog is not None and (where.ticket is None or where.dialog.state is DialogState.LIVE):
        shown.append(cards.dialog_card(desk, where.dialog))
    return Thread(
        where, tuple(shown), tuple(items), tuple(_held(desk, where)), is_relay,
        _readers(desk, where, is_relay=is_relay), where.seq,
    )  # fmt: skip


def _readers(desk: Desk, where: Spot, *, is_relay: bool) -> Text:
    if is_relay and where.dialog is not None and where.dialog.facts.get("audience"):
        everyone = where.dialog.facts["audience"]
        return text("To the customer and everyone in {group}. !n writes a note for the team.", group=everyone)
    if is_relay:
        return text("To the customer. !n writes a note for the team.")
    if where.dialog is not None and where.dialog.state is DialogState.LIVE:
        return text("A note for the team. Take or join to write to the customer.")
    if where.ticket is not None and where.ticket.contact_id is None:
        return text("A note for the team.")
    return text("A note for the team. !r writes to the customer.")


def _items(desk: Desk, where: Spot, after: int) -> list[Item]:
    ticket_id = None if where.ticket is None else where.ticket.id
    dialog_id = None if where.dialog is None else where.dialog.id
    found = history.rows(desk, ticket_id, dialog_id, after=after, limit=MOST)
    files = messages.files_of(desk, [row.Message.id for row in found if row.Message is not None])
    names = Names.of(desk)
    changed = {row.EventRow.message_id for row in found if row.EventRow.kind in _CHANGES}
    shown: dict[str, Item] = {}
    for row in found:
        item = _item(desk, row, names, files)
        if item is not None and (item.key not in shown or item.message_id in changed):
            shown[item.key] = item
    return list(shown.values())


_CHANGES = ("message_edited", "message_deleted", "message_redacted", "message_failed")


def _item(desk: Desk, row: Any, names: Names, files: dict[int, list[File]]) -> Item | None:
    event, message = row.EventRow, row.Message
    seq = event.ticket_seq or event.dialog_seq or 0
    if message is not None and (event.kind == "message_added" or event.kind in _CHANGES):
        return _said(desk, message, seq, files)
    if event.kind in _QUIET or event.kind in _CHANGES or event.kind == "message_added":
        return None
    return Item(f"e{event.id}", seq, Side.LINE, names.actor(event.actor), history.sentence(event, names), event.at)


def _said(desk: Desk, message: Message, seq: int, files: dict[int, list[File]]) -> Item:
    is_gone = message.deleted_at is not None or message.redacted_at is not None
    return Item(
        f"m{message.id}", seq, history.side_of(message), history.who_said(desk, message),
        quoting.with_quote(desk, message), message.said_at, _mark(desk, message), message.id, message.dialog_id,
        message.dialog_seq,
        is_own=message.agent_id is not None and message.agent_id == desk.actor.agent_id,
        is_edited=message.edited_at is not None, is_gone=is_gone,
        files=() if message.redacted_at else tuple(f for f in files.get(message.id, []) if f.erased_at is None),
        quoted="" if is_gone else str(message.facts.get("rest", "")),
    )  # fmt: skip


def _mark(desk: Desk, message: Message) -> Text | None:
    """What became of an agent's words: a note, sent, delivered, seen, failed."""
    if message.reader is Reader.TEAM:
        return text("note")
    if message.author is Author.CONTACT:
        return None
    if message.failed_at is not None:
        return text("failed")
    dialog = None if message.dialog_id is None else desk.session.get(Dialog, message.dialog_id)
    if dialog is None or message.dialog_seq is None or dialog.delivered_seq < message.dialog_seq:
        return text("sent")
    return text("seen") if dialog.seen_seq >= message.dialog_seq else text("delivered")


def _held(desk: Desk, where: Spot) -> Sequence[Held]:
    ticket_id = None if where.ticket is None else where.ticket.id
    dialog_id = None if where.dialog is None else where.dialog.id
    return [_held_one(desk, held) for held in replies.waiting(desk, ticket_id, dialog_id)]


def _held_one(desk: Desk, held: HeldReply) -> Held:
    why = replies.why_stopped(held) if held.stopped_because else None
    is_own = held.agent_id == desk.actor.agent_id
    who = Names.of(desk).agent(held.agent_id)
    return Held(held.id, who, held.body, held.release_at, why, is_own, replies.may_be_mailed(held))

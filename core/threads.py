"""Threads in pushed rooms, from the room's side: what one is about, what was read of it, what was typed in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, cast, func, literal, or_, select, update

from core import dialogs, messages, replies, tickets
from core.desk import Desk
from core.digests import digest
from core.errors import UserError
from core.mirrors import Typed
from core.models import (
    NOT_CLOSED,
    Account,
    Copy,
    Delivery,
    Dialog,
    DialogState,
    EventRow,
    HeldReply,
    Message,
    Place,
    Quarantined,
    Reader,
    Received,
    Thread,
    Ticket,
)
from core.show import text


@dataclass(frozen=True, slots=True)
class Spot:
    """What a thread is about, and up to where its ticket or dialog had gone at a moment."""

    thread_id: int
    ticket_id: int | None
    dialog_id: int | None
    is_retired: bool
    seen_seq: int


def at(desk: Desk, room: str, place: str, root: str, *, when: datetime | None = None) -> Spot | None:
    """The thread with this root; None where it is none of ours."""
    where = (Thread.room == room, Thread.place == place, Thread.root == root)
    thread = desk.session.scalars(select(Thread).where(*where)).one_or_none()
    if thread is None:
        return None
    seen = _seen(desk, thread, when or desk.now)
    return Spot(thread.id, thread.ticket_id, _dialog(desk, thread), thread.is_retired, seen)


def _dialog(desk: Desk, thread: Thread) -> int | None:
    """The live dialog on a thread's ticket: its customer may be back in another one than the thread began with."""
    if thread.ticket_id is None:
        return thread.dialog_id
    live = tickets.live_dialog(desk, tickets.read(desk, thread.ticket_id).id)
    return thread.dialog_id if live is None else live.id


def _seen(desk: Desk, thread: Thread, when: datetime) -> int:
    """What stood there at a moment is what its reader had before their eyes."""
    if thread.ticket_id is not None:
        ticket = tickets.read(desk, thread.ticket_id)
        of_it = select(func.max(EventRow.ticket_seq)).where(EventRow.ticket_id == ticket.id)
    else:
        of_it = select(func.max(EventRow.dialog_seq)).where(EventRow.dialog_id == thread.dialog_id)
    return int(desk.execute(of_it.where(EventRow.at <= when)).scalar_one() or 0)


def rests(desk: Desk, room: str, place: str, root: str) -> bool:
    """Whether a thread's room remembers it as over, and its card stands as it should."""
    here = (Thread.room == room, Thread.place == place, Thread.root == root)
    row = desk.execute(select(Thread.facts, Thread.wanted, Thread.shown).where(*here)).first()
    return row is not None and bool(row.facts.get("closed")) and row.wanted == row.shown


def place_of(desk: Desk, room: str, root: str) -> str | None:
    """The place of the thread with this root, where a room's roots are unique; None where it is none of ours."""
    ours = Thread.place.in_(select(Place.place).where(Place.room == room))
    statement = select(Thread.place).where(Thread.room == room, ours, Thread.root == root)
    return desk.execute(statement.limit(1)).scalar_one_or_none()


def of_ticket(desk: Desk, room: str, ticket_id: int) -> Thread | None:
    """The thread in a room where a ticket lives."""
    theirs = (Thread.room == room, Thread.ticket_id == ticket_id, ~Thread.is_retired)
    return desk.session.scalars(select(Thread).where(*theirs).order_by(Thread.id.desc()).limit(1)).one_or_none()


def is_one_on_its_way(desk: Desk, room: str, place: str) -> bool:
    """Whether a thread of a channel is being made there, so that its root may be known to the platform alone."""
    statement = select(Thread.id).where(Thread.room == room, Thread.place == place, Thread.root.is_(None))
    return desk.execute(statement.where(~Thread.is_retired).limit(1)).first() is not None


def stopped_at(desk: Desk, room: str, place: str, line: str) -> tuple[str, str, HeldReply] | None:
    """The reply typed as this line that waits for somebody to decide: its writer's account there, the thread's root."""
    here = (Thread.room == room, Thread.place == place, HeldReply.typed_id == line, HeldReply.stopped_because != "")
    found = select(Account.external_id, Thread.root, HeldReply).join(Thread, Thread.id == HeldReply.thread_id)
    writer = (Account.agent_id == HeldReply.agent_id) & (Account.room == room)
    row = desk.session.execute(found.join(Account, writer).where(*here).limit(1)).first()
    return None if row is None else (row.external_id, row.root or "", row.HeldReply)


def read_up_to(desk: Desk, thread_id: int, order: str) -> None:
    """Moves a thread's cursor forward, in the platform's order of lines; never back."""
    desk.execute(update(Thread).where(Thread.id == thread_id, Thread.cursor < order).values(cursor=order))


def passed_by(desk: Desk, room: str, orders: Mapping[tuple[str, str], str]) -> None:
    """Moves the cursors of threads, by place and root, over what nobody had to be told of."""
    for (place, root), order in orders.items():
        here = (Thread.room == room, Thread.place == place, Thread.root == root, Thread.cursor < order)
        desk.execute(update(Thread).where(*here).values(cursor=order))


def line_key(place: str, line: str) -> str:
    """What a line typed in a room is known by."""
    return f"line:{place}:{line}"


def known(desk: Desk, room: str, place: str, lines: Collection[str]) -> set[str]:
    """Those of these lines that were taken in already, or wait in quarantine."""
    source, keys = f"room:{room}", {line_key(place, line): line for line in lines}
    hashes = {digest(key): line for key, line in keys.items()}
    taken = select(Received.external_id).where(Received.source == source, Received.external_id.in_(hashes))
    odd = select(Quarantined.external_id).where(Quarantined.source == source, Quarantined.external_id.in_(keys))
    return {hashes[each] for each in desk.execute(taken).scalars()} | {
        keys[each] for each in desk.execute(odd).scalars()
    }


def lively(desk: Desk, room: str, since: datetime) -> set[int]:
    """The ids of a room's threads that are most likely written in: of what is not over, or has ended since then."""
    theirs = select(Thread.id).where(Thread.room == room, Thread.root.is_not(None))
    of_tickets = theirs.join(Ticket, Ticket.id == Thread.ticket_id).where(or_(NOT_CLOSED, Ticket.closed_at >= since))
    of_dialogs = theirs.join(Dialog, Dialog.id == Thread.dialog_id).where(Dialog.state == DialogState.LIVE)
    return {*desk.execute(of_tickets).scalars(), *desk.execute(of_dialogs).scalars()}


def cursors(desk: Desk, room: str) -> Sequence[Thread]:
    """The threads of a room that may have been written in: those that are there, with their cursors."""
    theirs = (Thread.room == room, Thread.root.is_not(None))
    return desk.session.scalars(select(Thread).where(*theirs).order_by(Thread.id)).all()


@dataclass(frozen=True, slots=True)
class Reread:
    """What a changed line says now."""

    body: str
    is_note: bool = False
    """Whether it says of itself that it is for the team alone."""
    doubt: str = ""
    """Why it may not be meant for the customer: `mention`, `link`."""


class Edit(StrEnum):
    """What became of a changed line."""

    UNKNOWN = "unknown"
    DONE = "done"
    WITHDRAWN = "withdrawn"


def typed_edited(desk: Desk, typed: Typed, agent_id: int, now: Reread) -> Edit:
    """An agent changed their line: a held reply goes out as it is now, what was said is edited everywhere.

    What says now that it is a note, or may be meant for a colleague, goes to no customer: held it is withdrawn or waits
    for a decision, said already it raises UserError.
    """
    held = _held(desk, typed)
    if held is not None and held.agent_id == agent_id:
        if now.is_note:
            replies.withdraw(desk, held)
            return Edit.WITHDRAWN
        replies.reword(desk, held, now.body, doubt=now.doubt)
        return Edit.DONE
    message = _message(desk, typed)
    if message is None or message.agent_id != agent_id:
        return Edit.UNKNOWN
    if now.is_note and message.reader is Reader.CUSTOMER:
        raise UserError(text("The customer has this already, so it cannot become a note. Delete the line instead."))
    if now.doubt and message.reader is Reader.CUSTOMER:
        raise UserError(
            text(
                "The customer has this already, and what it says now names a colleague or leads into your chat: it was "
                "not changed there. Write that as a line of its own."
            )
        )
    messages.edit(desk, message, messages.bounded(desk, now.body))
    return Edit.DONE


def typed_deleted(desk: Desk, typed: Typed) -> bool:
    """A line was deleted in its room: a held reply is withdrawn, what was said is taken back everywhere."""
    held = _held(desk, typed)
    if held is not None:
        replies.withdraw(desk, held)
        return True
    message = _message(desk, typed)
    if message is None:
        return False
    messages.take_back(desk, message)
    return True


def undone(desk: Desk, typed: Typed, agent_id: int) -> bool:
    """Its writer undoes a line by a sign on it (a reaction): only a held one still can be."""
    held = _held(desk, typed)
    if held is None or held.agent_id != agent_id:
        return False
    replies.withdraw(desk, held)
    return True


def _held(desk: Desk, typed: Typed) -> HeldReply | None:
    theirs = (HeldReply.thread_id == typed.thread_id, HeldReply.typed_id == typed.line)
    return desk.session.scalars(select(HeldReply).where(*theirs).with_for_update()).one_or_none()


def _message(desk: Desk, typed: Typed) -> Message | None:
    """What the desk keeps of a line that was typed there."""
    stands = (Copy.place == f"thread:{typed.thread_id}", Copy.external_id == typed.line, Copy.is_origin)
    found = select(Message).join(Copy, Copy.message_id == Message.id).where(*stands)
    message = desk.session.scalars(found.limit(1)).one_or_none()
    if message is not None and message.dialog_id is not None:
        dialogs.locked(desk, message.dialog_id)
    if message is not None and message.ticket_id is not None:
        tickets.locked(desk, message.ticket_id)
    return message


def standing(desk: Desk, room: str, place: str, line: str) -> Message | None:
    """The message that stands as this post in a thread of a room: what a menu on a post is about."""
    threads = select(literal("thread:") + cast(Thread.id, String)).where(Thread.room == room, Thread.place == place)
    found = select(Message).join(Copy, Copy.message_id == Message.id)
    found = found.where(Copy.external_id == line, Copy.place.in_(threads)).order_by(Message.id)
    return desk.session.scalars(found.limit(1)).one_or_none()


def together(desk: Desk, thread_id: int, line: str) -> Sequence[int]:
    """The messages that stand in one post of a thread, in their order."""
    same = (Copy.place == f"thread:{thread_id}", Copy.external_id == line)
    return desk.execute(select(Copy.message_id).where(*same).order_by(Copy.message_id)).scalars().all()


def link(desk: Desk, room: str, delivery: Delivery) -> tuple[str, str] | None:
    """The place and root of the thread in a room of what a delivery is about."""
    if delivery.ticket_id is None and delivery.dialog_id is None:
        return None
    about = Thread.ticket_id == delivery.ticket_id if delivery.ticket_id else Thread.dialog_id == delivery.dialog_id
    statement = select(Thread.place, Thread.root).where(Thread.room == room, about, Thread.root.is_not(None))
    row = desk.execute(statement.order_by(Thread.is_retired, Thread.id.desc()).limit(1)).first()
    return None if row is None else (row.place, row.root)

"""Words in pushed rooms: what is said stands in every thread of its ticket, and changes and goes in all of them.

A message is never sent back to where it came from: a room notes its own as a copy in the transaction that takes it in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, false, func, literal, or_, select, update

from core import merged, outbox, pushed, upsert
from core.desk import Desk, Happened
from core.events import MessageAdded, MessageDeleted, MessageEdited, MessageFailed
from core.models import TO_BE_SENT, Author, Copy, Delivery, DeliveryState, File, Message, Thread
from core.outbox import Claimed, Wanted
from core.pushed import EDIT, RETRACT, SAY
from core.room import Mark

RETOLD = 30
"""Words a new thread of an old ticket begins with at most, the newest; the transcript has the rest."""


def tell(desk: Desk, happened: Sequence[Happened]) -> None:
    """What was said goes to the threads, what was edited or taken back does so in all copies."""
    said = _ids(happened, MessageAdded)
    if said:
        _say(desk, said)
    edited = _ids(happened, MessageEdited)
    if edited:
        _change(desk, edited, EDIT)
    deleted = _ids(happened, MessageDeleted)
    if deleted:
        retract(desk, deleted)
    failed = _ids(happened, MessageFailed)
    if failed:
        _mark_failed(desk, failed)


_About = type[MessageAdded | MessageEdited | MessageDeleted | MessageFailed]


def _ids(happened: Sequence[Happened], kind: _About) -> list[int]:
    return [each.event.message_id for each in happened if isinstance(each.event, kind) and each.event.message_id]


@dataclass(frozen=True, slots=True)
class Typed:
    """The line of a pushed room's thread that something was typed in."""

    thread_id: int
    line: str


def note_origin(desk: Desk, message_id: int, typed: Typed) -> None:
    """Notes where a message was typed, so that it is not said there again; saying so twice is once."""
    _note_copy(desk, message_id, typed, is_origin=True)


def _note_copy(desk: Desk, message_id: int, where: Typed, *, is_origin: bool) -> None:
    row = {"message_id": message_id, "place": f"thread:{where.thread_id}", "external_id": where.line}
    statement = upsert.into(Copy, desk.on_postgres).values(**row, is_origin=is_origin)
    desk.execute(statement.on_conflict_do_nothing())


def mark(desk: Desk, typed: Typed | None, what: Mark, was: Mark | None = None) -> None:
    """Marks a line where it was typed."""
    thread = None if typed is None else desk.session.get(Thread, typed.thread_id)
    if typed is not None and thread is not None and thread.root is not None:
        outbox.put(desk, pushed.mark(thread, typed.line, what, was))


def _mark_failed(desk: Desk, message_ids: Sequence[int]) -> None:
    typed = select(Copy.external_id, Thread).join(Thread, Copy.place == _PLACE)
    there = (Copy.message_id.in_(message_ids), Copy.is_origin, Thread.root.is_not(None))
    rows = desk.session.execute(typed.where(*there)).all()
    outbox.put(desk, *(pushed.mark(thread, line, Mark.FAILED, Mark.SENT) for line, thread in rows))


def retract(desk: Desk, message_ids: Sequence[int]) -> None:
    """Takes messages back from every thread; what still waits to be said there is not."""
    waits = (TO_BE_SENT, Delivery.kind == SAY, Delivery.state == DeliveryState.WAITING)
    gone = {"state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
    desk.execute(update(Delivery).where(*waits, Delivery.message_id.in_(message_ids)).values(**gone))
    _change(desk, message_ids, RETRACT)


def show_again(desk: Desk, message_ids: Sequence[int]) -> None:
    """Shows messages anew in every thread, as they are now."""
    if message_ids:
        _change(desk, message_ids, EDIT)


def note(desk: Desk, claimed: Claimed) -> None:
    """Notes, before words are rendered, as what they will be said."""
    if claimed.delivery.kind != SAY or claimed.was_sending:
        return
    for delivery in claimed.all:
        if delivery.message_id is not None:
            delivery.facts = delivery.facts | {"said_as": state_of(desk.session.get_one(Message, delivery.message_id))}


def arrived(desk: Desk, delivery: Delivery, external_id: str) -> None:
    """Keeps a copy of what now stands in a thread; what has changed on its way is changed there, too."""
    if delivery.kind != SAY or delivery.message_id is None or delivery.thread_id is None:
        return
    _note_copy(desk, delivery.message_id, Typed(delivery.thread_id, external_id), is_origin=False)
    message = desk.session.get_one(Message, delivery.message_id, populate_existing=True)
    if delivery.facts.get("said_as") != state_of(message):
        is_gone = message.deleted_at is not None or message.redacted_at is not None
        _change(desk, [message.id], RETRACT if is_gone else EDIT)


def state_of(message: Message) -> str:
    """How a message stands: another word once it was edited, taken back or removed."""
    return "|".join(str(at or "") for at in (message.edited_at, message.deleted_at, message.redacted_at))


_PLACE = literal("thread:") + cast(Thread.id, String)
_STANDS = exists(select(Copy.id).where(Copy.message_id == Message.id, Copy.place == _PLACE))
_FILED = exists(select(File.id).where(File.message_id == Message.id))


def _say(desk: Desk, message_ids: Sequence[int]) -> None:
    theirs = or_(Thread.ticket_id == Message.ticket_id, Thread.dialog_id == Message.dialog_id)
    _put(desk, theirs, Message.id.in_(message_ids), ~Thread.is_retired)


def retell(desk: Desk, thread_ids: Sequence[int]) -> None:
    """Says in threads what was said before they were there: the newest 30 words of their ticket or dialog."""
    for thread in desk.session.scalars(select(Thread).where(Thread.id.in_(thread_ids))):
        theirs: ColumnElement[bool] = false()
        if thread.ticket_id is not None:
            theirs |= Message.ticket_id.in_(merged.family(thread.ticket_id))
        if thread.dialog_id is not None:
            theirs |= Message.dialog_id == thread.dialog_id
        newest = select(Message.id).where(theirs).order_by(Message.id.desc()).limit(RETOLD).subquery()
        _put(desk, literal(True), Thread.id == thread.id, Message.id.in_(select(newest.c.id)))


def _put(desk: Desk, theirs: ColumnElement[bool], *which: ColumnElement[bool]) -> None:
    """Says messages in threads where they neither stand nor wait to be said."""
    waits = exists(
        select(Delivery.id).where(
            Delivery.message_id == Message.id, Delivery.thread_id == Thread.id, Delivery.kind == SAY, TO_BE_SENT
        )
    )
    alone = func.coalesce(Message.deleted_at, Message.redacted_at).is_(None)
    found = select(Message.id, Message.author, _FILED.label("filed"), Thread).join(Thread, theirs)
    rows = desk.session.execute(found.where(*which, alone, ~_STANDS, ~waits).order_by(Message.id, Thread.id)).all()
    outbox.put(desk, *(_said(row) for row in rows))


def _said(row: Any) -> Wanted:
    """Customers' plain words that wait for the rate go out as one post."""
    joins = "customer" if row.author is Author.CONTACT and not row.filed else None
    return pushed.in_thread(row.Thread, SAY, message_id=row.id, facts={"joins": joins})


def _change(desk: Desk, message_ids: Sequence[int], kind: str) -> None:
    """Where it was typed it is changed by its writer alone; what is removed for good goes there, too."""
    found = select(Copy.message_id, Copy.external_id, Thread).join(Thread, Copy.place == _PLACE)
    removed = select(Message.id).where(Message.id == Copy.message_id, Message.redacted_at.is_not(None))
    ours = ~Copy.is_origin if kind == EDIT else or_(~Copy.is_origin, exists(removed))
    there = (Copy.message_id.in_(message_ids), ours, Thread.root.is_not(None))
    rows = desk.session.execute(found.where(*there).order_by(Copy.id)).all()
    outbox.put(
        desk,
        *(
            pushed.in_thread(thread, kind, message_id=message_id, facts={"external_id": external_id})
            for message_id, external_id, thread in rows
        ),
    )

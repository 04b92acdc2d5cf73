"""Words in pushed rooms: what is said stands in every thread of its ticket, and changes and goes in all of them.

A message is never sent back to where it came from: a room notes its own as a copy in the transaction that takes it in.
"""

from collections.abc import Sequence

from sqlalchemy import String, cast, exists, literal, or_, select, update

from core import outbox, upsert
from core.desk import Desk, Happened
from core.events import MessageAdded, MessageDeleted, MessageEdited
from core.models import TO_BE_SENT, Copy, Delivery, DeliveryState, Message, Thread
from core.outbox import Claimed, Wanted

SAY, EDIT, RETRACT = "say", "edit", "retract"


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


def _ids(happened: Sequence[Happened], kind: type[MessageAdded | MessageEdited | MessageDeleted]) -> list[int]:
    return [each.event.message_id for each in happened if isinstance(each.event, kind) and each.event.message_id]


def note_origin(desk: Desk, message_id: int, thread_id: int, external_id: str) -> None:
    """Notes where a message stands already; saying so twice is once."""
    row = {"message_id": message_id, "place": f"thread:{thread_id}", "external_id": external_id}
    desk.execute(upsert.into(Copy, desk.on_postgres).values(**row).on_conflict_do_nothing())


def retract(desk: Desk, message_ids: Sequence[int]) -> None:
    """Takes messages back from every thread; what still waits to be said there is not."""
    waits = (TO_BE_SENT, Delivery.kind == SAY, Delivery.state == DeliveryState.WAITING)
    gone = {"state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
    desk.execute(update(Delivery).where(*waits, Delivery.message_id.in_(message_ids)).values(**gone))
    _change(desk, message_ids, RETRACT)


def note(desk: Desk, claimed: Claimed) -> None:
    """Notes, before words are rendered, as what they will be said."""
    delivery = claimed.delivery
    if delivery.kind == SAY and delivery.message_id is not None and not claimed.was_sending:
        delivery.facts = delivery.facts | {"said_as": _state(desk.session.get_one(Message, delivery.message_id))}


def arrived(desk: Desk, delivery: Delivery, external_id: str) -> None:
    """Keeps a copy of what now stands in a thread; what has changed on its way is changed there, too."""
    if delivery.kind != SAY or delivery.message_id is None or delivery.thread_id is None:
        return
    note_origin(desk, delivery.message_id, delivery.thread_id, external_id)
    message = desk.session.get_one(Message, delivery.message_id, populate_existing=True)
    if delivery.facts.get("said_as") != _state(message):
        is_gone = message.deleted_at is not None or message.redacted_at is not None
        _change(desk, [message.id], RETRACT if is_gone else EDIT)


def _state(message: Message) -> str:
    return "|".join(str(at or "") for at in (message.edited_at, message.deleted_at, message.redacted_at))


_PLACE = literal("thread:") + cast(Thread.id, String)


def _say(desk: Desk, message_ids: Sequence[int]) -> None:
    theirs = or_(Thread.ticket_id == Message.ticket_id, Thread.dialog_id == Message.dialog_id)
    stands = exists(select(Copy.id).where(Copy.message_id == Message.id, Copy.place == _PLACE))
    found = select(Message.id, Thread).join(Thread, theirs).where(Message.id.in_(message_ids), ~stands)
    rows = desk.session.execute(found.order_by(Message.id, Thread.id)).all()
    outbox.put(desk, *(_wanted(thread, SAY, message_id, "") for message_id, thread in rows))


def _change(desk: Desk, message_ids: Sequence[int], kind: str) -> None:
    found = select(Copy.message_id, Copy.external_id, Thread).join(Thread, Copy.place == _PLACE)
    rows = desk.session.execute(found.where(Copy.message_id.in_(message_ids)).order_by(Copy.id)).all()
    outbox.put(desk, *(_wanted(thread, kind, message_id, external_id) for message_id, external_id, thread in rows))


def _wanted(thread: Thread, kind: str, message_id: int, external_id: str) -> Wanted:
    return outbox.in_thread(thread, kind, message_id=message_id, facts={"external_id": external_id})

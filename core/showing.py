"""Cards in pushed rooms: whatever changes on a ticket or dialog, its card is due, and a hundred changes make one edit.

A thread counts what its card should show (`wanted`) and what it shows (`shown`). While they differ, at most one
delivery of its card waits; a sender notes the count before it renders and writes it down afterwards.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select, update

from core import mirrors, outbox
from core.desk import Desk, Happened
from core.models import TO_BE_SENT, Delivery, DeliveryState, Dialog, Thread, table
from core.outbox import CARD, Claimed


def open_thread(
    desk: Desk, room: str, place: str, *, ticket_id: int | None = None, dialog_id: int | None = None
) -> Thread:
    """A thread of a ticket or dialog in a pushed room; its first card makes it there, its words wait for that."""
    thread = Thread(room=room, place=place, ticket_id=ticket_id, dialog_id=dialog_id, wanted=1)
    desk.session.add(thread)
    desk.flush()
    outbox.put(desk, outbox.in_thread(thread, CARD))
    return thread


_threads = table(Thread)
_MORE = (
    update(_threads)
    .where(
        or_(
            _threads.c.ticket_id.in_(bindparam("tickets", expanding=True)),
            _threads.c.dialog_id.in_(bindparam("dialogs", expanding=True)),
        )
    )
    .values(wanted=_threads.c.wanted + 1)
    .returning(_threads.c.id)
)


_KEEPS = (
    update(_threads)
    .where(_threads.c.id.in_(bindparam("changed", expanding=True)), _threads.c.ticket_id.is_(None))
    .values(
        ticket_id=select(table(Dialog).c.ticket_id).where(table(Dialog).c.id == _threads.c.dialog_id).scalar_subquery()
    )
)
"""A ticket keeps the thread of the dialog it came from."""


def follow(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: what was said goes to the threads of what changed, and their cards are due."""
    tickets = {each.event.ticket_id for each in happened} - {None}
    dialogs = {each.event.dialog_id for each in happened} - {None}
    if tickets or dialogs:
        changed = desk.execute(_MORE, {"tickets": list(tickets), "dialogs": list(dialogs)}).scalars().all()
        if changed:
            desk.execute(_KEEPS, {"changed": list(changed)})
            mirrors.tell(desk, happened)
            _put_due(desk, changed)


def claim(desk: Desk, lane: str, holder: str) -> Claimed | None:
    """Takes a lane's next delivery on (`outbox.claim`) and notes what it is going to show or say."""
    claimed = outbox.claim(desk, lane, holder)
    if claimed is not None:
        mirrors.note(desk, claimed)
    if claimed is not None and claimed.delivery.kind == CARD and not claimed.was_sending:
        wanted = select(Thread.wanted).where(Thread.id == claimed.delivery.thread_id)
        claimed.delivery.facts = claimed.delivery.facts | {"wanted": desk.execute(wanted).scalar_one()}
        desk.flush()
    return claimed


def sent(desk: Desk, delivery_id: int, external_id: str) -> None:
    """The platform has it (`outbox.sent`); what has changed since is due again."""
    delivery = outbox.sent(desk, delivery_id, external_id)
    if delivery is not None:
        mirrors.arrived(desk, delivery, external_id)
    if delivery is None or delivery.kind != CARD or delivery.thread_id is None:
        return
    thread = desk.lock(Thread, delivery.thread_id)
    if thread is None:
        return
    thread.root = thread.root or external_id
    thread.shown = max(thread.shown, int(delivery.facts["wanted"]))
    desk.flush()
    if thread.wanted > thread.shown:
        _put_due(desk, [thread.id])
    desk.look(f"outbox:room:{thread.room}")  # words that waited for the thread may go now


def _put_due(desk: Desk, thread_ids: Sequence[int]) -> None:
    """Puts the cards of those that have a root and none that waits: without a root, the first one makes it."""
    waits = select(Delivery.thread_id).where(
        TO_BE_SENT, Delivery.kind == CARD, Delivery.state == DeliveryState.WAITING, Delivery.thread_id.in_(thread_ids)
    )
    found = select(Thread).where(Thread.id.in_(thread_ids), Thread.root.is_not(None), Thread.id.not_in(waits))
    outbox.put(desk, *(outbox.in_thread(thread, CARD) for thread in desk.session.scalars(found)))

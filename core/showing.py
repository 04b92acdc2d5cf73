"""Threads and cards in pushed rooms: what changes gets its thread, and a hundred changes make one edit of its card.

A thread counts what its card should show (`wanted`) and what it shows (`shown`). While they differ, at most one
delivery of its card waits; a sender notes the count before it renders and writes it down afterwards.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, exists, func, insert, literal, or_, select, union_all, update

from core import carrying, mirrors, outbox, pushed
from core.connector import Sent
from core.desk import Desk, Happened
from core.events import Moved, TicketMerged, TicketUnmerged
from core.models import (
    CARD,
    NOT_CLOSED,
    TO_BE_SENT,
    Delivery,
    DeliveryState,
    Dialog,
    DialogState,
    Place,
    Purpose,
    Thread,
    Ticket,
    table,
)
from core.outbox import Claimed


def open_thread(
    desk: Desk, room: str, place: str, *, ticket_id: int | None = None, dialog_id: int | None = None
) -> Thread:
    """A thread of a ticket or dialog in a pushed room; its first card makes it there, its words wait for that."""
    return _open(desk, [{"room": room, "place": place, "ticket_id": ticket_id, "dialog_id": dialog_id}])[0]


def _open(desk: Desk, wanted: Sequence[dict[str, Any]]) -> list[Thread]:
    if not wanted:
        return []
    fresh: dict[str, Any] = {"root": None, "cursor": "", "wanted": 1, "shown": 0, "is_retired": False, "facts": {}}
    made = desk.execute(insert(Thread).returning(Thread.id), [each | fresh for each in wanted]).scalars().all()
    threads = list(desk.session.scalars(select(Thread).where(Thread.id.in_(made)).order_by(Thread.id)))
    outbox.put(desk, *(pushed.card(thread) for thread in threads))
    mirrors.retell(desk, [thread.id for thread in threads])
    return threads


def open_for_tickets(desk: Desk, place: Place, ticket_ids: Sequence[int]) -> None:
    """Threads for tickets that have none in a place."""
    if ticket_ids:
        here = {"room": place.room, "place": place.place, "dialog_id": None}
        _open(desk, [here | {"ticket_id": id_} for id_ in ticket_ids])


_here = (Thread.room == Place.room, Thread.place == Place.place)
_tickets: Any = bindparam("tickets", expanding=True)
_dialogs: Any = bindparam("dialogs", expanding=True)
_NONE = literal(None, type_=BigInteger())
_THREADS: Any = select(
    Thread.id.label("thread_id"), Thread.room, Thread.place, Thread.ticket_id, Thread.dialog_id
).where(~Thread.is_retired, or_(Thread.ticket_id.in_(_tickets), Thread.dialog_id.in_(_dialogs)))
_HOMELESS_TICKETS: Any = (
    select(_NONE.label("thread_id"), Place.room, Place.place, Ticket.id.label("ticket_id"), _NONE.label("dialog_id"))
    .join(Place, (Place.team_id == Ticket.team_id) & (Place.purpose == Purpose.TEAM.value))
    .where(Ticket.id.in_(_tickets), NOT_CLOSED, Ticket.merged_into.is_(None))
    .where(~exists(select(Thread.id).where(*_here, Thread.ticket_id == Ticket.id)))
)
_HOMELESS_DIALOGS: Any = (
    select(_NONE.label("thread_id"), Place.room, Place.place, _NONE.label("ticket_id"), Dialog.id.label("dialog_id"))
    .join(Place, (Place.team_id == Dialog.team_id) & (Place.purpose == Purpose.TEAM.value))
    .where(Dialog.id.in_(_dialogs), Dialog.state == DialogState.LIVE)
    .where(Dialog.ticket_id.is_(None), ~exists(select(Thread.id).where(*_here, Thread.dialog_id == Dialog.id)))
)
_LOOK: Any = union_all(_THREADS, _HOMELESS_TICKETS, _HOMELESS_DIALOGS)
"""The threads of some tickets and dialogs, and where those of their teams lack one: one statement, also where no team
chat is, since every message runs it."""

_threads = table(Thread)
_of_dialog = select(table(Dialog).c.ticket_id).where(table(Dialog).c.id == _threads.c.dialog_id).scalar_subquery()
_MORE: Any = (
    update(_threads)
    .where(_threads.c.id.in_(bindparam("changed", expanding=True)))
    .values(wanted=_threads.c.wanted + 1, ticket_id=func.coalesce(_threads.c.ticket_id, _of_dialog))
)
"""A card is due; and a ticket keeps the thread of the dialog it came from."""


def follow(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: what changed has its thread where its team is, says there what was said, and its cards are due."""
    tickets = {each.event.ticket_id for each in happened} - {None}
    dialogs = {each.event.dialog_id for each in happened} - {None}
    if not tickets and not dialogs:
        return
    if any(isinstance(each.event, Moved | TicketMerged | TicketUnmerged) for each in happened):
        _move_house(desk, tickets, dialogs)
    there, lacking = _look(desk, tickets, dialogs)
    changed = [*there, *(thread.id for thread in _open(desk, lacking))]
    if changed:
        desk.execute(_MORE, {"changed": changed})
        mirrors.tell(desk, happened)
        _put_due(desk, changed)


def _look(
    desk: Desk, tickets: Collection[int | None], dialogs: Collection[int | None]
) -> tuple[list[int], list[dict[str, Any]]]:
    """The threads there are, and those that lack in the channels of the teams of what is not over."""
    rows = desk.execute(_LOOK, {"tickets": list(tickets), "dialogs": list(dialogs)}).all()
    there = [row.thread_id for row in rows if row.thread_id is not None]
    lacking = [row for row in rows if row.thread_id is None]
    return there, [
        {"room": row.room, "place": row.place, "ticket_id": row.ticket_id, "dialog_id": row.dialog_id}
        for row in lacking
    ]


def _move_house(desk: Desk, tickets: Collection[int | None], dialogs: Collection[int | None]) -> None:
    """Threads of what went to another team or into another ticket rest where they are; what comes back goes on."""
    _turn(desk, _strayed(or_(Thread.ticket_id.in_(list(tickets)), Thread.dialog_id.in_(list(dialogs)))))


def settle_in(desk: Desk, room: str, place: str) -> None:
    """A channel has another team, or none: threads of what is not its team's rest, those of what is not over go on."""
    strayed = _strayed(and_(Thread.room == room, Thread.place == place))
    live = exists(select(Dialog.id).where(Dialog.id == Thread.dialog_id, Dialog.state == DialogState.LIVE))
    unclosed = exists(select(Ticket.id).where(Ticket.id == Thread.ticket_id, NOT_CLOSED))
    desk.execute(update(Thread).where(Thread.id.in_(strayed.with_only_columns(Thread.id)), ~unclosed, ~live,
                                      ~Thread.is_retired).values(is_retired=True))  # fmt: skip
    _turn(desk, strayed.where(or_(unclosed, live)))


def _turn(desk: Desk, strayed: Any) -> None:
    """Retires these threads, or brings those back that were; their cards say so."""
    moved = desk.session.scalars(strayed).all()
    for thread in moved:
        thread.is_retired, thread.wanted = not thread.is_retired, thread.wanted + 1
    desk.flush()
    mirrors.retell(desk, [thread.id for thread in moved if not thread.is_retired])
    _put_due(desk, [thread.id for thread in moved])


def _strayed(theirs: Any) -> Any:
    """The threads that rest though their channel is their team's, and those that go on though it is not."""
    alone = Ticket.merged_into.is_(None)
    owner = select(Ticket.team_id).where(Ticket.id == Thread.ticket_id, alone).correlate(Thread).scalar_subquery()
    of_dialog = select(Dialog.team_id).where(Dialog.id == Thread.dialog_id).correlate(Thread).scalar_subquery()
    team = exists(
        select(Place.id).where(*_here, Place.purpose == Purpose.TEAM.value)
        .where(or_(Place.team_id == owner, Thread.ticket_id.is_(None) & (Place.team_id == of_dialog)))
    )  # fmt: skip
    return select(Thread).where(theirs, Thread.is_retired == team)


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


def sent(desk: Desk, delivery_id: int, found: Sent) -> None:
    """The platform has it (`outbox.sent`); what has changed since is due again."""
    delivery = outbox.sent(desk, delivery_id, found.external_id)
    if delivery is None:
        return
    if delivery.lane.startswith("channel:"):
        carrying.arrived(desk, delivery, found)
    else:
        mirrors.arrived(desk, delivery, found.external_id)
    thread = None if delivery.thread_id is None else desk.lock(Thread, delivery.thread_id)
    if thread is None:
        return
    if found.facts:
        thread.facts = thread.facts | found.facts
    if delivery.kind == CARD:
        _shown(desk, thread, delivery, found.external_id)


def _shown(desk: Desk, thread: Thread, delivery: Delivery, external_id: str) -> None:
    thread.root = thread.root or external_id
    thread.shown = max(thread.shown, int(delivery.facts["wanted"]))
    desk.flush()
    if thread.wanted > thread.shown:
        _put_due(desk, [thread.id])
    desk.look(f"outbox:room:{thread.room}")  # words that waited for the thread may go now


def lost(desk: Desk, thread: Thread) -> Sequence[Thread]:
    """A thread's root is gone there: what is not over gets a new one, with what was said. Returns the new ones."""
    thread.is_retired, thread.root = True, None
    waiting = (TO_BE_SENT, Delivery.thread_id == thread.id)
    gone = {"state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
    desk.execute(update(Delivery).where(*waiting).values(**gone))
    thread.ticket_id, thread.dialog_id, ticket, dialog = None, None, thread.ticket_id, thread.dialog_id
    desk.flush()
    return _open(desk, _look(desk, {ticket} - {None}, {dialog} - {None})[1])


def _put_due(desk: Desk, thread_ids: Sequence[int]) -> None:
    """Puts the cards of those that have a root and none that waits: without a root, the first one makes it."""
    waits = select(Delivery.thread_id).where(
        TO_BE_SENT, Delivery.kind == CARD, Delivery.state == DeliveryState.WAITING, Delivery.thread_id.in_(thread_ids)
    )
    found = select(Thread).where(Thread.id.in_(thread_ids), Thread.root.is_not(None), Thread.id.not_in(waits))
    outbox.put(desk, *(pushed.card(thread) for thread in desk.session.scalars(found)))

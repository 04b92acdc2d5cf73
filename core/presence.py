"""Whether a customer's page is open: each process holds a lease on the dialogs whose pages it has, and renews it.

A page that closes gives its lease back; the leases of a process that dies run out. Who has none left has gone, and the
dialog's grace begins.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, literal, select

from core import deadlines, dialogs, idling, upsert
from core.deadlines import Due
from core.desk import Desk
from core.events import CustomerLeft
from core.models import Deadline, Dialog, DialogState, Presence

LEASE = timedelta(seconds=60)
"""How long a page counts as open after its process last said so."""
_LIVE = Dialog.state == DialogState.LIVE


def hold(desk: Desk, dialog_ids: Collection[int], holder: str) -> None:
    """Says that pages of these dialogs are open in this process; repeating prolongs it. Who had left is back."""
    if not dialog_ids:
        return
    among = {"among": sorted(dialog_ids)}
    desk.execute(_leases(desk, holder), among)
    desk.execute(_deadlines(desk), among)
    back = select(Dialog.id).where(Dialog.id.in_(dialog_ids), _LIVE, Dialog.customer_left_at.is_not(None))
    for dialog_id in desk.execute(back.order_by(Dialog.id)).scalars().all():
        note(desk, dialogs.locked(desk, dialog_id), left=False)


def _leases(desk: Desk, holder: str) -> Any:
    live = select(Dialog.id, literal(holder), literal(desk.now + LEASE, Presence.until.type)).where(*_AMONG_LIVE)
    statement = upsert.into(Presence, desk.on_postgres).from_select(["dialog_id", "holder", "until"], live)
    return statement.on_conflict_do_update(
        index_elements=["dialog_id", "holder"], set_={"until": statement.excluded.until}
    )


def _deadlines(desk: Desk) -> Any:
    """When the leases are looked at; one that is set already stays, and looks again by itself."""
    named = (literal("dialog"), Dialog.id, literal("lease"), literal(desk.now + LEASE, Deadline.due_at.type))
    empty = (literal({}, Deadline.facts.type), literal(0), literal(value=False))
    columns = ["subject", "subject_id", "kind", "due_at", "facts", "tries", "is_failed"]
    statement = upsert.into(Deadline, desk.on_postgres).from_select(columns, select(*named, *empty).where(*_AMONG_LIVE))
    return statement.on_conflict_do_nothing()


_AMONG_LIVE = (Dialog.id.in_(bindparam("among", expanding=True)), _LIVE)


def let_go(desk: Desk, dialog_id: int, holder: str) -> None:
    """Gives a lease back: no page of the dialog is open in this process any more."""
    desk.execute(delete(Presence).where(Presence.dialog_id == dialog_id, Presence.holder == holder))


def is_here(desk: Desk, dialog_id: int) -> bool:
    """Whether a page of the dialog is open in any process."""
    until = held_until(desk, dialog_id)
    return until is not None and until > desk.now


def held_until(desk: Desk, dialog_id: int) -> datetime | None:
    """When the last lease on the dialog runs out, or has run out."""
    until: datetime | None = desk.execute(
        select(func.max(Presence.until)).where(Presence.dialog_id == dialog_id)
    ).scalar_one()
    return until


def note(desk: Desk, dialog: Dialog, *, left: bool) -> None:
    """Notes that the customer left, which begins the dialog's grace, or is back; twice is once."""
    if (dialog.customer_left_at is not None) == left:
        return
    dialog.customer_left_at = desk.now if left else None
    desk.record(CustomerLeft(dialog_id=dialog.id, ticket_id=dialog.ticket_id, left=left))
    idling.watch(desk, dialog)


def look(desk: Desk, due: Due) -> None:
    """What a lease's deadline does: looks again while pages are open, else notes that the customer left."""
    dialog = dialogs.locked(desk, due.subject_id)
    until = held_until(desk, dialog.id)
    if dialog.state is DialogState.LIVE and until is not None and until > desk.now:
        deadlines.put(desk, "dialog", dialog.id, "lease", until)
        return
    desk.execute(delete(Presence).where(Presence.dialog_id == dialog.id))
    if dialog.state is DialogState.LIVE:
        note(desk, dialog, left=True)

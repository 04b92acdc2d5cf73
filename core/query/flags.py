"""What `is:` can ask, each flag as a condition and as a yes or no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import and_, exists, false, or_, select, true

from core.desk import Desk
from core.models import NOT_CLOSED, Dialog, DialogState, EndReason, Snooze, Status, Team, Ticket
from core.query.context import Context
from core.query.sources import Condition, Row, Table

_Sql: TypeAlias = Callable[[Context], Condition]


def _never(context: Context) -> Condition:
    return false()


@dataclass(frozen=True, slots=True)
class _Flag:
    """A flag on tickets and on dialogs: as SQL, and on one row."""

    ticket: _Sql
    dialog: _Sql
    is_true: Callable[[Desk, Row, Context], bool]


def _is_live(desk: Desk, row: Row, context: Context) -> bool:
    if isinstance(row, Dialog):
        return row.state is DialogState.LIVE
    live = select(Dialog.id).where(Dialog.ticket_id == row.id, Dialog.state == DialogState.LIVE)
    return desk.execute(live.limit(1)).first() is not None


def _is_new(desk: Desk, row: Row, context: Context) -> bool:
    if isinstance(row, Ticket):
        return row.status is Status.NEW
    return row.state is DialogState.LIVE and row.taken_at is None


def _is_spam(desk: Desk, row: Row, context: Context) -> bool:
    return row.is_spam if isinstance(row, Ticket) else row.end_reason is EndReason.SPAM


def _is_snoozed(desk: Desk, row: Row, context: Context) -> bool:
    return isinstance(row, Ticket) and desk.session.get(Snooze, (row.id, context.me or 0)) is not None


def _is_private(desk: Desk, row: Row, context: Context) -> bool:
    return desk.session.get_one(Team, row.team_id).is_private


_PRIVATE = select(Team.id).where(Team.is_private)
_LIVE = Dialog.state == DialogState.LIVE

FLAGS: dict[str, _Flag] = {
    "live": _Flag(
        lambda c: exists(select(Dialog.id).where(Dialog.ticket_id == Ticket.id, _LIVE)), lambda c: _LIVE, _is_live
    ),
    "new": _Flag(
        lambda c: and_(NOT_CLOSED, Ticket.status == Status.NEW),
        lambda c: and_(_LIVE, Dialog.taken_at.is_(None)),
        _is_new,
    ),
    "merged": _Flag(
        lambda c: Ticket.merged_into.is_not(None),
        _never,
        lambda desk, row, c: isinstance(row, Ticket) and row.merged_into is not None,
    ),
    "spam": _Flag(
        lambda c: Ticket.is_spam.is_(true()),
        lambda c: and_(Dialog.end_reason.is_not(None), Dialog.end_reason == EndReason.SPAM),
        _is_spam,
    ),
    "internal": _Flag(lambda c: Ticket.contact_id.is_(None), _never, lambda desk, row, c: row.contact_id is None),
    "snoozed": _Flag(
        lambda c: exists(
            select(Snooze.ticket_id).where(Snooze.ticket_id == Ticket.id, Snooze.agent_id == (c.me or 0))
        ),  # its deadline takes the row away, so that no list depends on the clock
        _never,
        _is_snoozed,
    ),
    "private": _Flag(lambda c: Ticket.team_id.in_(_PRIVATE), lambda c: Dialog.team_id.in_(_PRIVATE), _is_private),
    "demo": _Flag(
        lambda c: Ticket.is_demo.is_(true()), lambda c: Dialog.is_demo.is_(true()), lambda desk, row, c: row.is_demo
    ),
}


class FlagSource:
    """All flags as one field's words."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """One of these flags."""
        flags = [FLAGS[value] for value in values]
        return or_(false(), *((flag.ticket if on is Ticket else flag.dialog)(context) for flag in flags))

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Those flags asked for that are true of a row."""
        return frozenset(name for name in asked if FLAGS[name].is_true(desk, row, context))

"""Calls to teams: raised once for a ticket or dialog, quiet while somebody knows of it, over when somebody has it.

An alert is a row from its call to its end, so that it can be listed, heard (`alert ack`), put off, silenced with its
team and told afterwards. A new one on the same ticket or dialog takes the earlier one's place.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, false, insert, or_, select, update

from core import deadlines, gathering, oncall, outbox, policy, pushed, silences
from core.deadlines import Due
from core.desk import Desk
from core.errors import NotFound, UserError
from core.models import IS_OPEN, Alert, AlertKind, Dialog, Place, Purpose, Thread, Ticket, table
from core.query import where
from core.show import Text, as_json, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What a team is to be called for."""

    kind: AlertKind
    team_id: int
    said: Text
    ticket_id: int | None = None
    dialog_id: int | None = None
    is_loud: bool = False
    is_news: bool = False
    """Whether something has happened since somebody said they know of it."""

    @property
    def about(self) -> tuple[str, int | None]:
        """The ticket, else the dialog it is about."""
        return ("ticket", self.ticket_id) if self.ticket_id is not None else ("dialog", self.dialog_id)


def raise_all(desk: Desk, raised: Sequence[Raised]) -> None:
    """Calls teams, but for what somebody knows of already; a team that wants silence is told when that ends."""
    if not raised:
        return
    tickets, dialogs = {each.ticket_id for each in raised} - {None}, {each.dialog_id for each in raised} - {None}
    there = [*_open_of(desk, "ticket_id", tickets), *_open_of(desk, "dialog_id", dialogs)]
    known = {_subject(each) for each in there if each.acked_at is not None}
    fresh = list({each.about: each for each in raised if each.is_news or each.about not in known}.values())
    if not fresh:
        return
    if there:
        _settle(desk, _about(fresh), besides=AlertKind.ESCALATED)
    silent = silences.of(desk, {each.team_id for each in fresh})
    rows = desk.execute(_RAISED, [_row(desk, each, is_silenced=each.team_id in silent) for each in fresh])
    tell(desk, [row.id for row in rows if not row.is_silenced], {each.team_id for each in fresh} - silent)
    desk.look("alerts")


_alert = table(Alert)
_RAISED = insert(_alert).returning(_alert.c.id, _alert.c.is_silenced)
_OPEN_OF = {
    name: select(_alert.c.ticket_id, _alert.c.dialog_id, _alert.c.acked_at).where(
        IS_OPEN, _alert.c[name].in_(bindparam("ids", expanding=True))
    )
    for name in ("ticket_id", "dialog_id")
}
"""The open alerts of tickets, and those of dialogs: asked for both at once, SQLite would look through all of them."""


def _open_of(desk: Desk, name: str, ids: Collection[int | None]) -> Sequence[Row[Any]]:
    return desk.execute(_OPEN_OF[name], {"ids": list(ids)}).all() if ids else ()


def _subject(row: Row[Any]) -> tuple[str, int | None]:
    return ("ticket", row.ticket_id) if row.ticket_id is not None else ("dialog", row.dialog_id)


def _about(raised: Sequence[Raised]) -> ColumnElement[bool]:
    return about({each.ticket_id for each in raised}, {each.dialog_id for each in raised})


def about(tickets: Collection[int | None], dialogs: Collection[int | None]) -> ColumnElement[bool]:
    """The alerts about these tickets and dialogs."""
    sides = ((Alert.ticket_id, set(tickets) - {None}), (Alert.dialog_id, set(dialogs) - {None}))
    return or_(false(), *(column.in_(ids) for column, ids in sides if ids))


def _row(desk: Desk, each: Raised, *, is_silenced: bool) -> dict[str, Any]:
    return {
        "kind": each.kind, "team_id": each.team_id, "ticket_id": each.ticket_id, "dialog_id": each.dialog_id,
        "said": as_json(each.said), "is_loud": each.is_loud, "is_silenced": is_silenced, "raised_at": desk.now,
    }  # fmt: skip


def settle(desk: Desk, tickets: Collection[int | None], dialogs: Collection[int | None], *, all_kinds: bool) -> None:
    """Somebody has these: nobody needs to be called for them; what was escalated is over with `all_kinds` alone."""
    if tickets or dialogs:
        _settle(desk, about(tickets, dialogs), besides=None if all_kinds else AlertKind.ESCALATED)


def _settle(desk: Desk, theirs: ColumnElement[bool], *, besides: AlertKind | None) -> None:
    others = () if besides is None else (Alert.kind != besides,)
    if desk.change(update(Alert).where(IS_OPEN, theirs, *others).values(over_at=desk.now)):
        desk.look("alerts")


def tell(desk: Desk, alerts: Sequence[int], teams: Collection[int]) -> None:
    """Shows alerts in their teams' channels, with who is on call; several within a short time as one line."""
    places = _places(desk, teams, Purpose.TEAM) if alerts else ()
    if not places:
        return
    rows = desk.session.scalars(select(Alert).where(Alert.id.in_(alerts)).order_by(Alert.id)).all()
    called = oncall.called(desk, teams)
    for place in places:
        theirs = [each for each in rows if each.team_id == place.team_id]
        gathering.tell(desk, place, theirs, called.get(place.team_id, ()))


def _places(desk: Desk, teams: Collection[int], purpose: Purpose) -> Sequence[Place]:
    return desk.session.scalars(_PLACES, {"teams": list(teams), "purpose": purpose.value}).all()


_PLACES = (
    select(Place)
    .where(Place.team_id.in_(bindparam("teams", expanding=True)), Place.purpose == bindparam("purpose"))
    .order_by(Place.id)
)


def escalate(desk: Desk, ticket: Ticket, said: Text) -> bool:
    """Calls the supervisors of a ticket's team; False where they have no channel, so that each is to be told."""
    _settle(desk, Alert.ticket_id == ticket.id, besides=None)
    raised = Raised(kind=AlertKind.ESCALATED, team_id=ticket.team_id, said=said, ticket_id=ticket.id, is_loud=True)
    alert = Alert(**_row(desk, raised, is_silenced=False))
    desk.session.add(alert)
    desk.flush()
    desk.look("alerts")
    places = _places(desk, (ticket.team_id,), Purpose.SUPERVISORS)
    outbox.put(desk, *(gathering.call(alert, place, ()) for place in places))
    return bool(places)


def ack(desk: Desk, alert: Alert, *, until: datetime | None = None) -> None:
    """The actor knows of it: it is quiet until something new happens, or until then; its threads say who knows."""
    is_first = alert.acked_at is None
    alert.acked_at, alert.acked_by, alert.quiet_until = desk.now, desk.actor.agent_id, until
    deadlines.drop(desk, "alert", alert.id, "again")
    if until is not None:
        deadlines.put(desk, "alert", alert.id, "again", until)
    if is_first:
        _say_who_knows(desk, alert)
    desk.look("alerts")


def _say_who_knows(desk: Desk, alert: Alert) -> None:
    about = Thread.ticket_id == alert.ticket_id if alert.ticket_id else Thread.dialog_id == alert.dialog_id
    threads = desk.session.scalars(select(Thread).where(about, ~Thread.is_retired).order_by(Thread.id)).all()
    said = text("{who} knows of it and looks after it.", who=oncall.name(desk, desk.actor.agent_id))
    outbox.put(desk, *(pushed.line(thread, said) for thread in threads))


def again(desk: Desk, due: Due) -> None:
    """An alert that was put off is told again, if nobody has it yet."""
    alert = desk.lock(Alert, due.subject_id)
    if alert is None or alert.over_at is not None or alert.quiet_until is None or alert.quiet_until > desk.now:
        return
    alert.acked_at = alert.acked_by = alert.quiet_until = None
    alert.is_silenced = bool(silences.of(desk, {alert.team_id}))
    if not alert.is_silenced:
        tell(desk, (alert.id,), (alert.team_id,))
    desk.look("alerts")


def open_ones(desk: Desk, *, limit: int = 50) -> Sequence[Alert]:
    """The alerts nobody has yet, of what the actor may see, the oldest first."""
    return desk.session.scalars(select(Alert).where(IS_OPEN, _seen(desk)).order_by(Alert.id).limit(limit)).all()


def _seen(desk: Desk) -> ColumnElement[bool]:
    tree, context = policy.visible(desk.actor), policy.context(desk)
    tickets = Alert.ticket_id.in_(select(Ticket.id).where(where(tree, context)))
    dialogs = Alert.dialog_id.in_(select(Dialog.id).where(where(tree, context, on=Dialog)))
    return or_(tickets, Alert.ticket_id.is_(None) & dialogs)


def open_one(desk: Desk, alert_id: int) -> Alert:
    """An alert nobody has yet, locked. Raises NotFound for what the actor may not see, UserError for what is over."""
    alert = desk.lock(Alert, alert_id)
    if alert is None or desk.execute(select(Alert.id).where(Alert.id == alert_id, _seen(desk))).first() is None:
        raise NotFound(text("There is no alert {id}. Try: alert list", id=alert_id))
    if alert.over_at is not None:
        raise UserError(text("Alert {id} is over: somebody has it. Try: alert list", id=alert_id))
    return alert

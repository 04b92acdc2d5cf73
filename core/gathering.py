"""Calls in one channel: the first at once, what follows within seconds as one line, a mention at most once a minute.

What a channel was told lately, and what waits to be told with others, is kept as a small fact of its own.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core import deadlines, kept, oncall, outbox, pushed
from core.deadlines import Due
from core.desk import Desk
from core.models import IS_OPEN, Alert, AlertKind, Place
from core.outbox import Wanted
from core.show import Button, Text, Tone, from_json, text, texts, together, verbatim

TOGETHER = timedelta(seconds=10)
"""How long after a call those that follow are gathered."""
CALLED_EVERY = timedelta(minutes=1)
_NAMED = 8
"""How many of several are named."""


@dataclass(frozen=True, slots=True)
class _Lately:
    """What a channel was told: when last, when with a mention, and the alerts that wait."""

    told_at: str = ""
    called_at: str = ""
    waiting: Sequence[int] = ()

    def is_within(self, moment: str, span: timedelta, now: datetime) -> bool:
        """Whether something was within a span before now."""
        return bool(moment) and now - datetime.fromisoformat(moment) < span


def tell(desk: Desk, place: Place, alerts: Sequence[Alert], agents: Sequence[int]) -> None:
    """Shows a channel these alerts, or gathers them where it was shown one a moment ago."""
    if not alerts:
        return
    lately = _read(desk, place)
    if not lately.is_within(lately.told_at, TOGETHER, desk.now):
        _show(desk, place, alerts, agents)
        return
    _keep(desk, place, _Lately(lately.told_at, lately.called_at, (*lately.waiting, *(each.id for each in alerts))))
    deadlines.put(desk, "place", place.id, "calls", datetime.fromisoformat(lately.told_at) + TOGETHER)


def over(desk: Desk, due: Due) -> None:
    """Shows what was gathered and nobody has yet; a deadline's effect."""
    place = desk.session.get(Place, due.subject_id)
    if place is None:
        return
    waiting = (Alert.id.in_(_read(desk, place).waiting), IS_OPEN, Alert.acked_at.is_(None), ~Alert.is_silenced)
    alerts = desk.session.scalars(select(Alert).where(*waiting).order_by(Alert.id)).all()
    if alerts:
        _show(desk, place, alerts, oncall.called(desk, {place.team_id}).get(place.team_id, ()))


def _show(desk: Desk, place: Place, alerts: Sequence[Alert], agents: Sequence[int]) -> None:
    lately = _read(desk, place)
    is_loud = bool(agents) or any(each.is_loud for each in alerts)
    calls = is_loud and not lately.is_within(lately.called_at, CALLED_EVERY, desk.now)
    named = agents if calls else ()
    outbox.put(
        desk,
        call(alerts[0], place, named, calls=calls) if len(alerts) == 1
        else _together(alerts, place, named, calls=calls),
    )  # fmt: skip
    now = desk.now.isoformat()
    _keep(desk, place, _Lately(now, now if calls else lately.called_at))


def call(alert: Alert, place: Place, agents: Collection[int], *, calls: bool = True) -> Wanted:
    """One alert as a line in a channel."""
    about = pushed.About(alert.ticket_id, alert.dialog_id, tuple(agents))
    said, loud = from_json(alert.said), alert.is_loud and calls
    return pushed.call(place, said, about=about, buttons=tuple(buttons(alert)), loud=loud)


def _together(alerts: Sequence[Alert], place: Place, agents: Collection[int], *, calls: bool) -> Wanted:
    """Several alerts as one line."""
    named = [_named(each) for each in alerts[:_NAMED]] + [verbatim("…")] * (len(alerts) > _NAMED)
    said = texts(
        "{count} customer waits for somebody: {what}", "{count} customers wait for somebody: {what}",
        count=len(alerts), what=together(named),
    )  # fmt: skip
    shown = (Button(text("Take the next"), "ticket next", Tone.GOOD), Button(text("Show all"), "alert list"))
    about = pushed.About(agents=tuple(agents))
    return pushed.call(place, said, about=about, buttons=shown, loud=calls and any(each.is_loud for each in alerts))


def _named(alert: Alert) -> Text:
    return text("dialog {id}", id=alert.dialog_id) if alert.ticket_id is None else verbatim(f"#{alert.ticket_id}")


def buttons(alert: Alert) -> Iterator[Button]:
    """What can be done with an alert where it is told."""
    if alert.kind is AlertKind.ESCALATED:
        yield Button(text("Show"), f"ticket show {alert.ticket_id}")
    elif alert.kind is AlertKind.WAITING:
        yield Button(text("Take"), f"ticket take {alert.ticket_id}", Tone.GOOD)
    else:
        yield Button(text("Take"), f"dialog take {alert.dialog_id}", Tone.GOOD)
    if alert.acked_at is None:
        yield Button(text("I know"), f"alert ack {alert.id}")
    if alert.kind is AlertKind.WAITING:
        yield Button(text("Snooze 30 m"), f"alert snooze {alert.id} 30m")


def _name(place: Place) -> str:
    return f"calls:{place.id}"


def _read(desk: Desk, place: Place) -> _Lately:
    found = kept.read(desk, _name(place))
    return _Lately(**json.loads(found)) if found else _Lately()


def _keep(desk: Desk, place: Place, lately: _Lately) -> None:
    kept.keep(desk, _name(place), json.dumps(asdict(lately)))

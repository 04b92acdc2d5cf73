"""What agents see of alerts, the same for every room."""

from collections.abc import Sequence

from core import gathering, oncall
from core.desk import Desk
from core.models import Alert
from core.naming import Names
from core.show import Card, Field, Text, Tone, from_json, text, verbatim


def alert_cards(desk: Desk, shown: Sequence[Alert]) -> tuple[Card, ...]:
    """Alerts with what can be done about each."""
    return tuple(_card(desk, each) for each in shown)


def _card(desk: Desk, alert: Alert) -> Card:
    fields = [
        Field(text("Alert"), verbatim(str(alert.id))),
        Field(text("Team"), Names.of(desk).team(alert.team_id)),
        Field(text("Since"), Text("{when}", {"when": alert.raised_at})),
    ]
    if alert.acked_at is not None:
        fields.append(Field(text("Known to"), oncall.name(desk, alert.acked_by)))
    if alert.quiet_until is not None:
        fields.append(Field(text("Quiet until"), Text("{when}", {"when": alert.quiet_until})))
    link = f"ticket:{alert.ticket_id}" if alert.ticket_id is not None else f"dialog:{alert.dialog_id}"
    tone = Tone.WARN if alert.acked_at is None else Tone.PLAIN
    return Card(from_json(alert.said), tuple(fields), buttons=tuple(gathering.buttons(alert)), tone=tone, link=link)

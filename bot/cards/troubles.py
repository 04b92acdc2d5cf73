"""What agents see of what went wrong, the same for every room."""

from core import deadlines
from core.deadlines import Due
from core.models import Delivery, DeliveryState, Quarantined
from core.quarantine import excerpt, letter_of, reason
from core.show import Button, Card, Field, Text, Tone, text, verbatim


def quarantine_card(kept: Quarantined) -> Card:
    """Something that could not be understood, with its reason."""
    sender, subject = letter_of(kept)
    told = ((text("From"), sender), (text("Subject"), subject))
    fields = [Field(name, verbatim(words[:200])) for name, words in told if words]
    fields += [Field(text("Came by"), verbatim(kept.source)), Field(text("At"), Text("{when}", {"when": kept.at}))]
    return Card(
        title=text("In quarantine: {id}", id=kept.id),
        fields=tuple(fields),
        lines=(reason(kept), verbatim(excerpt(kept))),
        buttons=(
            Button(text("Retry"), f"desk retry {kept.id}", Tone.GOOD),
            Button(text("Make ticket"), f"desk make-ticket {kept.id}"),
            Button(text("Discard"), f"desk discard {kept.id}", Tone.BAD),
        ),
        tone=Tone.WARN,
    )


def deadline_card(due: Due) -> Card:
    """Something that became due and failed three times."""
    return Card(
        title=text("Stuck: {what}", what=deadlines.describe(due)),
        buttons=(
            Button(text("Retry"), f"desk retry-deadline {due.id}", Tone.GOOD),
            Button(text("Drop"), f"desk drop-deadline {due.id}", Tone.BAD),
        ),
        tone=Tone.BAD,
        link=f"{due.subject}:{due.subject_id}" if due.subject in ("ticket", "dialog") else "",
    )


def delivery_card(delivery: Delivery) -> Card:
    """Something that did not arrive, or perhaps did."""
    is_uncertain = delivery.state is DeliveryState.UNCERTAIN
    title = text("Perhaps sent: {id}", id=delivery.id) if is_uncertain else text("Not delivered: {id}", id=delivery.id)
    fields = [
        Field(text("By"), verbatim(delivery.lane)),
        Field(text("At"), Text("{when}", {"when": delivery.created_at})),
    ]
    if delivery.ticket_id is not None:
        fields.append(Field(text("Ticket"), verbatim(f"#{delivery.ticket_id}")))
    return Card(
        title=title,
        fields=tuple(fields),
        lines=(verbatim(delivery.error or "–"),),
        buttons=(
            Button(text("Send again"), f"desk resend {delivery.id}", Tone.GOOD),
            Button(text("Leave"), f"desk leave-it {delivery.id}"),
        ),
        tone=Tone.WARN if is_uncertain else Tone.BAD,
        link=f"ticket:{delivery.ticket_id}" if delivery.ticket_id is not None else "",
    )

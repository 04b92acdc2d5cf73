"""What agents see of tickets and dialogs, the same for every room."""

from collections.abc import Sequence

from core import contacts
from core.contacts import Around
from core.desk import Desk
from core.listing import Row
from core.models import (
    Channel,
    Contact,
    Delivery,
    DeliveryState,
    Dialog,
    DialogState,
    Phase,
    Priority,
    Quarantined,
    Status,
    Ticket,
)
from core.naming import Names
from core.quarantine import excerpt, reason
from core.show import Button, Card, Field, Text, Tone, text, verbatim

STATUS_WORDS = {
    Status.NEW: text("new"),
    Status.OPEN: text("open"),
    Status.PENDING: text("pending"),
    Status.CLOSED: text("closed"),
}
PRIORITY_WORDS = {
    Priority.LOW: text("low"),
    Priority.NORMAL: text("normal"),
    Priority.HIGH: text("high"),
    Priority.URGENT: text("urgent"),
}
_TONES = {Status.NEW: Tone.WARN, Status.OPEN: Tone.PLAIN, Status.PENDING: Tone.PLAIN, Status.CLOSED: Tone.GOOD}


def ticket_card(desk: Desk, ticket: Ticket) -> Card:
    """A ticket's card: whose it is, how it stands, what can be done."""
    names = Names.of(desk)
    contact = None if ticket.contact_id is None else contacts.standing(desk, ticket.contact_id)
    around = contacts.around(desk, contact, ticket_id=ticket.id)
    fields = [
        Field(text("Status"), _status(ticket)),
        Field(text("Assignee"), names.agent(ticket.assignee_id)),
        Field(text("Team"), names.team(ticket.team_id)),
        Field(text("Priority"), PRIORITY_WORDS[ticket.priority]),
        Field(text("Customer"), _who(contact)),
    ]
    fields += _channel(desk, ticket.channel_id)
    if around.tags:
        fields.append(Field(text("Tags"), verbatim(" ".join(f"+{name}" for name in around.tags))))
    if ticket.due_at is not None:
        fields.append(Field(text("Due"), Text("{when}", {"when": ticket.due_at})))
    if ticket.rating is not None:
        fields.append(Field(text("Rating"), text("{score} of 5", score=ticket.rating)))
    return Card(
        title=text("#{number} {subject}", number=ticket.number, subject=ticket.subject or "…"),
        fields=tuple(fields),
        lines=(*_about_contact(desk, contact, around), *_about_ticket(ticket)),
        buttons=tuple(_ticket_buttons(desk, ticket)),
        tone=Tone.BAD if ticket.priority is Priority.URGENT and ticket.is_open else _TONES[ticket.status],
        link=f"ticket:{ticket.id}",
    )


def _status(ticket: Ticket) -> Text:
    if ticket.status is Status.PENDING and ticket.pending_until is not None:
        return text("pending until {when}", when=ticket.pending_until)
    return STATUS_WORDS[ticket.status]


def _who(contact: Contact | None) -> Text:
    if contact is None:
        return text("nobody: an internal ticket")
    if contact.erased_at is not None:
        return text("erased")
    if not contact.name and contact.claimed_name:
        return text("Customer {id}, says to be {name}", id=contact.id, name=contact.claimed_name)
    return verbatim(contacts.name_of(contact))


def _channel(desk: Desk, channel_id: int | None) -> list[Field]:
    if channel_id is None:
        return []
    channel = desk.session.get_one(Channel, channel_id)
    return [Field(text("Channel"), verbatim(f"{channel.kind} {channel.name}"))]


def _about_contact(desk: Desk, contact: Contact | None, around: Around) -> list[Text]:
    """What else an agent should know of the customer: their other tickets, and who they may be."""
    if contact is None:
        return []
    lines = []
    if around.tickets:
        named = ", ".join(f"#{number} {subject[:40]}" for number, subject in around.tickets[:3])
        lines.append(text("Other unclosed tickets: {tickets}", tickets=named))
    if around.same:
        named = ", ".join(f"{name} ({id_})" for id_, name in around.same[:3])
        lines.append(text("Maybe the same person: {names}", names=named))
    if contact.note:
        lines.append(text("Note on the customer: {note}", note=contact.note))
    if contact.blocked_until is not None and contact.blocked_until > desk.now:
        lines.append(text("Blocked until {when}", when=contact.blocked_until))
    return lines


def _about_ticket(ticket: Ticket) -> list[Text]:
    lines = []
    if ticket.merged_into is not None:
        lines.append(text("Merged into #{number}", number=ticket.merged_into))
    if ticket.is_spam:
        lines.append(text("Marked as spam"))
    if ticket.waiting_since is not None and ticket.is_open:
        lines.append(text("The customer has waited since {when}", when=ticket.waiting_since))
    return lines


def _ticket_buttons(desk: Desk, ticket: Ticket) -> list[Button]:
    number = ticket.number
    if ticket.status is Status.CLOSED:
        return [Button(text("Reopen"), f"ticket reopen {number}"), Button(text("History"), f"ticket history {number}")]
    buttons = []
    if ticket.assignee_id is None:
        buttons.append(Button(text("Take"), f"ticket take {number}", Tone.GOOD))
    if ticket.contact_id is not None:
        buttons.append(Button(text("Reply"), f"ticket reply {number} ", asks=True))
    buttons.append(Button(text("Note"), f"ticket note {number} ", asks=True))
    buttons.append(Button(text("Pending"), f"ticket pending {number}"))
    buttons.append(Button(text("Close"), f"ticket close {number}"))
    if ticket.assignee_id is not None and ticket.assignee_id == desk.actor.agent_id:
        buttons.append(Button(text("Release"), f"ticket release {number}"))
    return buttons


def dialog_card(desk: Desk, dialog: Dialog) -> Card:
    """A live dialog's card, from its first second."""
    contact, names = contacts.standing(desk, dialog.contact_id), Names.of(desk)
    fields = [
        Field(text("Customer"), _who(contact)),
        Field(text("Agent"), names.agent(dialog.assignee_id)),
        Field(text("Team"), names.team(dialog.team_id)),
        *_channel(desk, dialog.channel_id),
    ]
    if dialog.ticket_id is not None:
        fields.append(Field(text("Ticket"), verbatim(f"#{dialog.ticket_id}")))
    return Card(
        title=verbatim(dialog.subject or "…"),
        fields=tuple(fields),
        lines=(_phase(dialog), *_about_contact(desk, contact, _around(desk, dialog, contact))),
        buttons=tuple(_dialog_buttons(desk, dialog)),
        tone=_dialog_tone(dialog),
        link=f"dialog:{dialog.id}",
    )


def _around(desk: Desk, dialog: Dialog, contact: Contact) -> Around:
    """A dialog on a ticket stands below that ticket's card, which says it already."""
    return Around() if dialog.ticket_id is not None else contacts.around(desk, contact)


def _phase(dialog: Dialog) -> Text:
    if dialog.state is DialogState.ENDED:
        return text("This dialog has ended.")
    if dialog.customer_left_at is not None:
        return text("The customer's page was closed at {when}.", when=dialog.customer_left_at)
    match dialog.phase:
        case Phase.WAITING:
            return text("Waiting since {when} for somebody to take it", when=dialog.started_at)
        case Phase.HELD:
            return text("On hold")
        case Phase.TALKING if dialog.waiting_since is not None:
            return text("The customer waits for an answer since {when}", when=dialog.waiting_since)
        case Phase.TALKING:
            return text("Talking")


def _dialog_tone(dialog: Dialog) -> Tone:
    if dialog.state is DialogState.ENDED:
        return Tone.PLAIN
    if dialog.called_out_at is not None and dialog.waiting_since is not None:
        return Tone.BAD
    return Tone.WARN if dialog.phase is Phase.WAITING else Tone.GOOD


def _dialog_buttons(desk: Desk, dialog: Dialog) -> list[Button]:
    if dialog.state is DialogState.ENDED:
        return []
    if dialog.taken_at is None:
        return [
            Button(text("Take"), f"dialog take {dialog.id}", Tone.GOOD),
            Button(text("End"), f"dialog end {dialog.id}"),
        ]
    buttons = [
        Button(text("End"), f"dialog end {dialog.id}"),
        Button(text("Solved"), f"dialog solved {dialog.id}", Tone.GOOD),
    ]
    if dialog.assignee_id != desk.actor.agent_id:
        buttons.insert(0, Button(text("Join"), f"dialog join {dialog.id}"))
    elif dialog.phase is Phase.HELD:
        buttons.insert(0, Button(text("Resume"), f"dialog resume {dialog.id}"))
    else:
        buttons.append(Button(text("Hold"), f"dialog hold {dialog.id}"))
    return buttons


def row_card(row: Row) -> Card:
    """One line of a list as a small card."""
    fields = [Field(text("Status"), STATUS_WORDS[row.status]), Field(text("Assignee"), verbatim(row.assignee or "–"))]
    if row.contact:
        fields.append(Field(text("Customer"), verbatim(row.contact)))
    if row.priority is not Priority.NORMAL:
        fields.append(Field(text("Priority"), PRIORITY_WORDS[row.priority]))
    if row.due_at is not None:
        fields.append(Field(text("Due"), Text("{when}", {"when": row.due_at})))
    if row.tags:
        fields.append(Field(text("Tags"), verbatim(" ".join(f"+{name}" for name in row.tags))))
    tone = Tone.BAD if row.priority is Priority.URGENT else _TONES[row.status]
    return Card(
        text("#{number} {subject}", number=row.number, subject=row.subject or "…"),
        tuple(fields), tone=tone, link=f"ticket:{row.number}",
    )  # fmt: skip


def quarantine_card(kept: Quarantined) -> Card:
    """Something that could not be understood, with its reason."""
    return Card(
        title=text("In quarantine: {id}", id=kept.id),
        fields=(Field(text("Came by"), verbatim(kept.source)), Field(text("At"), Text("{when}", {"when": kept.at}))),
        lines=(reason(kept), verbatim(excerpt(kept))),
        buttons=(
            Button(text("Retry"), f"desk retry {kept.id}", Tone.GOOD),
            Button(text("Discard"), f"desk discard {kept.id}", Tone.BAD),
        ),
        tone=Tone.WARN,
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


def contact_card(desk: Desk, contact: Contact) -> Card:
    """A customer: who they are by proof, what they say, where they can be reached."""
    addresses = [
        Field(
            verbatim(identity.kind),
            _address(identity.address, verified=identity.is_verified, shared=identity.is_shared),
        )
        for identity in contacts.identities(desk, contact.id)
    ]
    around = contacts.around(desk, contact)
    lines = _about_contact(desk, contact, around)
    buttons = [Button(text("Rename"), f"customer name {contact.id} ", asks=True)]
    buttons += [
        Button(text("Same as {name}", name=name), f"customer merge {contact.id} {id_}") for id_, name in around.same[:2]
    ]
    return Card(
        text("{who} (customer {id})", who=contacts.name_of(contact), id=contact.id),
        (Field(text("Name"), _who(contact)), Field(text("Language"), verbatim(contact.language or "–")), *addresses),
        tuple(lines), tuple(buttons),
    )  # fmt: skip


def _address(address: str, *, verified: bool, shared: bool) -> Text:
    if shared:
        return text("{address} (shared)", address=address)
    return verbatim(address) if verified else text("{address} (not verified)", address=address)


def rows_as_cards(rows: Sequence[Row]) -> tuple[Card, ...]:
    """A page of a list."""
    return tuple(row_card(row) for row in rows)

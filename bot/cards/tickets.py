"""What agents see of tickets, the same for every room."""

from collections.abc import Sequence

from bot.cards.people import about_contact, channel_field, who
from core import around, contacts, kinds, participants, privately, tags
from core.around import Around
from core.desk import Desk
from core.listing import Row
from core.models import Channel, Dialog, Priority, Status, Ticket
from core.naming import Names
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
TONES = {Status.NEW: Tone.WARN, Status.OPEN: Tone.PLAIN, Status.PENDING: Tone.PLAIN, Status.CLOSED: Tone.GOOD}


def ticket_card(desk: Desk, ticket: Ticket) -> Card:
    """A ticket's card: whose it is, how it stands, what can be done."""
    names = Names.of(desk)
    contact = None if ticket.contact_id is None else contacts.standing(desk, ticket.contact_id)
    beside = around.of_ticket(desk, ticket, contact)
    fields = [
        Field(text("Status"), _status(ticket)),
        Field(text("Assignee"), names.agent(ticket.assignee_id)),
        Field(text("Team"), names.team(ticket.team_id)),
        Field(text("Priority"), PRIORITY_WORDS[ticket.priority]),
        Field(text("Customer"), who(contact)),
    ]
    fields += channel_field(desk, ticket.channel_id)
    fields += [*_who_reads(desk, ticket), *_in_copy(desk, ticket)]
    if beside.tags:
        fields.append(Field(text("Tags"), verbatim(" ".join(f"+{name}" for name in beside.tags))))
    if ticket.due_at is not None:
        fields.append(Field(text("Due"), Text("{when}", {"when": ticket.due_at})))
    if ticket.rating is not None:
        fields.append(Field(text("Rating"), text("{score} of 5", score=ticket.rating)))
    return Card(
        title=text("#{number} {subject}", number=ticket.number, subject=ticket.subject or "…"),
        fields=tuple(fields),
        lines=(*about_contact(desk, contact, beside), *_about_ticket(ticket)),
        buttons=(*_ticket_buttons(desk, ticket), *_merge_offer(ticket, beside)),
        tone=Tone.BAD if ticket.priority is Priority.URGENT and ticket.is_open else TONES[ticket.status],
        link=f"ticket:{ticket.id}",
    )


def _who_reads(desk: Desk, ticket: Ticket) -> list[Field]:
    """In a group others read along; only channels that have groups are asked."""
    channel = None if ticket.channel_id is None else desk.session.get_one(Channel, ticket.channel_id)
    everyone = "" if channel is None or not kinds.is_silent(channel.kind) else privately.audience(desk, ticket)
    return [Field(text("Who reads it"), text("everyone in {group}", group=everyone))] if everyone else []


def _in_copy(desk: Desk, ticket: Ticket) -> list[Field]:
    """Who else gets what is answered by letter."""
    channel = None if ticket.channel_id is None else desk.session.get_one(Channel, ticket.channel_id)
    if channel is None or channel.kind not in kinds.LETTERS:
        return []
    there = [each.address for each in participants.reached(desk, ticket.id)]
    more = [f"+{len(there) - _NAMED}"] if len(there) > _NAMED else []
    return [Field(text("In copy"), verbatim(", ".join([*there[:_NAMED], *more])))] if there else []


_NAMED = 5
"""Addresses in copy a card names."""


def _status(ticket: Ticket) -> Text:
    if ticket.status is Status.PENDING and ticket.pending_until is not None:
        return text("pending until {when}", when=ticket.pending_until)
    return STATUS_WORDS[ticket.status]


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
    buttons.append(Button(text("Close"), f"ticket close {number}", offers=True))
    buttons += [Button(label, f"ticket {verb} {number} ", asks=True) for verb, label in _MORE]
    if ticket.assignee_id is not None and ticket.assignee_id == desk.actor.agent_id:
        buttons.append(Button(text("Release"), f"ticket release {number}"))
    return buttons


def _merge_offer(ticket: Ticket, beside: Around) -> list[Button]:
    """A new ticket of a customer who has another one may be about the same."""
    if ticket.status is not Status.NEW or not beside.tickets:
        return []
    number, _ = beside.tickets[0]
    return [Button(text("Merge into #{number}", number=number), f"ticket merge {ticket.number} {number}")]


_MORE = (
    ("tag", text("Tag")), ("assign", text("Assign")), ("snooze", text("Snooze")), ("merge", text("Merge")),
)  # fmt: skip


def tags_of(desk: Desk, ticket: Ticket | None, dialog: Dialog | None) -> tuple[str, ...]:
    """The tags of what a thread is about."""
    on = ticket if ticket is not None else dialog
    return () if on is None else tuple(tags.on(desk, on))


def row_card(row: Row) -> Card:
    """One line of a list as a small card."""
    fields = [Field(text("Status"), STATUS_WORDS[row.status]), Field(text("Assignee"), _holder(row))]
    customer = row.customer
    if customer is not None:
        fields.append(Field(text("Customer"), customer))
    if row.priority is not Priority.NORMAL:
        fields.append(Field(text("Priority"), PRIORITY_WORDS[row.priority]))
    if row.due_at is not None:
        fields.append(Field(text("Due"), Text("{when}", {"when": row.due_at})))
    if row.tags:
        fields.append(Field(text("Tags"), verbatim(" ".join(f"+{name}" for name in row.tags))))
    tone = Tone.BAD if row.priority is Priority.URGENT else TONES[row.status]
    return Card(
        text("#{number} {subject}", number=row.number, subject=row.subject or "…"),
        tuple(fields), tone=tone, link=f"ticket:{row.number}",
    )  # fmt: skip


def _holder(row: Row) -> Text:
    return verbatim(f"@{row.assignee}") if row.assignee else text("nobody")


def rows_as_cards(rows: Sequence[Row]) -> tuple[Card, ...]:
    """A page of a list."""
    return tuple(row_card(row) for row in rows)

"""What agents see of dialogs, the same for every room."""

from collections.abc import Sequence
from dataclasses import replace

from bot.cards.people import about_contact, channel_field, who
from core import around, dialogs
from core.around import Around
from core.desk import Desk
from core.models import Contact, Dialog, DialogState, Phase
from core.naming import Names
from core.show import Button, Card, Field, Text, Tone, text, verbatim


def dialog_card(desk: Desk, dialog: Dialog) -> Card:
    """A live dialog's card, from its first second."""
    return dialog_cards(desk, [dialog])[0]


def dialog_cards(desk: Desk, shown: Sequence[Dialog]) -> tuple[Card, ...]:
    """Several dialogs' cards, in as many statements as one's."""
    people = around.people_of(desk, shown)
    alone = {people[each.id].id for each in shown if each.ticket_id is None}
    beside = around.of_contacts(desk, alone)
    me = desk.actor.agent_id
    joined = frozenset[int]() if me is None else dialogs.relayed_among(desk, [each.id for each in shown], me)
    return tuple(
        replace(
            _card(desk, each, people[each.id], beside.get(people[each.id].id, Around())),
            buttons=tuple(_dialog_buttons(desk, each, is_joined=each.id in joined)),
        )
        for each in shown
    )


def _card(desk: Desk, dialog: Dialog, contact: Contact, beside: Around) -> Card:
    """A dialog on a ticket stands below that ticket's card, which says what is around its customer."""
    names = Names.of(desk)
    fields = [
        Field(text("Dialog"), verbatim(str(dialog.id))),
        Field(text("Customer"), who(contact)),
        Field(text("Agent"), names.agent(dialog.assignee_id)),
        Field(text("Team"), names.team(dialog.team_id)),
        *channel_field(desk, dialog.channel_id),
    ]
    if dialog.facts.get("audience"):
        fields.append(Field(text("Who reads it"), text("everyone in {group}", group=dialog.facts["audience"])))
    if dialog.ticket_id is not None:
        fields.append(Field(text("Ticket"), verbatim(f"#{dialog.ticket_id}")))
        beside = Around()
    return Card(
        title=verbatim(dialog.subject or "…"),
        fields=tuple(fields),
        lines=(_phase(dialog), *about_contact(desk, contact, beside)),
        tone=_dialog_tone(dialog),
        link=f"dialog:{dialog.id}",
    )


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


def _dialog_buttons(desk: Desk, dialog: Dialog, *, is_joined: bool) -> list[Button]:
    if dialog.state is DialogState.ENDED:
        return []
    if dialog.taken_at is None:
        return [
            Button(text("Take"), f"dialog take {dialog.id}", Tone.GOOD),
            *_into_private(dialog),
            Button(text("End"), f"dialog end {dialog.id}"),
        ]
    buttons = [
        *_into_private(dialog),
        Button(text("End"), f"dialog end {dialog.id}"),
        Button(text("Solved"), f"dialog solved {dialog.id}", Tone.GOOD),
    ]
    if is_joined and dialog.assignee_id != desk.actor.agent_id:
        buttons.append(Button(text("Step back"), f"dialog leave {dialog.id}"))
    elif dialog.assignee_id != desk.actor.agent_id:
        buttons.insert(0, Button(text("Join"), f"dialog join {dialog.id}"))
    elif dialog.phase is Phase.HELD:
        buttons.insert(0, Button(text("Resume"), f"dialog resume {dialog.id}"))
    else:
        buttons.append(Button(text("Hold"), f"dialog hold {dialog.id}"))
    return buttons


def _into_private(dialog: Dialog) -> list[Button]:
    """Where others read along, one press goes on without them."""
    return [Button(text("Answer in private"), f"dialog private {dialog.id}")] if dialog.facts.get("audience") else []

"""Commands that say what a ticket is and whose: by hand, taken, tagged, moved, spam."""

from bot import cards
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from bot.commands.values import one_contact
from core import contacts, dialogs, lookup, tags, tickets
from core import spam as marking
from core.models import Ticket
from core.show import Answer, Button, Text, Tone, text


@command("ticket new", example="ticket new ana@example.com Printer on fire")
def new(call: Call, who: kinds.Towards, subject: kinds.Words) -> Answer:
    """Make a ticket by hand, towards a customer, or towards nobody with `internal`.

    The customer is an id, an address or a name; an unknown address becomes a new customer.
    """
    desk = call.desk
    team = call.team()
    contact_id = None if who.lower() == "internal" else _meant(call, who)
    ticket = tickets.open_new(desk, subject, team, contact_id=contact_id)
    tickets.take(desk, ticket, call.agent())
    return _yours(call, ticket, text("#{number} is yours: {subject}", number=ticket.number, subject=ticket.subject))


def _meant(call: Call, who: str) -> int:
    kind = contacts.kind_of(who)
    if kind and not lookup.at(call.desk, who) and lookup.numbered(call.desk, who) is None:
        return contacts.by_hand(call.desk, kind, who).id
    return one_contact(call, who).id


def _yours(call: Call, ticket: Ticket, said: Text) -> Answer:
    call.desk.flush()
    return Answer(said, cards=(cards.ticket_card(call.desk, ticket),), tone=Tone.GOOD, go=f"ticket:{ticket.id}")


@command("ticket take", many=True, example="ticket take 42")
def take(call: Call, ticket: kinds.Ticket) -> Answer:
    """Make a ticket yours; a new one becomes open."""
    tickets.take(call.desk, ticket, call.agent())
    return _yours(call, ticket, text("#{number} is yours now.", number=ticket.number))


@command("ticket release", many=True, example="ticket release 42")
def release(call: Call, ticket: kinds.Ticket) -> Answer:
    """Give a ticket back to the queue."""
    tickets.assign(call.desk, ticket, None)
    return Answer(text("#{number} is back in the queue.", number=ticket.number))


@command("ticket assign", many=True, example="ticket assign 42 @ben")
def assign(call: Call, ticket: kinds.Ticket, agent: kinds.Agent) -> Answer:
    """Give a ticket to an agent."""
    tickets.assign(call.desk, ticket, agent.id)
    return Answer(text("#{number} belongs to {who} now.", number=ticket.number, who=agent.public_name))


@command("ticket priority", many=True, example="ticket priority 42 high")
def priority(call: Call, ticket: kinds.Ticket, priority: kinds.Priority) -> Answer:
    """Set how pressing a ticket is."""
    tickets.prioritise(call.desk, ticket, priority)
    return Answer(
        text("#{number} has priority {priority} now.", number=ticket.number, priority=cards.PRIORITY_WORDS[priority])
    )


@command("ticket tag", many=True, example="ticket tag 42 +billing -new")
def tag(call: Call, ticket: kinds.Ticket, changes: kinds.Tags) -> Answer:
    """Put tags on (+) and take them off (-)."""
    for change in changes:
        (tags.remove if change.startswith("-") else tags.add)(call.desk, ticket, change[1:])
    call.desk.flush()
    on = tags.of_ticket(call.desk, ticket.id)
    return Answer(text("Tags of #{number}: {tags}", number=ticket.number, tags=", ".join(on) or "–"))


@command("ticket title", example="ticket title 42 Refund for order 1001")
def title(call: Call, ticket: kinds.Ticket, subject: kinds.Words) -> Answer:
    """Give a ticket another subject."""
    tickets.retitle(call.desk, ticket, subject)
    return Answer(text("#{number} is called: {subject}", number=ticket.number, subject=ticket.subject))


@command("ticket move", many=True, example="ticket move 42 tech needs a new router")
def move(call: Call, ticket: kinds.Ticket, team: kinds.Team, why: kinds.Words = "") -> Answer:
    """Move a ticket and its live dialog to another team; why goes along as a note."""
    dialog = dialogs.live_on(call.desk, ticket.id)
    if dialog is not None:
        dialogs.move(call.desk, dialog, team, why)
    else:
        tickets.move(call.desk, ticket, team, why)
    return Answer(text("#{number} is in {team}'s queue now.", number=ticket.number, team=team.title))


@command("ticket customer", many=True, example="ticket customer 42 ana@example.com")
def customer(call: Call, ticket: kinds.Ticket, who: kinds.Words) -> Answer:
    """Say whose ticket it is: a customer's id, address or name; `nobody` makes it internal."""
    contact_id = None if who.lower() == "nobody" else _meant(call, who)
    tickets.set_contact(call.desk, ticket, contact_id)
    return _changed(call, ticket)


def _changed(call: Call, ticket: Ticket) -> Answer:
    call.desk.flush()
    card = cards.ticket_card(call.desk, ticket)
    return Answer(text("#{number} was changed.", number=ticket.number), cards=(card,))


@command("ticket spam", many=True, example="ticket spam 42")
def spam(call: Call, ticket: kinds.Ticket) -> Answer:
    """Close a ticket as spam and end its live dialog, silently; the sender's next message waits in quarantine."""
    marking.mark(call.desk, ticket)
    not_spam = Button(text("Not spam"), f"ticket notspam {ticket.number}")
    return Answer(text("#{number} is spam and closed.", number=ticket.number), buttons=(not_spam,))


@command("ticket notspam", many=True, example="ticket notspam 42")
def notspam(call: Call, ticket: kinds.Ticket) -> Answer:
    """Bring a ticket back that is no spam."""
    marking.unmark(call.desk, ticket)
    return Answer(text("#{number} is open again.", number=ticket.number))


@command("ticket watch", many=True, example="ticket watch 42")
def watch(call: Call, ticket: kinds.Ticket) -> Answer:
    """Hear of it when the customer writes."""
    tickets.watch(call.desk, ticket, call.agent().id, on=True)
    return Answer(text("You will hear of #{number}.", number=ticket.number))


@command("ticket unwatch", many=True, example="ticket unwatch 42")
def unwatch(call: Call, ticket: kinds.Ticket) -> Answer:
    """Hear of it no longer."""
    tickets.watch(call.desk, ticket, call.agent().id, on=False)
    return Answer(text("You will hear no more of #{number}.", number=ticket.number))


COMMANDS = (
    new,
    take,
    release,
    assign,
    priority,
    tag,
    title,
    move,
    customer,
    spam,
    notspam,
    watch,
    unwatch,
)

"""Commands that move a ticket through its states, and set times for it."""

from datetime import datetime

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import messages, tickets
from core.messages import Where
from core.models import Status
from core.show import Answer, Button, Tone, text


@command("ticket close", many=True, example="ticket close 42 resolved by phone")
def close(call: Call, ticket: kinds.Ticket, reason: kinds.Words = "") -> Answer:
    """Close a ticket, with a reason if you like: it is kept as a note."""
    tickets.close(call.desk, ticket)
    if reason:
        call.desk.flush()
        messages.note(call.desk, messages.bounded(call.desk, reason), Where(ticket_id=ticket.id))
    reopen = Button(text("Reopen"), f"ticket reopen {ticket.number}")
    return Answer(text("Closed #{number}.", number=ticket.number), buttons=(reopen,), tone=Tone.GOOD)


@command("ticket close-in", many=True, example="ticket close-in 42 2d")
def close_in(call: Call, ticket: kinds.Ticket, when: kinds.When) -> Answer:
    """Close a ticket then, unless the customer writes before."""
    tickets.close_later(call.desk, ticket, when)
    return Answer(text("#{number} closes at {when} unless the customer writes.", number=ticket.number, when=when))


@command("ticket reopen", many=True, example="ticket reopen 42")
def reopen(call: Call, ticket: kinds.Ticket) -> Answer:
    """Open a closed or pending ticket again."""
    tickets.open_(call.desk, ticket)
    return Answer(text("#{number} is open again.", number=ticket.number))


@command("ticket pending", many=True, example="ticket pending 42 mon 9:00")
def pending(call: Call, ticket: kinds.Ticket, until: kinds.When | None = None) -> Answer:
    """Wait for the customer, until then at the longest; without a time, three days."""
    when: datetime = until or call.desk.now + call.desk.pace.pending
    tickets.pend(call.desk, ticket, when)
    return Answer(text("#{number} waits for the customer until {when}.", number=ticket.number, when=when))


@command("ticket status", many=True, example="ticket status 42 open")
def status(call: Call, ticket: kinds.Ticket, status: kinds.Status) -> Answer:
    """Set a ticket's status: open, pending or closed."""
    match status:
        case Status.CLOSED:
            return close.body(call, ticket)
        case Status.PENDING:
            return pending.body(call, ticket)
        case _:
            return reopen.body(call, ticket)


@command("ticket snooze", many=True, example="ticket snooze 42 tomorrow")
def snooze(call: Call, ticket: kinds.Ticket, when: kinds.When) -> Answer:
    """Hide a ticket from your queue until then, or until the customer writes."""
    tickets.snooze(call.desk, ticket, call.agent().id, when)
    return Answer(text("#{number} is out of your queue until {when}.", number=ticket.number, when=when))


@command("ticket remind", many=True, example="ticket remind 42 2h")
def remind(call: Call, ticket: kinds.Ticket, when: kinds.When) -> Answer:
    """Be reminded of a ticket then."""
    tickets.remind(call.desk, ticket, call.agent().id, when)
    return Answer(text("You will be reminded of #{number} at {when}.", number=ticket.number, when=when))


@command("ticket due", many=True, example="ticket due 42 fri 12:00")
def due(call: Call, ticket: kinds.Ticket, when: kinds.When | None = None) -> Answer:
    """Give a ticket a deadline of its own; without a time, take it away."""
    tickets.set_due(call.desk, ticket, when)
    if when is None:
        return Answer(text("#{number} has no deadline any more.", number=ticket.number))
    return Answer(text("#{number} is due {when}.", number=ticket.number, when=when))


COMMANDS = (
    close,
    close_in,
    reopen,
    pending,
    status,
    snooze,
    remind,
    due,
)

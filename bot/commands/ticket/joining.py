"""Commands that bring tickets together and part them."""

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import joining, policy, tickets
from core.errors import UserError
from core.show import Answer, Tone, text


@command("ticket merge", many=True, example="ticket merge 42 41")
def merge(call: Call, ticket: kinds.Ticket, into: kinds.OtherTicket) -> Answer:
    """Merge a ticket into another: its number leads there from now on."""
    joining.merge(call.desk, ticket, into)
    said = text("#{number} was merged into #{into}.", number=ticket.id, into=into.id)
    return Answer(said, go=f"ticket:{into.id}")


@command("ticket unmerge", example="ticket unmerge 41")
def unmerge(call: Call, number: kinds.Number) -> Answer:
    """Part a merged ticket again, by its own number; what came afterwards stays with the other."""
    source = policy.must_see(call.desk, tickets.locked(call.desk, number))
    if source.merged_into is None:
        raise UserError(text("#{number} is not merged into another.", number=number))
    joining.unmerge(call.desk, source)
    return Answer(text("#{number} stands alone again.", number=number), tone=Tone.GOOD, go=f"ticket:{number}")


@command("ticket link", example="ticket link 42 41")
def link(call: Call, ticket: kinds.Ticket, other: kinds.OtherTicket) -> Answer:
    """Link two tickets that belong together."""
    joining.link(call.desk, ticket, other)
    return Answer(text("#{number} and #{other} are linked.", number=ticket.number, other=other.number))


@command("ticket unlink", example="ticket unlink 42 41")
def unlink(call: Call, ticket: kinds.Ticket, other: kinds.OtherTicket) -> Answer:
    """Take a link away."""
    joining.unlink(call.desk, ticket, other)
    return Answer(text("#{number} and #{other} are no longer linked.", number=ticket.number, other=other.number))


COMMANDS = (
    merge,
    unmerge,
    link,
    unlink,
)

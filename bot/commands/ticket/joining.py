"""Commands that bring tickets together and part them."""

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import contacts, joining, policy, tickets
from core.errors import UserError
from core.models import Ticket
from core.show import Answer, Button, Tone, text


@command("ticket merge", many=True, example="ticket merge 42 41")
def merge(call: Call, ticket: kinds.Ticket, into: kinds.OtherTicket, sure: kinds.Sure = "") -> Answer:
    """Merge a ticket into another: its number leads there from now on.

    Tickets of two different customers are merged only with a `yes`.
    """
    if not (call.is_sure or sure == "yes"):
        question = _question(call, ticket, into)
        if question is not None:
            return question
    joining.merge(call.desk, ticket, into)
    said = text("#{number} was merged into #{into}.", number=ticket.id, into=into.id)
    return Answer(said, go=f"ticket:{into.id}")


def _question(call: Call, ticket: Ticket, into: Ticket) -> Answer | None:
    """Asks where two customers would share one ticket: only one of them hears the answers."""
    if ticket.contact_id is None or into.contact_id is None:
        return None
    one, other = (contacts.standing(call.desk, id_) for id_ in (ticket.contact_id, into.contact_id))
    if one.id == other.id:
        return None
    said = text(
        "#{number} is from {one}, #{into} is from {other}. {one} will hear nothing of what is answered there.",
        number=ticket.id, into=into.id, one=contacts.called(one), other=contacts.called(other),
    )  # fmt: skip
    yes = Button(text("Merge all the same"), f"ticket merge #{ticket.id} #{into.id} yes", Tone.WARN)
    return Answer(said, buttons=(yes,), tone=Tone.WARN, asks=True)


@command("ticket unmerge", example="ticket unmerge 41")
def unmerge(call: Call, number: kinds.Number) -> Answer:
    """Part a merged ticket again, by its own number; what came afterwards stays with the other."""
    policy.must_see(call.desk, tickets.standing(call.desk, number), asked=number)
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

"""What an agent does next: a customer who waits live comes first, then the most urgent ticket nobody has."""

from bot import cards
from bot.commands.call import Call
from core import dialogs, listing, tickets
from core.models import Priority, Ticket
from core.query import parse
from core.show import Answer, Text, Tone, text

_FREE = "status:new,open assignee:none -is:snoozed"
_MINE = "status:new,open assignee:me -is:snoozed waiting>0s"


def take_next(call: Call) -> Answer:
    """Claims the next thing and says why it is first; what two ask for at once, only one gets."""
    dialog = listing.claim_dialog(call.desk)
    if dialog is not None:
        dialogs.take(call.desk, dialog, call.agent())
        call.desk.flush()
        said = text("A customer waits live since {when}: dialog {id} is yours.", when=dialog.started_at, id=dialog.id)
        return Answer(said, cards=(cards.dialog_card(call.desk, dialog),), tone=Tone.GOOD, go=f"dialog:{dialog.id}")
    ticket = listing.claim(call.desk, parse(_FREE))
    if ticket is not None:
        tickets.take(call.desk, ticket, call.agent())
        return _yours(call, ticket)
    ticket = listing.claim(call.desk, parse(_MINE))
    if ticket is None:
        return Answer(text("Nothing waits. Well done!"), tone=Tone.GOOD)
    return _yours(call, ticket)


def _yours(call: Call, ticket: Ticket) -> Answer:
    call.desk.flush()
    said = text("#{number} is next and yours: {why}.", number=ticket.number, why=_why(call, ticket))
    return Answer(said, cards=(cards.ticket_card(call.desk, ticket),), tone=Tone.GOOD, go=f"ticket:{ticket.id}")


def _why(call: Call, ticket: Ticket) -> Text:
    """Why a ticket is first."""
    if ticket.due_at is not None and ticket.due_at < call.desk.now:
        return text("it is overdue since {when}", when=ticket.due_at)
    if ticket.priority >= Priority.HIGH:
        return text("its priority is {priority}", priority=cards.PRIORITY_WORDS[ticket.priority])
    if ticket.due_at is not None:
        return text("it is due {when}", when=ticket.due_at)
    if ticket.waiting_since is not None:
        return text("its customer has waited since {when}", when=ticket.waiting_since)
    return text("it is the oldest nobody has")

"""What an agent does next: a customer who waits live comes first, then the most urgent ticket nobody has."""

from sqlalchemy import select

from bot import cards
from bot.commands.call import Call
from core import dialogs, listing, policy, tickets
from core.models import Dialog, DialogState, Phase, Priority, Ticket
from core.query import parse
from core.show import Answer, Text, Tone, text

_FREE = "status:new,open assignee:none -is:snoozed"
_MINE = "status:new,open assignee:me -is:snoozed waiting>0s"


def take_next(call: Call) -> Answer:
    """Claims the next thing and says why it is first; what two ask for at once, only one gets."""
    dialog = _waiting_dialog(call)
    if dialog is not None:
        dialogs.take(call.desk, dialog, call.agent())
        call.desk.flush()
        said = text("A customer waits live since {when}: dialog {id} is yours.", when=dialog.started_at, id=dialog.id)
        return Answer(said, cards=(cards.dialog_card(call.desk, dialog),), tone=Tone.GOOD, go=f"dialog:{dialog.id}")
    ticket = _first(call, _FREE)
    if ticket is not None:
        tickets.take(call.desk, ticket, call.agent())
        return _yours(call, ticket)
    ticket = _first(call, _MINE)
    if ticket is None:
        return Answer(text("Nothing waits. Well done!"), tone=Tone.GOOD)
    return _yours(call, ticket)


def _waiting_dialog(call: Call) -> Dialog | None:
    statement = (
        select(Dialog)
        .where(Dialog.state == DialogState.LIVE, Dialog.phase == Phase.WAITING, Dialog.taken_at.is_(None))
        .order_by(Dialog.started_at, Dialog.id)
        .limit(20)
        .with_for_update(skip_locked=True)
    )
    waiting = call.desk.session.scalars(statement).all()
    return next((dialog for dialog in waiting if policy.may_see(call.desk, dialog)), None)


def _first(call: Call, filter_: str) -> Ticket | None:
    """The first ticket of a list that nobody else has taken meanwhile."""
    for number in listing.numbers(call.desk, parse(filter_), limit=20):
        found = call.desk.session.scalars(
            select(Ticket).where(Ticket.id == number).with_for_update(skip_locked=True)
        ).one_or_none()
        if found is not None and found.assignee_id in (None, call.desk.actor.agent_id):
            return tickets.locked(call.desk, number)
    return None


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

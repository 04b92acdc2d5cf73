"""Commands that look at tickets: lists, search, one ticket, its history, and what comes next."""

from bot import cards
from bot.commands import following, kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import history, listing, views
from core.errors import UserError
from core.misnamed import misnamed
from core.models import Status
from core.query import All, Is, Query, Words, parse
from core.show import Answer, Tone, text, texts

_PAGE = 10
_EVERY_STATUS = Is("status", tuple(status.value for status in Status))


@command("ticket list", reads=True, example="ticket list mine")
def list_(call: Call, filter: kinds.Filter | None = None) -> Answer:
    """List tickets of a view or a filter; without one, all that are not closed.

    Views are saved filters: ticket list unassigned. A filter has fields and words: ticket list tag:billing refund
    """
    return _listed(call, filter or parse(""))


def _listed(call: Call, query: Query) -> Answer:
    page = listing.page(call.desk, query, limit=_PAGE)
    if not page.rows:
        return _nothing(call, query)
    count = listing.count(call.desk, query)
    shown = "99+" if count >= listing.COUNTED else str(count)
    said = texts("{shown} ticket", "{shown} tickets", count=count, shown=shown)
    return Answer(said, cards=cards.rows_as_cards(page.rows))


def _nothing(call: Call, query: Query) -> Answer:
    """Nothing fits; who misspelt a name is told so, where others have nothing to do."""
    unknown = misnamed(call.desk, query)
    if unknown is not None:
        raise UserError(unknown)
    match query.tree:
        case Words((word,)):
            known = ", ".join(view.name for view in views.seen_by_actor(call.desk))
            said = text("Nothing says “{word}”, and no view is called so. Views: {known}", word=word, known=known)
            return Answer(said)
        case _:
            return Answer(text("Nothing fits. All done here!"), tone=Tone.GOOD)


@command("ticket find", reads=True, example="ticket find refund status:closed")
def find(call: Call, filter: kinds.Filter) -> Answer:
    """Search all tickets, closed ones too, for words and fields."""
    if filter.names("status"):
        return _listed(call, filter)
    return _listed(call, Query(All((filter.tree, _EVERY_STATUS)), filter.sort))


@command("ticket show", reads=True, example="ticket show 42")
def show(call: Call, ticket: kinds.Ticket) -> Answer:
    """Show a ticket's card."""
    card = cards.ticket_card(call.desk, ticket)
    return Answer(card.title, cards=(card,), go=f"ticket:{ticket.id}")


@command("ticket history", reads=True, example="ticket history 42")
def history_(call: Call, ticket: kinds.Ticket) -> Answer:
    """Show everything that happened to a ticket, who did it and when."""
    return Answer(text("History of #{number}", number=ticket.number), lines=history.lines(call.desk, ticket))


@command("ticket transcript", example="ticket transcript 42")
def transcript(call: Call, ticket: kinds.Ticket, public: kinds.Public = "") -> Answer:
    """Read a ticket from its first word to its last; with `public`, only what its customer sees."""
    history.listened(call.desk, ticket, "transcript")
    lines = cards.transcript(call.desk, ticket, is_public=public == "public")
    said = text("Transcript of #{number}: {subject}", number=ticket.number, subject=ticket.subject)
    return Answer(said, lines=lines, file_name=f"ticket-{ticket.number}.txt")


@command("ticket next", example="ticket next")
def next_(call: Call) -> Answer:
    """Take what is most urgent: waiting dialogs first, then the first ticket of the queue nobody has."""
    return following.take_next(call)


COMMANDS = (
    list_,
    find,
    show,
    history_,
    transcript,
    next_,
)

"""Commands on tickets: looking, taking, saying, moving through the states."""

from datetime import datetime

from bot import cards
from bot.commands import following, kinds
from bot.commands.call import Call
from bot.commands.reading import one_contact
from bot.commands.registry import command
from core import contacts, history, joining, listing, messages, policy, replies, tags, teams, templates, tickets
from core.errors import UserError
from core.messages import Where
from core.models import HeldReply, Reader, Status, Ticket
from core.query import All, Is, Query, parse
from core.replies import Draft
from core.show import Answer, Button, Text, Tone, text, texts

PAGE = 10
EVERY_STATUS = Is("status", tuple(status.value for status in Status))


@command("ticket list", reads=True, example="ticket list mine")
def list_(call: Call, filter: kinds.Filter | None = None) -> Answer:
    """List tickets of a view or a filter; without one, all that are not closed.

    Views are saved filters: ticket list unassigned. A filter has fields and words: ticket list tag:billing refund
    """
    return _listed(call, filter or parse(""))


def _listed(call: Call, query: Query) -> Answer:
    page = listing.page(call.desk, query, limit=PAGE)
    if not page.rows:
        return Answer(text("Nothing fits. All done here!"), tone=Tone.GOOD)
    count = listing.count(call.desk, query)
    shown = "99+" if count >= listing.COUNTED else str(count)
    said = texts("{shown} ticket", "{shown} tickets", count=count, shown=shown)
    return Answer(said, cards=cards.rows_as_cards(page.rows))


@command("ticket find", reads=True, example="ticket find refund status:closed")
def find(call: Call, filter: kinds.Filter) -> Answer:
    """Search all tickets, closed ones too, for words and fields."""
    if filter.names("status"):
        return _listed(call, filter)
    return _listed(call, Query(All((filter.tree, EVERY_STATUS)), filter.sort))


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
def transcript(call: Call, ticket: kinds.Ticket, public: kinds.Word = "") -> Answer:
    """Read a ticket from its first word to its last; with `public`, only what its customer sees."""
    history.listened(call.desk, ticket, "transcript")
    found = [m for m in history.said(call.desk, ticket) if public != "public" or m.reader is Reader.CUSTOMER]
    lines = tuple(
        text("{when} {who}: {what}", when=m.said_at, who=history.who_said(call.desk, m), what=history.words_of(m))
        for m in found
    )
    said = text("Transcript of #{number}: {subject}", number=ticket.number, subject=ticket.subject)
    return Answer(said, lines=lines, file_name=f"ticket-{ticket.number}.txt")


@command("ticket next", example="ticket next")
def next_(call: Call) -> Answer:
    """Take what is most urgent: waiting dialogs first, then the first ticket of the queue nobody has."""
    return following.take_next(call)


@command("ticket new", example="ticket new ana@example.com Printer on fire")
def new(call: Call, contact: kinds.Word, subject: kinds.Words) -> Answer:
    """Make a ticket by hand, towards a customer, or towards nobody with `internal`.

    The customer is an id, an address or a name; an unknown address becomes a new customer.
    """
    desk = call.desk
    team = teams.first_team(desk)
    contact_id = None if contact.lower() == "internal" else _meant(call, contact)
    ticket = tickets.open_new(desk, subject, team, contact_id=contact_id)
    tickets.take(desk, ticket, call.agent())
    return _yours(call, ticket, text("#{number} is yours: {subject}", number=ticket.number, subject=ticket.subject))


def _meant(call: Call, who: str) -> int:
    kind = contacts.kind_of(who)
    if kind and not contacts.find(call.desk, who):
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


@command("ticket reply", example="ticket reply 42 It is on its way.")
def reply(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Words) -> Answer:
    """Answer the customer. It is held a moment, so that you can still undo it."""
    return _reply(call, ticket, body, {})


@command("ticket reply-close", example="ticket reply-close 42 Done, have a nice day!")
def reply_close(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Words) -> Answer:
    """Answer the customer and close the ticket with it; `!rc` in a thread."""
    return _reply(call, ticket, body, {"status": Status.CLOSED.value})


@command("ticket reply-pending", example="ticket reply-pending 42 3d Could you send us a photo?")
def reply_pending(call: Call, ticket: kinds.TicketOrDialog, until: kinds.When, body: kinds.Words) -> Answer:
    """Answer the customer and wait for them until then; `!rp` in a thread."""
    return _reply(call, ticket, body, {"status": Status.PENDING.value, "until": until.isoformat()})


def _reply(call: Call, to: kinds.Either, body: str, afterwards: dict[str, str]) -> Answer:
    ticket, dialog = to
    seen = None if dialog is not None and ticket is None else call.here.seen_seq
    if ticket is not None and seen is None and dialog is None:
        seen = ticket.last_seq
    draft = Draft(
        body=body, ticket=ticket, dialog=dialog, written_on_seq=seen, files=call.files, room=call.room,
        external_id=call.key, afterwards=dict(afterwards),
    )  # fmt: skip
    return held_answer(replies.hold(call.desk, call.agent(), draft))


def held_answer(held: HeldReply) -> Answer:
    """What is said of a reply that is held: that it goes, or why it waits."""
    undo = Button(text("Undo"), f"message undo {held.id}")
    if not held.stopped_because:
        return Answer(text("Sending to the customer…"), buttons=(undo,))
    anyway = Button(text("Send anyway"), f"message send {held.id}", Tone.WARN)
    return Answer(replies.why_stopped(held), buttons=(anyway, undo), tone=Tone.WARN)


@command("ticket macro", example="ticket macro 42 refund-received")
def macro(call: Call, ticket: kinds.TicketOrDialog, name: kinds.Word) -> Answer:
    """Answer the customer with a prepared reply."""
    return _reply(call, ticket, templates.filled(call.desk, name, *ticket), {})


@command("ticket note", example="ticket note 42 Asked the warehouse.")
def note(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Words) -> Answer:
    """Write an internal note; the customer never sees it."""
    found, dialog = ticket
    where = Where(ticket_id=None if found is None else found.id, dialog_id=None if dialog is None else dialog.id)
    messages.note(call.desk, messages.bounded(call.desk, body), where, files=call.files, room_key=call.key)
    return Answer(text("Noted. Only the team can read it."))


@command("ticket close", many=True, example="ticket close 42 resolved by phone")
def close(call: Call, ticket: kinds.Ticket, reason: kinds.Words = "") -> Answer:
    """Close a ticket, with a reason if you like: it is kept as a note."""
    tickets.close(call.desk, ticket)
    if reason:
        call.desk.flush()
        messages.note(call.desk, messages.bounded(call.desk, reason), Where(ticket_id=ticket.id))
    reopen = Button(text("Reopen"), f"ticket reopen {ticket.number}")
    return Answer(text("Closed #{number}.", number=ticket.number), buttons=(reopen,), tone=Tone.GOOD)


@command("ticket close-in", example="ticket close-in 42 2d")
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


@command("ticket remind", example="ticket remind 42 2h")
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
    """Move a ticket to another team; why goes along as a note."""
    tickets.move(call.desk, ticket, team, why)
    return Answer(text("#{number} is in {team}'s queue now.", number=ticket.number, team=team.title))


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


@command("ticket customer", example="ticket customer 42 ana@example.com")
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
    """Close a ticket as spam, silently; the sender's next message waits in quarantine."""
    tickets.mark_spam(call.desk, ticket, spam=True)
    if ticket.contact_id is not None:
        contacts.mark_spammer(call.desk, ticket.contact_id, spammer=True)
    not_spam = Button(text("Not spam"), f"ticket notspam {ticket.number}")
    return Answer(text("#{number} is spam and closed.", number=ticket.number), buttons=(not_spam,))


@command("ticket notspam", many=True, example="ticket notspam 42")
def notspam(call: Call, ticket: kinds.Ticket) -> Answer:
    """Bring a ticket back that is no spam."""
    tickets.mark_spam(call.desk, ticket, spam=False)
    if ticket.contact_id is not None:
        contacts.mark_spammer(call.desk, ticket.contact_id, spammer=False)
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
    list_, find, show, next_, new, take, release, assign, reply, reply_close, reply_pending, macro, note, close,
    close_in, reopen, pending, status, snooze, remind, due, priority, tag, title, move, merge, unmerge, link, unlink,
    customer, spam, notspam, watch, unwatch, history_, transcript,
)  # fmt: skip

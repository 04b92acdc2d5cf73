"""Tickets that belong together: merged and parted again, linked, and one message split off into a new one."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from core import messages, tickets
from core.desk import Desk
from core.errors import UserError
from core.events import MessageSplitOff, TicketMerged, TicketsLinked, TicketsUnlinked, TicketUnmerged
from core.messages import Where, Words
from core.models import Author, File, HeldReply, Link, Message, Team, Ticket
from core.show import text


def merge(desk: Desk, source: Ticket, target: Ticket) -> None:
    """Merges `source` into `target`: its number leads there from now on; nothing is moved."""
    if target.merged_into is not None:
        target = tickets.standing(desk, target.id)
    if source.id == target.id:
        raise UserError(text("#{number} cannot be merged into itself.", number=source.id))
    if source.merged_into is not None:
        raise UserError(text("#{number} was merged into #{into}.", number=source.id, into=source.merged_into))
    if tickets.live_dialog(desk, source.id) is not None:
        raise UserError(
            text("Somebody is talking in #{number} right now; merge it when that has ended.", number=source.id)
        )
    tickets.close(desk, source)
    source.merged_into = target.id
    _take_held_along(desk, source, target)
    for one in (source, target):
        desk.record(TicketMerged(ticket_id=one.id, source=source.id, target=target.id))


def _take_held_along(desk: Desk, source: Ticket, target: Ticket) -> None:
    """What is still held comes afterwards, so it is the target's: written on what stands there now."""
    desk.number()
    desk.refresh(target)
    there = {"ticket_id": target.id, "written_on_seq": target.last_seq}
    desk.execute(update(HeldReply).where(HeldReply.ticket_id == source.id).values(**there))


def unmerge(desk: Desk, source: Ticket) -> None:
    """Undoes a merge; what came afterwards stays with the target."""
    if source.merged_into is None:
        return
    target, source.merged_into = source.merged_into, None
    tickets.open_(desk, source)
    for one in (source.id, target):
        desk.record(TicketUnmerged(ticket_id=one, source=source.id, target=target))


def link(desk: Desk, one: Ticket, other: Ticket) -> None:
    """Links two tickets; twice is once."""
    if one.id == other.id:
        raise UserError(text("#{number} cannot be linked with itself.", number=one.id))
    low, high = sorted((one.id, other.id))
    if desk.session.get(Link, (low, high)) is not None:
        return
    desk.session.add(Link(low_id=low, high_id=high))
    desk.record(TicketsLinked(ticket_id=one.id, other=other.id))
    desk.record(TicketsLinked(ticket_id=other.id, other=one.id))


def unlink(desk: Desk, one: Ticket, other: Ticket) -> None:
    """Takes a link away."""
    there = desk.session.get(Link, tuple(sorted((one.id, other.id))))
    if there is None:
        return
    desk.session.delete(there)
    desk.record(TicketsUnlinked(ticket_id=one.id, other=other.id))
    desk.record(TicketsUnlinked(ticket_id=other.id, other=one.id))


def linked(desk: Desk, ticket_id: int) -> Sequence[int]:
    """The numbers of the tickets linked with this one."""
    rows = desk.execute(
        select(Link.low_id, Link.high_id).where(or_(Link.low_id == ticket_id, Link.high_id == ticket_id))
    )
    return sorted(row.high_id if row.low_id == ticket_id else row.low_id for row in rows)


def split(desk: Desk, message: Message) -> Ticket:
    """Makes a new ticket of a customer's message, with a copy of its words and files; the original stays.

    Raises UserError for anybody else's words: the new ticket would be the customer's, who never said them.
    """
    if message.author is not Author.CONTACT:
        raise UserError(text("Only a customer's words become a ticket of theirs. For your own: ticket new"))
    if message.ticket_id is None:
        raise UserError(text("A live dialog has no messages to split off yet; end it first."))
    source = tickets.standing(desk, message.ticket_id)
    team = desk.session.get_one(Team, source.team_id)
    ticket = tickets.open_new(
        desk, message.body or source.subject, team, contact_id=message.contact_id or source.contact_id, how="split"
    )
    ticket.channel_id, ticket.is_demo = source.channel_id, source.is_demo
    desk.flush()
    messages.write(desk, _again(desk, message), Where(ticket_id=ticket.id))
    desk.record(MessageSplitOff(ticket_id=source.id, message_id=message.id, other=ticket.id))
    desk.record(MessageSplitOff(ticket_id=ticket.id, message_id=message.id, other=source.id))
    link(desk, source, ticket)
    return ticket


def _again(desk: Desk, message: Message) -> Words:
    """The same words once more, with rows of their own for the same files."""
    copies = [
        File(
            sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size, width=file.width,
            height=file.height, identity_id=file.identity_id, agent_id=file.agent_id, created_at=desk.now,
        )
        for file in messages.files_of(desk, [message.id]).get(message.id, [])
    ]  # fmt: skip
    desk.session.add_all(copies)
    desk.flush()
    return Words(
        author=message.author, reader=message.reader, body=message.body, agent_id=message.agent_id,
        contact_id=message.contact_id, channel_id=message.channel_id, identity_id=message.identity_id,
        author_name=message.author_name, said_at=message.said_at, files=tuple(copy.id for copy in copies),
    )  # fmt: skip

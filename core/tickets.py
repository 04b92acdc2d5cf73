"""Tickets: found, taken, moved through their states. Every use case is idempotent and says what it did by an event."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from core import deadlines, subjects
from core.desk import Desk
from core.errors import AlreadyTaken, NoSuchTicket, UserError
from core.events import (
    Assigned,
    CustomerChanged,
    DueChanged,
    Moved,
    PriorityChanged,
    Snoozed,
    StatusChanged,
    SubjectChanged,
    TicketOpened,
    Watched,
)
from core.messages import Where, note
from core.models import (
    Agent,
    Channel,
    Contact,
    Dialog,
    DialogState,
    Priority,
    Snooze,
    Status,
    Team,
    Ticket,
    Watcher,
)
from core.show import text


def locked(desk: Desk, number: int) -> Ticket:
    """The ticket of this number itself, locked until the transaction ends."""
    ticket = desk.lock(Ticket, number)
    if ticket is None:
        raise NoSuchTicket(number)
    return ticket


def read(desk: Desk, number: int) -> Ticket:
    """The ticket that stands for this number today, not locked: only to be looked at."""
    ticket = desk.session.get(Ticket, number)
    while ticket is not None and ticket.merged_into is not None:
        ticket = desk.session.get(Ticket, ticket.merged_into)
    if ticket is None:
        raise NoSuchTicket(number)
    return ticket


def opened(desk: Desk, number: int) -> tuple[Ticket, Dialog | None]:
    """A ticket to be looked at with all that stands beside it, and its live dialog, in one statement."""
    live = (Dialog.ticket_id == Ticket.id) & (Dialog.state == DialogState.LIVE)
    statement = (
        select(Ticket, Team, Contact, Channel, Dialog)
        .join(Team, Team.id == Ticket.team_id)
        .outerjoin(Contact, Contact.id == Ticket.contact_id)
        .outerjoin(Channel, Channel.id == Ticket.channel_id)
        .outerjoin(Dialog, live)
        .where(Ticket.id == number)
        .order_by(Dialog.id.desc())
    )
    found = desk.session.execute(statement).first()
    if found is None:
        raise NoSuchTicket(number)
    if found.Ticket.merged_into is not None:
        return opened(desk, read(desk, number).id)
    return found.Ticket, found.Dialog


def standing(desk: Desk, number: int) -> Ticket:
    """The ticket that stands for this number today, locked: merges are followed."""
    ticket = locked(desk, number)
    while ticket.merged_into is not None:
        ticket = locked(desk, ticket.merged_into)
    return ticket


def open_new(desk: Desk, subject: str, team: Team, *, contact_id: int | None = None, how: str = "hand") -> Ticket:
    """Opens a new ticket; without a contact it is internal."""
    ticket = Ticket(
        subject=subjects.shortened(subject, desk.pace),
        team_id=team.id,
        contact_id=contact_id,
        created_at=desk.now,
        updated_at=desk.now,
        last_seq=0,
    )
    desk.session.add(ticket)
    desk.flush()
    desk.record(TicketOpened(ticket_id=ticket.id, contact_id=contact_id, how=how))
    return ticket


def take(desk: Desk, ticket: Ticket, agent: Agent) -> None:
    """Makes a ticket an agent's and a new one open; raises AlreadyTaken when it is another's."""
    if ticket.assignee_id is not None and ticket.assignee_id != agent.id:
        holder = desk.session.get_one(Agent, ticket.assignee_id)
        raise AlreadyTaken(f"#{ticket.number}", holder.public_name)
    assign(desk, ticket, agent.id)
    if ticket.status is Status.NEW:
        open_(desk, ticket)


def assign(desk: Desk, ticket: Ticket, agent_id: int | None) -> None:
    """Gives a ticket to an agent, or to nobody."""
    if ticket.assignee_id == agent_id:
        return
    was, ticket.assignee_id = ticket.assignee_id, agent_id
    _touched(desk, ticket)
    desk.record(Assigned(ticket_id=ticket.id, was=was, now=agent_id))


def assign_if_nobody(desk: Desk, ticket: Ticket, agent_id: int) -> None:
    """Gives an unassigned ticket to an agent; whoever has one keeps it."""
    if ticket.assignee_id is None:
        assign(desk, ticket, agent_id)
    if ticket.status is Status.NEW:
        open_(desk, ticket)


def open_(desk: Desk, ticket: Ticket) -> None:
    """Makes a new, pending or closed ticket open; an open one stays."""
    _become(desk, ticket, Status.OPEN)


def close(desk: Desk, ticket: Ticket) -> None:
    """Closes a ticket and ends its promises; closing a closed ticket changes nothing."""
    _become(desk, ticket, Status.CLOSED)


def pend(desk: Desk, ticket: Ticket, until: datetime | None) -> None:
    """Lets a ticket wait for its customer, until then at the longest."""
    if until is not None and until <= desk.now:
        raise UserError(text("That time has passed. Try: pending 2d"))
    _become(desk, ticket, Status.PENDING, until)
    if until is not None:
        deadlines.put(desk, "ticket", ticket.id, "pending", until)


def _become(desk: Desk, ticket: Ticket, status: Status, until: datetime | None = None) -> None:
    """Any change of state clears the timers of the former one; closing also the one that was set to do so."""
    if ticket.status is status and ticket.pending_until == until:
        return
    if ticket.merged_into is not None and status is not Status.CLOSED:
        raise UserError(text("#{number} was merged into #{into}.", number=ticket.id, into=ticket.merged_into))
    was, ticket.status = ticket.status, status
    ticket.is_open = status is not Status.CLOSED
    ticket.pending_until = until
    ticket.closed_at = desk.now if status is Status.CLOSED else None
    over = ["pending", "close_silent"]
    if status is Status.CLOSED:
        ticket.waiting_since = None
        over.append("close_later")
    _touched(desk, ticket)
    deadlines.drop(desk, "ticket", ticket.id, *over)
    desk.record(StatusChanged(ticket_id=ticket.id, was=was, now=status, until=until))


def restore_status(desk: Desk, ticket: Ticket, status: Status, until: datetime | None) -> None:
    """Puts a ticket back into a state it was in; a pending time that has passed meanwhile is dropped."""
    if until is not None and until <= desk.now:
        status, until = Status.OPEN, None
    _become(desk, ticket, status, until)
    if until is not None:
        deadlines.put(desk, "ticket", ticket.id, "pending", until)


def close_later(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """Closes a ticket then, unless its customer writes before; an agent's words change nothing."""
    if ticket.status is Status.CLOSED:
        return
    deadlines.put(desk, "ticket", ticket.id, "close_later", at)


def prioritise(desk: Desk, ticket: Ticket, priority: Priority) -> None:
    """Sets how pressing a ticket is."""
    if ticket.priority is priority:
        return
    was, ticket.priority = ticket.priority, priority
    _touched(desk, ticket)
    desk.record(PriorityChanged(ticket_id=ticket.id, was=int(was), now=int(priority)))


def retitle(desk: Desk, ticket: Ticket, subject: str) -> None:
    """Gives a ticket another subject."""
    plain = subjects.shortened(subject, desk.pace)
    if not plain:
        raise UserError(text("A subject needs at least one word."))
    if ticket.subject == plain:
        return
    ticket.subject, ticket.is_indexed = plain, False
    _touched(desk, ticket)
    desk.record(SubjectChanged(ticket_id=ticket.id))


def set_due(desk: Desk, ticket: Ticket, at: datetime | None) -> None:
    """Gives a ticket a deadline of its own, or takes it away."""
    if ticket.due_at == at:
        return
    ticket.due_at = at
    _touched(desk, ticket)
    desk.record(DueChanged(ticket_id=ticket.id, now=at))


def move(desk: Desk, ticket: Ticket, team: Team, why: str) -> None:
    """Moves a ticket to another team, to nobody in it; why goes along as a note."""
    if ticket.team_id == team.id:
        return
    was, ticket.team_id = ticket.team_id, team.id
    _touched(desk, ticket)
    desk.record(Moved(ticket_id=ticket.id, was=was, now=team.id))
    assign(desk, ticket, None)
    if why:
        desk.flush()
        note(desk, why, Where(ticket_id=ticket.id))


def set_contact(desk: Desk, ticket: Ticket, contact_id: int | None) -> None:
    """Says whose ticket it is; what was said in it stays where it is. Raises UserError while its customer is live."""
    if ticket.contact_id == contact_id:
        return
    if live_dialog(desk, ticket.id) is not None:
        raise UserError(
            text("Somebody is talking in #{number} right now; say whose it is when that has ended.", number=ticket.id)
        )
    was, ticket.contact_id = ticket.contact_id, contact_id
    _touched(desk, ticket)
    desk.record(CustomerChanged(ticket_id=ticket.id, contact_id=contact_id, was=was, now=contact_id))


def watch(desk: Desk, ticket: Ticket, agent_id: int, *, on: bool) -> None:
    """Lets an agent hear of a ticket, or no longer."""
    there = desk.session.get(Watcher, (ticket.id, agent_id))
    if (there is not None) == on:
        return
    if there is None:
        desk.session.add(Watcher(ticket_id=ticket.id, agent_id=agent_id))
    else:
        desk.session.delete(there)
    desk.record(Watched(ticket_id=ticket.id, agent=agent_id, on=on))


def watchers(desk: Desk, ticket_id: int) -> Sequence[int]:
    """The agents who watch a ticket."""
    return desk.execute(select(Watcher.agent_id).where(Watcher.ticket_id == ticket_id)).scalars().all()


def snooze(desk: Desk, ticket: Ticket, agent_id: int, until: datetime) -> None:
    """Hides a ticket from one agent's queue until then; its status and clocks go on."""
    if until <= desk.now:
        raise UserError(text("That time has passed. Try: snooze 2h"))
    desk.execute(delete(Snooze).where(Snooze.ticket_id == ticket.id, Snooze.agent_id == agent_id))
    desk.execute(insert(Snooze).values(ticket_id=ticket.id, agent_id=agent_id, until=until))
    deadlines.put(desk, "ticket", ticket.id, f"snooze:{agent_id}", until, {"agent": agent_id})
    desk.record(Snoozed(ticket_id=ticket.id, agent=agent_id, until=until))


def wake(desk: Desk, ticket_id: int, agent_id: int | None = None) -> None:
    """Ends snoozes of a ticket: one agent's, or everybody's when the customer writes."""
    statement = delete(Snooze).where(Snooze.ticket_id == ticket_id).returning(Snooze.agent_id)
    if agent_id is not None:
        statement = statement.where(Snooze.agent_id == agent_id)
    for woken in desk.execute(statement).scalars().all():
        deadlines.drop(desk, "ticket", ticket_id, f"snooze:{woken}")
        desk.record(Snoozed(ticket_id=ticket_id, agent=woken, until=None))


def remind(desk: Desk, ticket: Ticket, agent_id: int, at: datetime) -> None:
    """Reminds an agent of a ticket then."""
    deadlines.put(desk, "ticket", ticket.id, f"remind:{agent_id}", at, {"agent": agent_id})


def live_dialog(desk: Desk, ticket_id: int) -> Dialog | None:
    """The live dialog on a ticket, if there is one."""
    statement = select(Dialog).where(Dialog.ticket_id == ticket_id, Dialog.state == DialogState.LIVE)
    return desk.session.scalars(statement.order_by(Dialog.id.desc()).limit(1)).one_or_none()


def _touched(desk: Desk, ticket: Ticket) -> None:
    ticket.updated_at = desk.now

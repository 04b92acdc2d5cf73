"""The end of a live dialog: it gets its ticket, and its words are that ticket's first messages."""

from datetime import datetime

from sqlalchemy import update

from core import deadlines, dialogs, idling, replies, teams, tickets
from core.deadlines import Due
from core.desk import Desk
from core.events import DialogEnded, TicketOpened
from core.models import (
    Agent,
    Dialog,
    DialogKind,
    DialogState,
    EndReason,
    EventRow,
    HeldReply,
    Message,
    Status,
    Tagging,
    Thread,
    Ticket,
)


def end(desk: Desk, dialog: Dialog, reason: EndReason) -> Ticket | None:
    """Ends a dialog; its words become the first messages of its ticket. An ended one stays as it is.

    None when nothing was said. Replies that were still held go out first, in their order; to spam they do not.
    """
    if dialog.state is DialogState.ENDED:
        return None if dialog.ticket_id is None else tickets.locked(desk, dialog.ticket_id)
    if reason is EndReason.SPAM:
        replies.stop_running(desk, dialog.ticket_id, dialog.id, "spam")
    else:
        replies.release_running(desk, dialog)
    desk.number()
    desk.refresh(dialog)
    dialog.state, dialog.end_reason, dialog.ended_at = DialogState.ENDED, reason, desk.now
    idling.forget(desk, dialog.id)
    ticket = _ticket_for(desk, dialog)
    desk.record(
        DialogEnded(
            dialog_id=dialog.id, ticket_id=dialog.ticket_id, reason=reason.value, taken=dialog.taken_at is not None
        )
    )
    dialogs.end_relays(desk, dialog)
    if ticket is not None:
        _leave_in_state(desk, dialog, ticket, reason)
    return ticket


def as_wished(desk: Desk, due: Due) -> None:
    """A dialog whose last answer was to end it: it ends as solved, or its ticket waits for the customer."""
    dialog, agent = dialogs.locked(desk, due.subject_id), desk.session.get_one(Agent, due.facts["agent"])
    is_solved = due.facts["status"] == Status.CLOSED.value
    with desk.acting(teams.actor(desk, agent)):
        ticket = end(desk, dialog, EndReason.SOLVED if is_solved else EndReason.AGENT)
        until = due.facts.get("until")
        if ticket is not None and (until is None or datetime.fromisoformat(until) > desk.now):
            replies.leave_as_wished(desk, ticket, due.facts)


def _ticket_for(desk: Desk, dialog: Dialog) -> Ticket | None:
    if dialog.ticket_id is not None:
        return tickets.standing(desk, dialog.ticket_id)
    if dialog.first_wrote_at is None and dialog.kind is DialogKind.CHAT:
        return None
    ticket = _new_ticket(dialog)
    desk.session.add(ticket)
    desk.flush()
    dialog.ticket_id = ticket.id
    desk.flush()
    desk.belongs(dialog.id, ticket.id)
    for table in (Message, EventRow):
        of_dialog = (table.dialog_id == dialog.id, table.ticket_id.is_(None))
        desk.execute(update(table).where(*of_dialog).values(ticket_id=ticket.id, ticket_seq=table.dialog_seq))
    for hanging in (HeldReply, Thread, Tagging):
        of_dialog = (hanging.dialog_id == dialog.id, hanging.ticket_id.is_(None))
        desk.execute(update(hanging).where(*of_dialog).values(ticket_id=ticket.id))
    desk.execute(update(Tagging).where(Tagging.ticket_id == ticket.id).values(dialog_id=None))
    desk.record(TicketOpened(ticket_id=ticket.id, contact_id=dialog.contact_id, how="dialog"))
    return ticket


def _new_ticket(dialog: Dialog) -> Ticket:
    taken = dialog.taken_at is not None
    return Ticket(
        subject=dialog.subject,
        status=Status.OPEN if taken else Status.NEW,
        priority=dialog.priority,
        team_id=dialog.team_id,
        assignee_id=dialog.assignee_id,
        contact_id=dialog.contact_id,
        channel_id=dialog.channel_id,
        created_at=dialog.first_wrote_at or dialog.started_at,
        updated_at=dialog.ended_at,
        waiting_since=dialog.waiting_since,
        last_message_at=max(filter(None, (dialog.customer_wrote_at, dialog.agent_wrote_at)), default=None),
        first_reply_at=dialog.first_answered_at,
        last_seq=dialog.last_seq,
        is_demo=dialog.is_demo,
    )


def _leave_in_state(desk: Desk, dialog: Dialog, ticket: Ticket, reason: EndReason) -> None:
    """The state a dialog's end leaves its ticket in: solved, that agent's, or waiting in the queue; spam stays spam."""
    if ticket.is_spam or reason is EndReason.SPAM:
        return
    if reason is EndReason.SOLVED:
        tickets.close(desk, ticket)
    elif dialog.taken_at is not None and dialog.assignee_id is not None:
        tickets.open_(desk, ticket)
        tickets.assign_if_nobody(desk, ticket, dialog.assignee_id)
        if dialog.waiting_since is None and reason in (EndReason.IDLE, EndReason.GONE, EndReason.CUSTOMER):
            deadlines.put(desk, "ticket", ticket.id, "close_silent", desk.now + desk.pace.close_silent)

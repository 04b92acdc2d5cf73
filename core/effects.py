"""What each kind of deadline does when its time has come; each first asks whether it is still true."""

from core import (
    alarms,
    asking,
    calls,
    clientsecrets,
    dialogs,
    ending,
    gathering,
    idling,
    messages,
    notices,
    opening,
    outages,
    presence,
    replies,
    silences,
    tickets,
    unread,
    wordings,
)
from core.deadlines import Due, Effects
from core.desk import Desk
from core.events import DialogCalledOut, Reminded
from core.idling import Moments, Step
from core.models import Dialog, DialogState, EndReason, HeldReply, Phase, Status
from core.show import text


def _dialog_next(desk: Desk, due: Due) -> None:
    """Does what silence or absence has led to, and sets what comes after it."""
    dialog = dialogs.locked(desk, due.subject_id)
    if dialog.state is not DialogState.LIVE:
        return
    coming = idling.next_step(Moments.of(dialog), desk.pace)
    if coming is not None and coming[0] <= desk.now:
        _take_step(desk, dialog, coming[1])
    if dialog.state is DialogState.LIVE:
        desk.refresh(dialog)
        idling.watch(desk, dialog)


def _take_step(desk: Desk, dialog: Dialog, step: Step) -> None:
    match step:
        case Step.CALL_OUT:
            _call_out(desk, dialog)
        case Step.GIVE_UP:
            messages.say_to_customer(desk, wordings.NOBODY_FREE, dialogs.place(dialog))
            ending.end(desk, dialog, EndReason.UNTAKEN)
        case Step.ASK:
            dialog.asked_at = desk.now
            messages.say_to_customer(desk, wordings.STILL_THERE, dialogs.place(dialog))
        case Step.IDLE if dialog.is_silent:
            ending.end(desk, dialog, EndReason.IDLE)
        case Step.IDLE:
            messages.say_to_customer(desk, wordings.ENDED_IDLE, dialogs.place(dialog))
            ending.end(desk, dialog, EndReason.IDLE)
        case Step.LEFT_ALONE:
            dialog.waiting_since = dialog.waiting_since or dialog.phase_since
            messages.say_to_customer(desk, wordings.NOBODY_FREE, dialogs.place(dialog))
            ending.end(desk, dialog, EndReason.IDLE)
        case Step.GONE if presence.is_here(desk, dialog.id):
            presence.note(desk, dialog, left=False)
        case Step.GONE:
            ending.end(desk, dialog, EndReason.GONE)


def _call_out(desk: Desk, dialog: Dialog) -> None:
    """Calls the team for a dialog; who has held it for long is reminded by name."""
    dialog.called_out_at = desk.now
    desk.record(DialogCalledOut(dialog_id=dialog.id, ticket_id=dialog.ticket_id))
    if dialog.phase is Phase.HELD and dialog.assignee_id is not None:
        said = text("Dialog {number} is on hold since {when}: its customer waits.", number=dialog.id,
                    when=dialog.phase_since)  # fmt: skip
        notices.give(desk, dialog.assignee_id, said, ticket_id=dialog.ticket_id, dialog_id=dialog.id)


def _release(desk: Desk, due: Due) -> None:
    held = desk.session.get(HeldReply, due.subject_id)
    if held is not None:
        replies.release(desk, held)


def _pending_over(desk: Desk, due: Due) -> None:
    """A ticket whose waiting time ran out is open again, at its place in the queue, and its agent hears of it."""
    ticket = tickets.locked(desk, due.subject_id)
    if ticket.status is not Status.PENDING or ticket.pending_until is None or ticket.pending_until > desk.now:
        return
    tickets.open_(desk, ticket)
    if ticket.assignee_id is not None:
        said = text("#{number} is open again: you waited for the customer.", number=ticket.id)
        notices.give(desk, ticket.assignee_id, said, ticket_id=ticket.id)


def _close_silent(desk: Desk, due: Due) -> None:
    ticket = tickets.locked(desk, due.subject_id)
    if ticket.waiting_since is None and tickets.live_dialog(desk, ticket.id) is None:
        tickets.close(desk, ticket)


def _close_later(desk: Desk, due: Due) -> None:
    """Whoever wrote before has taken this deadline away; one who waited already when it was set does not matter."""
    ticket = tickets.locked(desk, due.subject_id)
    if tickets.live_dialog(desk, ticket.id) is None:
        tickets.close(desk, ticket)


def _snooze_over(desk: Desk, due: Due) -> None:
    agent_id = int(due.facts["agent"])
    tickets.wake(desk, due.subject_id, agent_id)
    said = text("#{number} is back in your queue.", number=due.subject_id)
    notices.give(desk, agent_id, said, ticket_id=due.subject_id)


def _remind(desk: Desk, due: Due) -> None:
    agent_id = int(due.facts["agent"])
    desk.record(Reminded(ticket_id=due.subject_id, agent=agent_id))
    said = text("You wanted to be reminded of #{number}.", number=due.subject_id)
    notices.give(desk, agent_id, said, ticket_id=due.subject_id)


EFFECTS: Effects = {
    ("alert", "again"): calls.again,
    ("desk", "alarms"): alarms.look,
    ("ask", "chase"): asking.chase,
    ("channel", "secret"): clientsecrets.warn,
    ("dialog", "next"): _dialog_next,
    ("dialog", "lease"): presence.look,
    ("dialog", "unread"): unread.send,
    ("dialog", "wish"): ending.as_wished,
    ("held", "release"): _release,
    ("place", "calls"): gathering.over,
    ("place", "threads"): opening.go_on,
    ("team", "silence"): silences.over,
    ("room", "away"): outages.declare,
    ("ticket", "pending"): _pending_over,
    ("ticket", "close_silent"): _close_silent,
    ("ticket", "close_later"): _close_later,
    ("ticket", "snooze"): _snooze_over,
    ("ticket", "remind"): _remind,
}

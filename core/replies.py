"""Public replies: held first, withdrawn or edited meanwhile, stopped when the ticket moved on, then said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, false, or_, select, update

from core import (
    addressee,
    collisions,
    deadlines,
    dialogs,
    history,
    idling,
    messages,
    mirrors,
    reaching,
    teams,
    tickets,
)
from core.desk import Desk
from core.errors import NotFound, UserError
from core.messages import Where, Words, Written
from core.mirrors import Typed
from core.models import (
    Agent,
    Author,
    Dialog,
    DialogState,
    File,
    HeldReply,
    Reader,
    Status,
    Ticket,
)
from core.room import Mark
from core.show import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply somebody typed: what, where, on which state of the ticket, and what happens afterwards."""

    body: str
    dialog: Dialog | None = None
    ticket: Ticket | None = None
    written_on_seq: int | None = None
    """The ticket's seq the writer had before their eyes; None skips the check (live relay)."""
    stop: str = ""
    """Why it must wait for a decision at once: `mention`, `link`, `file`, `mode`."""
    files: tuple[int, ...] = ()
    room: str = ""
    external_id: str = ""
    typed: Typed | None = None
    """The line of a pushed room's thread it was typed in."""
    said_at: datetime | None = None
    by: tuple[int, int] | None = None
    """The channel and address it goes to, where its writer chose them; else as the customer wrote last."""
    afterwards: dict[str, Any] = field(default_factory=dict)


def hold(desk: Desk, agent: Agent, draft: Draft) -> HeldReply:
    """Keeps a reply back for the channel's holding time; one that needs a decision waits for it."""
    body = messages.bounded(desk, draft.body)
    if not body and not draft.files:
        raise UserError(text("There is nothing to send yet: write a few words."))
    dialog, ticket = draft.dialog, draft.ticket
    if draft.by is None:
        dialog, ticket = addressee.whither(desk, dialog, ticket)
    channel_id, identity_id = draft.by or (None, None)
    held = HeldReply(
        dialog_id=None if dialog is None else dialog.id,
        ticket_id=None if ticket is None else ticket.id,
        agent_id=agent.id,
        room=draft.room,
        external_id=draft.external_id,
        thread_id=None if draft.typed is None else draft.typed.thread_id,
        typed_id="" if draft.typed is None else draft.typed.line,
        channel_id=channel_id,
        identity_id=identity_id,
        body=body,
        said_at=draft.said_at or desk.now,
        written_on_seq=draft.written_on_seq if draft.written_on_seq is not None else _seq(dialog, ticket),
        stopped_because=draft.stop or _newer(desk, agent.id, draft) or _barred(desk, draft, dialog),
        afterwards=draft.afterwards,
    )
    desk.session.add(held)
    desk.flush()
    if draft.files:
        desk.execute(update(File).where(File.id.in_(draft.files)).values(held_id=held.id))
    if not held.stopped_because:
        _run_down(desk, held, dialog)
    mirrors.mark(desk, draft.typed, Mark.STOPPED if held.stopped_because else Mark.HELD)
    _show(desk, held)
    return held


def _typed(held: HeldReply) -> Typed | None:
    return None if held.thread_id is None else Typed(held.thread_id, held.typed_id)


def _seq(dialog: Dialog | None, ticket: Ticket | None) -> int:
    return ticket.last_seq if ticket is not None else dialog.last_seq if dialog is not None else 0


def _newer(desk: Desk, agent_id: int, draft: Draft) -> str:
    """`newer` when somebody else answered or changed the ticket since the writer looked."""
    if draft.ticket is None or draft.written_on_seq is None:
        return ""
    return "newer" if collisions.moved_on(desk, draft.ticket.id, draft.written_on_seq, agent_id) else ""


def _barred(desk: Desk, draft: Draft, dialog: Dialog | None) -> str:
    """Whether who would read it has shut us out, and how else they can be reached."""
    if draft.by is not None:
        return ""
    if dialog is not None:
        return reaching.barred(desk, dialog.identity_id)
    route = None if draft.ticket is None else addressee.by_letter(desk, draft.ticket)
    return "" if route is None else reaching.barred(desk, route[1])


def _run_down(desk: Desk, held: HeldReply, dialog: Dialog | None) -> None:
    """Sets when it goes: never before one of the same thread that is held already."""
    wait = desk.pace.hold_mail if dialog is None else desk.pace.hold_chat
    before = [each.release_at for each in waiting(desk, held.ticket_id, held.dialog_id) if each.release_at]
    held.release_at = max([desk.now + wait, *before])
    desk.flush()
    deadlines.put(desk, "held", held.id, "release", held.release_at)


def waiting(desk: Desk, ticket_id: int | None, dialog_id: int | None) -> Sequence[HeldReply]:
    """The replies of one thread that are still held, in the order they were written."""
    return desk.session.scalars(_of_thread(ticket_id, dialog_id)).all()


def _of_thread(ticket_id: int | None, dialog_id: int | None) -> Select[HeldReply]:
    owner: list[ColumnElement[bool]] = [false()]
    if ticket_id is not None:
        owner.append(HeldReply.ticket_id == ticket_id)
    if dialog_id is not None:
        owner.append(HeldReply.dialog_id == dialog_id)
    return select(HeldReply).where(or_(*owner)).order_by(HeldReply.said_at, HeldReply.id)


def _running(desk: Desk, ticket_id: int | None, dialog_id: int | None) -> list[HeldReply]:
    """Those of them that only run down, as they stand, locked."""
    running = _of_thread(ticket_id, dialog_id).where(HeldReply.stopped_because == "").with_for_update()
    return list(desk.session.scalars(running, execution_options={"populate_existing": True}))


def by_id(desk: Desk, held_id: int) -> HeldReply:
    """A reply that is still held."""
    held = desk.session.get(HeldReply, held_id, with_for_update=True, populate_existing=True)
    if held is None:
        raise NotFound(text("That reply has been sent or withdrawn already."))
    return held


def withdraw(desk: Desk, held: HeldReply) -> str:
    """Takes a held reply back; returns its words, so that they can be written anew."""
    body = held.body
    mirrors.mark(desk, _typed(held), Mark.WITHDRAWN, _mark(held))
    _forget(desk, held)
    return body


def _mark(held: HeldReply) -> Mark:
    return Mark.STOPPED if held.stopped_because else Mark.HELD


def reword(desk: Desk, held: HeldReply, body: str, *, doubt: str = "") -> None:
    """Puts a held reply into other words; no words withdraw it, a doubt about them lets it wait for a decision."""
    clean = messages.bounded(desk, body)
    if not clean:
        _forget(desk, held)
        return
    held.body = clean
    if doubt and not held.stopped_because:
        held.stopped_because, held.release_at = doubt, None
        mirrors.mark(desk, _typed(held), Mark.STOPPED, Mark.HELD)
    _show(desk, held)


_WHY = {
    "newer": text("Somebody answered or changed the ticket since you looked. Read it, then decide."),
    "mention": text("This mentions a colleague, so it was not sent. Is it really for the customer?"),
    "link": text("This links into the team's chat, so it was not sent. Is it really for the customer?"),
    "mode": text("You wrote this while your words were notes, so it was not sent. Is it really for the customer?"),
    "file": text("This carries a file, so it was not sent yet. Is it really for the customer?"),
    "customer": text("The ticket has another customer now, so this was not sent. Is it for them, too?"),
    "spam": text("The ticket was marked as spam, so this was not sent."),
}


def why_stopped(held: HeldReply) -> Text:
    """Why a reply waits for somebody to decide."""
    why, _, by = held.stopped_because.partition(":")
    others = history.ways(by)
    if why != "barred":
        return _WHY[why]
    if others is None:
        return text("The customer has shut us out, or the address is gone: this would not arrive, so it was not sent.")
    return text(
        "The customer has shut us out, or the address is gone: this would not arrive, so it was not sent. "
        "We know another way to reach them: {ways}", ways=others,
    )  # fmt: skip


def may_be_mailed(held: HeldReply) -> bool:
    """Whether a reply that would not reach its customer can go by e-mail instead."""
    why, _, by = held.stopped_because.partition(":")
    return why == "barred" and "email" in by.split(",") and held.ticket_id is not None


def send_by_mail(desk: Desk, held: HeldReply) -> None:
    """Lets a stopped reply go by e-mail instead. Raises UserError where there is no ticket, mailbox or address."""
    if held.ticket_id is None:
        raise UserError(
            text("Only tickets are answered by e-mail. End the dialog first: dialog end {id}", id=held.dialog_id or 0)
        )
    held.channel_id, held.identity_id = addressee.by_mail(desk, tickets.standing(desk, held.ticket_id))
    held.dialog_id = None
    send_anyway(desk, held)


def send_anyway(desk: Desk, held: HeldReply) -> None:
    """Lets a stopped reply go after all, in its turn, to who is the ticket's customer now."""
    if not held.stopped_because:
        return
    dialog, ticket = _place(desk, held)
    if held.channel_id is None:
        dialog, ticket = addressee.whither(desk, dialog, ticket)
    held.dialog_id = None if dialog is None else dialog.id
    held.ticket_id = None if ticket is None else ticket.id
    held.stopped_because = ""
    mirrors.mark(desk, _typed(held), Mark.HELD, Mark.STOPPED)
    held.written_on_seq = _seq(dialog, ticket)
    held.said_at = desk.now
    _run_down(desk, held, dialog)
    _show(desk, held)


def _place(desk: Desk, held: HeldReply) -> tuple[Dialog | None, Ticket | None]:
    """The dialog and ticket of a held reply, locked in this order."""
    dialog = None if held.dialog_id is None else dialogs.locked(desk, held.dialog_id)
    number = held.ticket_id or (None if dialog is None else dialog.ticket_id)
    return dialog, None if number is None else tickets.standing(desk, number)


def release(desk: Desk, held: HeldReply) -> Written | None:
    """Says a held reply whose time has come, behind those that were held before it in its thread.

    None when it was sent or withdrawn meanwhile, or is stopped since the ticket has moved on.
    """
    _place(desk, held)
    in_turn = _running(desk, held.ticket_id, held.dialog_id)
    if held not in in_turn:
        return None
    written = [_say_or_stop(desk, each) for each in in_turn[: in_turn.index(held) + 1]]
    return written[-1]


def _say_or_stop(desk: Desk, held: HeldReply) -> Written | None:
    agent = desk.session.get_one(Agent, held.agent_id)
    dialog, ticket = _place(desk, held)
    if dialog is None or not dialogs.is_relayed(desk, dialog, agent.id):
        why = _why_not(desk, held, dialog, ticket)
        if why:
            _stop(desk, held, why)
            return None
    with desk.acting(teams.actor(desk, agent)):
        return _say(desk, held, agent, dialog, ticket)


def _why_not(desk: Desk, held: HeldReply, dialog: Dialog | None, ticket: Ticket | None) -> str:
    if ticket is None or held.ticket_id is None:
        return ""
    if dialog is not None and not addressee.reads(desk, dialog, ticket):
        return "customer"
    return "newer" if collisions.moved_on(desk, held.ticket_id, held.written_on_seq, held.agent_id) else ""


def _stop(desk: Desk, held: HeldReply, why: str) -> None:
    held.stopped_because, held.release_at = why, None
    mirrors.mark(desk, _typed(held), Mark.STOPPED, Mark.HELD)
    _show(desk, held)


def _say(desk: Desk, held: HeldReply, agent: Agent, dialog: Dialog | None, ticket: Ticket | None) -> Written:
    files = messages.held_files(desk, held)
    channel_id, identity_id = (
        (held.channel_id, held.identity_id) if held.channel_id else _by_letter(desk, dialog, ticket)
    )
    words = Words(
        author=Author.AGENT, reader=Reader.CUSTOMER, body=held.body, agent_id=agent.id,
        channel_id=channel_id, identity_id=identity_id,
        author_name=agent.public_name, files=files, external_id=held.external_id, said_at=desk.now,
        facts={"held": held.id},
    )  # fmt: skip
    if dialog is not None and dialog.state is DialogState.LIVE and _is_its(desk, dialog, ticket):
        _answered_live(desk, dialog, agent)
    desk.flush()
    on_ticket = {"waiting_since": None, "last_message_at": desk.now}
    where = Where(
        ticket_id=None if ticket is None else ticket.id,
        dialog_id=None if dialog is None else dialog.id,
        on_ticket=on_ticket,
    )
    written = messages.write(desk, words, where)
    typed = _typed(held)
    if typed is not None:
        mirrors.note_origin(desk, written.id, typed)
        mirrors.mark(desk, typed, Mark.SENT, Mark.HELD)
    ends = ends_dialog(desk, held)
    if ends:
        deadlines.put(desk, "dialog", held.dialog_id or 0, "wish", desk.now, {**held.afterwards, "agent": agent.id})
    if ticket is not None:
        answered(desk, ticket, agent, {} if ends else held.afterwards)
    _forget(desk, held)
    return written


def ends_dialog(desk: Desk, held: HeldReply) -> bool:
    """Whether a reply ends the live dialog it goes to: what becomes of a ticket afterwards needs one that is one."""
    dialog = desk.session.get(Dialog, held.dialog_id) if held.afterwards and held.dialog_id else None
    if dialog is None or dialog.state is not DialogState.LIVE:
        return False
    return _is_its(desk, dialog, None if held.ticket_id is None else tickets.read(desk, held.ticket_id))


def _by_letter(desk: Desk, dialog: Dialog | None, ticket: Ticket | None) -> tuple[int | None, int | None]:
    """The channel and address of a reply nobody reads in a dialog."""
    route = None if dialog is not None or ticket is None else addressee.by_letter(desk, ticket)
    return (None, None) if route is None else route


def _is_its(desk: Desk, dialog: Dialog, ticket: Ticket | None) -> bool:
    """Whether a live dialog is about this ticket: an answer to another matter is only shown in it."""
    about = None if dialog.ticket_id is None else tickets.read(desk, dialog.ticket_id)
    return about is ticket


def _answered_live(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """An answer takes an untaken dialog, stops the customer's waiting, and starts the agent's."""
    if dialog.taken_at is None:
        dialogs.take(desk, dialog, agent)
    dialog.first_answered_at = dialog.first_answered_at or desk.now
    dialog.agent_wrote_at, dialog.waiting_since, dialog.asked_at = desk.now, None, None
    idling.watch(desk, dialog)


def answered(desk: Desk, ticket: Ticket, agent: Agent | None, afterwards: dict[str, Any]) -> None:
    """An answer opens a new ticket, assigns one nobody has, and leaves it as its writer wished."""
    desk.refresh(ticket)
    if ticket.first_reply_at is None:
        ticket.first_reply_at = desk.now
    deadlines.move(desk, "ticket", ticket.id, "close_silent", desk.now + desk.pace.close_silent)
    if agent is not None:
        tickets.assign_if_nobody(desk, ticket, agent.id)
    if not leave_as_wished(desk, ticket, afterwards) and ticket.status is Status.CLOSED:
        tickets.open_(desk, ticket)


def leave_as_wished(desk: Desk, ticket: Ticket, afterwards: Mapping[str, Any]) -> bool:
    """Closes a ticket or lets it wait, as the writer of an answer wished; False where they wished nothing."""
    match afterwards:
        case {"status": Status.CLOSED.value}:
            tickets.close(desk, ticket)
        case {"status": Status.PENDING.value, "until": str(until)}:
            tickets.pend(desk, ticket, datetime.fromisoformat(until))
        case _:
            return False
    return True


def release_running(desk: Desk, dialog: Dialog) -> None:
    """Says at once what is held in a dialog and only runs down, in its order; what waits for a decision stays."""
    for held in _running(desk, None, dialog.id):
        _say_or_stop(desk, held)
    desk.flush()


def stop_running(desk: Desk, ticket_id: int | None, dialog_id: int, why: str) -> None:
    """Keeps back what is held in a thread and only runs down, until somebody decides."""
    for held in _running(desk, ticket_id, dialog_id):
        _stop(desk, held, why)


def _forget(desk: Desk, held: HeldReply) -> None:
    """Its deadline stays and will find nothing: dropped here, it would wait for who carries it out, and they for us."""
    desk.execute(update(File).where(File.held_id == held.id).values(held_id=None))
    desk.execute(delete(HeldReply).where(HeldReply.id == held.id))
    desk.session.expunge(held)
    _show(desk, held)


def _show(desk: Desk, held: HeldReply) -> None:
    if held.ticket_id is not None:
        desk.look(f"ticket:{held.ticket_id}")
    if held.dialog_id is not None:
        desk.look(f"dialog:{held.dialog_id}")

"""Commands that say something in a ticket: to its customer, held a moment, or to the team."""

import re
from dataclasses import replace

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import addressee, elsewhere, messages, participants, replies, templates
from core.messages import Where
from core.models import HeldReply, Status
from core.replies import Draft
from core.show import Answer, Button, Tone, text, verbatim

_TO = re.compile(r"\s*to:(\S+@\S+)\s+")


@command("ticket reply", many=True, example="ticket reply 42 It is on its way.")
def reply(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Body) -> Answer:
    """Answer the customer. It is held a moment, so that you can still undo it."""
    return _reply(call, ticket, body, {})


@command("ticket reply-close", many=True, example="ticket reply-close 42 Done, have a nice day!")
def reply_close(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Body) -> Answer:
    """Answer the customer and close the ticket with it; `!rc` in a thread."""
    return _reply(call, ticket, body, {"status": Status.CLOSED.value})


@command("ticket reply-pending", many=True, example="ticket reply-pending 42 3d Could you send us a photo?")
def reply_pending(call: Call, ticket: kinds.TicketOrDialog, until: kinds.When, body: kinds.Body) -> Answer:
    """Answer the customer and wait for them until then; `!rp` in a thread."""
    return _reply(call, ticket, body, {"status": Status.PENDING.value, "until": until.isoformat()})


@command("ticket mail", example="ticket mail 42 to:ana@example.com Here is the invoice.")
def mail(call: Call, ticket: kinds.Ticket, body: kinds.Body) -> Answer:
    """Answer the customer by e-mail, whatever way they wrote; `to:ADDRESS` before the text names where.

    Their answer comes back to this ticket.
    """
    named = _TO.match(body)
    by = addressee.by_mail(call.desk, ticket, named[1] if named else "")
    to = (ticket, None)
    draft = Draft(
        body=body[named.end() :] if named else body, ticket=ticket, written_on_seq=_seen(call, to), files=call.files,
        room=call.room, external_id=call.key, typed=call.typed, by=by,
    )  # fmt: skip
    return held_answer(replies.hold(call.desk, call.agent(), draft))


@command("ticket answered", example="ticket answered 42 Told her by phone that it ships on Monday.")
def answered(call: Call, ticket: kinds.Ticket, body: kinds.Body) -> Answer:
    """Note an answer the customer got elsewhere: it counts as a reply, and nothing is sent."""
    elsewhere.log(call.desk, ticket, call.agent(), body)
    return Answer(text("Noted as the answer to #{number}; nothing was sent.", number=ticket.number), tone=Tone.GOOD)


@command("ticket cc", example="ticket cc 42 +ben@example.com -carl@example.com")
def cc(call: Call, ticket: kinds.Ticket, who: kinds.Words = "") -> Answer:
    """Let people get what is answered by e-mail and answer it themselves, or not any more; alone it lists them."""
    for each in who.split():
        if each.startswith("-"):
            participants.remove(call.desk, ticket, each[1:])
        else:
            participants.add(call.desk, ticket, each.removeprefix("+"))
    call.desk.flush()
    there = [each.address for each in participants.of(call.desk, ticket.id)]
    if not there:
        return Answer(text("Nobody besides the customer gets the answers to #{number}.", number=ticket.number))
    said = text("Besides the customer, these get the answers to #{number}:", number=ticket.number)
    return Answer(said, lines=tuple(verbatim(each) for each in there))


def _reply(call: Call, to: kinds.Either, body: str, afterwards: dict[str, str]) -> Answer:
    ticket, dialog = to
    draft = Draft(
        body=body, ticket=ticket, dialog=dialog, written_on_seq=_seen(call, to), files=call.files, room=call.room,
        external_id=call.key, typed=call.typed, afterwards=dict(afterwards),
    )  # fmt: skip
    held = replies.hold(call.desk, call.agent(), draft)
    answer = held_answer(held)
    if held.stopped_because or not replies.ends_dialog(call.desk, held):
        return answer
    return replace(answer, text=_SOLVED if "until" not in afterwards else _WAITS)


_SOLVED = text("Sending to the customer; then the conversation ends as solved.")
_WAITS = text("Sending to the customer; then the conversation ends, and its ticket waits for them.")


def _seen(call: Call, to: kinds.Either) -> int | None:
    """Up to where the ticket was read: in its own thread what stood there; elsewhere it is answered as it is now."""
    ticket, dialog = to
    if ticket is None:
        return None
    if call.here.ticket == ticket.id and call.here.seen_seq is not None:
        return call.here.seen_seq
    return None if dialog is not None else ticket.last_seq


def held_answer(held: HeldReply) -> Answer:
    """What is said of a reply that is held: that it goes, or why it waits."""
    undo = Button(text("Undo"), f"message undo {held.id}")
    if not held.stopped_because:
        return Answer(text("Sending to the customer…"), buttons=(undo,))
    anyway = Button(text("Send anyway"), f"message send {held.id}", Tone.WARN)
    mailed = [Button(text("Send by e-mail"), f"message mail {held.id}")] if replies.may_be_mailed(held) else []
    return Answer(replies.why_stopped(held), buttons=(*mailed, anyway, undo), tone=Tone.WARN)


@command("ticket macro", many=True, example="ticket macro 42 refund-received")
def macro(call: Call, ticket: kinds.TicketOrDialog, name: kinds.Template) -> Answer:
    """Answer the customer with a prepared reply."""
    return _reply(call, ticket, templates.filled(call.desk, name, *ticket), {})


@command("ticket note", many=True, example="ticket note 42 Asked the warehouse.")
def note(call: Call, ticket: kinds.TicketOrDialog, body: kinds.Body) -> Answer:
    """Write an internal note; the customer never sees it."""
    found, dialog = ticket
    where = Where(ticket_id=None if found is None else found.id, dialog_id=None if dialog is None else dialog.id)
    words = messages.bounded(call.desk, body)
    messages.note(call.desk, words, where, files=call.files, room_key=call.key, typed=call.typed)
    return Answer(text("Noted. Only the team can read it."))


COMMANDS = (
    reply,
    reply_close,
    reply_pending,
    mail,
    answered,
    cc,
    macro,
    note,
)

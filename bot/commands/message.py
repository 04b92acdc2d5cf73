"""Commands on messages: undoing, sending anyway, editing, withdrawing, splitting off, removing for good."""

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import dialogs, joining, messages, policy, replies, tickets
from core.errors import NotAllowed, NotFound, UserError
from core.models import Author, HeldReply, Message, Role
from core.show import Answer, Button, Tone, text, verbatim


def _held(call: Call, number: int) -> HeldReply:
    """A held reply of the actor's own, or of anybody's for supervisors, in what they may see."""
    held = replies.by_id(call.desk, number)
    own = held.agent_id == call.desk.actor.agent_id
    if not own:
        policy.must_be(call.desk.actor, Role.SUPERVISOR, text("Deciding about a colleague's reply"))
    _must_see_where(call, held)
    return held


def _must_see_where(call: Call, said: HeldReply | Message) -> None:
    """Refuses words whose ticket or dialog is none of the actor's business."""
    if said.ticket_id is not None:
        policy.must_see(call.desk, tickets.read(call.desk, said.ticket_id))
    elif said.dialog_id is not None:
        policy.must_see_dialog(call.desk, dialogs.read(call.desk, said.dialog_id))


@command("message undo", example="message undo 7")
def undo(call: Call, number: kinds.Number) -> Answer:
    """Take a held reply back before it goes; its words come back to you."""
    body = replies.withdraw(call.desk, _held(call, number))
    return Answer(text("Not sent: {body}", body=body))


@command("message send", example="message send 7")
def send(call: Call, number: kinds.Number) -> Answer:
    """Send a reply after all that was stopped to be looked at."""
    replies.send_anyway(call.desk, _held(call, number))
    return Answer(text("Sending to the customer…"), buttons=(Button(text("Undo"), f"message undo {number}"),))


@command("message mail", example="message mail 7")
def mail(call: Call, number: kinds.Number) -> Answer:
    """Send a reply by e-mail instead that was stopped, since the customer's chat is shut to us."""
    replies.send_by_mail(call.desk, _held(call, number))
    return Answer(text("Sending to the customer…"), buttons=(Button(text("Undo"), f"message undo {number}"),))


@command("message reword", example="message reword 7 It ships on Monday.")
def reword(call: Call, number: kinds.Number, body: kinds.Body) -> Answer:
    """Change a held reply before it goes."""
    replies.reword(call.desk, _held(call, number), body)
    return Answer(text("Changed; it goes in its turn."))


def _seen(call: Call, number: int) -> Message:
    """A message the actor may see."""
    message = messages.by_id(call.desk, number)
    if message.ticket_id is None and message.dialog_id is None:
        raise NotFound(text("There is no message {id}.", id=number))
    _must_see_where(call, message)
    return message


def _own(call: Call, number: int) -> Message:
    message = _seen(call, number)
    if message.author is not Author.AGENT:
        raise UserError(text("These are not an agent's words."))
    if message.agent_id != call.desk.actor.agent_id:
        raise NotAllowed(text("Only its writer can change a message."))
    return message


@command("message edit", example="message edit 812 It ships on Tuesday.")
def edit(call: Call, number: kinds.Number, body: kinds.Body) -> Answer:
    """Change what you said; on a chat the customer sees the new words, and that they were edited."""
    message = _own(call, number)
    if message.deleted_at is not None or message.redacted_at is not None:
        raise UserError(text("Message {id} was taken back or removed; it cannot be changed any more.", id=number))
    messages.edit(call.desk, message, messages.bounded(call.desk, body))
    return Answer(text("Changed."), tone=Tone.GOOD)


@command("message former", reads=True, example="message former 812")
def former(call: Call, number: kinds.Number) -> Answer:
    """Show what a message said before it was edited."""
    was = messages.former_bodies(call.desk, _seen(call, number).id)
    if not was:
        return Answer(text("It has not been edited."))
    lines = tuple(text("until {when}: {words}", when=body.until, words=body.body) for body in was)
    return Answer(text("What it said before"), lines=lines)


@command("message quoted", reads=True, example="message quoted 812")
def quoted(call: Call, number: kinds.Number) -> Answer:
    """Show what a mail quotes beneath its writer's own words."""
    rest = str(_seen(call, number).facts.get("rest", ""))
    if not rest:
        return Answer(text("It quotes nothing."))
    return Answer(text("What it quotes"), lines=(verbatim(rest[:_LONGEST_SHOWN]),))


_LONGEST_SHOWN = 3_000


@command("message withdraw", example="message withdraw 812")
def withdraw(call: Call, number: kinds.Number) -> Answer:
    """Take back what you said, where the customer's channel can."""
    messages.take_back(call.desk, _own(call, number))
    return Answer(text("Taken back."), tone=Tone.GOOD)


@command("message split", example="message split 812")
def split(call: Call, number: kinds.Number) -> Answer:
    """Make a new ticket of one message of a customer's."""
    ticket = joining.split(call.desk, _seen(call, number))
    return Answer(
        text("It is ticket #{number} now.", number=ticket.number), tone=Tone.GOOD, go=f"ticket:{ticket.number}"
    )


@command("message redact", role=Role.SUPERVISOR, example="message redact 812 yes")
def redact(call: Call, number: kinds.Number, sure: kinds.Sure = "") -> Answer:
    """Remove a message's words and files for good, from everywhere they stand."""
    message = _seen(call, number)
    if sure != "yes":
        yes = Button(text("Yes, remove it"), f"message redact {number} yes", Tone.BAD)
        return Answer(text("This cannot be undone."), buttons=(yes,), tone=Tone.WARN, asks=True)
    messages.redact(call.desk, [message])
    return Answer(text("Removed for good."))


COMMANDS = (undo, send, mail, reword, edit, former, quoted, withdraw, split, redact)

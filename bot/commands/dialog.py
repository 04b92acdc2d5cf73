"""Commands on live dialogs: taking, joining, handing over, ending."""

from bot import cards
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from bot.commands.ticket.replying import held_answer
from core import dialogs, ending, listing, policy, privately, replies, tickets
from core.models import Dialog, DialogState, EndReason, Ticket
from core.replies import Draft
from core.show import Answer, Text, Tone, text, texts


@command("dialog list", reads=True, example="dialog list")
def list_(call: Call) -> Answer:
    """List the live dialogs, those who wait longest first."""
    live = listing.live(call.desk)
    if not live:
        return Answer(text("No customer is live right now."))
    said = texts("{count} live dialog", "{count} live dialogs", count=len(live))
    return Answer(said, cards=cards.dialog_cards(call.desk, live))


@command("dialog show", reads=True, example="dialog show 17")
def show(call: Call, dialog: kinds.Dialog) -> Answer:
    """Show a dialog's card."""
    card = cards.dialog_card(call.desk, dialog)
    return Answer(card.title, cards=(card,), go=card.link)


@command("dialog take", many=True, example="dialog take 17")
def take(call: Call, dialog: kinds.Dialog) -> Answer:
    """Take a live dialog: what you write in its thread goes to the customer from now on."""
    dialogs.take(call.desk, dialog, call.agent())
    if call.here.is_thread:
        said = text("Dialog {id} is yours. What you write here goes to the customer; !n writes a note.", id=dialog.id)
    else:
        said = text("Dialog {id} is yours. Answer in its thread, or with: dialog say {id} TEXT", id=dialog.id)
    return _changed(call, dialog, said)


def _changed(call: Call, dialog: Dialog, said: Text) -> Answer:
    call.desk.flush()
    return Answer(said, tone=Tone.GOOD, go=f"dialog:{dialog.id}")


@command("dialog join", example="dialog join 17")
def join(call: Call, dialog: kinds.Dialog) -> Answer:
    """Join a colleague's dialog: what you write in its thread goes to the customer, too."""
    dialogs.join(call.desk, dialog, call.agent())
    if call.here.is_thread:
        said = text("You joined. What you write here goes to the customer; !n writes a note.")
    else:
        said = text("You joined. Answer in its thread, or with: dialog say {id} TEXT", id=dialog.id)
    return _changed(call, dialog, said)


@command("dialog say", example="dialog say 17 One moment please.")
def say(call: Call, dialog: kinds.Dialog, body: kinds.Body) -> Answer:
    """Answer the customer of a live dialog. It is held a moment, so that you can still undo it."""
    dialogs.must_be_live(dialog)
    draft = Draft(
        body=body, dialog=dialog, files=call.files, room=call.room, external_id=call.key, typed=call.typed
    )  # fmt: skip
    return held_answer(replies.hold(call.desk, call.agent(), draft))


@command("dialog leave", example="dialog leave 17")
def leave(call: Call, dialog: kinds.Dialog) -> Answer:
    """Step back from a dialog: what you write in its thread is a note again."""
    dialogs.step_back(call.desk, dialog, call.agent())
    return _changed(call, dialog, text("What you write here is a note again; !r answers the customer."))


@command("dialog transfer", many=True, example="dialog transfer 17 @ben")
def transfer(call: Call, dialog: kinds.Dialog, agent: kinds.Agent) -> Answer:
    """Hand a live dialog to a colleague; the customer is told who takes over."""
    dialogs.transfer(call.desk, dialog, agent)
    return _changed(call, dialog, text("{who} has dialog {id} now.", who=agent.public_name, id=dialog.id))


@command("dialog move", many=True, example="dialog move 17 tech router question")
def move(call: Call, dialog: kinds.Dialog, team: kinds.Team, why: kinds.Words = "") -> Answer:
    """Move a live dialog to another team, which is called; why goes along as a note."""
    dialogs.move(call.desk, dialog, team, why)
    return _changed(call, dialog, text("Dialog {id} waits for {team} now.", id=dialog.id, team=team.title))


@command("dialog hold", many=True, example="dialog hold 17")
def hold(call: Call, dialog: kinds.Dialog) -> Answer:
    """Put a dialog on hold; the customer is told."""
    dialogs.hold(call.desk, dialog, call.agent())
    return _changed(call, dialog, text("Dialog {id} is on hold.", id=dialog.id))


@command("dialog resume", many=True, example="dialog resume 17")
def resume(call: Call, dialog: kinds.Dialog) -> Answer:
    """Go on with a held dialog; the customer is told."""
    dialogs.resume(call.desk, dialog, call.agent())
    return _changed(call, dialog, text("Dialog {id} goes on.", id=dialog.id))


@command("dialog end", many=True, example="dialog end 17")
def end(call: Call, dialog: kinds.Dialog) -> Answer:
    """End a dialog; its words become a ticket, yours when you had taken it."""
    if dialog.state is DialogState.ENDED:
        return _ended_before(dialog)
    return _ended(ending.end(call.desk, dialog, EndReason.AGENT), dialog)


def _ended_before(dialog: Dialog) -> Answer:
    if dialog.ticket_id is None:
        return Answer(text("Dialog {id} had ended before; nothing had been said.", id=dialog.id))
    said = text("Dialog {id} had ended before. Its ticket is #{number}.", id=dialog.id, number=dialog.ticket_id)
    return Answer(said, go=f"ticket:{dialog.ticket_id}")


@command("dialog solved", many=True, example="dialog solved 17")
def solved(call: Call, dialog: kinds.Dialog) -> Answer:
    """End a dialog as solved; its words become a closed ticket. If it has ended before, its ticket is closed."""
    if dialog.state is DialogState.LIVE:
        return _ended(ending.end(call.desk, dialog, EndReason.SOLVED), dialog)
    if dialog.ticket_id is None:
        return _ended_before(dialog)
    ticket = policy.must_see(call.desk, tickets.standing(call.desk, dialog.ticket_id))
    tickets.close(call.desk, ticket)
    said = text("Dialog {id} had ended before. Its ticket #{number} is closed.", id=dialog.id, number=ticket.number)
    return Answer(said, tone=Tone.GOOD, go=f"ticket:{ticket.number}")


def _ended(ticket: Ticket | None, dialog: Dialog) -> Answer:
    if ticket is None:
        return Answer(text("Dialog {id} has ended; nothing had been said.", id=dialog.id))
    said = text("Dialog {id} has ended. It is ticket #{number} now.", id=dialog.id, number=ticket.number)
    return Answer(said, tone=Tone.GOOD, go=f"ticket:{ticket.number}")


@command("dialog priority", many=True, example="dialog priority 17 high")
def priority(call: Call, dialog: kinds.Dialog, priority: kinds.Priority) -> Answer:
    """Set how pressing a dialog is; its ticket inherits it."""
    dialogs.prioritise(call.desk, dialog, priority)
    return _changed(
        call,
        dialog,
        text("Dialog {id} has priority {priority} now.", id=dialog.id, priority=cards.PRIORITY_WORDS[priority]),
    )


@command("dialog tag", many=True, example="dialog tag 17 +billing")
def tag(call: Call, dialog: kinds.Dialog, changes: kinds.Tags) -> Answer:
    """Put tags on (+) a dialog and take them off (-)."""
    dialogs.tag(call.desk, dialog, changes)
    return _changed(call, dialog, text("Tags of dialog {id} changed.", id=dialog.id))


@command("dialog title", example="dialog title 17 Router question")
def title(call: Call, dialog: kinds.Dialog, subject: kinds.Words) -> Answer:
    """Give a dialog another subject."""
    dialogs.retitle(call.desk, dialog, subject)
    return _changed(call, dialog, text("Dialog {id} is called: {subject}", id=dialog.id, subject=dialog.subject))


@command("dialog private", example="dialog private 17")
def private(call: Call, dialog: kinds.Dialog) -> Answer:
    """Go on in private with a customer who wrote in a group, where others read along."""
    if privately.go(call.desk, dialog):
        return _changed(call, dialog, text("Dialog {id} goes on in private: only the customer reads it.", id=dialog.id))
    said = text("The customer has to press Start first; they were shown how, in the group. It goes on in private then.")
    return Answer(said, tone=Tone.WARN, go=f"dialog:{dialog.id}")


COMMANDS = (
    list_, show, take, join, leave, private, say, transfer, move, hold, resume, end, solved, priority, tag, title,
)  # fmt: skip

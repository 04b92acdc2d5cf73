"""Commands on live dialogs: taking, joining, handing over, ending."""

from bot import cards
from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import command
from core import dialogs, ending, listing
from core.models import Dialog, EndReason, Ticket
from core.show import Answer, Text, Tone, text, texts


@command("dialog list", reads=True, example="dialog list")
def list_(call: Call) -> Answer:
    """List the live dialogs, those who wait longest first."""
    live = listing.live(call.desk)
    if not live:
        return Answer(text("Nobody is here at the moment."))
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
    said = text("Dialog {id} is yours. What you write here goes to the customer; !n writes a note.", id=dialog.id)
    return _changed(call, dialog, said)


def _changed(call: Call, dialog: Dialog, said: Text) -> Answer:
    call.desk.flush()
    return Answer(said, tone=Tone.GOOD, go=f"dialog:{dialog.id}")


@command("dialog join", example="dialog join 17")
def join(call: Call, dialog: kinds.Dialog) -> Answer:
    """Join a colleague's dialog: what you write in its thread goes to the customer, too."""
    dialogs.join(call.desk, dialog, call.agent())
    return _changed(call, dialog, text("You joined. What you write here goes to the customer; !n writes a note."))


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
    return _ended(ending.end(call.desk, dialog, EndReason.AGENT), dialog)


@command("dialog solved", many=True, example="dialog solved 17")
def solved(call: Call, dialog: kinds.Dialog) -> Answer:
    """End a dialog as solved; its words become a closed ticket."""
    return _ended(ending.end(call.desk, dialog, EndReason.SOLVED), dialog)


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


COMMANDS = (list_, show, take, join, leave, transfer, move, hold, resume, end, solved, priority, tag, title)

"""After a live dialog its customer is asked how it was, on channels that can show what to press."""

from collections.abc import Sequence

from core import dialogs, messages, wordings
from core.desk import Desk, Happened
from core.events import DialogEnded
from core.models import EndReason
from core.show import verbatim
from core.telling import Offer

_BY_AGENT = (EndReason.AGENT.value, EndReason.SOLVED.value)
_SCORES = range(1, 6)


def ask(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: an agent has ended a dialog."""
    ended = [each.event for each in happened if isinstance(each.event, DialogEnded)]
    for dialog_id in [each.dialog_id for each in ended if each.reason in _BY_AGENT and each.dialog_id is not None]:
        dialog = dialogs.read(desk, dialog_id)
        if dialog.is_silent and not dialog.facts.get("audience"):
            offers = [Offer(verbatim(str(score)), f"rate:{dialog.id}:{score}") for score in _SCORES]
            offers.append(Offer(wordings.NOT_SOLVED, f"solved:{dialog.id}:no"))
            messages.say_to_customer(desk, wordings.HOW_WAS_IT, dialogs.place(dialog), offers)

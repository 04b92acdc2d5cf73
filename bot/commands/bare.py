"""A bare number behind a verb in a thread: words for this ticket, or another one that was meant? Its typist is asked.

In a thread `#10` always names ticket 10 and `#here` the thread's own; what is typed without the sign is words.
"""

import re

from bot.commands.call import Call
from bot.commands.reader import HERE
from bot.commands.reading import Typed
from core import policy, tickets
from core.desk import Desk
from core.errors import UserError
from core.models import Dialog, DialogState, Status, Ticket
from core.show import Text, text

_BARE = re.compile(r"(\d{1,15})((?:,#?\d+)*)(?=\s|$)")
_OWN_NUMBERS = frozenset(("other", "number"))
"""Kinds of parameters that are bare numbers themselves."""
_WORDS = frozenset(("rest", "tags"))
_SHOWN = 60


def settled(typed: Typed, call: Call) -> Typed:
    """A line whose bare number is the thread's own ticket with its sign; any other as it was typed.

    Raises UserError with both choices where the number is another's that the typist may see.
    """
    kinds = [each.takes.kind for each in typed.command.parameters[:2]]
    found = _BARE.match(typed.rest)
    if not typed.in_thread or found is None or kinds[:1] not in (["ticket"], ["either"], ["dialog"]):
        return typed
    if kinds[1:] and kinds[1] in _OWN_NUMBERS:
        return typed
    number, is_text = int(found[1]), any(each.takes.hint == "TEXT" for each in typed.command.parameters[1:])
    if number == _own(call, kinds[0]):
        is_its_name = kinds[1:] not in (["rest"], ["tags"]) or (not is_text and found.end() == len(typed.rest))
        return Typed(typed.command, f"#{typed.rest}", in_thread=True) if is_its_name else typed
    if kinds[0] == "dialog" and _is_dialog(call.desk, number, is_text=is_text):
        raise UserError(text("Did you mean dialog {number}? Write: {there}", number=number, there=_there(typed)))
    if _is_ticket(call.desk, number, is_text=is_text):
        raise UserError(_both(typed, call, number, kinds))
    return typed


def _own(call: Call, kind: str) -> int | None:
    """The number of what the thread is about."""
    if kind == "dialog" or call.here.ticket is not None or call.here.dialog is None:
        return call.here.dialog if kind == "dialog" else call.here.ticket
    dialog = call.desk.session.get(Dialog, call.here.dialog)
    return None if dialog is None else dialog.ticket_id


def _is_ticket(desk: Desk, number: int, *, is_text: bool) -> bool:
    """Whether it is a ticket the actor may see; before words somebody will read, one that is not closed."""
    if desk.session.get(Ticket, number) is None:
        return False
    found = tickets.read(desk, number)
    return policy.may_see(desk, found) and not (is_text and found.status is Status.CLOSED)


def _is_dialog(desk: Desk, number: int, *, is_text: bool) -> bool:
    found = desk.session.get(Dialog, number)
    return (
        found is not None and policy.may_see(desk, found) and not (is_text and found.state is not DialogState.LIVE)
    )  # fmt: skip


def _there(typed: Typed) -> str:
    return f"!{typed.command.verb} #{typed.rest[:_SHOWN]}"


def _both(typed: Typed, call: Call, number: int, kinds: list[str]) -> Text:
    there = _there(typed) if kinds[0] != "dialog" else f"ticket {typed.command.verb} {typed.rest[:_SHOWN]}"
    if kinds[1:] and kinds[1] in _WORDS:
        own = HERE if call.here.ticket is None else f"#{call.here.ticket}"
        here = f"!{typed.command.verb} {own} {typed.rest[:_SHOWN]}"
        return text(
            "Did you mean #{number}? Write: {there} – or, with these words for what this thread is about: {here}",
            number=number, there=there, here=here,
        )  # fmt: skip
    return text("Did you mean #{number}? Write: {there}", number=number, there=there)

"""What a command that takes many is done to: tickets or dialogs, named by number, by a filter or by the thread."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.commands.call import Call
from bot.commands.reader import Reader, number
from bot.commands.reading import Typed
from bot.commands.registry import Command
from bot.commands.values import which_ticket
from core import dialogs, listing, policy, tickets
from core.errors import UserError
from core.models import Dialog, Ticket
from core.query import Query, parse
from core.show import Text, text, texts

MOST_AT_ONCE = 500
"""Tickets or dialogs one command touches at most."""


class Kind(Protocol):
    """Tickets, or dialogs: how they are found, and what is said of several."""

    def fitting(self, call: Call, query: Query) -> list[int]:
        """The ids of those that fit a filter."""

    def here(self, call: Call) -> int | None:
        """The id of the one whose thread it is."""

    def which(self, command: Command, call: Call) -> Text:
        """Asks for one where none was named."""

    def chosen(self, call: Call, numbers: Sequence[int]) -> Sequence[Any]:
        """Their rows, locked, each once. Raises NotFound for those the actor may not see."""

    def named(self, row: Any) -> str:
        """One as an example."""

    def asked(self, verb: str, count: int, examples: str) -> Text:
        """What a command would touch."""

    def done(self, verb: str, count: int) -> Text:
        """What it did; with nothing that fits, that it did nothing."""


class Tickets:
    """Tickets; what is done to them can be undone."""

    def fitting(self, call: Call, query: Query) -> list[int]:
        """In the filter's order."""
        return list(listing.numbers(call.desk, query, limit=MOST_AT_ONCE))

    def here(self, call: Call) -> int | None:
        """The thread's ticket, or its dialog's."""
        found = call.ticket_here()
        return None if found is None else found.id

    def which(self, command: Command, call: Call) -> Text:
        """Asks for one."""
        return which_ticket(command, call)

    def chosen(self, call: Call, numbers: Sequence[int]) -> Sequence[Ticket]:
        """Merges followed: two numbers may lead to one ticket."""
        dialogs.lock_live_on(call.desk, numbers)
        found = (policy.must_see(call.desk, tickets.standing(call.desk, id_), asked=id_) for id_ in sorted(numbers))
        return list({ticket.id: ticket for ticket in found}.values())

    def named(self, row: Ticket) -> str:
        """Number and subject."""
        return f"#{row.number} {row.subject[:60]}"

    def asked(self, verb: str, count: int, examples: str) -> Text:
        """How many, and some."""
        return texts(
            "Really {verb} {count} ticket? {examples}",
            "Really {verb} {count} tickets? For example {examples}",
            count=count, verb=verb, examples=examples,
        )  # fmt: skip

    def done(self, verb: str, count: int) -> Text:
        """How many."""
        if not count:
            return text("No ticket fits, so nothing was changed.")
        return texts("Done: {verb} on {count} ticket.", "Done: {verb} on {count} tickets.", count=count, verb=verb)


class Dialogs:
    """Live dialogs; what was done in a conversation is not undone."""

    def fitting(self, call: Call, query: Query) -> list[int]:
        """Those who wait longest first."""
        return [dialog.id for dialog in listing.live(call.desk, query, limit=MOST_AT_ONCE)]

    def here(self, call: Call) -> int | None:
        """The thread's dialog, or the live one on its ticket."""
        found = call.dialog_here()
        return None if found is None else found.id

    def which(self, command: Command, call: Call) -> Text:
        """Asks for one."""
        return text("Which dialog? Usage: {usage}", usage=command.usage)

    def chosen(self, call: Call, numbers: Sequence[int]) -> Sequence[Dialog]:
        """In the order of their ids."""
        found = (dialogs.locked(call.desk, id_) for id_ in sorted(set(numbers)))
        return [policy.must_see_dialog(call.desk, dialog) for dialog in found]

    def named(self, row: Dialog) -> str:
        """Id and subject."""
        return f"{row.id} {row.subject[:60]}"

    def asked(self, verb: str, count: int, examples: str) -> Text:
        """How many, and some."""
        return texts(
            "Really {verb} {count} dialog? {examples}",
            "Really {verb} {count} dialogs? For example {examples}",
            count=count, verb=verb, examples=examples,
        )  # fmt: skip

    def done(self, verb: str, count: int) -> Text:
        """How many."""
        if not count:
            return text("No dialog fits, so nothing was changed.")
        return texts("Done: {verb} on {count} dialog.", "Done: {verb} on {count} dialogs.", count=count, verb=verb)


_TICKETS, _DIALOGS = Tickets(), Dialogs()


def kind_of(command: Command) -> Kind:
    """What a command is done to, by its first parameter."""
    return _DIALOGS if command.parameters[0].takes.kind == "dialog" else _TICKETS


def means_one(typed: Typed, call: Call) -> bool:
    """Whether a command that goes to customers is meant for one: by its number, or in the thread it was typed in."""
    if typed.command.parameters[0].takes.kind != "either":
        return False
    named = Reader(call, typed.rest, typed.in_thread).target()
    return typed.in_thread or not (named.startswith("[") or "," in named)


def as_parameter(command: Command, call: Call, row: Any) -> Any:
    """A row as the command's first parameter takes it."""
    if command.parameters[0].takes.kind == "either":
        return row, dialogs.live_on(call.desk, row.id)
    return row


def find(typed: Typed, call: Call) -> tuple[list[int], Typed]:
    """The ids a command that takes many is meant for, and the rest of the line."""
    kind, reader = kind_of(typed.command), Reader(call, typed.rest, typed.in_thread)
    named = reader.target()
    rest = Typed(typed.command, reader.rest, typed.in_thread)
    if named.startswith("["):
        return kind.fitting(call, parse(named[1:-1])), rest
    if named:
        return list(dict.fromkeys(number(each) for each in named.split(","))), rest
    here = kind.here(call)
    if here is None:
        raise UserError(kind.which(typed.command, call))
    return [here], rest

"""What happened to a ticket and what was said in it, as people read it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import merged
from core.desk import Desk
from core.events import Listened, TicketMerged
from core.models import Author, Contact, EventRow, Message, Reader, Ticket
from core.naming import Names
from core.room import Side
from core.show import Text, from_json, text, together, verbatim

MOST = 500
"""Events shown of one ticket, the latest."""


def events(desk: Desk, ticket: Ticket) -> Sequence[EventRow]:
    """What happened to a ticket and to what was merged into it, in the order it did."""
    statement = (
        select(EventRow)
        .where(EventRow.ticket_id.in_(merged.family(ticket.id)))
        .order_by(EventRow.id.desc())
        .limit(MOST)
    )
    return list(reversed(desk.session.scalars(statement).all()))


def rows(desk: Desk, ticket_id: int | None, dialog_id: int | None, *, after: int, limit: int) -> Sequence[Any]:
    """What happened in a thread with its messages and who wrote them, the latest, in their order; or all behind a seq.

    Events and messages share the seqs of their ticket or dialog, so this is the thread's order.
    """
    statement = select(EventRow, Message, Contact).outerjoin(Message, Message.id == EventRow.message_id)
    statement = statement.outerjoin(Contact, Contact.id == Message.contact_id)
    if ticket_id is not None and after:
        statement = statement.where(EventRow.ticket_id == ticket_id, EventRow.ticket_seq > after)
    elif ticket_id is not None:
        statement = statement.where(EventRow.ticket_id.in_(merged.family(ticket_id)))
    else:
        statement = statement.where(EventRow.dialog_id == (dialog_id or 0), EventRow.dialog_seq > after)
    return list(reversed(desk.session.execute(statement.order_by(EventRow.id.desc()).limit(limit)).all()))


def side_of(message: Message) -> Side:
    """Whose words a message holds."""
    if message.reader is Reader.TEAM:
        return Side.NOTE
    return {Author.CONTACT: Side.CUSTOMER, Author.AGENT: Side.AGENT, Author.SYSTEM: Side.SYSTEM}[message.author]


def lines(desk: Desk, ticket: Ticket) -> tuple[Text, ...]:
    """A ticket's history, one line an event: when, who, what."""
    names = Names.of(desk)
    happened = [row for row in events(desk, ticket) if not _is_told_twice(row, ticket)]
    return tuple(text("{when} {what}", when=row.at, what=sentence(row, names)) for row in happened)


def _is_told_twice(row: EventRow, ticket: Ticket) -> bool:
    """A merge is noted on both tickets; read as one, it is told where the other came to."""
    return row.kind == TicketMerged.kind and row.ticket_id == row.facts["source"] != ticket.id


def sentence(row: EventRow, names: Names) -> Text:
    """One event with who did it."""
    what = _told(row, names)
    is_own = row.kind in _NAMES_AGENT and row.actor == f"agent:{row.facts['agent']}"
    is_told = is_own or row.kind in _NOBODYS
    return what if is_told else text("{who}: {what}", who=names.actor(row.actor), what=what)


_NOBODYS = frozenset(
    (
        "customer_barred",
        "dialog_started",
        "dialog_called_out",
        "customer_left",
        "message_failed",
        "question_failed",
        "reminded",
    )
)
_NAMES_AGENT = frozenset(("dialog_taken", "relay_changed"))


def _told(row: EventRow, names: Names) -> Text:
    return _TOLD[row.kind](row.facts, names) if row.kind in _TOLD else verbatim(row.kind.replace("_", " "))


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _status(facts: dict[str, Any], names: Names) -> Text:
    until = _moment(facts.get("until"))
    if until is not None:
        return text("{was} → {now} until {until}", was=Text(facts["was"]), now=Text(facts["now"]), until=until)
    return text("{was} → {now}", was=Text(facts["was"]), now=Text(facts["now"]))


def _message(facts: dict[str, Any], names: Names) -> Text:
    if facts["reader"] == Reader.TEAM:
        return text("wrote a note")
    match facts["author"]:
        case Author.CONTACT:
            return text("wrote")
        case Author.AGENT:
            return text("answered")
        case _:
            return text("told the customer")


_WAYS = {
    "email": text("e-mail"),
    "phone": text("phone"),
    "webchat": text("web chat"),
    "telegram": text("Telegram"),
    "telegram-group": text("a group on Telegram"),
}


def ways(by: str) -> Text | None:
    """Kinds of addresses (`reaching`), as agents call them; None where there are none."""
    found = [_WAYS[kind] for kind in by.split(",") if kind in _WAYS]
    return together(found) if found else None


def _barred(facts: dict[str, Any]) -> Text:
    others = ways(facts.get("by", ""))
    if others is None:
        return text("what we write does not reach the customer any more: they have shut us out, or the address is gone")
    return text(
        "what we write does not reach the customer any more: they have shut us out, or the address is gone. "
        "We know another way to reach them: {ways}", ways=others,
    )  # fmt: skip


_ENDS = {
    "agent": text("by the agent"),
    "solved": text("solved"),
    "customer": text("by the customer"),
    "idle": text("nobody wrote any more"),
    "gone": text("the page was closed"),
    "untaken": text("nobody was free"),
    "spam": text("spam"),
}
_OPENED = {"transcript": text("transcript")}
_PRIORITIES = ("low", "normal", "high", "urgent")
_TOLD: dict[str, Callable[[dict[str, Any], Names], Text]] = {
    "ticket_opened": lambda f, n: text("opened the ticket"),
    "status_changed": _status,
    "assigned": lambda f, n: text("gave it to {who}", who=n.agent(f["now"])),
    "moved": lambda f, n: text("moved it from {was} to {now}", was=n.team(f["was"]), now=n.team(f["now"])),
    "priority_changed": lambda f, n: text(
        "priority {was} → {now}", was=Text(_PRIORITIES[f["was"]]), now=Text(_PRIORITIES[f["now"]])
    ),
    "subject_changed": lambda f, n: text("changed the subject"),
    "due_changed": lambda f, n: text("set the deadline") if f["now"] else text("took the deadline away"),
    "tagged": lambda f, n: text("tagged it {tag}", tag=n.tag(f["tag"])),
    "untagged": lambda f, n: text("took the tag {tag} off", tag=n.tag(f["tag"])),
    "customer_changed": lambda f, n: text("changed whose ticket it is"),
    "ticket_merged": lambda f, n: text("merged #{source} into #{target}", source=f["source"], target=f["target"]),
    "ticket_unmerged": lambda f, n: text(
        "parted #{source} from #{target} again", source=f["source"], target=f["target"]
    ),
    "tickets_linked": lambda f, n: text("linked it with #{other}", other=f["other"]),
    "tickets_unlinked": lambda f, n: text("unlinked it from #{other}", other=f["other"]),
    "message_split_off": lambda f, n: text("split a message off; the other ticket is #{other}", other=f["other"]),
    "marked_spam": lambda f, n: text("marked it as spam") if f["spam"] else text("said it is no spam"),
    "watched": lambda f, n: text("watches it") if f["on"] else text("watches it no longer"),
    "snoozed": lambda f, n: (
        text("snoozed it") if f["until"] else text("it is back in the queue of {who}", who=n.agent(f["agent"]))
    ),
    "message_added": _message,
    "message_edited": lambda f, n: text("edited a message"),
    "message_deleted": lambda f, n: text("took a message back"),
    "message_redacted": lambda f, n: text("removed a message for good"),
    "message_failed": lambda f, n: text("a reply could not be delivered"),
    "question_failed": lambda f, n: text("the question did not reach who was asked: ask them another way"),
    "contact_erased": lambda f, n: text("forgot the customer for good"),
    "dialog_started": lambda f, n: text("a live dialog began"),
    "dialog_taken": lambda f, n: text("{who} took the dialog", who=n.agent(f["agent"])),
    "dialog_called_out": lambda f, n: text("nobody has answered yet: the team was called again"),
    "dialog_ended": lambda f, n: text("the dialog ended ({reason})", reason=_ENDS[f["reason"]]),
    "phase_changed": lambda f, n: (
        text("put the dialog on hold") if f["now"] == "held" else text("went on with the dialog")
    ),
    "relay_changed": lambda f, n: (
        text("plain words of {who} go to the customer now", who=n.agent(f["agent"]))
        if f["on"]
        else text("plain words of {who} are notes now", who=n.agent(f["agent"]))
    ),
    "customer_left": lambda f, n: text("the customer's page was closed") if f["left"] else text("the customer is back"),
    "customer_reacted": lambda f, n: (
        text("reacted with {emoji}", emoji=f["emoji"]) if f["emoji"] else text("took the reaction back")
    ),
    "customer_barred": lambda f, n: _barred(f) if f["barred"] else text("the customer lets us in again"),
    "went_private": lambda f, n: text("went on in private: only the customer reads it now"),
    "rated": lambda f, n: text("rated it {score} of 5", score=f["score"]),
    "reminded": lambda f, n: text("{who} was reminded", who=n.agent(f["agent"])),
    "listened": lambda f, n: text("opened the {what}", what=_OPENED.get(f["what"], Text(f["what"]))),
}


def said(desk: Desk, ticket: Ticket) -> Sequence[Message]:
    """Everything said in a ticket and in what was merged into it, in the order it was."""
    return desk.session.scalars(
        select(Message).where(Message.ticket_id.in_(merged.family(ticket.id))).order_by(Message.said_at, Message.id)
    ).all()


def who_said(desk: Desk, message: Message) -> Text:
    """A message's writer as the team knows them."""
    match message.author:
        case Author.SYSTEM:
            return text("Deskbell")
        case Author.AGENT:
            return verbatim(message.author_name or "?")
        case Author.CONTACT:
            name = message.author_name or _name_of(desk, message.contact_id)
            return verbatim(name) if name else text("Customer {id}", id=message.contact_id or 0)


def _name_of(desk: Desk, contact_id: int | None) -> str:
    contact = None if contact_id is None else desk.session.get(Contact, contact_id)
    return "" if contact is None else contact.name or contact.claimed_name


def words_of(message: Message) -> Text:
    """What a message says: an automatic text as a value, a removed one as that."""
    if message.redacted_at is not None:
        return text("(removed)")
    if message.wording:
        return from_json(message.facts["wording"])
    return verbatim(message.body)


def listened(desk: Desk, ticket: Ticket, what: str) -> None:
    """Notes that somebody opened a ticket's words: every look is an event."""
    desk.record(Listened(ticket_id=ticket.id, what=what))

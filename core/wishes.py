"""What customers ask of the desk itself, by a command or a button, and how it answers."""

from collections.abc import Callable, Sequence

from sqlalchemy import exists, select

from core import chatting, contacts, dialogs, ending, privately, reaching, relinking, tickets, wordings
from core.connector import Barred, Chose, Sender, Wish, Wished
from core.contacts import Known
from core.desk import Desk
from core.errors import Unreadable
from core.kinds import private_kind
from core.models import NOT_CLOSED, Channel, Dialog, EndReason, Identity, Status, Ticket
from core.receipt import Receipt, Source
from core.render import LANGUAGES
from core.show import Text, text, together, verbatim
from core.telling import Offer, tell

_MOST_SHOWN = 8


def wished(desk: Desk, source: Source, wished: Wished) -> Receipt:
    """Does what a customer asks for, and tells them."""
    who = _who(desk, wished.sender)
    words = wished.words.strip()
    if wished.wish is Wish.START and privately.came(desk, who, words):
        return Receipt()
    said, offers = _DEEDS[wished.wish](desk, source, who, words)
    tell(desk, source.channel_id, who.identity_id, said, offers)
    return Receipt()


def _who(desk: Desk, sender: Sender) -> Known:
    who = contacts.known(desk, sender)
    if contacts.is_blocked(desk, who):
        raise Unreadable(text("The sender is blocked or was marked as spam."))
    reaching.wrote(desk, who)
    return who


_Told = tuple[Text, Sequence[Offer]]


def _start(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    """Greets, and keeps the link somebody came by for the dialog they begin."""
    if words:
        chatting.mark(desk, who.identity_id, chatting.ARRIVAL, words[:64])
    topics = desk.session.get_one(Channel, source.channel_id).settings.get("topics", ())
    return wordings.WELCOME, [Offer(verbatim(topic), f"topic:{topic}") for topic in topics]


def _new(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    _end_live(desk, source, who)
    chatting.mark(desk, who.identity_id, chatting.AFRESH, "yes")
    return wordings.GO_AHEAD, ()


def _status(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    theirs = (Ticket.contact_id.in_(contacts.everyone(desk, who.contact_id)), NOT_CLOSED, ~Ticket.is_spam)
    found = select(Ticket).where(*theirs, Ticket.merged_into.is_(None)).order_by(Ticket.id.desc()).limit(_MOST_SHOWN)
    if _others_read_along(desk, who):
        found = found.where(exists().where(Dialog.ticket_id == Ticket.id, Dialog.identity_id == who.identity_id))
    lines = [_state(ticket) for ticket in desk.session.scalars(found)]
    return (together(lines, "\n"), ()) if lines else (wordings.NOTHING_OPEN, ())


def _others_read_along(desk: Desk, who: Known) -> bool:
    """In a group only what was said there is told there."""
    kind = desk.session.get_one(Identity, who.identity_id).kind
    return private_kind(kind) != kind


def _state(ticket: Ticket) -> Text:
    whose = wordings.OUR_TURN if ticket.waiting_since is not None or ticket.status is Status.NEW else wordings.YOUR_TURN
    return text("#{number} {subject}: {state}", number=ticket.id, subject=ticket.subject, state=whose)


def _end(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    return (wordings.ENDED if _end_live(desk, source, who) else wordings.NOTHING_TO_END), ()


def _end_live(desk: Desk, source: Source, who: Known) -> bool:
    live = dialogs.live_at(desk, source.channel_id, who.identity_id)
    if live is None:
        return False
    ending.end(desk, dialogs.locked(desk, live.id), EndReason.CUSTOMER)
    return True


def _help(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    return wordings.COMMANDS, ()


_TONGUES = {"en": "English", "de": "Deutsch"}


def _language(desk: Desk, source: Source, who: Known, words: str) -> _Told:
    wanted = next((code for code, name in _TONGUES.items() if words.lower() in (code, name.lower())), "")
    if not wanted:
        return wordings.WHICH_LANGUAGE, [Offer(verbatim(_TONGUES[code]), f"language:{code}") for code in LANGUAGES]
    contacts.speak(desk, contacts.by_id(desk, who.contact_id), wanted)
    return wordings.LANGUAGE_SET, ()


_DEEDS: dict[Wish, Callable[[Desk, Source, Known, str], _Told]] = {
    Wish.START: _start,
    Wish.NEW: _new,
    Wish.STATUS: _status,
    Wish.END: _end,
    Wish.HELP: _help,
    Wish.LANGUAGE: _language,
}


def chose(desk: Desk, source: Source, chose: Chose) -> Receipt:
    """Does what a customer pressed; what they may not press, or is unknown, does nothing and says so."""
    who = _who(desk, chose.sender)
    name, _, rest = chose.choice.partition(":")
    choosing = _CHOICES.get(name)
    said = None if choosing is None else choosing(desk, source, who, rest)
    tell(desk, source.channel_id, who.identity_id, said or wordings.CHOICE_GONE)
    return Receipt()


def _rated(desk: Desk, source: Source, who: Known, rest: str) -> Text | None:
    number, _, score = rest.partition(":")
    dialog = _own_dialog(desk, who, number)
    if dialog is None or score not in ("1", "2", "3", "4", "5"):
        return None
    dialogs.rate(desk, dialog, int(score))
    return wordings.THANKS


def _solved(desk: Desk, source: Source, who: Known, rest: str) -> Text | None:
    number, _, answer = rest.partition(":")
    dialog = _own_dialog(desk, who, number)
    if dialog is None or dialog.ticket_id is None:
        return None
    ticket = tickets.standing(desk, dialog.ticket_id)
    if answer == "yes":
        tickets.close(desk, ticket)
        return wordings.THANKS
    tickets.open_(desk, ticket)
    return wordings.STILL_ON_IT


def _own_dialog(desk: Desk, who: Known, number: str) -> Dialog | None:
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    dialog = desk.lock(Dialog, int(number))
    return dialog if dialog is not None and dialog.identity_id == who.identity_id else None


def _topic(desk: Desk, source: Source, who: Known, rest: str) -> Text | None:
    if rest not in desk.session.get_one(Channel, source.channel_id).settings.get("topics", ()):
        return None
    chatting.mark(desk, who.identity_id, chatting.TOPIC, rest)
    return wordings.GO_AHEAD


def _speak(desk: Desk, source: Source, who: Known, rest: str) -> Text | None:
    return _language(desk, source, who, rest)[0]


_CHOICES: dict[str, Callable[[Desk, Source, Known, str], Text | None]] = {
    "rate": _rated,
    "solved": _solved,
    "topic": _topic,
    "language": _speak,
}


def _newest(desk: Desk, source: Source, who: Known) -> Ticket | None:
    """The ticket they wrote in last by this address."""
    return relinking.to_link(desk, who.contact_id, source.channel_id, who.identity_id, desk.pace.relink)


def barred(desk: Desk, source: Source, barred: Barred) -> Receipt:
    """A customer shut us out, or lets us in again: agents of what is not closed see it."""
    who = contacts.seen_before(desk, barred.sender)
    identity = None if who is None else desk.session.get(Identity, who.identity_id)
    if who is None or identity is None:
        return Receipt()
    live = dialogs.live_at(desk, source.channel_id, who.identity_id)
    newest = None if live is not None else _newest(desk, source, who)
    ticket_id = newest.id if newest is not None else None if live is None else live.ticket_id
    change = reaching.lost if barred.barred else reaching.back
    change(desk, identity, ticket_id=ticket_id, dialog_id=None if live is None else live.id)
    return Receipt()

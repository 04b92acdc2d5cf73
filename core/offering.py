"""Tickets and dialogs an agent may mean while they type: by number, by the beginnings of words, by their customer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, or_, select

from core import listing, lookup, policy, search
from core.desk import Desk
from core.errors import UserError
from core.models import Contact, Dialog, DialogState, Status, Ticket
from core.query import parse, where
from core.words import words

_OFFERED = 25
_LIVE = 200
"""Live dialogs that are looked through."""
_CUSTOMERS = 10
_TELLING = 2
"""Letters from which a word means anything; of other scripts one is enough."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One that may be meant."""

    number: int
    subject: str
    customer: str
    is_over: bool = False


def tickets(desk: Desk, typed: str) -> list[Offered]:
    """Tickets that fit what is typed, those that are not closed first; before anything is typed, as lists show them."""
    asked = typed.strip().lstrip("#")
    if asked.isascii() and asked.isdigit() and len(asked) < 16:
        return _rows(desk, Ticket.id == int(asked)) + [
            each for each in _listed(desk) if str(each.number).startswith(asked) and str(each.number) != asked
        ]
    if not _tells(asked):
        return _listed(desk)
    return _rows(desk, _fits(desk, asked))


def _tells(asked: str) -> bool:
    return len(asked) >= _TELLING or not asked.isascii()


def _listed(desk: Desk) -> list[Offered]:
    rows = listing.page(desk, parse(""), limit=_OFFERED).rows
    return [Offered(row.number, row.subject, row.called) for row in rows]


def _rows(desk: Desk, fits: Any) -> list[Offered]:
    visible = where(policy.visible(desk.actor), policy.context(desk))
    shown = (Ticket.merged_into.is_(None), ~Ticket.is_spam, visible, fits)
    rows = select(Ticket.id, Ticket.subject, Ticket.status, Contact.name, Contact.claimed_name)
    statement = rows.outerjoin(Contact, Contact.id == Ticket.contact_id).where(*shown)
    found = desk.execute(statement.order_by(Ticket.status == Status.CLOSED, Ticket.id.desc()).limit(_OFFERED))
    return [
        Offered(row.id, row.subject, row.name or row.claimed_name or "", row.status is Status.CLOSED) for row in found
    ]


def _fits(desk: Desk, asked: str) -> Any:
    """A filter where it is one; else words of the subject, the last as it begins, or the customer's name."""
    if ":" in asked:
        try:
            return where(parse(asked).tree, policy.context(desk))
        except UserError:
            return false()
    theirs = [each.id for each in lookup.find(desk, asked, limit=_CUSTOMERS)]
    beginning: Select[Any] | None = search.beginning(words(asked), desk.on_postgres)
    return or_(Ticket.contact_id.in_(theirs), false() if beginning is None else Ticket.id.in_(beginning))


def dialogs(desk: Desk, typed: str) -> list[Offered]:
    """Live dialogs that fit what is typed, and the one of the number that is typed."""
    asked = typed.strip().lstrip("#")
    live = listing.live(desk, limit=_LIVE)
    if asked.isascii() and asked.isdigit() and len(asked) < 16:
        exact = desk.session.get(Dialog, int(asked))
        found = [each for each in (exact,) if each is not None and policy.may_see(desk, each)]
        return _named(desk, found + [each for each in live if str(each.id).startswith(asked) and each not in found])
    named = _named(desk, live)
    return [each for each in named if _begins(words(asked), words(f"{each.subject} {each.customer}"))][:_OFFERED]


def _begins(asked: Sequence[str], there: Sequence[str]) -> bool:
    """Whether each word that was typed is the beginning of one that stands there."""
    return all(any(each.startswith(word) for each in there) for word in asked)


def _named(desk: Desk, found: Sequence[Dialog]) -> list[Offered]:
    ids = {each.contact_id for each in found if each.contact_id is not None}
    called = {row.id: row.name or row.claimed_name for row in _contacts(desk, ids)}
    return [
        Offered(each.id, each.subject, called.get(each.contact_id, ""), each.state is not DialogState.LIVE)
        for each in found
    ]


def _contacts(desk: Desk, ids: set[int]) -> Iterator[Any]:
    if ids:
        theirs = select(Contact.id, Contact.name, Contact.claimed_name).where(Contact.id.in_(ids))
        yield from desk.execute(theirs)

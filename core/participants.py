"""Who takes part in a ticket by letter: its customer, and those they, or an agent, have copied in."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from core import contacts, mailboxes, merged, upsert
from core.briefs import Brief
from core.connector import Sender
from core.desk import Desk
from core.errors import UserError
from core.models import Identity, Participant, Ticket
from core.show import text

MOST = 50
"""Besides the customer; who is copied in beyond them is not kept."""


def of(desk: Desk, ticket_id: int) -> Sequence[Identity]:
    """The addresses of those who take part besides the customer, in the order they came."""
    theirs = Participant.ticket_id.in_(merged.family(ticket_id))
    statement = select(Identity).join(Participant, Participant.identity_id == Identity.id).where(theirs)
    return desk.session.scalars(statement.order_by(Identity.id)).unique().all()


def reached(desk: Desk, ticket_id: int) -> list[Identity]:
    """Those of them who get what is answered: whose address works."""
    return [each for each in of(desk, ticket_id) if each.failed_at is None and "@" in each.address]


def takes_part(desk: Desk, ticket: Brief, contact_id: int) -> bool:
    """Whether somebody is a ticket's customer, or one of those copied in."""
    if ticket.contact_id == contact_id:
        return True
    if ticket.contact_id is not None and contacts.standing(desk, ticket.contact_id).id == contact_id:
        return True
    theirs = select(Participant.identity_id).join(Identity, Identity.id == Participant.identity_id)
    is_theirs = Identity.contact_id.in_(contacts.everyone(desk, contact_id))
    here = theirs.where(Participant.ticket_id.in_(merged.family(ticket.id)), is_theirs)
    return desk.execute(here.limit(1)).first() is not None


def copy_in(desk: Desk, ticket: Ticket | Brief, senders: Sequence[Sender]) -> None:
    """Lets those who were copied in take part; our own mailboxes and the customer are no participants."""
    if not senders:
        return
    ours, there = mailboxes.addresses(desk), {each.address for each in of(desk, ticket.id)}
    fresh = [each for each in senders if each.address not in ours | there][: max(0, MOST - len(there))]
    known = [contacts.known(desk, each) for each in fresh]
    theirs = set() if ticket.contact_id is None else set(contacts.everyone(desk, ticket.contact_id))
    _add(desk, ticket, [each.identity_id for each in known if each.contact_id not in theirs])


def _add(desk: Desk, ticket: Ticket | Brief, identity_ids: Iterable[int]) -> None:
    rows = [{"ticket_id": ticket.id, "identity_id": each} for each in dict.fromkeys(identity_ids)]
    if rows:
        desk.execute(upsert.into(Participant, desk.on_postgres).on_conflict_do_nothing(), rows)
        desk.look(f"ticket:{ticket.id}")


def add(desk: Desk, ticket: Ticket, address: str) -> None:
    """Lets an address take part from now on; raises UserError for what is none, or one of our own."""
    plain = contacts.normal_address("email", address)
    if plain in mailboxes.addresses(desk):
        raise UserError(text("{address} is a mailbox of this desk.", address=plain))
    if len(of(desk, ticket.id)) >= MOST:
        raise UserError(text("At most {most} people can take part in a ticket.", most=MOST))
    copy_in(desk, ticket, (Sender("email", plain),))


def remove(desk: Desk, ticket: Ticket, address: str) -> None:
    """Lets an address take part no more; one that does not is no mistake."""
    plain = contacts.normal_address("email", address)
    ids = [each.id for each in of(desk, ticket.id) if each.address == plain]
    gone = (Participant.ticket_id.in_(merged.family(ticket.id)), Participant.identity_id.in_(ids))
    desk.execute(delete(Participant).where(*gone))
    desk.look(f"ticket:{ticket.id}")

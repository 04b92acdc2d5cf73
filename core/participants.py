"""Who takes part in a ticket by letter: its customer, and those they, or an agent, have copied in."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import aliased

from core import contacts, mailboxes, merged, upsert
from core.briefs import Brief
from core.connector import Sender
from core.desk import Desk
from core.errors import UserError
from core.models import Contact, Identity, Participant, Ticket
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
    mine = aliased(Identity)
    own = select(mine.address).where(mine.contact_id.in_(contacts.everyone(desk, contact_id)), mine.is_verified)
    there = select(Participant.identity_id).join(Identity, Identity.id == Participant.identity_id)
    here = there.where(Participant.ticket_id.in_(merged.family(ticket.id)), Identity.kind == "email")
    return desk.execute(here.where(Identity.address.in_(own)).limit(1)).first() is not None


def strangers(desk: Desk, ticket_id: int, senders: Sequence[Sender]) -> list[str]:
    """Those of these addresses that take no part yet and are none of ours."""
    known = mailboxes.addresses(desk) | {each.address for each in of(desk, ticket_id)}
    return [each.address for each in senders if each.address not in known]


def copy_in(desk: Desk, ticket: Ticket | Brief, senders: Sequence[Sender]) -> None:
    """Lets those who were copied in take part; our own mailboxes and the customer are no participants."""
    if not senders:
        return
    ours, there = mailboxes.addresses(desk), {each.address for each in of(desk, ticket.id)}
    fresh = [each for each in senders if each.address not in ours | there][: max(0, MOST - len(there))]
    known = _addresses(desk, [each.address for each in fresh])
    missing = [each for each in fresh if each.address not in known]
    theirs = set() if ticket.contact_id is None else set(contacts.everyone(desk, ticket.contact_id))
    _add(desk, ticket, [id_ for id_, owner in known.values() if owner not in theirs] + _unproven(desk, missing))


def _addresses(desk: Desk, addresses: Collection[str]) -> dict[str, tuple[int, int]]:
    """The identities of addresses that are known, with whose they are: a proven one before others."""
    rows = select(Identity.id, Identity.address, Identity.contact_id).where(Identity.kind == "email")
    rows = rows.where(Identity.address.in_(addresses)).order_by(Identity.is_verified, Identity.id.desc())
    return {row.address: (row.id, row.contact_id) for row in desk.execute(rows)}


def _unproven(desk: Desk, senders: Sequence[Sender]) -> list[int]:
    """New identities of people who were only named: nothing proves that they are theirs."""
    if not senders:
        return []
    people = [{"name": each.name[:120], "language": "", "created_at": desk.now} for each in senders]
    made = insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
    ids = desk.execute(made, people).scalars().all()
    rows = [
        {"contact_id": id_, "kind": "email", "address": each.address, "is_verified": False}
        for id_, each in zip(ids, senders, strict=True)
    ]
    named = insert(Identity).returning(Identity.id, sort_by_parameter_order=True)
    return list(desk.execute(named, rows).scalars())


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

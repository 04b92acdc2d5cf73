"""Whether customers can be reached at an address of theirs; agents see when they cannot, and by what else."""

from sqlalchemy import update

from core import contacts
from core.contacts import Known
from core.desk import Desk
from core.events import CustomerBarred
from core.models import Identity

WAYS = ("email", "phone", "webchat", "telegram", "telegram-group")
"""Kinds of addresses somebody can be written or called at."""


def lost(desk: Desk, identity: Identity, *, ticket_id: int | None, dialog_id: int | None) -> None:
    """Nothing reaches this address any more; saying so twice is once."""
    if identity.failed_at is None:
        identity.failed_at = desk.now
        by = ",".join(_other_ways(desk, identity))
        _record(desk, ticket_id, dialog_id, CustomerBarred(barred=True, by=by))


def back(desk: Desk, identity: Identity, *, ticket_id: int | None, dialog_id: int | None) -> None:
    """They can be reached there again."""
    if identity.failed_at is not None:
        identity.failed_at = None
        _record(desk, ticket_id, dialog_id, CustomerBarred(barred=False))


def barred(desk: Desk, identity_id: int) -> str:
    """Why what is written to an address waits for a decision: `barred:` and the other ways to reach the customer, with
    commas; nothing where it can be reached.
    """
    identity = desk.session.get(Identity, identity_id)
    if identity is None or identity.failed_at is None:
        return ""
    return f"barred:{','.join(_other_ways(desk, identity))}"


def wrote(desk: Desk, who: Known) -> None:
    """Who writes from an address can be reached there."""
    if who.is_lost:
        desk.execute(update(Identity).where(Identity.id == who.identity_id).values(failed_at=None))


def _record(desk: Desk, ticket_id: int | None, dialog_id: int | None, happened: CustomerBarred) -> None:
    if ticket_id is not None or dialog_id is not None:
        desk.record(CustomerBarred(ticket_id=ticket_id, dialog_id=dialog_id, barred=happened.barred, by=happened.by))


def _other_ways(desk: Desk, lost: Identity) -> list[str]:
    """The kinds of the customer's other addresses; the addresses themselves are on their card."""
    others = (each for each in contacts.identities(desk, lost.contact_id) if each.id != lost.id)
    kinds = {each.kind for each in others if each.failed_at is None}
    return [kind for kind in WAYS if kind in kinds]

"""Customers: who somebody is by proof, who they may be, and how a person is blocked, merged and forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    bindparam,
    insert,
    literal_column,
    or_,
    select,
)

from core import directory
from core.connector import Claims, Sender
from core.desk import Desk
from core.digests import digest
from core.errors import NotFound, UserError
from core.events import ContactBlocked, ContactChanged, ContactMerged, ContactUnmerged
from core.models import Contact, Identity, table
from core.show import Text, text, verbatim

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
"""Until then is blocked who is blocked for good."""


@dataclass(frozen=True, slots=True)
class Known:
    """A sender as the desk knows them."""

    identity_id: int
    contact_id: int
    is_shared: bool
    blocked_until: datetime | None
    is_spammer: bool
    is_new: bool = False
    is_lost: bool = False
    """Whether nothing reached this address the last time."""


def known(desk: Desk, sender: Sender) -> Known:
    """Who a sender is; somebody new becomes a contact with this one identity, verified if they proved it.

    An address nobody proved joins no contact: whoever writes under it may be anybody.
    """
    return seen_before(desk, sender) or _newcomer(desk, sender)


def seen_before(desk: Desk, sender: Sender) -> Known | None:
    """Who a sender is known as; None for somebody new, who stays unknown, and without proof."""
    return _lookup(desk, sender) if sender.is_verified else None


def hashed(kind: str, address: str) -> str:
    """An address for what only has to be found again when its owner is forgotten."""
    return digest(f"{kind}:{address}")


_identity, _contact = table(Identity), table(Contact)
_LOOKUP = (
    select(
        _identity.c.id, _identity.c.is_shared, _contact.c.id.label("contact_id"), _contact.c.merged_into,
        _contact.c.blocked_until, _contact.c.is_spammer, _identity.c.failed_at.is_not(None).label("is_lost"),
    )
    .join(_contact, _contact.c.id == _identity.c.contact_id)
    .where(_identity.c.kind == bindparam("of_kind"), _identity.c.address == bindparam("at"))
    .where(literal_column("identity.is_verified"))
)  # fmt: skip


def _lookup(desk: Desk, sender: Sender) -> Known | None:
    row = desk.execute(_LOOKUP, {"of_kind": sender.kind, "at": sender.address}).first()
    if row is None:
        return None
    one = row if row.merged_into is None else standing(desk, row.contact_id)
    contact_id = row.contact_id if row.merged_into is None else one.id
    return Known(row.id, contact_id, row.is_shared, one.blocked_until, one.is_spammer, is_lost=row.is_lost)


_NEW_IDENTITY = insert(_identity).returning(_identity.c.id)
_NEW_CONTACT = insert(_contact).returning(_contact.c.id)


def _newcomer(desk: Desk, sender: Sender) -> Known:
    person = _same_person(desk, sender)
    contact_id = person or _made(desk, sender)
    row = {"contact_id": contact_id, "kind": sender.kind, "address": sender.address, "is_verified": sender.is_verified}
    identity_id = desk.execute(_NEW_IDENTITY, row).scalar_one()
    if person is None:
        directory.begin(desk, contact_id, sender.name[:120], (sender.kind, sender.address))
    elif directory.of_address(sender.kind, sender.address):
        directory.changed(desk, contact_id)
    return Known(identity_id, contact_id, False, None, False, is_new=True)


def _same_person(desk: Desk, sender: Sender) -> int | None:
    """Who writes from a place of theirs for the first time may be known by their address everywhere."""
    kind, _, address = sender.person.partition(":")
    if not address:
        return None
    home = Sender(kind, address, sender.name, language=sender.language)
    return known(desk, home).contact_id


def _made(desk: Desk, sender: Sender) -> int:
    row = {"name": sender.name[:120], "language": sender.language[:8], "created_at": desk.now}
    return int(desk.execute(_NEW_CONTACT, row).scalar_one())


def claim(desk: Desk, contact_id: int, claims: Claims) -> None:
    """Keeps what somebody typed about themselves: shown as `says to be …`, an unverified address, never a merge."""
    contact = by_id(desk, contact_id)
    if claims.name and claims.name.strip() != contact.name:
        contact.claimed_name = claims.name.strip()[:120]
        directory.changed(desk, contact.id)
    for kind, address in (("email", claims.email), ("phone", claims.phone)):
        if address.strip():
            add_address(desk, contact, kind, address, is_verified=False)


def add_address(desk: Desk, contact: Contact, kind: str, address: str, *, is_verified: bool) -> Identity:
    """Gives a contact an address; the same one twice is once."""
    plain = normal_address(kind, address)
    found = desk.session.scalars(
        select(Identity).where(Identity.contact_id == contact.id, Identity.kind == kind, Identity.address == plain)
    ).one_or_none()
    if found is None:
        found = Identity(contact_id=contact.id, kind=kind, address=plain, is_verified=is_verified)
        desk.session.add(found)
        desk.record(ContactChanged(contact_id=contact.id, what="address"))
        directory.changed(desk, contact.id)
    return found


def by_hand(desk: Desk, kind: str, address: str, name: str = "") -> Contact:
    """A new contact an agent makes, with an address nobody has proven yet."""
    contact = Contact(name=name, created_at=desk.now)
    desk.session.add(contact)
    desk.flush()
    add_address(desk, contact, kind, address, is_verified=False)
    return contact


def normal_address(kind: str, address: str) -> str:
    """An address as it is compared: mail in lower case, numbers as digits with their plus."""
    plain = address.strip()[:254]
    if kind == "email":
        local, at, domain = plain.rpartition("@")
        if not at or not local or "." not in domain or any(c.isspace() for c in plain):
            raise UserError(text("{address} is no e-mail address.", address=plain[:80]))
        return plain.lower()
    if kind == "phone":
        digits = "".join(c for c in plain if c.isdigit() or c == "+")
        if len(digits) < 4:
            raise UserError(text("{address} is no phone number.", address=plain[:80]))
        return digits
    return plain


def kind_of(address: str) -> str:
    """What kind of address somebody typed."""
    if "@" in address.strip("@"):
        return "email"
    digits = address.strip().lstrip("+").replace(" ", "")
    return "phone" if digits.isascii() and digits.isdigit() else ""


def by_id(desk: Desk, contact_id: int) -> Contact:
    """The contact of this id, itself (not whom it was merged into)."""
    contact = desk.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(text("There is no customer {id}. Try: customer find NAME", id=contact_id))
    return contact


def standing(desk: Desk, contact_id: int) -> Contact:
    """The contact who stands for this id today: merges are followed."""
    contact = by_id(desk, contact_id)
    while contact.merged_into is not None:
        contact = by_id(desk, contact.merged_into)
    return contact


def everyone(desk: Desk, contact_id: int) -> list[int]:
    """This contact's id and those of all that were merged into it."""
    root = standing(desk, contact_id).id
    ids, fresh = [root], [root]
    while fresh:
        fresh = list(desk.execute(select(Contact.id).where(Contact.merged_into.in_(fresh))).scalars())
        ids.extend(fresh)
    return ids


def identities(desk: Desk, contact_id: int) -> Sequence[Identity]:
    """All addresses of a contact and of whom was merged into it, verified ones first."""
    statement = select(Identity).where(Identity.contact_id.in_(everyone(desk, contact_id)))
    return desk.session.scalars(statement.order_by(Identity.is_verified.desc(), Identity.id)).all()


def called(contact: Contact) -> Text:
    """What agents call a contact: the proven name, else what they say, else their number."""
    name = contact.name or contact.claimed_name
    return verbatim(name) if name else text("Customer {id}", id=contact.id)


def merge(desk: Desk, source: Contact, target: Contact) -> None:
    """Makes two contacts one: what belonged to `source` is read through `target`; nothing is moved."""
    source, target = standing(desk, source.id), standing(desk, target.id)
    if source.id == target.id:
        return
    source.merged_into = target.id
    if not target.name:
        target.claimed_name = target.claimed_name or source.name or source.claimed_name
        directory.changed(desk, target.id)
    for one in (source, target):
        desk.record(ContactMerged(contact_id=one.id, source=source.id, target=target.id))


def unmerge(desk: Desk, source: Contact) -> None:
    """Undoes a merge; what came in meanwhile stays with the one it came to. Raises UserError where there is none."""
    if source.merged_into is None:
        raise UserError(text("{who} is not merged with another customer.", who=called(source)))
    target, source.merged_into = source.merged_into, None
    for one in (source.id, target):
        desk.record(ContactUnmerged(contact_id=one, source=source.id, target=target))


def block(desk: Desk, contact: Contact, until: datetime, reason: str) -> None:
    """Keeps a contact's messages in quarantine until then."""
    contact.blocked_until, contact.block_reason = until, reason[:200]
    desk.record(ContactBlocked(contact_id=contact.id, until=until))


def unblock(desk: Desk, contact: Contact) -> None:
    """Lets a contact write again."""
    if contact.blocked_until is None and not contact.is_spammer:
        return
    contact.blocked_until, contact.block_reason, contact.is_spammer = None, "", False
    desk.record(ContactBlocked(contact_id=contact.id, until=None))


def blocked(desk: Desk) -> Sequence[Contact]:
    """The contacts whose messages wait in quarantine now."""
    statement = select(Contact).where(or_(Contact.blocked_until > desk.now, Contact.is_spammer))
    return desk.session.scalars(statement.order_by(Contact.id).limit(100)).all()


def rename(desk: Desk, contact: Contact, name: str) -> None:
    """Sets the name an agent vouches for."""
    contact.name = name.strip()[:120]
    directory.changed(desk, contact.id)
    desk.record(ContactChanged(contact_id=contact.id, what="name"))


def speak(desk: Desk, contact: Contact, language: str) -> None:
    """Sets the language automatic texts to this contact are in."""
    contact.language = language
    desk.record(ContactChanged(contact_id=contact.id, what="language"))


def share(desk: Desk, address: str, *, shared: bool) -> list[Contact]:
    """Marks an address as used by several people, or by one again, with all who have it; returns these.

    Raises NotFound for an address nobody has.
    """
    kind = kind_of(address)
    plain = normal_address(kind, address) if kind else address.strip()
    known = desk.session.scalars(select(Identity).where(Identity.address == plain).order_by(Identity.id)).all()
    if not known:
        raise NotFound(text("No customer has the address {address}.", address=address[:80]))
    for identity in known:
        identity.is_shared = shared
        desk.record(ContactChanged(contact_id=identity.contact_id, what="shared"))
    return list({one.id: one for one in (standing(desk, each.contact_id) for each in known)}.values())


def is_blocked(desk: Desk, who: Known) -> bool:
    """Whether what this sender writes waits in quarantine."""
    return who.is_spammer or (who.blocked_until is not None and who.blocked_until > desk.now)


def mark_spammer(desk: Desk, contact_id: int, *, spammer: bool) -> None:
    """Lets the next message of a contact wait in quarantine, or not any more."""
    standing(desk, contact_id).is_spammer = spammer

"""Finds the customer somebody means: by number, by address, or by the beginnings of names and addresses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from core import contacts, directory, policy
from core.desk import Desk
from core.errors import UserError
from core.models import Contact, Identity, Role
from core.render import LANGUAGES, Voice
from core.show import text
from core.words import folded

_TELLING = 2
"""Letters somebody has to type before they mean anybody; of other scripts one is enough."""


def find(desk: Desk, who: str, *, limit: int = 10) -> Sequence[Contact]:
    """Contacts by number, address or the beginnings of their names' words, the latest first; erased ones are left out.

    An address that is somebody's finds its owners alone. What was merged is found as the one it was merged into.
    """
    plain = who.strip().strip('"').strip()
    found = at(desk, plain) or [*_by_number(desk, plain), *directory.find(desk, plain, limit=limit * 3)]
    return _standing(desk, found)[:limit]


def _standing(desk: Desk, ids: Sequence[int]) -> list[Contact]:
    rows = {each.id: each for each in desk.session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    found = (rows[id_] for id_ in dict.fromkeys(ids))
    today = (each if each.merged_into is None else contacts.standing(desk, each.id) for each in found)
    return list({each.id: each for each in today if each.erased_at is None}.values())


def at(desk: Desk, address: str) -> Sequence[int]:
    """The ids of those whose address it is; nothing for what is no address."""
    kind = contacts.kind_of(address)
    if not kind:
        return ()
    try:
        plain = contacts.normal_address(kind, address)
    except UserError:
        return ()
    theirs = select(Identity.contact_id).where(Identity.kind == kind, Identity.address == plain)
    return desk.execute(theirs.order_by(Identity.contact_id.desc())).scalars().all()


def _by_number(desk: Desk, plain: str) -> Sequence[int]:
    """Who is meant by `12`, `#12`, or `Customer 12` as people without a name are called."""
    number = plain.rpartition(" ")[2]
    contact = numbered(desk, number)
    if contact is None or (number != plain and folded(plain) not in _called_by_number(contact.id)):
        return ()
    return (contact.id,)


def _called_by_number(number: int) -> set[str]:
    nameless = text("Customer {id}", id=number)
    return {folded(Voice(language).say(nameless)) for language in LANGUAGES}


def numbered(desk: Desk, typed: str) -> Contact | None:
    """The contact whose number somebody typed, a merged one too; None where it is no number of one."""
    plain = typed.strip().lstrip("#")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
        return None
    contact = desk.session.get(Contact, int(plain))
    return None if contact is None or contact.erased_at is not None else contact


def offered(desk: Desk, typed: str, *, limit: int) -> list[tuple[str, str]]:
    """Whom an agent may mean while they type, as `#12` and who that is; before they type, who came last by name."""
    if not policy.is_at_least(desk.actor, Role.AGENT):
        return []
    plain = typed.strip().strip('"')
    says_little = len(plain) < _TELLING and plain.isascii()
    found = _latest(desk, limit) if says_little else find(desk, typed, limit=limit)
    addresses = _addresses(desk, [each.id for each in found])
    speaker = Voice(desk.actor.language)
    return [(f"#{each.id}", " · ".join((speaker.say(contacts.called(each)), *addresses[each.id]))) for each in found]


def _latest(desk: Desk, limit: int) -> Sequence[Contact]:
    named = (Contact.name != "", Contact.merged_into.is_(None), Contact.erased_at.is_(None))
    return desk.session.scalars(select(Contact).where(*named).order_by(Contact.id.desc()).limit(limit)).all()


def _addresses(desk: Desk, ids: Iterable[int]) -> dict[int, list[str]]:
    """Up to two addresses each by which people know one another."""
    found: dict[int, list[str]] = defaultdict(list)
    theirs = select(Identity).where(Identity.contact_id.in_(ids), Identity.kind.in_(("email", "phone")))
    for each in desk.session.scalars(theirs.order_by(Identity.is_verified.desc(), Identity.id)):
        found[each.contact_id] = [*found[each.contact_id], each.address][:2]
    return found

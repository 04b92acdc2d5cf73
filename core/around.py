"""What agents should know beside a ticket or a dialog: the customer's other unclosed tickets, and who they may be."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import CTE, Select, Subquery, exists, func, literal, select, union, union_all
from sqlalchemy.orm import aliased

from core import contacts, policy
from core.desk import Desk
from core.models import NOT_CLOSED, Channel, Contact, Dialog, Identity, Tag, Tagging, Ticket
from core.query import where

_Found: TypeAlias = dict[int, dict[str, list[tuple[int, str]]]]
_TICKETS, _SAME = 20, 5
"""How many of each at most, the newest."""


@dataclass(frozen=True, slots=True)
class Around:
    """The other unclosed tickets by number and subject, others who may be the same by id and name, and the tags.

    Who has no name has an empty one here.
    """

    tickets: tuple[tuple[int, str], ...] = ()
    same: tuple[tuple[int, str], ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Notes on contacts that were merged into this one."""


def people_of(desk: Desk, dialogs: Sequence[Dialog]) -> dict[int, Contact]:
    """The contact of each dialog by its id, as they stand today; read in one statement, their channels in another."""
    ids: tuple[tuple[Any, set[int]], ...] = (
        (Contact, {each.contact_id for each in dialogs}),
        (Channel, {each.channel_id for each in dialogs}),
    )
    for table, wanted in ids:
        desk.session.scalars(select(table).where(table.id.in_(wanted))).all()
    return {each.id: contacts.standing(desk, each.contact_id) for each in dialogs}


def of_contacts(desk: Desk, ids: Collection[int]) -> dict[int, Around]:
    """What stands around these contacts (those others were merged into), in one statement."""
    if not ids:
        return {}
    found = _read(desk, union_all(*_about(desk, ids, besides=0)))
    return {contact_id: _around(found[contact_id]) for contact_id in ids}


def of_ticket(desk: Desk, ticket: Ticket, contact: Contact | None) -> Around:
    """What stands around a ticket and its contact, in one statement."""
    tagged = select(literal("tag").label("kind"), literal(0).label("root"), Tag.id, Tag.name).join(
        Tagging, Tagging.tag_id == Tag.id
    )
    parts = [] if contact is None else _about(desk, [contact.id], besides=ticket.id)
    found = _read(desk, union_all(tagged.where(Tagging.ticket_id == ticket.id), *parts))
    tags = sorted(name for _, name in found[0]["tag"])
    beside = Around() if contact is None else _around(found[contact.id])
    return replace(beside, tags=tuple(tags))


def _read(desk: Desk, statement: Any) -> _Found:
    found: _Found = defaultdict(lambda: defaultdict(list))
    for row in desk.execute(statement):
        found[row.root][row.kind].append((row.id, row.name or ""))
    return found


def _around(found: dict[str, list[tuple[int, str]]]) -> Around:
    notes = tuple(note for _, note in sorted(found["note"]))
    newest = {kind: tuple(sorted(found[kind], reverse=True)) for kind in ("ticket", "same")}
    return Around(newest["ticket"], newest["same"], notes=notes)


def _about(desk: Desk, ids: Collection[int], *, besides: int) -> list[Select[Any]]:
    family = _family(ids)
    return [_open_tickets(desk, family, besides), _perhaps_same(family, ids), _merged_notes(family)]


def _family(ids: Collection[int]) -> CTE:
    """Each of these contacts with all that were merged into it."""
    own = select(Contact.id.label("root"), Contact.id.label("id")).where(Contact.id.in_(ids)).cte(recursive=True)
    merged = aliased(Contact)
    return own.union(select(own.c.root, merged.id).join(own, merged.merged_into == own.c.id))


def _open_tickets(desk: Desk, family: CTE, besides: int) -> Select[Any]:
    """Those the actor may see."""
    seen = where(policy.visible(desk.actor), policy.context(desk))
    newest = func.row_number().over(partition_by=family.c.root, order_by=Ticket.id.desc())
    ranked = (
        select(family.c.root, Ticket.id, Ticket.subject.label("name"), newest.label("place"))
        .join(family, Ticket.contact_id == family.c.id)
        .where(NOT_CLOSED, Ticket.merged_into.is_(None), Ticket.id != besides, seen)
        .subquery()
    )
    return _first(ranked, "ticket", _TICKETS)


def _merged_notes(family: CTE) -> Select[Any]:
    others = select(literal("note").label("kind"), family.c.root, Contact.id, Contact.note.label("name"))
    return others.join(Contact, Contact.id == family.c.id).where(Contact.id != family.c.root, Contact.note != "")


def _perhaps_same(family: CTE, ids: Collection[int]) -> Select[Any]:
    """Other contacts who share an address with one, or whose full name is the same."""
    pairs = union(_sharing(family), _namesakes(ids)).subquery()
    is_own = exists(select(family.c.id).where(family.c.root == pairs.c.root, family.c.id == Contact.id))
    newest = func.row_number().over(partition_by=pairs.c.root, order_by=Contact.id.desc())
    ranked = (
        select(pairs.c.root, Contact.id, _called(Contact).label("name"), newest.label("place"))
        .join(pairs, Contact.id == pairs.c.id)
        .where(Contact.merged_into.is_(None), Contact.erased_at.is_(None), ~is_own)
        .subquery()
    )
    return _first(ranked, "same", _SAME)


def _sharing(family: CTE) -> Select[Any]:
    mine = aliased(Identity)
    same = (Identity.kind == mine.kind) & (Identity.address == mine.address)
    statement = select(family.c.root, Identity.contact_id.label("id")).select_from(family)
    statement = statement.join(mine, mine.contact_id == family.c.id).join(Identity, same)
    return statement.where(~mine.is_shared, ~Identity.is_shared, Identity.contact_id != family.c.id)


def _namesakes(ids: Collection[int]) -> Select[int, int]:
    mine = aliased(Contact)
    statement = select(mine.id.label("root"), Contact.id)
    statement = statement.join(Contact, func.lower(Contact.name) == func.lower(_called(mine)))
    return statement.where(mine.id.in_(ids), Contact.id != mine.id, func.trim(_called(mine)).contains(" "))


def _called(contact: Any) -> Any:
    return func.coalesce(func.nullif(contact.name, ""), contact.claimed_name)


def _first(ranked: Subquery, kind: str, most: int) -> Select[Any]:
    return select(literal(kind).label("kind"), ranked.c.root, ranked.c.id, ranked.c.name).where(ranked.c.place <= most)

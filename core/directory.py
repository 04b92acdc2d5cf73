"""The directory of customers: the words of their names and addresses, so that somebody who types finds them at once.

Whatever is typed is found where each of its words begins one of theirs. The words stand beside the contact, are made
anew with every change of a name or an address, and go when the contact is forgotten.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from core.desk import Desk
from core.models import Contact, ContactWord, Identity, table
from core.words import folded, words

_MOST = 30
"""Words of one name or address that are kept."""
_LONGEST = 80
_CODES = (1, 2, 3)
"""Digits a country's code may have: a number is found without it, too."""
_LAST = "\U0010ffff"
_UNTYPED = frozenset(("webchat",))
"""Kinds whose addresses are keys of browsers, which nobody types."""
_word = table(ContactWord)


def fill(connection: Connection, contact_ids: Collection[int]) -> None:
    """Makes the words of these contacts anew."""
    connection.execute(delete(_word).where(_word.c.contact_id.in_(contact_ids)))
    rows = [{"word": word, "contact_id": id_} for id_, found in _of(connection, contact_ids) for word in sorted(found)]
    if rows:
        connection.execute(_NEW, rows)


_NEW = insert(_word)


def begin(desk: Desk, contact_id: int, name: str, address: tuple[str, str]) -> None:
    """Writes down the words of somebody new, whose address is given with its kind."""
    rows = [{"word": word, "contact_id": contact_id} for word in sorted({*words(name)[:_MOST], *of_address(*address)})]
    if rows:
        desk.execute(_NEW, rows)


def _of(connection: Connection, contact_ids: Collection[int]) -> Iterator[tuple[int, set[str]]]:
    names, addresses = table(Contact), table(Identity)
    found: dict[int, set[str]] = defaultdict(set)
    called = select(names.c.id, names.c.name, names.c.claimed_name).where(names.c.id.in_(contact_ids))
    for row in connection.execute(called):
        found[row.id] |= {*words(row.name)[:_MOST], *words(row.claimed_name)[:_MOST]}
    at = select(addresses.c.contact_id, addresses.c.kind, addresses.c.address)
    for row in connection.execute(at.where(addresses.c.contact_id.in_(contact_ids))):
        found[row.contact_id] |= of_address(row.kind, row.address)
    yield from found.items()


def of_address(kind: str, address: str) -> set[str]:
    """What an address is found by: itself and its parts; a number also without the code of its country."""
    if kind in _UNTYPED:
        return set()
    if kind == "phone":
        digits = _digits(address)
        return {digits, *(digits[code:] for code in _CODES if len(digits) > code + 3)} - {""}
    return {folded(address)[:_LONGEST], *words(address)[:_MOST]} - {""}


def _digits(typed: str) -> str:
    return "".join(each for each in typed if each.isascii() and each.isdigit())


def changed(desk: Desk, *contact_ids: int) -> None:
    """A name or an address of these contacts is another."""
    desk.flush()
    fill(desk.connection, contact_ids)


def forget(desk: Desk, contact_ids: Collection[int]) -> None:
    """Removes the words of who is forgotten."""
    desk.execute(delete(_word).where(_word.c.contact_id.in_(contact_ids)))


def find(desk: Desk, typed: str, *, limit: int) -> Sequence[int]:
    """The ids of contacts each word of what was typed begins a word of, the latest first."""
    wanted = _wanted(typed)
    if not wanted:
        return ()
    first, *others = sorted(wanted, key=len, reverse=True)
    statement = select(_word.c.contact_id).where(_begins(first)).distinct()
    for word in others:
        again = _word.alias()
        has = select(again.c.contact_id).where(again.c.contact_id == _word.c.contact_id, _begins(word, again))
        statement = statement.where(has.exists())
    return desk.execute(statement.order_by(_word.c.contact_id.desc()).limit(limit)).scalars().all()


def _wanted(typed: str) -> list[str]:
    """The words of what was typed; an address counts as one, and a number however it is grouped."""
    plain = typed.strip()
    if _is_number(plain):
        digits = _digits(plain)
        return [digits if plain.startswith("+") else digits.lstrip("0")]
    found: list[str] = []
    for part in plain.split()[:_MOST]:
        found += [folded(part)[:_LONGEST]] if "@" in part.strip("@") else words(part)[:_MOST]
    return found


def _is_number(plain: str) -> bool:
    """Whether it looks like a phone number: digits with what people put between them, at least four."""
    return not plain.strip("+0123456789 /-().") and len(_digits(plain).lstrip("0")) > 3


def _begins(word: str, on: Any = _word) -> Any:
    return (on.c.word >= word) & (on.c.word < f"{word}{_LAST}")

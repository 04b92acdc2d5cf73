"""Compares what every side said and saw with the store, once all is quiet."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.actor import SYSTEM
from core.desk import Desk
from core.models import HeldReply, Message, Reader
from core.pace import Pace
from core.store import Desks, open_driver
from tests.crash.people import Customer


@dataclass
class Outcome:
    """What came of it."""

    rounds: int
    said: int
    answered: int
    lost: list[str]
    doubled: list[str]


async def compared(url: str, keys_of_lines: Sequence[str], customers: Sequence[Customer], rounds: int) -> Outcome:
    """Compares what customers said and saw, and agents said by keys of their own, with the store."""
    desks = Desks(open_driver(url), pace=Pace())
    try:
        rows = await desks.read(SYSTEM, _stored)
    finally:
        await desks.close()
    lost, doubled = [], [each for customer in customers for each in customer.doubled]
    keys = Counter(re.sub(r"^.*:", "", row.external_id) for row in rows if row.external_id)
    for expected in (*(said for customer in customers for said in customer.said), *keys_of_lines):
        if not keys[expected]:
            lost.append(f"{expected} is not in the store")
        if keys[expected] > 1:
            doubled.append(f"{expected} is in the store {keys[expected]} times")
    _compare_order(rows, customers, lost)
    for customer in customers:
        public = {(r.dialog_id, r.dialog_seq): r.body for r in rows if r.dialog_id == customer.dialog and r.is_public}
        lost += [f"{customer.name} never saw {place}" for place in public.keys() - customer.seen.keys()]
        lost += [f"{customer.name} saw {place}, which is not stored" for place in customer.seen.keys() - public.keys()]
    said = sum(len(customer.said) for customer in customers)
    return Outcome(rounds, said, len(keys_of_lines), lost, doubled)


def _compare_order(rows: list["Stored"], customers: Sequence[Customer], lost: list[str]) -> None:
    for customer in customers:
        own = [re.sub(r"^.*:", "", r.external_id) for r in rows if r.dialog_id == customer.dialog]
        order = [key for key in own if key in set(customer.said)]
        if order != [key for key in customer.said if key in set(order)]:
            lost.append(f"{customer.name}'s words are out of order")


@dataclass(frozen=True)
class Stored:
    """A message or held reply as it is in the store."""

    external_id: str
    dialog_id: int | None
    dialog_seq: int | None
    body: str
    is_public: bool


def _stored(desk: Desk) -> list[Stored]:
    rows = desk.session.scalars(select(Message).order_by(Message.dialog_id, Message.dialog_seq)).all()
    held = desk.session.scalars(select(HeldReply)).all()
    return [Stored(m.external_id, m.dialog_id, m.dialog_seq, m.body, m.reader is Reader.CUSTOMER) for m in rows] + [
        Stored(h.external_id, None, None, h.body, is_public=False) for h in held
    ]

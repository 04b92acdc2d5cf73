"""A reply is stopped when, and only when, a colleague answered or moved the ticket after its writer had looked."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from shutil import copy
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.call import Here
from core.errors import UserError
from core.models import Role, Ticket
from tests.shop import Person, Shop, open_shop

Filled: TypeAlias = tuple[Shop, asyncio.Runner]
LINES = (
    "!r It is on its way", "!n Ask the supplier", "!pending 3d", "!reopen", "!close", "!take", "!release",
    "!assign @ines", "!assign @ben", "!move second", "!move support", "!prio high", "!tag +vip",
    "!title Lamps", "!watch", "!due 2h",
)  # fmt: skip
_numbers = count()


@pytest.fixture(scope="module")
def filled(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A desk with two agents in two teams, and the loop it lives in."""
    path = tmp_path_factory.mktemp("collisions") / "desk.db"
    copy(migrated_sqlite, path)
    with asyncio.Runner() as runner:
        shop = runner.run(_made(f"sqlite:///{path}"))
        yield shop, runner
        runner.run(shop.desks.close())


async def _made(url: str) -> Shop:
    shop = await open_shop(url)
    await shop.agent("ines"), await shop.agent("ben")
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("desk team-add second")
    return shop


_deeds = st.lists(st.tuples(st.sampled_from(["ines", "ben", "ana"]), st.sampled_from(LINES)), max_size=4)


@settings(max_examples=40, deadline=None)
@given(before=_deeds, after=_deeds)
def test_a_reply_is_stopped_exactly_when_a_colleague_was_faster(filled: Filled, before: Any, after: Any) -> None:
    shop, runner = filled
    runner.run(_story(shop, before, after))


async def _story(shop: Shop, before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
    name = f"ana-{next(_numbers)}"
    here = Here(ticket=await _ticket(shop, name))
    for deed in before:
        await _does(shop, name, here, deed)
    seen = (await shop.ticket(here.ticket or 0)).last_seq
    moved = [await _does(shop, name, here, deed) for deed in after]
    held = len(await shop.held())
    await shop.people["ines"].says("!r We refund you", Here(ticket=here.ticket, seen_seq=seen))
    await shop.passes("30s")
    assert len(await shop.held()) - held == int(any(moved)), (before, after)


async def _ticket(shop: Shop, name: str) -> int:
    receipt = await shop.customer(name).writes("My lamp is broken")
    await shop.people["boss"].types(f"dialog end {receipt.dialog_id}")
    return (await shop.dialog(receipt.dialog_id or 0)).ticket_id or 0


async def _does(shop: Shop, customer: str, here: Here, deed: tuple[str, str]) -> bool:
    """Does it and lets it settle; whether Ben answered, or the ticket stands elsewhere now by his doing."""
    name, line = deed
    if name == "ana":
        await shop.customer(customer).writes("Hello?")
        await shop.passes("10m")  # nobody takes it, so that the ticket is answered as one
        return False
    person: Person = shop.people[name]
    was = _stands(await shop.ticket(here.ticket or 0))
    said = len(await shop.said())
    with suppress(UserError):
        await person.says(line, Here(ticket=here.ticket, seen_seq=(await shop.ticket(here.ticket or 0)).last_seq))
    await shop.passes("30s")
    answered = line.startswith("!r ") and len(await shop.said()) > said
    now = _stands(await shop.ticket(here.ticket or 0))
    to_ines = now[:-1] == was[:-1] and now[-1] == shop.people["ines"].actor.id
    return name == "ben" and (answered or (now != was and not to_ines))


def _stands(ticket: Ticket) -> tuple[Any, ...]:
    return ticket.status, ticket.pending_until, ticket.team_id, ticket.assignee_id

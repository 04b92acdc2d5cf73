"""What went wrong is shown to who may decide about it, and to nobody else."""

import pytest

from bot.console import places
from bot.console.places import Looking
from core import lanes, outbox
from core.desk import Desk
from core.models import Role
from core.outbox import Wanted
from tests.shop import Person, Shop


async def _blocked(shop: Shop) -> Person:
    """Words of a customer who is blocked wait in quarantine; returns a supervisor."""
    boss = await shop.agent("boss", Role.SUPERVISOR)
    await shop.customer("ana").writes("My lamp is broken")
    await boss.types("customer block 1 7d")
    await shop.customer("ana").writes("Very private words")
    return boss


async def _side(shop: Shop, person: Person, view: str = "live") -> str:
    return await shop.read(lambda desk: places.side(desk, Looking(view)).html, person.actor)


async def _feed(shop: Shop, person: Person, view: str) -> str:
    return await shop.read(lambda desk: places.feed(desk, Looking(view)).html, person.actor)


async def test_supervisors_alone_read_what_is_in_quarantine(shop: Shop) -> None:
    boss, ines = await _blocked(shop), await shop.agent("ines")
    assert 'data-view="quarantine"' in await _side(shop, boss)
    assert "Very private words" in await _feed(shop, boss, "quarantine")
    assert 'data-view="quarantine"' not in await _side(shop, ines, "quarantine")
    page = await _feed(shop, ines, "quarantine")
    assert ("Very private words" in page, "supervisors only" in page) == (False, True)
    assert "supervisors only" in await _feed(shop, ines, "stuck")
    assert await ines.types("desk quarantine") == "desk quarantine is for supervisors only. Ask one of them."


def _fail(desk: Desk, ticket_id: int | None) -> None:
    outbox.put(desk, Wanted(lane=f"lane:{ticket_id}", destination="x", kind="say", ticket_id=ticket_id))
    lane = lanes.lease(desk, "x", "me")
    claimed = outbox.claim(desk, lane or "", "me")
    assert claimed is not None
    outbox.failed(desk, claimed.delivery.id, f"refused for {ticket_id}")
    lanes.release(desk, lane or "", "me")


@pytest.fixture
async def undelivered(shop: Shop) -> Shop:
    """Something failed on a ticket of a private team, on one for all, and on none."""
    admin = await shop.agent("admin", Role.ADMIN)
    await admin.types("desk set team legal = Legal private:yes members:admin")
    for name in ("ana", "ben"):
        dialog = (await shop.customer(name).writes("Hello")).dialog_id
        await admin.types(f"dialog end {dialog}")
    await admin.types("ticket move 1 legal secret")
    for ticket_id in (1, 2, None):
        await shop.change(lambda desk, ticket_id=ticket_id: _fail(desk, ticket_id))
    return shop


async def test_what_was_not_delivered_is_shown_to_who_may_see_its_ticket(undelivered: Shop) -> None:
    admin, ines = undelivered.people["admin"], await undelivered.agent("ines")
    assert await admin.types("desk undelivered") == "3 things not delivered"
    assert await ines.types("desk undelivered") == "1 thing not delivered"
    page = await _feed(undelivered, ines, "undelivered")
    assert ("refused for 2" in page, "refused for 1" in page, "refused for None" in page) == (True, False, False)
    assert '<span class="count">1</span>' in (await _side(undelivered, ines)).split('data-view="undelivered"')[1]


async def test_who_may_not_see_a_ticket_decides_nothing_about_its_deliveries(undelivered: Shop) -> None:
    ines = await undelivered.agent("ines")
    refused = "No delivery 1 waits for a decision. Try: desk undelivered"
    assert await ines.types("desk resend 1") == refused
    assert await ines.types("desk leave-it 1") == refused
    assert await ines.types("desk resend 2") == "It will be sent again."


async def test_the_desks_health_tells_agents_only_how_much_there_is(shop: Shop) -> None:
    boss, ines = await _blocked(shop), await shop.agent("ines")
    for person in (boss, ines):
        assert await person.types("desk health") == "The desk is well."
        assert any(line.args.get("count") == 1 and "quarantine" in line.id for line in person.answers[-1].lines)

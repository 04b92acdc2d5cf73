"""Whether a customer's page is open, whatever process has it, and when it counts as left."""

import pytest

from core import presence
from core.connector import Left
from core.intake import take_in
from core.models import DialogState, EndReason
from tests.shop import Shop


@pytest.fixture
async def dialog(shop: Shop) -> int:
    """A conversation somebody has taken and answered."""
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("Hi there, one question")
    await ines.types(f"dialog take {first.dialog_id}")
    await ines.types(f"dialog hold {first.dialog_id}")
    return first.dialog_id or 0


async def _opens(shop: Shop, dialog: int, process: str) -> None:
    await shop.change(lambda desk: presence.hold(desk, [dialog], process))


async def _closes(shop: Shop, dialog: int, process: str) -> None:
    await shop.change(lambda desk: presence.let_go(desk, dialog, process))
    left = Left(f"left:{process}:{shop.clock()}", shop.customer("ana").sender, True, shop.clock())
    await take_in(shop.desks, shop.source, left)


async def _stays_open(shop: Shop, dialog: int, process: str, minutes: int) -> None:
    for _ in range(3 * minutes):
        await shop.passes("20s")
        await _opens(shop, dialog, process)


async def test_a_page_that_is_reloaded_in_another_process_has_not_left(shop: Shop, dialog: int) -> None:
    await _opens(shop, dialog, "one")
    await _opens(shop, dialog, "other")
    await _closes(shop, dialog, "one")
    assert (await shop.dialog(dialog)).customer_left_at is None
    await _stays_open(shop, dialog, "other", minutes=5)
    assert (await shop.dialog(dialog)).state is DialogState.LIVE


async def test_when_the_last_page_of_all_processes_closes_the_grace_begins(shop: Shop, dialog: int) -> None:
    for process in ("one", "other"):
        await _opens(shop, dialog, process)
    for process in ("one", "other"):
        await _closes(shop, dialog, process)
    await shop.passes("2m 1s")
    assert (await shop.dialog(dialog)).end_reason is EndReason.GONE


async def test_a_page_that_is_back_within_the_grace_goes_on(shop: Shop, dialog: int) -> None:
    await _opens(shop, dialog, "one")
    await _closes(shop, dialog, "one")
    await shop.passes("1m")
    await _stays_open(shop, dialog, "other", minutes=5)
    assert (await shop.dialog(dialog)).state is DialogState.LIVE


async def test_a_page_that_does_not_come_back_after_a_crash_has_left(shop: Shop, dialog: int) -> None:
    await _opens(shop, dialog, "crashes")
    await shop.passes("59s")
    assert (await shop.dialog(dialog)).customer_left_at is None
    await shop.passes("2s")
    assert (await shop.dialog(dialog)).customer_left_at is not None
    await shop.passes("2m")
    assert (await shop.dialog(dialog)).end_reason is EndReason.GONE


async def test_after_a_long_outage_a_page_has_its_grace_to_come_back(shop: Shop, dialog: int) -> None:
    await _opens(shop, dialog, "crashes")
    shop.clock.now += presence.LEASE * 60  # nobody carried out any deadline
    await shop.passes("30s")
    assert (await shop.dialog(dialog)).state is DialogState.LIVE
    await _stays_open(shop, dialog, "started again", minutes=5)
    assert (await shop.dialog(dialog)).state is DialogState.LIVE


async def test_an_ended_dialog_is_held_by_nobody(shop: Shop, dialog: int) -> None:
    await _opens(shop, dialog, "one")
    await shop.people["ines"].types(f"dialog end {dialog}")
    await _opens(shop, dialog, "one")
    await shop.passes("5m")
    assert await shop.read(lambda desk: presence.held_until(desk, dialog)) is None

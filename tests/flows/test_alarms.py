"""Admins hear once that something has not worked for a while, and once that it works again."""

from core import alarms, notices, parts
from core.models import Role
from core.render import Voice
from tests.shop import Shop


async def _heard(shop: Shop) -> list[str]:
    boss = await shop.agent("boss", Role.ADMIN)
    unseen = await shop.read(lambda desk: notices.unseen(desk, boss.actor.agent_id or 0))
    return [Voice().say(notices.words(each)) for each in unseen]


async def test_what_fails_for_ten_minutes_is_told_of_once(shop: Shop) -> None:
    await shop.agent("boss", Role.ADMIN)
    await shop.agent("ines")
    await shop.change(alarms.watch)
    for _ in range(20):
        await shop.change(lambda desk: parts.failed(desk, "email", "the mailbox cannot be reached"))
        await shop.passes("1m")
    (told,) = await _heard(shop)
    assert told.startswith("email has not worked for")
    await shop.passes("10m")
    assert (await _heard(shop))[1:] == ["email works again."]
    await shop.passes("1h")
    assert len(await _heard(shop)) == 2


async def test_a_hiccup_is_told_to_nobody(shop: Shop) -> None:
    await shop.agent("boss", Role.ADMIN)
    await shop.change(alarms.watch)
    await shop.change(lambda desk: parts.failed(desk, "email", "the mailbox cannot be reached"))
    await shop.passes("1h")
    assert await _heard(shop) == []

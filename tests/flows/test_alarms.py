"""Admins hear once that something has not worked for a while, and once that it works again."""

import asyncio
from datetime import timedelta

from bot.health import Health
from bot.supervise import Part, keep_running
from core import alarms, notices, parts, standing
from core.desk import Desk
from core.errors import TemporaryError
from core.models import Role
from core.render import Voice
from core.show import text
from core.standing import State
from tests.contracts.desk import eventually
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


async def test_a_mailbox_with_a_wrong_password_is_told_of_once_and_fails_all_along(shop: Shop) -> None:
    await shop.agent("boss", Role.ADMIN)
    await shop.change(alarms.watch)
    stood = set()
    for minute in range(30):
        if minute % 5 == 0:
            await shop.change(lambda desk: parts.failed(desk, "email", "no", again_in=timedelta(minutes=5)))
        await shop.passes("1m")
        stood.update(each.is_failing(shop.clock.now) for each in await shop.read(parts.failures))
    assert stood == {True}
    (told,) = await _heard(shop)
    assert told.startswith("email has not worked for")


async def test_how_long_a_part_rests_is_kept_with_its_failure(shop: Shop) -> None:
    async def run() -> None:
        raise TemporaryError(text("The mailbox does not take user and password."), retry_after=timedelta(minutes=5))

    part = Part("email", run)
    Health(shop.desks, [part], "", lambda: 0)
    task = asyncio.create_task(keep_running(part))
    (failure,) = await eventually(lambda: shop.read(parts.failures), bool)
    task.cancel()
    assert failure.again_in == timedelta(minutes=5)


async def test_a_desk_that_was_off_does_not_say_that_what_failed_works_again(shop: Shop) -> None:
    await shop.agent("boss", Role.ADMIN)
    await shop.change(alarms.watch)
    for _ in range(15):
        await shop.change(lambda desk: parts.failed(desk, "email", "no"))
        await shop.passes("1m")
    shop.clock.now += timedelta(hours=2)
    await shop.passes("0s")
    for _ in range(6):
        await shop.change(lambda desk: parts.failed(desk, "email", "no"))
        await shop.passes("1m")
    assert len(await _heard(shop)) == 1


async def test_of_two_parts_the_one_that_fails_now_is_shown(shop: Shop) -> None:
    def body(desk: Desk) -> State:
        parts.failed(desk, "slack", "refused", again_in=timedelta(minutes=5))
        desk.now += timedelta(seconds=10)
        parts.failed(desk, "slack sender", "a hiccup")
        desk.now += timedelta(minutes=4)
        return standing.of_rooms(desk, ("slack",), ("slack",))["slack"].state

    assert await shop.change(body) is State.FAILING

"""What a platform has brought waits until it is taken in, in the order of its numbers, on both databases."""

from core import brought
from tests.shop import Shop


async def test_what_was_brought_is_there_once_in_its_order_until_it_is_done(shop: Shop) -> None:
    for channel, number, raw in (
        (1, 10, "ten"),
        (1, 9, "nine"),
        (11, 1, "other"),
        (1, 10, "ten"),
        (1, 100, "last"),
    ):
        await shop.change(lambda desk, c=channel, n=number, r=raw: brought.keep(desk, c, n, r))
    assert await shop.read(lambda desk: brought.waiting(desk, 1)) == ["nine", "ten", "last"]
    await shop.change(lambda desk: brought.done(desk, 1, [9, 100]))
    assert await shop.read(lambda desk: brought.waiting(desk, 1)) == ["ten"]
    assert await shop.read(lambda desk: brought.waiting(desk, 11)) == ["other"]

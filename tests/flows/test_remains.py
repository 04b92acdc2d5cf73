"""Words that were removed leave the database's files as well, not only its tables."""

from pathlib import Path

from sqlalchemy import make_url

from bot.schedule import Schedule
from core import search
from core.bus import Bus
from core.files import Store
from core.models import Role
from tests.shop import Shop

SECRETS = (b"zanzibar", b"quetzal")


def _standing(shop_url: str) -> set[bytes]:
    database = Path(make_url(shop_url).database or "")
    written = b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*"))).lower()
    return {word for word in SECRETS if word in written}


async def _talk(shop: Shop, words: str) -> None:
    """Words among others, indexed together, so that they stand in one segment that nothing else would merge."""
    for number in range(30):
        await shop.customer(f"c{number}").writes(f"Lamp {number} flickers {words if number == 15 else ''}")
    await shop.index()


async def _background(shop: Shop, folder: Path) -> None:
    await Schedule(shop.desks, Bus(), Store(folder / "files", "secret"))._index()


async def test_erased_words_leave_the_file(small_shop: Shop, sqlite_url: str, tmp_path: Path) -> None:
    admin = await small_shop.agent("admin", Role.ADMIN)
    await _talk(small_shop, "on Zanzibar Street")
    assert _standing(sqlite_url) == {b"zanzibar"}
    await admin.types("customer erase 16 yes")
    await _background(small_shop, tmp_path)
    assert _standing(sqlite_url) == set()
    assert not await small_shop.read(search.has_remains)
    assert await admin.types("ticket find flickers is:live") != ""


async def test_a_redacted_message_leaves_the_file_and_the_rest_is_found(
    small_shop: Shop, sqlite_url: str, tmp_path: Path
) -> None:
    boss = await small_shop.agent("boss", Role.SUPERVISOR)
    await _talk(small_shop, "")
    await small_shop.customer("c3").writes("My quetzal is ill")
    await small_shop.index()
    await boss.types("message redact 31 yes")
    await _background(small_shop, tmp_path)
    assert _standing(sqlite_url) == set()
    await small_shop.passes("1h")
    await small_shop.index()
    assert await boss.types("ticket find flickers") == "30 tickets"

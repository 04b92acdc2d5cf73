"""What is offered while an agent types which ticket or dialog they mean."""

from bot.commands import completing
from bot.commands.registry import Parameter, Takes
from core import contacts
from core.desk import Desk
from core.models import Role
from tests.shop import Person, Shop


async def _offered(shop: Shop, who: Person, typed: str, kind: str = "ticket") -> list[tuple[str, str]]:
    asked = Parameter("it", Takes(kind), is_optional=False, default=None)
    return await shop.read(lambda desk: completing.offered(desk, asked, typed), who.actor)


async def _shop(shop: Shop) -> Person:
    """Tickets of two customers, one closed, and what the index knows of them."""
    ines = await shop.agent("ines", Role.ADMIN)
    await ines.types("ticket new ana@example.com Printer on fire")
    await ines.types("ticket new ben@example.com Broken chair")
    await ines.types("ticket new ana@example.com Old printer")
    await ines.types("ticket close 3")

    def name(desk: Desk) -> None:
        contacts.rename(desk, contacts.standing(desk, 1), "Ana López")

    await shop.change(name)
    await shop.index()
    return ines


async def test_tickets_are_found_by_the_beginnings_of_their_subjects_words(shop: Shop) -> None:
    ines = await _shop(shop)
    assert await _offered(shop, ines, "print") == [
        ("1", "Printer on fire · Ana López"), ("3", "Old printer · Ana López · closed"),
    ]  # fmt: skip
    assert [number for number, _ in await _offered(shop, ines, "broken ch")] == ["2"]


async def test_tickets_are_found_by_their_customer_and_by_a_filter(shop: Shop) -> None:
    ines = await _shop(shop)
    assert [number for number, _ in await _offered(shop, ines, "lop")] == ["1", "3"]
    assert [number for number, _ in await _offered(shop, ines, "ben@example.com")] == ["2"]
    assert [number for number, _ in await _offered(shop, ines, "status:closed")] == ["3"]
    assert await _offered(shop, ines, "nonsense:x") == []


async def test_a_number_finds_its_ticket_first_a_closed_one_too(shop: Shop) -> None:
    ines = await _shop(shop)
    assert [number for number, _ in await _offered(shop, ines, "#3")] == ["3"]
    assert [number for number, _ in await _offered(shop, ines, "")] == ["1", "2"]


async def test_what_a_typist_may_not_see_is_not_offered(shop: Shop) -> None:
    ines = await _shop(shop)
    await ines.types("desk set team board = Board private:yes members:ines")
    await ines.types("ticket move 1 board")
    eve = await shop.agent("eve")
    assert [number for number, _ in await _offered(shop, eve, "print")] == ["3"]


async def test_dialogs_are_found_by_words_of_their_subject(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp flickers")
    await shop.customer("ben").writes("The chair is broken")
    assert await _offered(shop, ines, "ch", "dialog") == [("2", "The chair is broken")]
    assert [number for number, _ in await _offered(shop, ines, "", "dialog")] == ["1", "2"]
    assert [number for number, _ in await _offered(shop, ines, "2", "dialog")] == ["2"]

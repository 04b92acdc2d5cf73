"""Customers: how they are merged and parted, blocked, noted on, and reached at addresses several people use."""

from core.connector import Claims
from core.models import Contact, Role
from core.render import Voice
from tests.shop import Person, Shop


async def _two(shop: Shop) -> Person:
    """Olga, customer 1, and somebody without a name, customer 2."""
    ines = await shop.agent("ines", Role.SUPERVISOR)
    await shop.customer("olga").writes("Hello", claims=Claims(email="office@example.com"))
    await shop.customer("other").writes("Hello", claims=Claims(email="office@example.com"))
    await ines.types("customer name 1 Olga Iva")
    return ines


def _card(person: Person) -> str:
    card, speaker = person.answers[-1].cards[0], Voice(now=person.shop.clock())
    fields = [speaker.say(part) for field in card.fields for part in (field.label, field.value)]
    return "\n".join((*fields, *map(speaker.say, card.lines)))


async def test_a_merge_says_names_and_leads_to_who_stands_for_both(shop: Shop) -> None:
    ines = await _two(shop)
    await ines.types("customer note 2 prefers to be called")
    assert await ines.types("customer merge 2 1") == "Customer 2 and Olga Iva are one customer now."
    assert await ines.types("customer show 2") == "Olga Iva (customer 1)"
    assert "prefers to be called" in _card(ines)
    assert await ines.types("customer part 2") == "Customer 2 stands alone again."
    assert await ines.types("customer part 2") == "Customer 2 is not merged with another customer."


async def test_who_has_no_name_is_called_so_in_the_readers_language(shop: Shop) -> None:
    ines = await _two(shop)
    await ines.types("customer find other")
    await ines.types("customer unblock 2")
    assert Voice("de").say(ines.answers[-1].text) == "Kunde 2 darf wieder schreiben."


async def test_an_address_is_shared_for_all_who_have_it(shop: Shop) -> None:
    ines = await _two(shop)
    assert await ines.types("customer shared office@example.com on") == (
        "office@example.com is used by several people now."
    )
    assert len(ines.answers[-1].cards) == 2
    assert "office@example.com (shared)" in _card(ines)
    assert "No customer has the address" in await ines.types("customer shared nobody@example.com on")


async def test_a_block_is_for_good_or_for_a_time_with_a_reason_or_without(shop: Shop) -> None:
    ines = await _two(shop)
    for line, shown in (
        ("customer block 1", "Blocked for good"),
        ("customer block 1 insults", "Blocked for good: insults"),
        ("customer block 1 1d bad words", "Blocked until 3 Nov 2026, 08:00: bad words"),
    ):
        await ines.types(line)
        await ines.types("customer show 1")
        assert shown in _card(ines).splitlines(), line
    assert (await shop.customer("olga").writes("Again")).is_quarantined
    assert "is no time" in await ines.types("customer block 1 7dd insults")


async def test_a_number_with_spaces_is_an_address(shop: Shop) -> None:
    ines = await _two(shop)
    await ines.types("customer address 1 +49 30 123456")
    assert "+4930123456 (not verified)" in _card(ines)


async def test_merging_gives_nobody_a_name_they_never_had(shop: Shop) -> None:
    ines = await _two(shop)
    await shop.customer("third").writes("Hello")
    await ines.types("customer merge 2 3")
    assert (await shop.read(lambda desk: desk.session.get_one(Contact, 3))).claimed_name == ""

"""Customers are found by what somebody knows of them, offered while one types, and never by who may not see them."""

import pytest
from sqlalchemy import select

from bot import forms
from bot.commands import COMMANDS
from bot.commands.call import Call, Here
from bot.commands.completing import complete
from core import contacts, lookup
from core.actor import Actor, ActorKind
from core.desk import Desk
from core.models import ContactWord
from tests.shop import Shop


@pytest.fixture
async def known(shop: Shop) -> Shop:
    """Four customers: two with names, one with a number only, one nobody knows by name."""

    def body(desk: Desk) -> None:
        for kind, address, name in (
            ("email", "ana.lopez@example.com", "Ana López"),
            ("email", "ben@customers.example", "Customer 1"),
            ("phone", "+49 171 555 0199", ""),
            ("telegram", "@straßenbahn", ""),
        ):
            one = contacts.by_hand(desk, kind, address)
            if name:
                contacts.rename(desk, one, name)

    await shop.change(body)
    return shop


async def _found(shop: Shop, who: str) -> list[int]:
    return await shop.read(lambda desk: [each.id for each in lookup.find(desk, who)])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ana", [1]), ("LOPEZ", [1]), ("lop an", [1]), ("lopez ben", []), ("ana.lopez@example.com", [1]),
        ("Ana.Lopez@Example.com", [1]), ("ana.lopez@ex", [1]), ("example", [2, 1]), ("customers.example", [2]),
        ("Customer 1", [1, 2]), ('"Customer 1"', [1, 2]), ("customer 3", [3]), ("Kunde 4", [4]), ("Customer 9", []),
        ("#3", [3]), ("3", [3]), ("+49 171 5550199", [3]), ("0171/5550199", [3]), ("0171 555", [3]), ("+49171", [3]),
        ("strassenbahn", [4]), ("nobody", []), ("", []), ("²", []), ("%", []), ("*", []),
    ],
)  # fmt: skip
async def test_a_customer_is_found_by_what_one_knows(known: Shop, typed: str, found: list[int]) -> None:
    assert await _found(known, typed) == found


async def test_who_is_called_customer_1_is_found_by_the_command(known: Shop) -> None:
    ines = await known.agent("ines")
    assert await ines.types('customer find "Customer 1"') == "2 customers"
    assert await ines.types("customer find Customer 1") == "2 customers"
    assert await ines.types("customer find customer 3") == "1 customer"


async def test_a_new_name_is_found_and_the_former_one_no_longer(known: Shop) -> None:
    ines = await known.agent("ines")
    await ines.types("customer name #1 Clara Schmidt")
    assert (await _found(known, "schmi"), await _found(known, "lopez mail")) == ([1], [])
    await ines.types("customer address #1 clara@example.org")
    assert await _found(known, "clara@example.org") == [1]


async def test_what_was_merged_is_found_as_the_one_it_was_merged_into(known: Shop) -> None:
    ines = await known.agent("ines")
    await ines.types("customer merge #1 #2")
    assert await _found(known, "lopez") == [2]
    assert await _found(known, "example") == [2]


async def test_nothing_is_left_to_be_found_of_who_is_forgotten(known: Shop) -> None:
    from core import forgetting

    await known.change(lambda desk: forgetting.erase(desk, contacts.by_id(desk, 1)))
    assert await _found(known, "ana") == []
    words = await known.read(
        lambda desk: desk.execute(select(ContactWord.word).where(ContactWord.contact_id == 1)).all()
    )
    assert words == []


async def test_a_visitor_of_whom_nothing_is_known_costs_no_words(shop: Shop) -> None:
    await shop.customer("tom").writes("Hello")
    assert await shop.read(lambda desk: desk.execute(select(ContactWord.word)).all()) == []


async def test_a_customer_is_offered_while_one_types_a_new_ticket(known: Shop) -> None:
    ines = await known.agent("ines")

    async def offered(line: str) -> list[tuple[str, str, str]]:
        found = await known.read(lambda desk: complete(desk, line, COMMANDS, Here()), ines.actor)
        return [(each.line, each.label, str(each.meaning.args["words"])) for each in found]

    assert await offered("ticket new lop") == [("ticket new #1 ", "#1", "Ana López · ana.lopez@example.com")]
    assert await offered('ticket new "ana lo') == [("ticket new #1 ", "#1", "Ana López · ana.lopez@example.com")]
    assert await offered("ticket new 0171555") == [("ticket new #3 ", "#3", "Customer 3 · +491715550199")]
    assert ("ticket new internal ", "internal", "") in await offered("ticket new ")
    assert await ines.types("ticket new #1 The lamp") == "#1 is yours: The lamp"
    assert (await known.ticket(1)).contact_id == 1


@pytest.mark.parametrize(
    ("who", "whose"), [("internal", None), ('"Ana López"', 1), ("ana.lopez@example.com", 1), ("new@example.com", 5)]
)
async def test_who_types_is_still_understood(known: Shop, who: str, whose: int | None) -> None:
    ines = await known.agent("ines")
    assert await ines.types(f"ticket new {who} The lamp") == "#1 is yours: The lamp"
    assert (await known.ticket(1)).contact_id == whose


async def test_an_address_that_begins_like_another_is_a_new_customers(known: Shop) -> None:
    ines = await known.agent("ines")
    await ines.types("ticket new ana.lopez@example.co The lamp")
    assert (await known.ticket(1)).contact_id == 5


async def test_nobody_is_offered_to_who_is_no_agent(known: Shop) -> None:
    command = next(each for each in COMMANDS if each.name == "ticket new")
    stranger = Actor(ActorKind.ACCOUNT, name="slack:U1")
    found = await known.read(lambda desk: forms.offers(desk, command, "who", "ana", limit=20), stranger)
    assert [value for value, _ in found if value != "internal"] == []


async def test_a_form_asks_whose_ticket_it_is_by_search(known: Shop) -> None:
    ines = await known.agent("ines")
    form = await known.read(lambda desk: forms.wanted(Call(desk), "ticket new", COMMANDS), ines.actor)
    assert form is not None
    assert [(each.name, each.is_offered, each.choices) for each in form.fields] == [
        ("who", True, ()), ("subject", False, ()),
    ]  # fmt: skip


async def test_looking_for_a_customer_uses_an_index(known: Shop) -> None:
    statement = "SELECT contact_id FROM contact_word WHERE word >= 'an' AND word < 'an\U0010ffff'"

    def body(desk: Desk) -> str:
        how = "EXPLAIN " if desk.on_postgres else "EXPLAIN QUERY PLAN "
        settings = ("SET LOCAL enable_seqscan = off",) if desk.on_postgres else ()
        for each in settings:
            desk.connection.exec_driver_sql(each)
        return str(desk.connection.exec_driver_sql(how + statement).all())

    plan = await known.change(body)
    assert "pk_contact_word" in plan or "sqlite_autoindex_contact_word" in plan

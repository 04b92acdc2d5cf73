"""Who may see what, and whom a command about a customer means."""

import pytest

from bot.commands.call import Here
from core import messages
from core.models import Role
from core.render import Voice
from tests.shop import Shop


async def test_former_words_of_a_private_chat_are_nobody_elses_business(shop: Shop) -> None:
    ines, root = await shop.agent("ines"), await shop.agent("root", Role.ADMIN)
    await root.types("desk set team hr = HR private:yes")
    said = await shop.customer("bob").writes("My salary")
    await root.types(f"dialog move {said.dialog_id} hr")
    await shop.change(lambda desk: messages.edit(desk, messages.by_id(desk, said.message_id or 0), "Never mind"))
    for line in (f"message former {said.message_id}", f"message split {said.message_id}"):
        assert await ines.types(line) == f"There is no dialog {said.dialog_id}. Try: dialog list"
    assert await root.types(f"message former {said.message_id}") == "What it said before"


async def test_a_stopped_reply_waits_for_who_may_still_see_its_ticket(shop: Shop) -> None:
    ines, root = await shop.agent("ines"), await shop.agent("root", Role.ADMIN)
    await root.types("desk set team hr = HR private:yes")
    await shop.customer("ana").writes("My salary")
    await root.types("dialog end 1")
    await ines.types("ticket reply 1 I know it")
    await root.types("ticket move 1 hr")
    await shop.passes("1m")
    for verb in ("send", "undo", "reword"):
        assert await ines.types(f"message {verb} 1 x".removesuffix("" if verb == "reword" else " x")) == (
            "There is no ticket #1. Try: ticket list"
        )
    assert await shop.held() == ["I know it"]


async def test_what_a_teams_line_does_not_name_stays(shop: Shop) -> None:
    root = await shop.agent("root", Role.ADMIN)
    await shop.agent("ines"), await shop.agent("ben")
    await root.types("desk set team hr = HR language:de zone:Europe/Berlin private:yes members:ines,ben")
    lines = "hr = {} language:de zone:Europe/Berlin private:{} hours:always members:{}"
    for line, expected in (
        ("People", lines.format("People", "yes", "ben,ines")),
        ("People members:ben", lines.format("People", "yes", "ben")),
        ("private:no", lines.format("People", "no", "ben")),
        ("members:", lines.format("People", "no", "")),
    ):
        await root.types(f"desk set team hr = {line}")
        await root.types("desk teams")
        assert Voice().say(root.answers[-1].lines[-1]) == f"team {expected}"
    assert await root.types("desk set team hr = private:perhaps") == "“perhaps” is not one of yes, no."


async def _two_customers(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for who in ("ana", "bob"):
        receipt = await shop.customer(who).writes("Hello")
        await ines.types(f"dialog end {receipt.dialog_id}")


LINES = [
    ("customer name 2 Bob Jones", {1: "", 2: "Bob Jones"}),
    ("customer name #2 Bob Jones", {1: "", 2: "Bob Jones"}),
    ("customer name visitor Bob Jones", {1: "visitor Bob Jones", 2: ""}),
    ("!name 2 Bob Jones", {1: "2 Bob Jones", 2: ""}),
    ("!name #2 Bob Jones", {1: "", 2: "Bob Jones"}),
]


@pytest.mark.parametrize(("line", "names"), LINES)
async def test_in_a_thread_a_number_behind_the_full_name_is_the_customer(
    small_shop: Shop, line: str, names: dict[int, str]
) -> None:
    from sqlalchemy import select

    from core.models import Contact

    await _two_customers(small_shop)
    await (await small_shop.agent("ines")).types(line, here=Here(ticket=1))
    found = select(Contact.id, Contact.name)
    assert await small_shop.read(lambda desk: {row.id: row.name for row in desk.execute(found)}) == names


async def test_buttons_about_customers_work_in_threads(small_shop: Shop) -> None:
    await _two_customers(small_shop)
    root, here = await small_shop.agent("root", Role.ADMIN), Here(ticket=1)
    await root.types("!block 7d", here=here)
    assert await root.types(root.answers[-1].buttons[0].line, here=here) == "Customer 1 may write again."
    await root.types("customer erase 2", here=here)
    assert "of Customer 2 from" in root.heard[-1]
    assert await root.types(root.answers[-1].buttons[0].line, here=here) == "Forgotten, with 1 message."


ODD = {
    "ticket show 99999999999999999999": "Nothing here has so long a number: 99999999999999999999. "
    "Is there a digit too many?",
    "ticket show ٣": "“٣” is no number. Type digits, for example 42.",
    "customer show ²": "No customer is known as ². Try: customer find NAME",
    "ticket new ² Something": "No customer is known as ². Try: customer find NAME",
}


@pytest.mark.parametrize("line", ODD)
async def test_an_odd_number_is_answered_not_an_error(small_shop: Shop, line: str) -> None:
    ines = await small_shop.agent("ines")
    await ines.types("ticket new internal Order coffee")
    assert await ines.types(line) == ODD[line]


async def test_what_was_merged_into_a_private_ticket_is_nobody_elses_to_part(shop: Shop) -> None:
    ines, root = await shop.agent("ines"), await shop.agent("root", Role.ADMIN)
    await root.types("desk set team hr = HR private:yes")
    for subject in ("The salary", "The desk lamp"):
        await root.types(f"ticket new internal {subject}")
    await root.types("ticket merge 2 1")
    await root.types("ticket release 1")
    await root.types("ticket move 1 hr")
    assert await ines.types("ticket show 2") == "There is no ticket #2. Try: ticket list"
    assert await ines.types("ticket unmerge 2") == "There is no ticket #2. Try: ticket list"
    assert (await shop.ticket(2)).merged_into == 1

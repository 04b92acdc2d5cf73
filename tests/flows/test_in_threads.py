"""Short commands in a thread: what they mean there, which numbers are tickets, and what a mistake is told."""

import pytest

from bot.commands.call import Here
from core.models import DialogState, EndReason
from tests.shop import Person, Shop


async def _talks(shop: Shop, name: str = "ana") -> tuple[Person, Here]:
    """An agent in the thread of a dialog they have taken."""
    ines = await shop.agent("ines")
    first = await shop.customer(name).writes(f"My lamp flickers, says {name}")
    await ines.types(f"dialog take {first.dialog_id}")
    return ines, Here(dialog=first.dialog_id)


async def _ticket(shop: Shop, subject: str) -> tuple[Person, Here]:
    """An agent in the thread of a ticket."""
    ines = await shop.agent("ines")
    await ines.types(f"ticket new internal {subject}")
    return ines, Here(ticket=(await shop.tickets())[-1][0])


async def test_an_answer_that_closes_ends_the_conversation_as_solved_once_it_went_out(shop: Shop) -> None:
    ines, here = await _talks(shop)
    assert "ends as solved" in await ines.types("!rc It ships today", here=here)
    assert (await shop.dialog(1)).state is DialogState.LIVE
    await shop.passes("4s")
    dialog = await shop.dialog(1)
    assert (dialog.state, dialog.end_reason) == (DialogState.ENDED, EndReason.SOLVED)
    assert await shop.tickets() == [(1, "My lamp flickers, says ana", "closed")]
    assert await shop.said() == [("contact", "My lamp flickers, says ana"), ("agent", "It ships today")]


async def test_an_answer_that_waits_ends_the_conversation_and_its_ticket_is_pending(shop: Shop) -> None:
    ines, here = await _talks(shop)
    assert "its ticket waits" in await ines.types("!rp 3d A photo, please", here=here)
    await shop.passes("4s")
    assert (await shop.dialog(1)).end_reason is EndReason.AGENT
    assert await shop.tickets() == [(1, "My lamp flickers, says ana", "pending")]
    await shop.passes("3d")
    assert (await shop.ticket(1)).status == "open"


async def test_an_answer_that_closes_and_is_undone_ends_nothing(shop: Shop) -> None:
    ines, here = await _talks(shop)
    await ines.types("!rc It ships today", here=here)
    await ines.presses("Undo")
    await shop.passes("1m")
    assert (await shop.dialog(1)).state is DialogState.LIVE


async def test_an_answer_that_closes_ends_a_conversation_on_a_ticket_too(shop: Shop) -> None:
    ines, here = await _talks(shop)
    await ines.types("!end", here=here)
    await shop.passes("1h")
    await ines.is_here()
    again = await shop.customer("ana").writes("It flickers again")
    await ines.types(f"dialog take {again.dialog_id}")
    await ines.types("!rc It is repaired", here=Here(ticket=1))
    await shop.passes("4s")
    assert (await shop.dialog(again.dialog_id or 0)).end_reason is EndReason.SOLVED
    assert (await shop.ticket(1)).status == "closed"


async def test_short_names_work_on_a_dialog_that_has_no_ticket_yet(shop: Shop) -> None:
    ines, here = await _talks(shop)
    assert "has priority high" in await ines.types("!prio high", here=here)
    assert (await shop.dialog(1)).priority.name == "HIGH"


@pytest.mark.parametrize("line", ["!close done", "!ask @x is it ours?", "!transcript", "!remind 2h"])
async def test_who_wants_a_ticket_of_a_conversation_is_told_how_it_gets_one(shop: Shop, line: str) -> None:
    ines, here = await _talks(shop)
    told = await ines.types(line, here=here)
    assert "!end ends it, !solved ends it as solved" in told
    assert "Usage" not in told


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("!close 1", ("!close #1", "!close #2 1")),
        ("!close 1 done", ("!close #1 done", "!close #2 1 done")),
        ("!tag 1 +vip", ("!tag #1 +vip", "!tag #2 1 +vip")),
        ("!n 1 came back", ("!note #1 came back", "!note #2 1 came back")),
        ("!transcript 1", ("!transcript #1",)),
        ("!show 1", ("!show #1",)),
        ("!take 1", ("!take #1",)),
        ("!snooze 1 2h", ("!snooze #1 2h",)),
        ("!log 1", ("!transcript #1",)),
    ],
)
async def test_a_bare_number_of_another_ticket_is_asked_about(
    shop: Shop, typed: str, choices: tuple[str, ...]
) -> None:  # fmt: skip
    await _ticket(shop, "Lamp")
    ines, here = await _ticket(shop, "Chair")
    before = await shop.events()
    told = await ines.types(typed, here=here)
    assert told.startswith("Did you mean #1? Write: ")
    assert [each for each in choices if each not in told] == []
    assert await shop.events() == before
    await ines.types(choices[0], here=here)
    await ines.types(choices[-1], here=here)


async def test_each_choice_does_what_it_says(shop: Shop) -> None:
    await _ticket(shop, "Lamp")
    ines, here = await _ticket(shop, "Chair")
    assert await ines.types("!close #1", here=here) == "Closed #1."
    await ines.types("!close #2 1", here=here)
    assert await shop.tickets() == [(1, "Lamp", "closed"), (2, "Chair", "closed")]
    assert await shop.said() == [("note", "1")]


async def test_numbers_that_are_no_tickets_are_words(shop: Shop) -> None:
    await _ticket(shop, "Lamp")
    ines, here = await _ticket(shop, "Chair")
    await ines.types("!n 40 boxes came", here=here)
    await ines.types("!close #1", here=here)
    await ines.types("!n 1 box is missing", here=here)
    assert await shop.said() == [("note", "40 boxes came"), ("note", "1 box is missing")]


async def test_the_threads_own_number_names_it(shop: Shop) -> None:
    ines, here = await _ticket(shop, "Lamp")
    assert await ines.types("!close 1", here=here) == "Closed #1."
    assert await shop.said() == []
    assert "is yours now" in await ines.types("!take 1", here=here)
    await ines.types("!n 1 box is missing", here=here)
    assert await shop.said() == [("note", "1 box is missing")]


async def test_a_number_that_must_follow_is_no_mistake(shop: Shop) -> None:
    await _ticket(shop, "Lamp")
    ines, here = await _ticket(shop, "Chair")
    assert await ines.types("!link 1", here=here) == "#2 and #1 are linked."


async def test_words_of_a_conversation_without_a_ticket_may_begin_with_a_tickets_number(shop: Shop) -> None:
    await _ticket(shop, "Chair")
    ines, here = await _talks(shop)
    told = await ines.types("!n 1 box is missing", here=here)
    assert "!note #here 1 box is missing" in told
    await ines.types("!note #here 1 box is missing", here=here)
    assert ("note", "1 box is missing") in await shop.said()


async def test_usage_in_a_thread_leaves_out_what_the_thread_is(shop: Shop) -> None:
    ines, here = await _ticket(shop, "Lamp")
    assert await ines.types("!tag", here=here) == "+TAG -TAG is missing. Usage: !tag +TAG -TAG"
    assert await ines.types("ticket tag") == "Which ticket? Usage: ticket tag ID +TAG -TAG"
    assert await ines.types("!show 99", here=here) == "“99” is too much. Usage: !show"

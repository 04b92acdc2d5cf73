"""What the desk says to lines that are almost right, and in German."""

from datetime import UTC, datetime

import pytest

from core.models import Role
from core.render import Voice
from core.show import Text
from tests.shop import Shop


async def _tickets(shop: Shop, *subjects: str) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    for subject in subjects:
        await ines.types(f"ticket new internal {subject}")


LINES = [
    ("ticket list team:nowhere", "There is no team nowhere. Try: desk teams"),
    ("ticket list assignee:nobodyelse", "There is no agent nobodyelse. Try: desk agents"),
    ("ticket list tag:unheard", "There is no tag unheard. Try: desk tags"),
    ("ticket list channel:fax", "There is no channel fax. Try: desk channels"),
    ("ticket close [tag:x", "The bracket is not closed. Write for example [tag:spam]"),
    ("ticket tag 1 +", "A tag needs a name, for example +billing"),
    ("dialog list", "No customer is live right now."),
]


@pytest.mark.parametrize(("line", "said"), LINES)
async def test_a_line_that_is_almost_right_is_told_what_is_wrong(small_shop: Shop, line: str, said: str) -> None:
    await _tickets(small_shop, "Coffee")
    assert await (await small_shop.agent("ines")).types(line) == said


async def test_an_unknown_view_is_said_to_be_none(small_shop: Shop) -> None:
    ines = await small_shop.agent("ines")
    assert "no view is called so. Views: mine, unassigned" in await ines.types("ticket list mien")
    assert await ines.types("ticket list mine") == "Nothing fits. All done here!"


async def test_the_same_number_twice_is_one_ticket(small_shop: Shop) -> None:
    await _tickets(small_shop, "Coffee")
    ines = await small_shop.agent("ines")
    assert await ines.types("ticket close 1,#1") == "Closed #1."


async def test_taking_a_tag_off_makes_none(small_shop: Shop) -> None:
    await _tickets(small_shop, "Coffee")
    ines = await small_shop.agent("ines")
    assert await ines.types("ticket tag 1 -brandnew") == "Tags of #1: –"
    assert await ines.types("desk tags") == "–"


async def test_tickets_of_two_customers_are_merged_only_when_it_is_meant(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for name in ("alice", "bob"):
        dialog_id = (await shop.customer(name).writes(f"{name}'s lamp is broken")).dialog_id
        await ines.types(f"dialog end {dialog_id}")
    await ines.types("customer name 1 Alice")
    await ines.types("customer name 2 Bob")
    assert await ines.types("ticket merge 1 2") == (
        "#1 is from Alice, #2 is from Bob. Alice will hear nothing of what is answered there."
    )
    assert (await shop.ticket(1)).merged_into is None
    assert ines.answers[-1].asks
    assert await ines.presses("Merge all the same") == "#1 was merged into #2."
    assert (await shop.ticket(1)).merged_into == 2


async def test_many_tickets_are_merged_after_one_question(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for name in ("alice", "bob", "carl"):
        dialog_id = (await shop.customer(name).writes(f"{name}'s lamp is broken")).dialog_id
        await ines.types(f"dialog end {dialog_id}")
    assert (await ines.types("ticket merge 1,2 3")).startswith("Really merge 2 tickets?")
    await ines.presses("Yes, all 2")
    assert [(await shop.ticket(number)).merged_into for number in (1, 2)] == [3, 3]


async def test_a_merge_stands_once_in_the_history(small_shop: Shop) -> None:
    await _tickets(small_shop, "Coffee", "Tea")
    ines = await small_shop.agent("ines")
    await ines.types("ticket merge 2 1")
    await ines.types("ticket history 1")
    told = [Voice().say(line) for line in ines.answers[-1].lines]
    assert len([line for line in told if "merged #2 into #1" in line]) == 1


async def test_a_tag_that_is_gone_is_named_so_in_the_history_and_german_is_german(small_shop: Shop) -> None:
    await _tickets(small_shop, "Coffee")
    ines = await small_shop.agent("ines")
    await ines.types("ticket tag 1 +old")
    await ines.types("desk tag-remove old")
    await ines.types("ticket transcript 1")
    await ines.types("ticket history 1")
    told = "\n".join(Voice("de").say(line) for line in ines.answers[-1].lines)
    assert "(nicht mehr da)" in told
    assert "hat geöffnet: Verlauf" in told
    assert "transcript" not in told


async def test_being_away_says_until_when(small_shop: Shop) -> None:
    ines = await small_shop.agent("ines")
    for line, shown in (
        ("me away 2h", "You are away until 10:00."),
        ("me away", "You are away."),
        ("me back", "You are here."),
    ):
        await ines.types(line)
        await ines.types("me show")
        assert Voice(now=small_shop.clock()).say(ines.answers[-1].lines[-1]) == shown


def test_a_german_date_has_its_dot() -> None:
    at = Text("{when}", {"when": datetime(2026, 11, 22, 9, 30, tzinfo=UTC)})
    assert (Voice("de").say(at), Voice("en").say(at)) == ("22. Nov. 2026, 09:30", "22 Nov 2026, 09:30")


async def test_a_fresh_desk_takes_all_that_another_gives_out_and_nothing_of_its_demo(
    shop: Shop, sqlite_url: str
) -> None:
    from bot import demo
    from core import schema, setup
    from core.actor import SYSTEM
    from tests.shop import open_shop

    admin = await shop.agent("admin", Role.ADMIN)
    await admin.types("desk agent-add ben supervisor")
    await admin.types("desk set team tech = Technical support language:de members:ben")
    await admin.types("desk set tag billing = #aa0000")
    await shop.desks.change(SYSTEM, demo.fill)
    given = await shop.read(setup.export)
    assert "agent ben = supervisor Ben language:en zone:UTC" in given.splitlines()
    assert [word for word in ("mia", "lamps", "shipping") if word in given] == []
    await schema.upgrade(f"{sqlite_url}.fresh")
    fresh = await open_shop(f"{sqlite_url}.fresh")
    await fresh.change(lambda desk: setup.apply_all(desk, given))
    assert await fresh.read(setup.export) == given
    await fresh.desks.close()


async def test_all_wrong_lines_of_a_setup_are_named_at_once(small_shop: Shop) -> None:
    from core import setup
    from core.errors import UserError

    lines = "view a = stats:new\nteam tech = Tech\nteam old = Old language:xx\nagent eve = boss Eve\n"
    with pytest.raises(UserError) as caught:
        await small_shop.change(lambda desk: setup.apply_all(desk, lines))
    said = Voice().say(caught.value.said)
    assert [line.partition(":")[0] for line in said.splitlines()] == ["Line 1", "Line 3", "Line 4"]
    assert "tech" not in await small_shop.read(setup.export)

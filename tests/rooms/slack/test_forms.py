"""Forms in Slack: behind a card's buttons, with their mistakes at their fields, and customers found while one types."""

import pytest

from core import contacts, teams
from core.desk import Desk as Opened
from tests.platforms import slack_interactions as payloads
from tests.platforms.fake_slack import Message
from tests.platforms.slack_world import View
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat

pytestmark = pytest.mark.xdist_group("slack")


@pytest.fixture
async def ines(desk: Desk) -> SlackSeat:
    """An agent with a ticket of her own."""
    seat = await desk.agent("ines")
    await seat.types("new internal Lamp")
    return seat


async def _opened(desk: Desk, ines: SlackSeat, button: str) -> View:
    """The form behind a button of the ticket's card."""
    root = await desk.card(button)
    seen = await ines.person.presses("support", root, button)
    assert seen.modal is not None, seen
    return seen.modal


def _fields(view: View) -> dict[str, str]:
    return {b["block_id"]: b["element"]["type"] for b in view.body["blocks"] if b["type"] == "input"}


async def _notes(desk: Desk) -> list[str]:
    return [words for who, words in await desk.shop.said() if who == "note"]


async def test_close_asks_for_a_reason_that_may_be_left_out(desk: Desk, ines: SlackSeat) -> None:
    view = await _opened(desk, ines, "Close")
    assert _fields(view) == {"reason": "plain_text_input"}
    assert (await ines.person.submits(view, {"reason": "resolved by phone"})).is_ok
    assert await desk.shop.tickets() == [(1, "Lamp", "closed")]
    assert await _notes(desk) == ["resolved by phone"]
    await ines.types("reopen 1")
    view = await _opened(desk, ines, "Close")
    assert (await ines.person.submits(view)).is_ok
    assert await desk.shop.tickets() == [(1, "Lamp", "closed")]
    assert await _notes(desk) == ["resolved by phone"]


async def test_close_that_is_typed_closes_at_once(desk: Desk, ines: SlackSeat) -> None:
    root = await desk.card("Lamp")
    await ines.person.posts("support", "!close", thread_ts=root)
    await desk.until(lambda: "closed" in desk.slack.shown(desk.slack.thread(root.ts)[0]))
    await ines.types("reopen 1")
    assert "Closed #1." in (await ines.types("close 1")).words


async def test_tags_are_chosen_several_at_once_or_typed(desk: Desk, ines: SlackSeat) -> None:
    await ines.types("tag 1 +old")
    view = await _opened(desk, ines, "Tag")
    assert _fields(view) == {"changes": "multi_external_select"}
    view.values["changes"]["changes"] = {
        "type": "multi_external_select", "selected_options": [_option("+billing"), _option("-old")],
    }  # fmt: skip
    assert (await ines.person.submits(view)).is_ok
    root: Message = await desk.card("Lamp")
    await desk.until(lambda: "+billing" in desk.slack.shown(desk.slack.thread(root.ts)[0]))
    assert "+old" not in desk.slack.shown(desk.slack.thread(root.ts)[0])


def _option(value: str) -> dict[str, object]:
    return {"text": {"type": "plain_text", "text": value, "emoji": False}, "value": value}


@pytest.mark.parametrize(
    ("button", "field", "wrong", "why"),
    [
        ("Snooze", "when", "someday", "is no time"),
        ("Assign", "agent", "@nobody-here", "There is no agent"),
        ("Merge", "into", "99", "There is no ticket #99"),
        ("Merge", "into", "99999999999999999999", "so long a number"),
    ],
)
async def test_a_mistake_stands_at_its_field(
    desk: Desk, ines: SlackSeat, button: str, field: str, wrong: str, why: str
) -> None:
    view = await _opened(desk, ines, button)
    assert _fields(view) == {field: "external_select"}
    await ines.person.chooses_in(view, field, wrong)
    done = await ines.person.submits(view)
    assert why in done.errors[field]
    assert done.view is view


async def test_what_the_other_buttons_ask_is_done(desk: Desk, ines: SlackSeat) -> None:
    await desk.agent("ben")
    await ines.types("new internal Other lamp")
    root = await desk.card("#1 Lamp")
    for button, field, value in (("Snooze", "when", "2h"), ("Assign", "agent", "@ben"), ("Merge", "into", "2")):
        seen = await ines.person.presses("support", root, button)
        assert seen.modal is not None
        await ines.person.chooses_in(seen.modal, field, value)
        done = await ines.person.submits(seen.modal)
        assert done.is_ok, done
    assert (await desk.shop.ticket(1)).merged_into == 2


async def test_a_long_note_that_is_refused_keeps_its_words(desk: Desk, ines: SlackSeat) -> None:
    view = await _opened(desk, ines, "Note")
    words = "A long text nobody wants to type twice. " * 60
    await desk.shop.change(_send_away)
    done = await ines.person.submits(view, {"body": words})
    assert "no agent" in "".join(done.errors.values())
    assert done.view is view
    assert view.values["body"]["body"]["value"] == words


def _send_away(desk: Opened) -> None:
    teams.remove_agent(desk, teams.agent_named(desk, "ines"))


async def test_whose_ticket_it_is_is_found_while_one_types(desk: Desk, ines: SlackSeat) -> None:
    def body(opened: Opened) -> None:
        one = contacts.by_hand(opened, "email", "ana@example.com")
        contacts.rename(opened, one, "Ana López")

    await desk.shop.change(body)
    seen = await ines.person.types("support", "/ticket new")
    assert seen.modal is not None
    assert _fields(seen.modal) == {"who": "external_select", "subject": "plain_text_input"}
    offered = await _offered(ines, seen.modal, "who", "lop")
    assert offered == [("#1", "#1 – Ana López · ana@example.com"), ("lop", "lop")]
    seen.modal.values["who"]["who"] = {"type": "external_select", "selected_option": _option("#1")}
    assert (await ines.person.submits(seen.modal, {"subject": "Broken chair"})).is_ok
    assert (await desk.shop.ticket(2)).contact_id == 1


async def _offered(ines: SlackSeat, view: View, field: str, typed: str) -> list[tuple[str, str]]:
    """What stands in a field's list while somebody types: value and label."""
    person, block = ines.person, next(b for b in view.body["blocks"] if b.get("block_id") == field)
    payload = payloads.suggestion(person.world, person.user, block, block["element"], typed, at=view)
    answer = await person.deliveries.ask("interactive", payload)
    return [(each["value"], each["text"]["text"]) for each in answer["options"]]


@pytest.mark.parametrize("who", ["internal", "new@example.com"])
async def test_who_is_typed_in_the_search_is_taken_as_typed(desk: Desk, ines: SlackSeat, who: str) -> None:
    seen = await ines.person.types("support", "/ticket new")
    assert seen.modal is not None
    await ines.person.chooses_in(seen.modal, "who", who)
    assert (await ines.person.submits(seen.modal, {"subject": "Broken chair"})).is_ok
    assert (await desk.shop.tickets())[-1] == (2, "Broken chair", "open")


async def test_a_name_nobody_has_is_a_mistake_at_its_field(desk: Desk, ines: SlackSeat) -> None:
    seen = await ines.person.types("support", "/ticket new")
    assert seen.modal is not None
    await ines.person.chooses_in(seen.modal, "who", "Clara Nobody")
    done = await ines.person.submits(seen.modal, {"subject": "Broken chair"})
    assert "No customer is known as Clara Nobody" in done.errors["who"]

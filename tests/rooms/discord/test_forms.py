"""Forms in Discord: behind a card's buttons, opened again with their words, and customers found while one types."""

import pytest

from core import contacts
from core.desk import Desk
from tests.platforms.discord_replies import Reply
from tests.rooms.discord.guild import Team


async def _presses(team: Team, button: str) -> Reply:
    await team.says("Status: open")
    return await team.does(team.ines.person.presses(team.post.messages[0], button))


async def _number(team: Team) -> int:
    await team.becomes_ticket()
    return int(team.post.name.split()[0].lstrip("#"))


async def test_close_asks_for_a_reason_that_may_be_left_out(team: Team) -> None:
    number = await _number(team)
    reply = await _presses(team, "Close")
    assert (reply.form.title, list(reply.form.labels)) == (f"Close #{number}", ["Why"])
    sent = await team.does(team.ines.person.submits(reply, {}))
    assert f"Closed #{number}." in sent.text
    await team.commands("/ticket reopen")
    reply = await _presses(team, "Close")
    await team.does(team.ines.person.submits(reply, {"Why": f"resolved by phone {number}"}))
    await team.says_eventually(("note", f"resolved by phone {number}"))
    assert (await team.shop.ticket(number)).status == "closed"


async def test_close_that_is_typed_closes_at_once(team: Team) -> None:
    await team.becomes_ticket()
    assert "Closed" in (await team.commands("/ticket close")).text


async def test_tag_asks_which(team: Team) -> None:
    number = await _number(team)
    reply = await _presses(team, "Tag")
    sent = await team.does(team.ines.person.submits(reply, {"Tags": "+billing +vip"}))
    assert f"Tags of #{number}: billing, vip" in sent.text


@pytest.mark.parametrize(
    ("button", "field", "wrong", "why", "right"),
    [
        ("Snooze", "When", "some day", "is no time", "2h"),
        ("Assign", "Agent", "@nobody-here", "There is no agent", "me"),
        ("Merge", "Into which ticket", "99999", "There is no ticket #99999", ""),
    ],
)  # fmt: skip
async def test_a_mistake_is_said_by_its_field_and_the_form_opens_again(
    team: Team, button: str, field: str, wrong: str, why: str, right: str
) -> None:
    await team.becomes_ticket()
    reply = await _presses(team, button)
    assert list(reply.form.labels) == [field]
    refused = await team.does(team.ines.person.submits(reply, {field: wrong}))
    assert f"{field}: " in refused.text
    assert why in refused.text
    again = await team.does(team.ines.person.presses(refused, "Open the form again"))
    assert again.form.filled_in == {field: wrong}
    if right:
        done = await team.does(team.ines.person.submits(again, {field: right}))
        assert "#" in done.text
        assert "Open the form again" not in done.text


async def test_a_long_note_that_is_refused_keeps_its_words(team: Team) -> None:
    await team.becomes_ticket()
    reply = await team.commands("/ticket reply-pending")
    words = "A long text nobody wants to type twice. " * 90
    refused = await team.does(team.ines.person.submits(reply, {"Until when": "some day", "Text": words}))
    again = await team.does(team.ines.person.presses(refused, "Open the form again"))
    assert again.form.filled_in["Text"].strip() == words.strip()


async def test_whose_ticket_it_is_is_found_while_one_types(team: Team) -> None:
    mark = team.asked.split()[-1]

    def body(desk: Desk) -> int:
        one = contacts.by_hand(desk, "email", f"ana-{mark}@example.com")
        contacts.rename(desk, one, f"Ana López{mark}")
        return one.id

    ana = await team.shop.change(body)
    person = team.ines.person
    found = await team.does(person.completes("/ticket new", "who", f"lopez{mark}", "general"))
    assert found == [(f"#{ana} – Ana López{mark} · ana-{mark}@example.com", f"#{ana}")]
    assert await team.does(team.guild.discord.member("stranger").completes("/ticket new", "who", "a", "general")) == []
    made = await team.does(person.types("/ticket new", "general", who=f"#{ana}", subject="Broken chair"))
    assert "Broken chair" in made.text
    made = await team.does(person.types("/ticket new", "general", who="internal", subject="Broken table"))
    assert "Broken table" in made.text
    made = await team.does(person.types("/ticket new", "general", who=f"Ana López{mark}", subject="Broken stool"))
    assert "Broken stool" in made.text

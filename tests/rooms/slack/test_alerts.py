"""Alerts in Slack: a line with its buttons in the team's channel, who is on call, silence, the supervisors' channel."""

import pytest

from core import messages, teams
from core.desk import Desk as Opened
from core.messages import Where, Words
from core.models import Author, Reader, Role
from tests.platforms.fake_slack import Message
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat, buttons_of

pytestmark = pytest.mark.xdist_group("slack")


async def _letter(desk: Desk, ines: SlackSeat) -> None:
    """A customer's ticket nobody has gets a letter."""
    await ines.types("new ana@example.com Lamp")
    await ines.types("release 1")
    await desk.card("#1 Lamp")

    def body(opened: Opened) -> None:
        where = Where(ticket_id=1, on_ticket={"waiting_since": opened.now})
        messages.write(opened, Words(author=Author.CONTACT, reader=Reader.CUSTOMER, body="Hello?", contact_id=1), where)

    await desk.shop.change(body)


async def _line(desk: Desk, words: str, channel: str = "support") -> Message:
    found = desk.slack.channel(channel).messages
    return await desk.until(lambda: next((m for m in found if words in desk.slack.shown(m) and m.app_id), None))


async def test_an_alert_is_heard_by_its_button_and_its_thread_says_by_whom(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await _letter(desk, ines)
    line = await _line(desk, "The customer of #1 wrote")
    assert list(buttons_of(line)) == ["Take", "I know", "Snooze 30 m"]
    seen = await ines.person.presses("support", line, "I know")
    assert "You know of it" in seen.text
    root = await desk.card("#1 Lamp")
    await desk.until(lambda: [1 for words in desk.thread(root) if "Ines knows of it" in words])
    assert "Ines" in (await ines.types("alert list")).words


async def test_an_alert_is_put_off_and_taken_by_its_buttons(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await _letter(desk, ines)
    line = await _line(desk, "The customer of #1 wrote")
    assert "stays quiet until" in (await ines.person.presses("support", line, "Snooze 30 m")).text
    assert "is yours now" in (await ines.person.presses("support", line, "Take")).text
    assert "Nobody is called for" in (await ines.types("alert list")).words


async def test_who_is_on_call_is_mentioned_in_place_of_everybody(desk: Desk) -> None:
    ines, boss = await desk.agent("ines"), SlackSeat(desk.office, desk.slack.user("boss"))
    assert "@ines" in (await boss.types("alert oncall @ines")).words
    await _letter(desk, ines)
    line = await _line(desk, "The customer of #1 wrote")
    assert desk.slack.user("ines").id in str(line.blocks)
    assert "broadcast" not in str(line.blocks)


async def test_silence_ends_with_one_line_and_a_button_that_lists(desk: Desk) -> None:
    ines, boss = await desk.agent("ines"), SlackSeat(desk.office, desk.slack.user("boss"))
    assert "for supervisors only" in (await ines.types("alert silence 2h")).words
    assert "will not be called until" in (await boss.types("alert silence 2h")).words
    await _letter(desk, ines)
    await boss.types("alert silence-off")
    line = await _line(desk, "still waiting: #1")
    assert "1 alert" in (await ines.person.presses("support", line, "Show them")).text
    assert not [m for m in desk.office.channel.messages if "The customer of #1 wrote" in desk.slack.shown(m)]


async def test_what_alert_silence_lacks_is_asked_in_a_form(desk: Desk) -> None:
    boss = SlackSeat(desk.office, desk.slack.user("boss"))
    seen = await boss.person.types("support", "/ticket alert silence support")
    assert seen.modal is not None
    assert [b["block_id"] for b in seen.modal.body["blocks"] if b["type"] == "input"] == ["team", "until"]
    await boss.person.chooses_in(seen.modal, "until", "2h")
    done = await boss.person.submits(seen.modal)
    assert done.is_ok
    assert "Support will not be called" in done.seen.text


async def test_an_escalated_ticket_is_a_line_in_the_supervisors_channel(desk: Desk) -> None:
    ines, boss = await desk.agent("ines"), SlackSeat(desk.office, desk.slack.user("boss"))
    desk.slack.add_channel("leads", "boss")
    seen = await boss.person.types("leads", "/ticket desk setup supervisors")
    assert "hear here of what waits" in seen.text
    await ines.types("new ana@example.com Lamp")
    await desk.card("#1 Lamp")
    assert "in their channel" in (await ines.types("alert escalate 1 she will leave us")).words
    line = await _line(desk, "asks the supervisors to look at #1", "leads")
    assert "Open the thread" in desk.slack.shown(line)
    assert "#1" in (await boss.person.presses("leads", line, "Show")).text


async def test_without_a_channel_supervisors_are_told_directly(desk: Desk) -> None:
    ines, _eva = await desk.agent("ines"), await desk.agent("eva", Role.SUPERVISOR)
    await ines.types("new internal Lamp")
    assert "1 supervisor is told" in (await ines.types("alert escalate 1")).words
    await desk.until(lambda: [1 for m in desk.slack.dms_of("eva") if "look at #1" in desk.slack.shown(m)])


async def test_a_large_channel_is_asked_about_before_its_people_are_agents(desk: Desk) -> None:
    boss = SlackSeat(desk.office, desk.slack.user("boss"))
    desk.slack.add_channel("everybody", "boss")
    for number in range(25):
        desk.slack.add_user(f"p{number:02}")
        desk.slack.channel("everybody").members.append(desk.slack.user(f"p{number:02}").id)
    seen = await boss.person.types("everybody", "/ticket desk setup", look_s=10)
    assert "This makes 25 people agents of Support: P00" in seen.text
    before = await desk.shop.read(lambda opened: len(teams.agents(opened)))
    done = await boss.person.presses("everybody", seen.messages[-1], "Yes, all 25", look_s=10)
    assert "with 25 agents besides you" in done.text
    assert await desk.shop.read(lambda opened: len(teams.agents(opened))) == before + 25


async def test_who_may_not_set_up_a_channel_has_nobody_looked_up(desk: Desk) -> None:
    ines = await desk.agent("ines")
    before = len(desk.slack.calls("conversations.members"))
    assert "Only an admin" in (await ines.types("desk setup")).words
    assert len(desk.slack.calls("conversations.members")) == before

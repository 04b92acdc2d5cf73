"""Who is called in Slack: the team's group for a dialog nobody takes, once; never anybody by what a customer writes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import deadlines
from core.connector import Claims
from core.desk import Desk as Opened
from core.models import Dialog, Role
from tests.platforms.fake_slack import FakeSlack, Message
from tests.platforms.slack_world import Group
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seat import SlackSeat

pytestmark = pytest.mark.xdist_group("slack-calls")

LONG = timedelta(minutes=4)
"""Longer than CALL_OUT, shorter than GIVE_UP."""


@pytest.fixture
async def unnamed(tmp_path: Path, slack: FakeSlack, migrated_sqlite: Path) -> AsyncIterator[Desk]:
    """A desk at work whose channel is nobody's yet."""
    async with at_work(tmp_path, slack, migrated_sqlite) as working:
        await slack.connected(2)
        yield working


@pytest.fixture
async def on_call(unnamed: Desk) -> Group:
    """The user group who are called in the team's channel: Ines is in it, the workspace's admin is not."""
    unnamed.slack.add_user("ines")
    unnamed.office.channel.members.append(unnamed.slack.user("ines").id)
    group = unnamed.slack.add_group("oncall", "ines")
    said = await SlackSeat(unnamed.office, unnamed.slack.user("boss")).types("desk setup role:oncall")
    assert "Support's now, with 1 agent" in said.words
    return group


async def _nobody_takes(desk: Desk, dialog_id: int) -> None:
    """A customer has waited for longer than a dialog may be untaken."""

    def body(opened: Opened) -> None:
        dialog = opened.session.get_one(Dialog, dialog_id)
        if dialog.waiting_since is not None:
            dialog.waiting_since -= LONG
        deadlines.put(opened, "dialog", dialog_id, "next", opened.now)

    await desk.shop.change(body)


def _calls(desk: Desk, dialog_id: int) -> list[Message]:
    said = f"nobody answers: dialog {dialog_id}."
    return [m for m in desk.office.channel.messages if not m.is_reply and said in desk.slack.shown(m)]


async def _called(desk: Desk, dialog_id: int) -> Message:
    """The line in the team's channel that calls somebody for a dialog."""
    return (await desk.until(lambda: _calls(desk, dialog_id), within_s=20))[0]


async def test_an_untaken_dialog_calls_the_teams_group_once(unnamed: Desk, on_call: Group) -> None:
    await unnamed.shop.customer("ana").writes("My lamp is broken")
    await unnamed.card("My lamp")
    assert unnamed.slack.pings == []
    await _nobody_takes(unnamed, 1)
    line = await _called(unnamed, 1)
    await unnamed.shop.customer("ana").writes("Hello?")
    await _nobody_takes(unnamed, 1)
    await unnamed.shop.customer("ben").writes("My chair is broken")
    await unnamed.card("My chair")
    await _nobody_takes(unnamed, 2)
    other = await _called(unnamed, 2)
    assert unnamed.slack.pings == [("@oncall", line.ts)], "one within a minute is enough"
    assert "oncall" not in unnamed.slack.shown(other)
    assert f"<!subteam^{on_call.id}>" in unnamed.slack.shown(line)
    assert len(_calls(unnamed, 1)) == 1


async def test_without_a_group_whoever_is_there_is_called(desk: Desk) -> None:
    await desk.shop.customer("ana").writes("My lamp is broken")
    await desk.card("My lamp")
    await _nobody_takes(desk, 1)
    line = await _called(desk, 1)
    assert desk.slack.pings == [("@here", line.ts)]


async def test_a_call_has_a_button_that_takes_the_dialog(unnamed: Desk, on_call: Group) -> None:
    await unnamed.shop.customer("ana").writes("My lamp is broken")
    await unnamed.card("My lamp")
    await _nobody_takes(unnamed, 1)
    seen = await unnamed.slack.user("ines").presses("support", await _called(unnamed, 1), "Take")
    assert "is yours" in seen.text


async def test_a_dialog_that_is_answered_calls_nobody(unnamed: Desk, on_call: Group) -> None:
    ines = SlackSeat(unnamed.office, unnamed.slack.user("ines"))
    await unnamed.shop.customer("ana").writes("My lamp is broken")
    root = await unnamed.card("My lamp")
    await ines.presses("dialog take 1")
    line = await ines.person.posts("support", "I look into it", thread_ts=root.ts)
    await unnamed.until(lambda: "white_check_mark" in line.reactions)
    await _nobody_takes(unnamed, 1)
    await unnamed.shop.customer("ben").writes("My chair is broken")
    await unnamed.card("My chair")
    await _nobody_takes(unnamed, 2)
    called = await _called(unnamed, 2)
    assert [each for each in unnamed.slack.pings if each[0] == "@oncall"] == [("@oncall", called.ts)]
    assert _calls(unnamed, 1) == []


async def test_no_words_of_a_customer_call_anybody_wherever_they_stand(unnamed: Desk, on_call: Group) -> None:
    """In a card's title, a thread, a name, a file and a direct message; the agent who is given the ticket is called."""
    slack, group = unnamed.slack, f"<!subteam^{on_call.id}>"
    shouts = ("<!here>", group, f"<!subteam^{on_call.id}|oncall>", f"<@{slack.user('ines').id}>", "@oncall @here")
    chief, ana = await unnamed.agent("chief", Role.SUPERVISOR), unnamed.shop.customer("ana")
    for words in shouts:
        await ana.writes(words, claims=Claims(name=f"Ana <!here> {group}"))
    root = await unnamed.card("<!here>")
    await unnamed.until(lambda: "@oncall @here" in "\n".join(unnamed.thread(root)))
    await ana.writes(f"{group} " * 600)
    await unnamed.until(lambda: [m for m in slack.thread(root.ts) if m.files])
    assert slack.pings == []
    await chief.presses("dialog take 1")
    await chief.types("dialog end 1")
    await chief.types("ticket assign 1 @ines")
    await unnamed.until(lambda: "gave it to Ines" in "\n".join(unnamed.thread(root)))
    assert {who for who, _ in slack.pings} <= {"chief", "ines"}

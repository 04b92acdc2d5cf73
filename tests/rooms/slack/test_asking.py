"""Questions from Slack to people who are no agents: by mention, answered with a sign, told where they do not arrive."""

import pytest

from tests.platforms.fake_slack import Message
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import bodies, has, ticket

pytestmark = pytest.mark.xdist_group("slack-asking")


async def _asks(desk: Desk, line: str) -> tuple[SlackSeat, Message]:
    """An agent asks an expert in their ticket's thread."""
    ines, root = await ticket(desk)
    desk.slack.add_user("expert", display_name="Eva Expert")
    await ines.person.posts("support", line, thread_ts=root.ts)
    return ines, root


@pytest.mark.parametrize("line", ["!ask @expert Is this ours?", "@deskbell ask @expert Is this ours?"])
async def test_somebody_who_is_mentioned_is_asked_and_sees_that_their_answer_arrived(desk: Desk, line: str) -> None:
    _, root = await _asks(desk, line)
    await desk.until(lambda: [1 for m in desk.slack.dms_of("expert") if "Is this ours?" in desk.slack.shown(m)])
    await desk.until(lambda: [1 for words in desk.thread(root) if "Asked Eva Expert: Is this ours?" in words])
    answer = await desk.slack.user("expert").posts(desk.slack.dm("expert"), "Yes, replace it")
    await has(desk, "Yes, replace it")
    await desk.until(lambda: "white_check_mark" in answer.reactions)


async def test_somebody_is_asked_by_the_slash_command_too(desk: Desk) -> None:
    ines, _ = await ticket(desk)
    desk.slack.add_user("expert", display_name="Eva Expert")
    assert "Asked Eva Expert." in (await ines.types("ask 1 @expert Is this ours?")).words


@pytest.mark.parametrize("line", ["!ask @ben Is this ours?", "!ask @ines Is this ours?"])
async def test_an_agent_is_not_asked_so(desk: Desk, line: str) -> None:
    await desk.agent("ben")
    await _asks(desk, line)
    await desk.until(
        lambda: [1 for m in desk.slack.ephemerals_for("ines") if "They are an agent" in desk.slack.shown(m)]
    )  # fmt: skip


async def test_who_asks_hears_in_the_thread_that_the_question_did_not_arrive(desk: Desk) -> None:
    desk.slack.fails("conversations.open", with_="cannot_dm_bot", times=3)
    _, root = await _asks(desk, "!ask @expert Is this ours?")
    await desk.until(lambda: [1 for words in desk.thread(root) if "did not reach who was asked" in words])
    told = next(m for m in desk.slack.thread(root.ts) if "did not reach" in desk.slack.shown(m))
    assert ("ines", told.ts) in desk.slack.pings


async def test_a_question_in_a_note_is_a_note(desk: Desk) -> None:
    await _asks(desk, "ask @expert tomorrow")
    await has(desk, "ask @Eva Expert tomorrow")
    assert not any("Asked" in words for words in await bodies(desk))

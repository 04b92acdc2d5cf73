"""A channel made private, or one the app was taken out of: somebody is told, its tickets go on, nothing is lost."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.slack import keepingup, troubles
from core.models import Message, Role
from tests.platforms.fake_slack import Message as Posted
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import Office, SlackSeat
from tests.shop import Customer

pytestmark = pytest.mark.xdist_group("slack-private")


@pytest.fixture(autouse=True)
def _looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a shut channel is tried again after moments, and a silence is looked into."""
    monkeypatch.setattr(troubles, "_WHILE_A_CHANNEL_IS_SHUT", timedelta(seconds=1.2))
    monkeypatch.setattr(keepingup, "IDLE_S", 1.0)


async def _has(desk: Desk, *words: str) -> None:
    """Waits until all these were said, and says that each was said once, in this order."""
    statement = select(Message.body).where(Message.body.in_(words)).order_by(Message.id)
    found: list[str] = []
    async with asyncio.timeout(15):
        while len(found) < len(words):
            found = await desk.shop.read(lambda d: list(d.execute(statement).scalars()))
            await asyncio.sleep(0.05)
    assert found == list(words)


async def _ticket(desk: Desk) -> tuple[SlackSeat, Customer, Posted]:
    """An agent with a ticket whose dialog is live, its customer, and the root of its thread."""
    ines, ana = await desk.agent("ines"), desk.shop.customer("ana")
    await ana.writes("My lamp is broken")
    root = await desk.card("My lamp")
    await ines.presses("dialog take 1")
    await desk.until(lambda: "took the dialog" in "\n".join(desk.thread(root)))
    return ines, ana, root


def _shown(desk: Desk, root: Posted, *words: str) -> list[str]:
    """In their order, those of these words that stand in a thread, each as often as it does."""
    lines = [line.strip() for said in desk.thread(root) for line in said.split("\n")]
    return [line for line in lines if line in words]


async def _moves(desk: Desk, name: str) -> None:
    """The team gets another channel."""
    desk.slack.add_channel(name, "boss", "ines", "chief")
    desk.office = Office(desk.slack, desk.slack.channel(name))
    assert "Support" in (await SlackSeat(desk.office, desk.slack.user("boss")).types("desk setup")).words


async def test_a_channel_made_private_with_the_app_in_it_works_on(desk: Desk) -> None:
    ines, ana, root = await _ticket(desk)
    await desk.slack.user("boss").makes_private("support")
    await ana.writes("Are you there?")
    await desk.until(lambda: _shown(desk, root, "Are you there?"))
    line = await ines.person.posts("support", "I am", thread_ts=root.ts)
    await desk.until(lambda: "white_check_mark" in line.reactions)
    await desk.shop.customer("ben").writes("My chair is broken")
    await desk.card("My chair")
    await _has(desk, "Are you there?", "I am")


def _told(desk: Desk) -> list[str]:
    """What a supervisor was told of a channel that cannot be used."""
    return [said for said in map(desk.slack.shown, desk.slack.dms_of("chief")) if "closed to the app" in said]


async def _still_refused(desk: Desk, times: int = 3) -> None:
    """Waits until Slack has refused so many more things to be shown in the channel."""
    seen, refusals = len(desk.slack.requests), ("channel_not_found", "not_in_channel")
    await desk.until(lambda: len([r for r in desk.slack.requests[seen:] if r.outcome in refusals]) >= times)


@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
async def test_supervisors_hear_once_that_the_app_was_taken_out(desk: Desk, is_private: bool) -> None:
    """Slack says so, and refuses whatever is to be shown in the channel afterwards."""
    await desk.agent("chief", Role.SUPERVISOR)
    _, ana, _ = await _ticket(desk)
    desk.office.channel.is_private = is_private
    await desk.slack.user("boss").removes("support", desk.slack.app.name)
    (said,) = await desk.until(lambda: _told(desk))
    assert "#support" in said
    assert "desk setup" in said
    await ana.writes("still here")
    await _still_refused(desk)
    assert len(_told(desk)) == 1


@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
async def test_supervisors_hear_once_that_the_app_is_out_where_slack_has_told_nobody(
    desk: Desk, is_private: bool
) -> None:
    """The desk was away when the app was taken out, and finds it by what it has to show in the channel."""
    await desk.agent("chief", Role.SUPERVISOR)
    _, ana, _ = await _ticket(desk)
    desk.office.channel.is_private = is_private
    desk.office.channel.members.remove(desk.slack.app.bot_user)
    await ana.writes("still here")
    await desk.until(lambda: _told(desk))
    await desk.shop.customer("ben").writes("My chair is broken")
    await _still_refused(desk)
    assert len(_told(desk)) == 1


@pytest.mark.parametrize("is_private", [False, True], ids=["public", "private"])
async def test_once_the_app_is_let_in_again_everything_arrives_in_order_on_both_sides(
    desk: Desk, is_private: bool
) -> None:
    boss = desk.slack.user("boss")
    ines, ana, root = await _ticket(desk)
    desk.office.channel.is_private = is_private
    await boss.removes("support", desk.slack.app.name)
    words = [f"meanwhile {number}" for number in range(4)]
    for each in words:
        await ana.writes(each)
    await ines.person.posts("support", "Nobody hears me", thread_ts=root.ts)
    await boss.invites("support", desk.slack.app.name)
    await desk.until(lambda: _shown(desk, root, words[-1]))
    assert _shown(desk, root, *words) == words
    await _has(desk, *words, "Nobody hears me")
    await desk.shop.customer("ben").writes("My chair is broken")
    await desk.card("My chair")
    assert _shown(desk, root, *words) == words


async def test_a_ticket_of_a_lost_channel_goes_on_in_a_new_thread_of_another(desk: Desk) -> None:
    await desk.agent("chief", Role.SUPERVISOR)
    ines, ana, _ = await _ticket(desk)
    await desk.slack.user("boss").makes_private("support")
    await desk.slack.user("boss").removes("support", desk.slack.app.name)
    await ana.writes("still here")
    await desk.until(lambda: _told(desk))
    await _moves(desk, "helpdesk")
    await ana.writes("and waiting")
    fresh = await desk.card("My lamp")
    said = ["My lamp is broken", "still here", "and waiting"]
    await desk.until(lambda: _shown(desk, fresh, said[-1]))
    assert _shown(desk, fresh, *said) == said
    line = await ines.person.posts("helpdesk", "Here we go on", thread_ts=fresh.ts)
    await desk.until(lambda: "white_check_mark" in line.reactions)
    await _has(desk, *said, "Here we go on")


async def test_unclosed_tickets_of_a_lost_channel_get_their_threads_at_once_where_one_wants(desk: Desk) -> None:
    boss = desk.slack.user("boss")
    ines, _, _ = await _ticket(desk)
    await ines.types("dialog end 1")
    await boss.removes("support", desk.slack.app.name)
    desk.slack.add_channel("helpdesk", "boss", "ines")
    desk.office = Office(desk.slack, desk.slack.channel("helpdesk"))
    seat = SlackSeat(desk.office, boss)
    asked = await seat.types("desk setup")
    await seat.presses(asked.buttons["Open threads for all 1 now"])
    fresh = await desk.card("#1")
    await desk.until(lambda: _shown(desk, fresh, "My lamp is broken"))


async def test_a_channel_that_is_open_again_gets_what_waited_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troubles, "_WHILE_A_CHANNEL_IS_SHUT", timedelta(minutes=5))
    boss = desk.slack.user("boss")
    _, ana, root = await _ticket(desk)
    await boss.archives("support")
    await ana.writes("Are you there?")
    await desk.until(lambda: [r for r in desk.slack.requests if r.outcome == "is_archived"])
    await boss.archives("support", again_open=True)
    await desk.until(lambda: _shown(desk, root, "Are you there?"))

"""How what was missed is read: what is not over first, the rest beside the work, nothing passed over."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.slack import catchup
from core.models import Thread
from tests.platforms.fake_slack import Message as Posted
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import has, settled

pytestmark = pytest.mark.xdist_group("slack-catching-up")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page of Slack's holds one message, and what has ended is over at once."""
    monkeypatch.setattr(catchup, "A_PAGE", 1)
    monkeypatch.setattr(catchup, "_LATELY", timedelta())
    return iter(())


@pytest.fixture
def long_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gap is longer than Slack repeats what it could not bring."""
    monkeypatch.setattr(catchup, "BROUGHT_AGAIN_S", -1)


async def _tickets(desk: Desk, *subjects: str) -> tuple[SlackSeat, list[Posted]]:
    """An agent with tickets of theirs, the oldest first."""
    ines = await desk.agent("ines")
    roots = []
    for subject in subjects:
        await ines.types(f"new internal {subject}")
        roots.append(await desk.card(subject))
        await desk.until(lambda root=roots[-1]: desk.slack.thread(root.ts)[1:])
    return ines, roots


async def _closed(desk: Desk, ines: SlackSeat, number: int) -> None:
    await ines.types(f"close {number}")
    await settled(desk)


async def _cursor(desk: Desk, root: Posted) -> str:
    return await desk.shop.read(lambda d: d.session.scalars(select(Thread.cursor).where(Thread.root == root.ts)).one())


async def _stands_at(desk: Desk, root: Posted, line: Posted) -> None:
    async with asyncio.timeout(15):
        while await _cursor(desk, root) < line.ts:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _pages(desk: Desk, since: int) -> list[str]:
    """Which pages of the channel's history were asked for, by their end."""
    asked = desk.slack.requests[since:]
    return [str(r.args.get("latest", "")) for r in asked if r.method == "conversations.history"]


async def test_after_a_short_gap_the_history_of_what_is_over_is_not_read(desk: Desk) -> None:
    ines, roots = await _tickets(desk, "Old one", "Old two", "Old three", "Fresh")
    for number in (1, 2, 3):
        await _closed(desk, ines, number)
    seen = len(desk.slack.requests)
    async with desk.slack.down():
        await ines.person.posts("support", "missed", thread_ts=roots[-1])
    await has(desk, "missed")
    await desk.slack.connected(2)
    assert set(_pages(desk, seen)) <= {""}


@pytest.mark.usefixtures("long_gaps")
async def test_after_a_long_gap_the_threads_of_what_is_over_are_read_too(desk: Desk) -> None:
    ines, roots = await _tickets(desk, "Old", "Older than it looks", "Fresh")
    await _closed(desk, ines, 1)
    async with desk.slack.down():
        await ines.person.posts("support", "one more thing", thread_ts=roots[0])
    await has(desk, "one more thing")


@pytest.mark.usefixtures("long_gaps")
async def test_reading_goes_on_at_the_page_at_which_slack_asked_to_wait(desk: Desk) -> None:
    ines, roots = await _tickets(desk, "One", "Two", "Three")
    seen = len(desk.slack.requests)
    async with desk.slack.down():
        for root in roots:
            await ines.person.posts("support", f"missed in {root.ts}", thread_ts=root)
    desk.slack.slow(0.1)
    await desk.slack.until(lambda: len(_pages(desk, seen)) >= 2)
    desk.slack.fails("conversations.history", with_="ratelimited")
    await has(desk, *(f"missed in {root.ts}" for root in roots))
    desk.slack.slow(0)
    asked = [r for r in desk.slack.requests[seen:] if r.method == "conversations.history"]
    refused = next(place for place, r in enumerate(asked) if r.outcome == "ratelimited")
    assert asked[refused].args.get("latest")
    assert asked[refused + 1].args.get("latest") == asked[refused].args["latest"]
    assert desk.slack.violations == []


async def test_until_a_thread_is_read_to_its_end_live_lines_are_kept_and_move_no_cursor(desk: Desk) -> None:
    ines, (root,) = await _tickets(desk, "Lamp")
    early = await ines.person.posts("support", "early", thread_ts=root)
    await _stands_at(desk, root, early)
    desk.slack.fails("conversations.replies", with_="ratelimited", retry_after_s=4)
    async with desk.slack.down():
        missed = await ines.person.posts("support", "missed", thread_ts=root)
    await desk.slack.until(lambda: [r for r in desk.slack.requests if r.outcome == "ratelimited"])
    live = await ines.person.posts("support", "live", thread_ts=root)
    await has(desk, "live")
    assert await _cursor(desk, root) < missed.ts
    await has(desk, "missed")
    await _stands_at(desk, root, live)
    assert desk.slack.violations == []


async def test_what_takes_many_questions_is_said_and_goes_on_slowly(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(catchup, "AT_ONCE", 1)
    monkeypatch.setattr(catchup, "EACH_S", 0.1)
    ines, roots = await _tickets(desk, "One", "Two", "Three")
    async with desk.slack.down():
        for number, root in enumerate(roots):
            await ines.person.posts("support", f"missed {number}", thread_ts=root)
    await has(desk, "missed 0", "missed 1", "missed 2")
    assert "they are read on slowly" in caplog.text

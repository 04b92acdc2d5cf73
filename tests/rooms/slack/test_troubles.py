"""What has to be put right in Slack is said to somebody, and everything else goes on."""

import asyncio
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.slack import room
from bot.slack.room import SlackRoom
from bot.slack.settings import Section
from bot.wiring import Wiring
from core.connector import Severity
from core.models import Role
from core.render import Voice
from core.room import Line, Posting
from core.show import text
from tests.platforms.fake_slack import FakeSlack
from tests.platforms.fake_slack import Message as Posted
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seen import bodies, has, posts, ticket

pytestmark = pytest.mark.xdist_group("slack-troubles")


async def test_a_deleted_thread_goes_on_in_a_new_one_and_its_agent_is_called(desk: Desk) -> None:
    ines, root = await ticket(desk)
    await ines.says(root.ts, "what we know")
    await desk.slack.user("boss").deletes(root)
    fresh = await desk.until(lambda: next((m for m in _roots(desk, "Lamp") if m.ts != root.ts), None))
    await desk.until(lambda: [1 for words in desk.thread(fresh) if "what we know" in words])
    await desk.until(lambda: [1 for words in desk.thread(fresh) if "earlier thread was deleted" in words])


def _roots(desk: Desk, words: str) -> list[Posted]:
    return [m for m in posts(desk, words) if not m.is_reply]


async def test_an_archived_channel_is_told_of_and_gets_everything_later(desk: Desk) -> None:
    chief = await desk.agent("chief", Role.SUPERVISOR)
    await desk.slack.user("boss").archives("support")
    await desk.until(lambda: [1 for m in desk.slack.dms_of("chief") if "archived" in desk.slack.shown(m)])
    await desk.shop.customer("ana").writes("still here?")
    await desk.slack.user("boss").archives("support", again_open=True)
    assert "still here?" in await bodies(desk)
    assert chief


async def test_a_revoked_token_is_named_and_the_rest_goes_on(desk: Desk) -> None:
    room = next(room for room in desk.assembled.rooms if room.name == "slack")
    desk.slack.revokes_token()
    async with asyncio.timeout(10):
        while not any(f.severity == "error" for f in await room.check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (finding,) = await room.check()
    said = Voice().say(finding.text)
    assert "token" in said
    assert desk.slack.bot_token not in said
    await desk.shop.customer("ana").writes("hello?")
    assert "hello?" in await bodies(desk)


async def test_a_missing_scope_is_named_and_holds_up_nothing_else(desk: Desk) -> None:
    ines, root = await ticket(desk)
    desk.slack.drops_scope("reactions:write")
    await ines.person.posts("support", "unmarked", thread_ts=root)
    await has(desk, "unmarked")
    room = next(room for room in desk.assembled.rooms if room.name == "slack")
    async with asyncio.timeout(10):
        while not any("reactions:write" in Voice().say(f.text) for f in await room.check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await desk.shop.customer("ana").writes("goes on")
    await desk.card("goes on")


async def test_a_second_instance_waits_and_says_so(desk: Desk, tmp_path: Path) -> None:
    house = desk.house
    wiring = Wiring(house.desks, house.bus, house.store, COMMANDS, "", is_embedded=False)
    second = SlackRoom(wiring, Section())
    running = asyncio.create_task(second.run())
    async with asyncio.timeout(10):
        while not any("Another Deskbell" in Voice().say(f.text) for f in await second.check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert len(desk.slack.sockets.open) == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_instance_that_waits_sends_all_the_same(desk: Desk) -> None:
    house = desk.house
    second = SlackRoom(Wiring(house.desks, house.bus, house.store, COMMANDS, "", is_embedded=False), Section())
    running = asyncio.create_task(second.run())
    async with asyncio.timeout(10):
        while not any("Another Deskbell" in Voice().say(f.text) for f in await second.check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    before = len(desk.slack.calls("auth.test"))
    for number in range(2):
        line = Line((text("Sent by the second, {number}.", number=number),))
        await second.send(
            Posting(
                delivery_id=number, nonce=f"nonce{number}", kind="line", place=desk.office.channel.id, root=None,
                shown=line, language="en", zone="UTC",
            )
        )  # fmt: skip
    assert len(posts(desk, "Sent by the second")) == 2
    assert len(desk.slack.calls("auth.test")) == before + 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_refused_app_token_is_said_and_tried_again(
    slack: FakeSlack, tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_AGAIN_S", 0.2)
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1-A0WRONG-deskbell")
    async with at_work(tmp_path, slack, migrated_sqlite) as desk:
        ours = next(each for each in desk.assembled.rooms if each.name == "slack")
        async with asyncio.timeout(10):
            while not [f for f in await ours.check() if f.setting == "SLACK_APP_TOKEN"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        [found] = await ours.check()
        assert "deskbell connect slack" in Voice().say(found.text)
        assert found.severity is Severity.ERROR
        slack.app.app_token = "xapp-1-A0WRONG-deskbell"
        await slack.connected(2)
        assert Severity.ERROR not in {f.severity for f in await ours.check()}

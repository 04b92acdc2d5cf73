"""What Slack sends is kept once, however often it comes, and acknowledged only once it is kept."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.platforms import slack_messages
from tests.platforms.fake_slack import FakeSlack, Upload
from tests.platforms.slack_world import File, Wire, Workspace
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import bodies, has, locked, ticket

pytestmark = pytest.mark.xdist_group("slack-events")


async def test_what_slack_sends_twice_or_thinks_lost_is_said_once(desk: Desk) -> None:
    ines, root = await ticket(desk)
    desk.slack.sends_twice(2)
    desk.slack.loses_acks(1)
    await ines.person.posts("support", "one", thread_ts=root)
    await ines.person.posts("support", "two", thread_ts=root)
    await has(desk, "one", "two")


async def test_an_event_is_acknowledged_only_once_it_is_kept(desk: Desk) -> None:
    ines, root = await ticket(desk)
    await desk.slack.settled()
    async with locked(desk):
        await ines.person.posts("support", "while busy", thread_ts=root)
        await asyncio.sleep(0.3)
        assert not [p for p in desk.slack.deliveries.taken if p["event"].get("text") == "while busy"]
    await has(desk, "while busy")


async def test_events_nobody_listens_to_are_acknowledged(desk: Desk) -> None:
    ines, root = await ticket(desk)
    await ines.person.reacts("support", root, "eyes")
    await ines.person.posts("support", "lunch?")
    await ines.person.changes(real_name="Ines M.")
    await desk.slack.settled()
    assert desk.slack.lost == []


async def test_the_sign_of_undoing_on_a_held_line_withdraws_it(
    slack: FakeSlack, tmp_path: Path, migrated_sqlite: Path
) -> None:
    async with at_work(tmp_path, slack, migrated_sqlite, hold_chat=timedelta(seconds=30)) as desk:
        await slack.connected(2)
        await SlackSeat(desk.office, slack.user("boss")).types("desk setup")
        ines = await desk.agent("ines")
        await desk.shop.customer("ana").writes("hello")
        root = await desk.card("hello")
        await ines.presses("dialog take 1")
        await ines.says(root.ts, "not like this")
        line = next(m for m in slack.thread(root.ts) if m.text == "not like this")
        await ines.person.reacts("support", line, "leftwards_arrow_with_hook")
        await desk.until(lambda: slack.app.bot_user in line.reactions.get("leftwards_arrow_with_hook", []) or None)
        await desk.until(lambda: "hourglass_flowing_sand" not in line.reactions)
        assert "not like this" not in await bodies(desk)


async def test_files_for_the_customer_are_looked_at_first(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await ines.presses("dialog take 1")
    line = await ines.person.posts("support", "the manual", thread_ts=root, files=[Upload("manual.txt", b"read me")])
    await desk.until(lambda: "raised_hand" in line.reactions or None)


@pytest.fixture
def broken_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file named `gone` a message keeps but a tombstone; one named `odd` has lost even its id."""
    whole = slack_messages.file_wire

    def told(world: Workspace, file: File, *, to_app: bool = False) -> Wire:
        if file.name in ("gone", "odd"):
            return {"id": file.id, "mode": "tombstone"} if file.name == "gone" else {"mode": "tombstone"}
        return whole(world, file, to_app=to_app)

    monkeypatch.setattr(slack_messages, "file_wire", told)


@pytest.mark.usefixtures("broken_files")
async def test_the_words_of_a_line_go_on_without_its_deleted_file(desk: Desk) -> None:
    ines, root = await ticket(desk)
    desk.slack.fails("files.info", with_="file_deleted")
    await ines.person.posts("support", "look at this", thread_ts=root, files=[Upload("gone", b"was here")])
    await has(desk, "look at this")
    await desk.until(lambda: [m for m in desk.slack.ephemerals_for("ines") if "deleted" in desk.slack.shown(m)])
    assert desk.slack.lost == []


@pytest.mark.usefixtures("broken_files")
async def test_the_words_of_a_line_go_on_while_the_scope_for_files_is_missing(desk: Desk) -> None:
    ines, root = await ticket(desk)
    desk.slack.drops_scope("files:read")
    await ines.person.posts("support", "look at this", thread_ts=root, files=[Upload("gone", b"bright")])
    await has(desk, "look at this")
    await desk.until(lambda: [m for m in desk.slack.ephemerals_for("ines") if "files:read" in desk.slack.shown(m)])

"""Lines of one thread: taken in as they were typed, once, and never lost for what they hold."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette

from bot.cards import quarantine_card
from bot.commands import COMMANDS
from bot.slack.room import SlackRoom
from bot.slack.settings import Section
from bot.wiring import Wiring
from core import quarantine
from core.models import File, Role
from core.render import Voice
from tests.platforms import slack_messages
from tests.platforms.fake_slack import SIGNING_SECRET, Upload
from tests.platforms.slack_world import File as Stored
from tests.platforms.slack_world import Wire, Workspace
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seen import bodies, has, ticket
from tests.server import free_port

pytestmark = pytest.mark.xdist_group("slack-lines")


async def test_a_line_with_a_slow_file_is_not_overtaken(desk: Desk) -> None:
    ines, root = await ticket(desk)
    desk.slack.slow_files(1)
    await ines.person.posts("support", "look here", thread_ts=root, files=[Upload("lamp.txt", b"bright")])
    await ines.person.posts("support", "and there", thread_ts=root)
    await has(desk, "look here", "and there")
    assert [each for each in await bodies(desk) if each in ("look here", "and there")] == ["look here", "and there"]


async def test_a_line_that_comes_again_brings_its_files_once(desk: Desk) -> None:
    ines, root = await ticket(desk)
    await ines.person.posts("support", "look here", thread_ts=root, files=[Upload("lamp.txt", b"bright")])
    await has(desk, "look here")
    await desk.slack.settled()
    again = next(p for p in desk.slack.deliveries.taken if p["event"].get("text") == "look here")
    desk.slack.deliveries.tell(again | {"event_id": "Ev0AGAIN"})
    await desk.slack.settled()
    assert len(await desk.shop.read(lambda d: list(d.session.scalars(select(File))))) == 1


@asynccontextmanager
async def _unwritable(desk: Desk, words: str) -> AsyncIterator[None]:
    """The store takes no message with these words for the time of a block."""
    _change(desk, f"CREATE TRIGGER odd BEFORE INSERT ON message WHEN NEW.body = '{words}' "
                  "BEGIN SELECT RAISE(ABORT, 'odd'); END")  # fmt: skip
    yield
    _change(desk, "DROP TRIGGER odd")


def _change(desk: Desk, statement: str) -> None:
    other = sqlite3.connect(desk.house.settings.data_dir / "deskbell.db", timeout=10)
    other.execute(statement)
    other.commit()
    other.close()


async def _quarantined(desk: Desk) -> list[int]:
    async with asyncio.timeout(15):
        while not (found := await desk.shop.read(lambda d: [each.id for each in quarantine.waiting(d)])):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return found


async def _asked_again(desk: Desk, number: int) -> None:
    await desk.shop.change(lambda d: quarantine.ask_again(d, quarantine.by_id(d, number)))


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_line_that_cannot_be_kept_waits_in_quarantine_and_is_taken_in_when_asked_again(
    desk: Desk, is_late: bool
) -> None:
    ines, root = await ticket(desk)
    chief = await desk.agent("chief", Role.SUPERVISOR)
    async with _unwritable(desk, "odd one"):
        if is_late:
            async with desk.slack.down():
                await ines.person.posts("support", "odd one", thread_ts=root)
        else:
            await ines.person.posts("support", "odd one", thread_ts=root)
        await ines.person.posts("support", "after it", thread_ts=root)
        await has(desk, "after it")
        (number,) = await _quarantined(desk)
        assert "odd one" in (await chief.types("desk quarantine")).words
        await _asked_again(desk, number)
        assert await _quarantined(desk) == [number]
    await _asked_again(desk, number)
    await has(desk, "odd one", "after it")
    assert desk.slack.lost == []


@pytest.fixture
def broken_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file named `odd` has lost even its id."""
    whole = slack_messages.file_wire

    def told(world: Workspace, file: Stored, *, to_app: bool = False) -> Wire:
        return {"mode": "tombstone"} if file.name == "odd" else whole(world, file, to_app=to_app)

    monkeypatch.setattr(slack_messages, "file_wire", told)


@pytest.mark.usefixtures("broken_files")
@pytest.mark.parametrize("is_late", [False, True])
async def test_a_line_that_cannot_even_be_read_is_shown_in_quarantine(desk: Desk, is_late: bool) -> None:
    ines, root = await ticket(desk)
    if is_late:
        async with desk.slack.down():
            await ines.person.posts("support", "odd one", thread_ts=root, files=[Upload("odd", b"was here")])
    else:
        await ines.person.posts("support", "odd one", thread_ts=root, files=[Upload("odd", b"was here")])
    await ines.person.posts("support", "lunch?", files=[Upload("odd", b"nobody's business")])
    await ines.person.posts("support", "after it", thread_ts=root)
    await has(desk, "after it")
    await _quarantined(desk)
    (card,) = await desk.shop.read(lambda d: [quarantine_card(each) for each in quarantine.waiting(d)])
    assert [Voice().say(line) for line in card.lines] == ["Slack's message cannot be read (KeyError).", "odd one"]
    assert "odd one" not in await bodies(desk)


async def test_a_reply_that_is_stopped_at_once_is_asked_about_once(desk: Desk) -> None:
    ines, ben = await desk.agent("ines"), await desk.agent("ben")
    await desk.shop.customer("ana").writes("Where is my lamp?")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    root = await desk.card("Reply")
    desk.slack.slow_files(1.5)
    await ines.person.posts("support", "the label", thread_ts=root, files=[Upload("label.txt", b"fragile")])
    await ines.person.posts("support", "!r It ships today", thread_ts=root)
    await ben.types("assign 1 @ben")
    await desk.until(lambda: [m for m in desk.slack.thread(root.ts) if "raised_hand" in m.reactions])
    await desk.until(lambda: _questions(desk))
    await desk.slack.settled()
    assert len(_questions(desk)) == 1


def _questions(desk: Desk) -> list[str]:
    said = [desk.slack.shown(m) for m in desk.slack.ephemerals_for("ines")]
    return [each for each in said if "Send anyway" in each]


async def test_slack_may_call_a_process_that_does_not_work_in_it_alone(desk: Desk) -> None:
    ines, root = await ticket(desk)
    house, port = desk.house, free_port()
    wiring = Wiring(house.desks, house.bus, house.store, COMMANDS, "", is_embedded=False)
    second = SlackRoom(wiring, Section(app_token="", signing_secret=SIGNING_SECRET))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=second.routes()), port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    await desk.slack.until(lambda: server.started)
    sockets = desk.slack.deliveries.transport
    await desk.slack.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
    await ines.person.posts("support", "by the other door", thread_ts=root)
    await has(desk, "by the other door")
    assert desk.slack.lost == []
    desk.slack.deliveries.transport, server.should_exit = sockets, True
    await serving
    await second._parts.web.close()

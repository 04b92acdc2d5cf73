"""Nothing lost, nothing doubled: Slack repeats, forgets, limits, cuts and refuses, and the desk's work stands."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands import COMMANDS
from bot.slack import keepingup, room, sockets
from bot.slack.room import SlackRoom
from bot.slack.settings import Section
from bot.wiring import Wiring
from core import accounts, files, intake, places
from core.connector import Said, Severity
from core.models import Delivery, DeliveryState, Identity, Message, Role
from core.render import Voice
from core.room import Line, Posting
from core.show import text
from tests.platforms import slack_messages
from tests.platforms.fake_slack import FakeSlack, Upload
from tests.platforms.fake_slack import Message as Posted
from tests.platforms.slack_world import File, Wire, Workspace
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seat import SlackSeat
from tests.shop import Customer

pytestmark = pytest.mark.xdist_group("slack-faults")


async def _bodies(desk: Desk) -> list[str]:
    return await desk.shop.read(
        lambda d: [m.body for m in d.session.scalars(select(Message).order_by(Message.id)) if m.body]
    )


async def _has(desk: Desk, *words: str) -> None:
    """Waits until all these were said, and says that each was said once."""
    async with asyncio.timeout(15):
        while not set(words) <= set(said := await _bodies(desk)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert sorted(each for each in said if each in words) == sorted(words)


def _posts(desk: Desk, words: str) -> list[Posted]:
    return [m for m in desk.office.channel.messages if m.app_id and words in desk.slack.shown(m)]


async def _ticket(desk: Desk, subject: str = "Lamp") -> tuple[SlackSeat, Posted]:
    """An agent with a ticket of theirs, in its thread."""
    ines = await desk.agent("ines")
    await ines.types(f"new internal {subject}")
    root = await desk.card(subject)
    await desk.until(lambda: desk.slack.thread(root.ts)[1:])
    return ines, root


@asynccontextmanager
async def _locked(desk: Desk) -> AsyncIterator[None]:
    """The database is busy for the time of a block."""
    other = sqlite3.connect(desk.house.settings.data_dir / "deskbell.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_what_slack_sends_twice_or_thinks_lost_is_said_once(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    desk.slack.sends_twice(2)
    desk.slack.loses_acks(1)
    await ines.person.posts("support", "one", thread_ts=root)
    await ines.person.posts("support", "two", thread_ts=root)
    await _has(desk, "one", "two")


async def test_an_event_is_acknowledged_only_once_it_is_kept(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    await desk.slack.settled()
    async with _locked(desk):
        await ines.person.posts("support", "while busy", thread_ts=root)
        await asyncio.sleep(0.3)
        assert not [p for p in desk.slack.deliveries.taken if p["event"].get("text") == "while busy"]
    await _has(desk, "while busy")


async def test_events_nobody_listens_to_are_acknowledged(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    await ines.person.reacts("support", root, "eyes")
    await ines.person.posts("support", "lunch?")
    await ines.person.changes(real_name="Ines M.")
    await desk.slack.settled()
    assert desk.slack.lost == []


async def test_lines_written_while_connections_are_renewed_are_all_there(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    said = [f"line {number}" for number in range(9)]
    renewing = asyncio.create_task(desk.slack.disconnects())
    for line in said[:5]:
        await ines.person.posts("support", line, thread_ts=root)
        await asyncio.sleep(0.02)
    await renewing
    desk.slack.drops()
    for line in said[5:]:
        await ines.person.posts("support", line, thread_ts=root)
    await _has(desk, *said)


@pytest.mark.parametrize("pongs", [False, True])
async def test_deaf_connections_are_found_and_replaced(
    slack: FakeSlack, tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, pongs: bool
) -> None:
    monkeypatch.setattr(sockets, "PING_S", 0.2)
    monkeypatch.setattr(keepingup, "IDLE_S", 1.0)
    async with at_work(tmp_path, slack, migrated_sqlite) as desk:
        await slack.connected(2)
        await SlackSeat(desk.office, slack.user("boss")).types("desk setup")
        ines, root = await _ticket(desk)
        await slack.settled()
        slack.deafens(pongs=pongs)
        await ines.person.posts("support", "hello?", thread_ts=root)
        await _has(desk, "hello?")
        await slack.connected(1)


async def test_a_gap_is_caught_up_in_every_thread_with_what_was_edited(desk: Desk) -> None:
    ines, first = await _ticket(desk)
    threads = [first]
    for number in range(3):
        await ines.types(f"new internal Matter {number}")
        threads.append(await desk.card(f"Matter {number}"))
    early = await ines.person.posts("support", "erly", thread_ts=first)
    await _has(desk, "erly")
    async with desk.slack.down():
        for number, root in enumerate(threads):
            await ines.person.posts("support", f"missed {number}", thread_ts=root)
        await ines.person.edits(early, "early")
    await _has(desk, "early", *(f"missed {number}" for number in range(4)))


async def test_a_lost_answer_is_asked_for_and_never_repeated(desk: Desk) -> None:
    for times in range(3):
        desk.slack.fails("chat.postMessage", with_="answer_lost", times=2)
        await desk.shop.customer(f"ana{times}").writes(f"question {times}")
        await desk.until(lambda times=times: len(_posts(desk, f"question {times}")) >= 2)  # type: ignore[misc]
    await _settled(desk)
    assert [len(_posts(desk, f"question {times}")) for times in range(3)] == [2, 2, 2]


async def _settled(desk: Desk) -> None:
    """Waits until nothing is to be sent any more."""
    waiting = select(Delivery.id).where(Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING)))
    async with asyncio.timeout(20):
        while await desk.shop.read(lambda d: d.execute(waiting.limit(1)).first()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_slack_did_not_do_is_done_again(desk: Desk) -> None:
    desk.slack.fails("chat.postMessage", with_=503, times=2)
    await desk.shop.customer("ana").writes("question")
    await desk.card("question")
    await _settled(desk)
    assert len(_posts(desk, "question")) == 2


async def test_a_storm_of_limits_is_waited_out_and_holds_up_nothing_else(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    await _settled(desk)
    desk.slack.fails("chat.postMessage", with_="ratelimited", times=3)
    await desk.shop.customer("ana").writes("question")
    line = await ines.person.posts("support", "meanwhile", thread_ts=root)
    await desk.until(lambda: "memo" in line.reactions or None)
    await desk.card("question")
    await _settled(desk)
    assert len(_posts(desk, "question")) == 2
    assert desk.slack.violations == []


async def test_a_burst_of_customers_arrives_in_order_within_the_limits(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, slack: FakeSlack
) -> None:
    slack.pace.is_on = True
    async with at_work(tmp_path, slack, migrated_sqlite) as desk:
        await slack.connected(2)
        await SlackSeat(desk.office, slack.user("boss")).types("desk setup")
        people = [desk.shop.customer(f"c{number}") for number in range(4)]
        for word in ("first", "second", "third"):
            await asyncio.gather(*(_writes(each, f"{each.sender.address} {word}") for each in people))
        await _settled(desk)
        for each in people:
            root = await desk.card(f"{each.sender.address} first")
            said = "\n".join(desk.thread(root))
            found = [said.index(f"{each.sender.address} {word}") for word in ("first", "second", "third")]
            assert found == sorted(found)
        assert slack.violations == []
        assert not [r for r in slack.requests if r.outcome == "ratelimited"]


async def _writes(customer: Customer, words: str) -> None:
    await customer.writes(words)


async def test_a_command_is_answered_in_time_though_the_store_is_busy(desk: Desk) -> None:
    ines = await desk.agent("ines")
    async with _locked(desk):
        typing = asyncio.create_task(ines.person.types("support", "/ticket new internal Slow", look_s=15))
        await asyncio.sleep(2.5)
    seen = await typing
    assert seen.failed == ""
    assert "is yours" in seen.text


async def test_a_form_keeps_its_words_though_the_store_is_busy(desk: Desk) -> None:
    ines = await desk.agent("ines")
    modal = (await ines.person.types("support", "/ticket new")).modal
    async with _locked(desk):
        sending = asyncio.create_task(
            ines.person.submits(modal, {"who": "internal", "subject": "A long story " * 5}, look_s=15)
        )  # fmt: skip
        await asyncio.sleep(2.5)
    sent = await sending
    assert sent.is_ok
    await desk.card("A long story")


async def test_an_expired_form_is_explained_and_offered_again(desk: Desk) -> None:
    ines = await desk.agent("ines")
    desk.slack.fails("views.open", with_="expired_trigger_id")
    seen = await ines.person.types("support", "/ticket new internal")
    assert "took too long" in seen.text
    again = await ines.person.presses("support", seen.messages[0], "Open the form")
    assert again.modal is not None


async def test_an_answer_finds_another_way_when_its_address_is_used_up(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    answer = await ines.says(root.ts, "!close")
    assert answer is not None
    whisper = desk.slack.ephemerals_for("ines")[-1]
    assert answer.buttons
    desk.slack.fails("response_url", with_=404)
    seen = await ines.person.presses("support", whisper, next(iter(answer.buttons)))
    assert seen.text


async def test_a_deleted_thread_goes_on_in_a_new_one_and_its_agent_is_called(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    await ines.says(root.ts, "what we know")
    await desk.slack.user("boss").deletes(root)
    fresh = await desk.until(lambda: next((m for m in _roots(desk, "Lamp") if m.ts != root.ts), None))
    await desk.until(lambda: [1 for words in desk.thread(fresh) if "what we know" in words])
    await desk.until(lambda: [1 for words in desk.thread(fresh) if "earlier thread was deleted" in words])


def _roots(desk: Desk, words: str) -> list[Posted]:
    return [m for m in _posts(desk, words) if not m.is_reply]


async def test_an_archived_channel_is_told_of_and_gets_everything_later(desk: Desk) -> None:
    chief = await desk.agent("chief", Role.SUPERVISOR)
    await desk.slack.user("boss").archives("support")
    await desk.until(lambda: [1 for m in desk.slack.dms_of("chief") if "archived" in desk.slack.shown(m)])
    await desk.shop.customer("ana").writes("still here?")
    await desk.slack.user("boss").archives("support", again_open=True)
    assert "still here?" in await _bodies(desk)
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
    assert "hello?" in await _bodies(desk)


async def test_the_desk_says_how_far_behind_slack_is(desk: Desk) -> None:
    ines = await desk.agent("ines")
    assert "slack:" not in (await ines.types("desk health")).words
    desk.slack.fails("chat.postMessage", with_="ratelimited", times=1, retry_after_s=3)
    await desk.shop.customer("ana").writes("question")
    await desk.slack.until(lambda: [r for r in desk.slack.requests if r.outcome == "ratelimited"])
    assert "slack:" in (await ines.types("desk health")).words


async def test_a_missing_scope_is_named_and_holds_up_nothing_else(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    desk.slack.drops_scope("reactions:write")
    await ines.person.posts("support", "unmarked", thread_ts=root)
    await _has(desk, "unmarked")
    room = next(room for room in desk.assembled.rooms if room.name == "slack")
    async with asyncio.timeout(10):
        while not any("reactions:write" in Voice().say(f.text) for f in await room.check()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await desk.shop.customer("ana").writes("goes on")
    await desk.card("goes on")


async def test_without_the_scope_for_names_words_still_say_whose_they_are(desk: Desk) -> None:
    desk.slack.drops_scope("chat:write.customize")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await desk.until(lambda: [1 for words in desk.thread(root) if "Customer 1" in words and "hello" in words])


HOSTILE = (
    "<!channel> <!here> <@U0DESKBELL0> @everyone @here",
    "*bold* _it_ ~no~ `code` ```block``` > quote",
    "\u202eright to left\u202c \u0000 \ud800 end",
    "word" * 750 + "!",
    "x" * 12_000,
    ":tada: <https://evil.example|click> & &amp; &lt;",
    "!close",
)


async def test_whatever_a_customer_writes_nobody_is_called_and_nothing_is_refused(desk: Desk) -> None:
    ana = desk.shop.customer("ana")
    for words in HOSTILE:
        await ana.writes(words.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    await desk.card("channel")
    await _settled(desk)
    assert desk.slack.pings == []
    assert {r.outcome for r in desk.slack.requests} <= {"ok", "already_reacted", "no_reaction"}
    shown = "\n".join(desk.slack.shown(m) for m in desk.office.channel.messages)
    for words in ("<!channel>", "*bold*", "right to left", "word" * 600, ":tada:", "&amp; &lt;"):
        assert words in shown
    assert [m for m in desk.office.channel.messages if m.files]


async def test_a_guessed_button_does_what_its_presser_may(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    root.blocks[-1]["elements"][0]["value"] = "desk agent-add eve admin"
    label = root.blocks[-1]["elements"][0]["text"]["text"]
    seen = await ines.person.presses("support", root, label)
    assert "admin" in seen.text
    root.blocks[-1]["elements"][0]["value"] = "\x00<!channel>" * 100
    assert "no command" in (await ines.person.presses("support", root, label)).text


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


async def test_files_for_the_customer_are_looked_at_first(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await ines.presses("dialog take 1")
    line = await ines.person.posts("support", "the manual", thread_ts=root, files=[Upload("manual.txt", b"read me")])
    await desk.until(lambda: "raised_hand" in line.reactions or None)


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
        assert "hourglass_flowing_sand" not in line.reactions
        assert "not like this" not in await _bodies(desk)


async def test_a_customers_file_stands_in_the_thread_and_goes_when_it_is_removed_for_good(desk: Desk) -> None:
    content = b"\x89PNG not really"
    taken = desk.house.store.take(content)
    ana = desk.shop.customer("ana")
    await ana.writes("hello")
    root = await desk.card("hello")
    identity = await desk.shop.read(lambda d: d.session.scalars(select(Identity)).one().id)
    file_id = await desk.shop.change(lambda d: files.keep(d, taken, "lamp.png", identity_id=identity))
    said = Said("with-file", ana.sender, "look", desk.shop.clock(), files=(file_id,))
    await intake.take_in(desk.house.desks, desk.shop.source, said)
    shared = await desk.until(lambda: next((m for m in desk.slack.thread(root.ts) if m.files), None))
    assert desk.slack.world.files[shared.files[0]].content == content
    chief = await desk.agent("chief", Role.SUPERVISOR)
    message = await desk.shop.read(lambda d: d.session.scalars(select(Message).where(Message.body == "look")).one().id)
    assert "Removed" in (await chief.types(f"message redact {message} yes")).words
    await desk.until(lambda: not [m for m in desk.slack.thread(root.ts) if m.files] or None)
    await desk.until(lambda: not [words for words in desk.thread(root) if "look" in words] or None)


async def test_who_takes_no_direct_message_is_called_in_the_thread(desk: Desk) -> None:
    ines, _chief = await desk.agent("ines"), await desk.agent("chief", Role.SUPERVISOR)
    await ines.types("new internal Lamp")
    root = await desk.card("Lamp")
    await _settled(desk)
    desk.slack.fails("conversations.open", with_="cannot_dm_bot", times=3)
    await ines.types("assign 1 @chief")
    await desk.until(lambda: [1 for words in desk.thread(root) if "@chief" in words and "is yours now" in words])


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
    ines, root = await _ticket(desk)
    desk.slack.fails("files.info", with_="file_deleted")
    await ines.person.posts("support", "look at this", thread_ts=root, files=[Upload("gone", b"was here")])
    await _has(desk, "look at this")
    await desk.until(lambda: [m for m in desk.slack.ephemerals_for("ines") if "deleted" in desk.slack.shown(m)])
    assert desk.slack.lost == []


@pytest.mark.usefixtures("broken_files")
async def test_the_words_of_a_line_go_on_while_the_scope_for_files_is_missing(desk: Desk) -> None:
    ines, root = await _ticket(desk)
    desk.slack.drops_scope("files:read")
    await ines.person.posts("support", "look at this", thread_ts=root, files=[Upload("gone", b"bright")])
    await _has(desk, "look at this")
    await desk.until(lambda: [m for m in desk.slack.ephemerals_for("ines") if "files:read" in desk.slack.shown(m)])


@pytest.mark.usefixtures("broken_files")
async def test_a_gap_is_read_to_its_end_whatever_one_line_of_it_holds(desk: Desk) -> None:
    ines, first = await _ticket(desk)
    await ines.types("new internal Chair")
    second = await desk.card("Chair")
    desk.slack.fails("files.info", with_="file_deleted", times=9)
    async with desk.slack.down():
        await ines.person.posts("support", "odd one", thread_ts=first, files=[Upload("odd", b"was here")])
        await ines.person.posts("support", "look at this", thread_ts=first, files=[Upload("gone", b"was here")])
        await ines.person.posts("support", "after it", thread_ts=first)
        await ines.person.posts("support", "elsewhere", thread_ts=second)
    await _has(desk, "look at this", "after it", "elsewhere")
    assert "odd one" not in await _bodies(desk)


async def test_who_left_a_channel_while_nobody_listened_is_let_go(desk: Desk) -> None:
    ines, zoe = await desk.agent("ines"), await desk.agent("zoe")
    assert await _team(desk) == [ines.person.id, zoe.person.id]
    async with desk.slack.down():
        desk.office.channel.members.remove(zoe.person.id)
    async with asyncio.timeout(10):
        while await _team(desk) != [ines.person.id]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _team(desk: Desk) -> list[str]:
    """The accounts of the team's agents."""
    channel = desk.office.channel.id
    return await desk.shop.read(lambda d: accounts.of_place(d, places.all_at(d, "slack", channel)[0]))


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
    assert len(_posts(desk, "Sent by the second")) == 2
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

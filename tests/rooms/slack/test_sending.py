"""What is shown in Slack arrives once and in order, whatever Slack limits, loses or refuses."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from core import files, intake
from core.connector import Said
from core.models import Identity, Message, Role
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import posts, settled, tells, ticket
from tests.shop import Customer

pytestmark = pytest.mark.xdist_group("slack-sending")


async def test_a_lost_answer_is_asked_for_and_never_repeated(desk: Desk) -> None:
    for times in range(3):
        desk.slack.fails("chat.postMessage", with_="answer_lost", times=2)
        await desk.shop.customer(f"ana{times}").writes(f"question {times}")
        await desk.until(lambda times=times: len(posts(desk, f"question {times}")) >= 2)  # type: ignore[misc]
    await settled(desk)
    assert [len(posts(desk, f"question {times}")) for times in range(3)] == [2, 2, 2]


async def test_what_slack_did_not_do_is_done_again(desk: Desk) -> None:
    desk.slack.fails("chat.postMessage", with_=503, times=2)
    await desk.shop.customer("ana").writes("question")
    await desk.card("question")
    await settled(desk)
    assert len(posts(desk, "question")) == 2


async def test_a_storm_of_limits_is_waited_out_and_holds_up_nothing_else(desk: Desk) -> None:
    ines, root = await ticket(desk)
    await settled(desk)
    desk.slack.fails("chat.postMessage", with_="ratelimited", times=3)
    await desk.shop.customer("ana").writes("question")
    line = await ines.person.posts("support", "meanwhile", thread_ts=root)
    await desk.until(lambda: "memo" in line.reactions or None)
    await desk.card("question")
    await settled(desk)
    assert len(posts(desk, "question")) == 2
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
        await settled(desk)
        for each in people:
            root = await desk.card(f"{each.sender.address} first")
            said = "\n".join(desk.thread(root))
            found = [said.index(f"{each.sender.address} {word}") for word in ("first", "second", "third")]
            assert found == sorted(found)
        assert slack.violations == []
        assert not [r for r in slack.requests if r.outcome == "ratelimited"]


async def _writes(customer: Customer, words: str) -> None:
    await customer.writes(words)


async def test_the_desk_says_how_far_behind_slack_is(desk: Desk) -> None:
    ines = await desk.agent("ines")
    assert "wait" not in (await ines.types("desk health")).words.split("shop")[-1]
    desk.slack.fails("chat.postMessage", with_="ratelimited", times=1, retry_after_s=3)
    await desk.shop.customer("ana").writes("question")
    await desk.slack.until(lambda: [r for r in desk.slack.requests if r.outcome == "ratelimited"])
    assert "slack" in (await ines.types("desk health")).words


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
    await settled(desk)
    assert desk.slack.pings == []
    assert {r.outcome for r in desk.slack.requests} <= {"ok", "already_reacted", "no_reaction"}
    shown = "\n".join(desk.slack.shown(m) for m in desk.office.channel.messages)
    for words in ("<!channel>", "*bold*", "right to left", "word" * 600, ":tada:", "&amp; &lt;"):
        assert words in shown
    assert [m for m in desk.office.channel.messages if m.files]


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
    await settled(desk)
    desk.slack.fails("conversations.open", with_="cannot_dm_bot", times=3)
    await tells(desk, "chief", "Look at this again")
    await desk.until(lambda: [1 for words in desk.thread(root) if "@chief" in words and "Look at this again" in words])

"""What was said while nobody heard is read afterwards, once and to its end."""

import asyncio
from pathlib import Path

import pytest

from bot.slack import keepingup, sockets
from core import accounts, places
from tests.platforms.fake_slack import FakeSlack
from tests.rooms.slack.conftest import Desk, at_work
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import has, ticket

pytestmark = pytest.mark.xdist_group("slack-gaps")


async def test_lines_written_while_connections_are_renewed_are_all_there(desk: Desk) -> None:
    ines, root = await ticket(desk)
    said = [f"line {number}" for number in range(9)]
    renewing = asyncio.create_task(desk.slack.disconnects())
    for line in said[:5]:
        await ines.person.posts("support", line, thread_ts=root)
        await asyncio.sleep(0.02)
    await renewing
    desk.slack.drops()
    for line in said[5:]:
        await ines.person.posts("support", line, thread_ts=root)
    await has(desk, *said)


@pytest.mark.parametrize("pongs", [False, True])
async def test_deaf_connections_are_found_and_replaced(
    slack: FakeSlack, tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, pongs: bool
) -> None:
    monkeypatch.setattr(sockets, "PING_S", 0.2)
    monkeypatch.setattr(keepingup, "IDLE_S", 1.0)
    async with at_work(tmp_path, slack, migrated_sqlite) as desk:
        await slack.connected(2)
        await SlackSeat(desk.office, slack.user("boss")).types("desk setup")
        ines, root = await ticket(desk)
        await slack.settled()
        slack.deafens(pongs=pongs)
        await ines.person.posts("support", "hello?", thread_ts=root)
        await has(desk, "hello?")
        await slack.connected(1)


async def test_a_gap_is_caught_up_in_every_thread_with_what_was_edited(desk: Desk) -> None:
    ines, first = await ticket(desk)
    threads = [first]
    for number in range(3):
        await ines.types(f"new internal Matter {number}")
        threads.append(await desk.card(f"Matter {number}"))
    early = await ines.person.posts("support", "erly", thread_ts=first)
    await has(desk, "erly")
    async with desk.slack.down():
        for number, root in enumerate(threads):
            await ines.person.posts("support", f"missed {number}", thread_ts=root)
        await ines.person.edits(early, "early")
    await has(desk, "early", *(f"missed {number}" for number in range(4)))


async def test_who_left_a_channel_while_nobody_listened_is_let_go(desk: Desk) -> None:
    ines, zoe = await desk.agent("ines"), await desk.agent("zoe")
    assert await _team(desk) == [ines.person.id, zoe.person.id]
    async with desk.slack.down():
        desk.office.channel.members.remove(zoe.person.id)
    async with asyncio.timeout(10):
        while await _team(desk) != [ines.person.id]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_who_is_in_another_channel_of_the_team_stays_in_it(desk: Desk) -> None:
    """Also when they leave one of them, with the desk listening or not."""
    ines, zoe = await desk.agent("ines"), await desk.agent("zoe")
    desk.slack.add_channel("vip", "zoe", "boss")
    said = await desk.slack.user("boss").types("vip", "/ticket desk setup")
    assert "is Support's now" in said.text
    async with desk.slack.down():
        desk.office.channel.members.remove(zoe.person.id)
    await desk.slack.user("zoe").joins("support")
    await desk.slack.user("zoe").leaves("vip")
    await ines.types("ticket list")
    await zoe.types("ticket list")
    assert await _team(desk) == [ines.person.id, zoe.person.id]


async def _team(desk: Desk) -> list[str]:
    """The accounts of the team's agents."""
    channel = desk.office.channel.id
    return await desk.shop.read(lambda d: accounts.of_place(d, places.all_at(d, "slack", channel)[0]))

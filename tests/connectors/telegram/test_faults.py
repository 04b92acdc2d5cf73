"""Nothing that comes in is lost or doubled: an update is confirmed after its commit, whatever goes wrong."""

import json
import logging
import sqlite3
from pathlib import Path

import httpx
import pytest

from core import channels
from core.desk import Desk as OpenDesk
from core.models import Role
from tests.connectors.telegram.conftest import Desk, at_work
from tests.contracts.desk import eventually
from tests.platforms.fake_telegram import FakeTelegram

pytestmark = pytest.mark.xdist_group("telegram")


async def test_what_waits_from_before_is_taken_in_and_never_dropped(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path
) -> None:
    ana, bot = telegram.person("Ana"), telegram.bot("shop_bot")
    await ana.starts(bot)
    await ana.writes(bot, "Are you open yet?")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        assert await desk.kept(1) == ["Are you open yet?"]
        assert {call.get("drop_pending_updates", "false") for call in telegram.calls("deleteWebhook")} == {"false"}


async def test_a_store_that_cannot_be_written_confirms_nothing_and_loses_nothing(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await desk.telegram.settled(desk.bot)
    other = sqlite3.connect(desk.house.settings.data_dir / "deskbell.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await ana.writes(desk.bot, "One")
    await ana.writes(desk.bot, "Two")
    asked = len(desk.telegram.calls("getUpdates"))
    await desk.telegram.until(lambda: len(desk.telegram.calls("getUpdates")) > asked + 1, within_s=30)
    assert len(desk.bot.inbox.waiting) == 2
    other.execute("ROLLBACK")
    other.close()
    assert await desk.kept(2) == ["One", "Two"]
    await desk.telegram.settled(desk.bot)
    assert await desk.kept(2) == ["One", "Two"]


async def test_replayed_and_repeated_updates_are_taken_in_once(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    desk.telegram.faults.deliver_twice(desk.bot, times=2)
    desk.telegram.faults.duplicate(desk.bot, times=2)
    for words in ("One", "Two", "Three"):
        await ana.writes(desk.bot, words)
    await desk.kept(3)
    await desk.telegram.settled(desk.bot)
    desk.telegram.faults.replay(desk.bot, 20)
    await ana.writes(desk.bot, "Four")
    assert await desk.kept(4) == ["One", "Two", "Three", "Four"]
    assert desk.hears(ana).count("Hello! Write to us here: what is it about?") == 1


async def test_another_program_with_the_same_bot_is_named_and_sending_goes_on(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "Hello")
    await desk.kept(1)
    await ines.types("dialog take 1")
    boss = await desk.agent("admin", Role.ADMIN)
    async with httpx.AsyncClient() as thief:
        address = f"{desk.telegram.base_url}{desk.bot.token}/getUpdates"

        async def health() -> str:
            await thief.post(address, data={"timeout": "0", "offset": "1"})
            await boss.types("desk health")
            return str(boss.answers[-1].lines)

        said = await eventually(health, lambda lines: "works with this bot, too" in lines)
    assert "Stop it, or give each a bot of its own" in said
    await ines.types("dialog say 1 Still here")
    await desk.until_heard(ana, "Still here")
    await ana.writes(desk.bot, "Me too")
    assert await desk.kept(2) == ["Hello", "Me too"]


@pytest.mark.filterwarnings("error::telegram.warnings.PTBUserWarning")
async def test_floods_and_broken_connections_are_waited_out(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "Hello")
    await desk.kept(1)
    await ines.types("dialog take 1")
    desk.telegram.faults.flood("*", retry_after=1, times=6)
    for n in range(3):
        await ines.types(f"dialog say 1 Line {n}")
    await desk.until_heard(ana, "Line 2")
    assert [said for said in desk.hears(ana) if said.startswith("Line")] == ["Line 0", "Line 1", "Line 2"]
    async with desk.telegram.down():
        await ines.types("dialog say 1 Meanwhile")
        await desk.message("Meanwhile")
    await desk.telegram.until(lambda: desk.telegram.calls("getUpdates"))
    await ana.writes(desk.bot, "Back?")
    await desk.until_heard(ana, "Meanwhile")
    assert await desk.kept(2) == ["Hello", "Back?"]
    assert desk.telegram.violations == []


async def test_malformed_and_huge_updates_are_kept_aside_and_hide_no_other(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    said = await ana.writes(desk.bot, "Before")
    desk.telegram.faults.missing_fields(desk.bot)
    desk.telegram.faults.unknown_kind(desk.bot)
    desk.telegram.faults.huge(desk.bot, said)
    await ana.writes(desk.bot, "After")
    kept = await desk.kept(3)
    assert (kept[0], kept[2]) == ("Before", "After")
    assert len(kept[1]) <= 20_000
    boss = await desk.agent("admin", Role.ADMIN)
    await boss.types("desk quarantine")
    reasons = {card.lines[0].id for card in boss.answers[-1].cards}
    assert reasons == {"Telegram sent something that cannot be read."}
    number = boss.answers[-1].cards[0].title.args["id"]
    assert "It still cannot be understood" in await boss.types(f"desk retry {number}")
    assert await boss.types(f"desk discard {number}") == "Discarded."


async def test_the_token_is_never_logged_shown_or_linked_to(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = telegram.bot("shop_bot").token
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        ines, ana = await desk.agent("ines"), await desk.customer("Ana")
        await ana.sends_document(desk.bot, "bill.pdf", b"words", caption="The bill")
        await desk.kept(1)
        await ines.types("dialog take 1")
        telegram.faults.fail(500, "*", times=3)
        await ines.types("dialog say 1 Hello")
        await desk.message("Hello")
        telegram.revokes_token(desk.bot)
        await ana.writes(desk.bot, "Are you there?")
        boss = await desk.agent("admin", Role.ADMIN)

        async def health() -> str:
            await boss.types("desk health")
            return str(boss.answers[-1])

        assert "does not accept the bot's token" in await eventually(health, lambda said: "token" in said)
        lines = ("desk health", "desk channels", "desk undelivered", "dialog show 1", "ticket transcript 1")
        shown = [str((await boss.types(line), boss.answers[-1])) for line in lines]
    said = "\n".join((*shown, caplog.text, json.dumps([str(record.args) for record in caplog.records])))
    assert token not in said
    assert token.partition(":")[2] not in said


async def test_a_second_bot_works_as_soon_as_it_is_set_up(desk: Desk) -> None:
    boss, ana = await desk.agent("admin", Role.ADMIN), desk.telegram.person("Ana")
    second = desk.telegram.bot("other_bot")
    await boss.types("desk set channel other = telegram team:support on")

    async def failures() -> str:
        await boss.types("desk health")
        return str(boss.answers[-1].lines)

    assert "has no bot token" in await eventually(failures, lambda said: "no bot token" in said)

    def give(open_: OpenDesk) -> None:
        channels.configure(open_, channels.named(open_, "other"), {"bot_token": second.token})

    await desk.shop.change(give)
    await ana.starts(second)
    await desk.telegram.until(lambda: any("Hello!" in said for said in ana.hears_from(second)))
    await ana.writes(second, "To the other bot")
    await ana.starts(desk.bot)
    await ana.writes(desk.bot, "To the first")
    await desk.kept(2)
    by = [(await desk.message(words)).channel_id for words in ("To the first", "To the other bot")]
    assert by[0] != by[1]

"""What customers may ask of the desk itself, by commands and buttons."""

from pathlib import Path

import pytest

from tests.connectors.telegram.conftest import Desk, at_work
from tests.platforms.fake_telegram import FakeTelegram

pytestmark = pytest.mark.xdist_group("telegram")


async def test_the_menu_of_commands_is_in_the_customers_language(desk: Desk) -> None:
    ana, udo = await desk.customer("Ana"), await desk.customer("Udo", "de")
    assert ana.sees_commands(desk.bot)["new"] == "Begin a new matter"
    assert list(udo.sees_commands(desk.bot)) == ["new", "status", "end", "language", "help"]


async def test_the_link_somebody_came_by_and_the_topic_they_chose_are_known(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_TOPICS", "Order,Invoice")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        ines, ana = await desk.agent(), telegram.person("Ana")
        await ana.starts(desk.bot, "spring_sale")
        greeting = await desk.until_heard(ana, "Hello!")
        assert greeting.buttons == ["Order", "Invoice"]
        assert (await ana.presses(greeting, "Invoice")).is_answered
        await desk.until_heard(ana, "Go ahead")
        await telegram.until(lambda: greeting.buttons == [])
        await ana.writes(desk.bot, "It is wrong")
        await desk.kept(1)
        await desk.until_thread(ines, "dialog:1", "Came by the link “spring_sale”.")
        await ines.types("dialog end 1")
        await ines.types("ticket show 1")
        assert "+invoice" in str(ines.answers[-1].cards).lower()
    monkeypatch.setenv("TELEGRAM_TOPICS", "Return")
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        ben = telegram.person("Ben")
        await ben.starts(desk.bot)
        assert (await desk.until_heard(ben, "Hello!")).buttons == ["Return"]


async def test_a_new_matter_is_a_new_ticket_with_or_without_words_behind_the_command(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.writes(desk.bot, "One")
    await desk.kept(1)
    await ana.writes(desk.bot, "/new Two")
    await desk.kept(2)
    await ana.writes(desk.bot, "/new")
    await desk.until_heard(ana, "Go ahead")
    await ana.writes(desk.bot, "Three")
    assert await desk.kept(3) == ["One", "Two", "Three"]
    assert [row[1] for row in await desk.shop.tickets()] == ["One", "Two"]


async def test_status_says_whose_turn_it_is_and_end_ends(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.writes(desk.bot, "/status")
    await desk.until_heard(ana, "Nothing of yours is open with us")
    await ana.writes(desk.bot, "/end")
    await desk.until_heard(ana, "There is no conversation to end")
    await ana.writes(desk.bot, "My lamp is broken")
    await desk.kept(1)
    await ana.writes(desk.bot, "/end")
    await desk.until_heard(ana, "This conversation has ended")
    await ana.writes(desk.bot, "/status")
    await desk.until_heard(ana, "#1 My lamp is broken: we are on it")


async def test_the_language_is_theirs_to_choose(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.writes(desk.bot, "/language")
    asked = await desk.until_heard(ana, "Which language")
    await ana.presses(asked, "Deutsch")
    await ana.writes(desk.bot, "/help")
    await desk.telegram.until(lambda: any("Schreiben Sie" in said or "/new" in said for said in desk.hears(ana)[-1:]))
    await ana.writes(desk.bot, "/language English")
    await desk.until_heard(ana, "From now on we write to you in English")


async def test_afterwards_it_can_be_rated_or_said_to_be_unsolved(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "My lamp is broken")
    await desk.kept(1)
    await ines.types("dialog take 1")
    await ines.types("dialog solved 1")
    asked = await desk.until_heard(ana, "How did we do?")
    assert asked.buttons == ["1", "2", "3", "4", "5", "Not solved"]
    await ana.presses(asked, "4")
    await desk.until_heard(ana, "Thank you!")
    assert (await desk.shop.ticket(1)).rating == 4
    assert [row[2] for row in await desk.shop.tickets()] == ["closed"]
    await ana.writes(desk.bot, "Still dark")
    await desk.kept(2)
    await ines.types("dialog take 2")
    await ines.types("dialog solved 2")
    await desk.telegram.until(lambda: len([t for t in desk.hears(ana) if "How did we do?" in t]) == 2)
    again = await desk.until_heard(ana, "How did we do?")
    await ana.presses(again, "Not solved")
    await desk.until_heard(ana, "It is open again")
    assert [row[2] for row in await desk.shop.tickets()] == ["open"]


async def test_what_looks_like_a_command_and_is_none_is_said_to_the_desk(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.writes(desk.bot, "/refund please")
    assert await desk.kept(1) == ["/refund please"]

"""A customer who blocks the bot: agents see it, nothing is tried in vain, and all goes on when they are back."""

import pytest

from tests.connectors.telegram.conftest import Desk
from tests.connectors.telegram.test_sending import talking

pytestmark = pytest.mark.xdist_group("telegram")


async def test_agents_see_a_block_and_are_told_before_they_write_in_vain(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ana.blocks(desk.bot)
    await desk.until_thread(ines, "dialog:1", "they have shut us out, or the address is gone")
    tried = len(desk.telegram.calls("sendMessage"))
    said = await ines.types("dialog say 1 Hello?")
    assert said == "The customer has shut us out, or the address is gone: this would not arrive, so it was not sent."
    await ines.presses("Send anyway")
    await desk.until_thread(ines, "dialog:1", "Hello?")
    message = await desk.message("Hello?")
    assert message.failed_at is not None
    assert message.failure == "the customer has blocked us or left; it was not tried"
    assert len(desk.telegram.calls("sendMessage")) == tried


async def test_a_block_nobody_told_of_is_found_by_the_first_refusal_and_no_other_is_met(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ana.leaves_telegram()
    before = len(desk.telegram.calls("sendMessage"))
    await ines.types("dialog say 1 One")
    await desk.until_thread(ines, "dialog:1", "what we write does not reach the customer any more")
    for words in ("Two", "Three"):
        await ines.types(f"dialog say 1 {words}")
        await ines.presses("Send anyway")
        await desk.message(words)
    assert len(desk.telegram.calls("sendMessage")) == before + 1
    assert "3 things not delivered" in await ines.types("desk undelivered")


async def test_other_ways_to_reach_them_are_named(desk: Desk) -> None:
    ines, ana = await talking(desk)
    contact = (await desk.shop.dialog(1)).contact_id
    await ines.types(f"customer address #{contact} ana@example.com")
    await ana.blocks(desk.bot)
    await desk.until_thread(ines, "dialog:1", "We know another way to reach them: e-mail")


async def test_who_lets_us_in_again_is_reached_again_and_what_failed_can_be_sent(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ana.blocks(desk.bot)
    await desk.until_thread(ines, "dialog:1", "they have shut us out, or the address is gone")
    await ines.types("dialog say 1 Are you back?")
    await ines.presses("Send anyway")
    await desk.message("Are you back?")
    await ana.unblocks(desk.bot)
    await desk.until_thread(ines, "dialog:1", "the customer lets us in again")
    await ines.types("desk undelivered")
    await ines.types(ines.answers[-1].cards[0].buttons[0].line)
    await desk.until_heard(ana, "Are you back?")


async def test_any_word_of_theirs_says_that_they_are_back(desk: Desk) -> None:
    ines, ana = await talking(desk)
    desk.bot.inbox.allowed = tuple(kind for kind in desk.bot.inbox.allowed if kind != "my_chat_member")
    await ana.blocks(desk.bot)
    await ines.types("dialog say 1 One")
    await desk.until_thread(ines, "dialog:1", "what we write does not reach")
    await ana.unblocks(desk.bot)
    await ana.writes(desk.bot, "I am back")
    await desk.message("I am back")
    await ines.types("dialog say 1 Welcome")
    await desk.until_heard(ana, "Welcome")

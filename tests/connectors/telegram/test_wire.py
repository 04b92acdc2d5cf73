"""Customers write to a bot, at the wire: a chat is a live dialog that becomes a ticket, answers come back."""

import pytest

from tests.connectors.telegram.conftest import Desk

pytestmark = pytest.mark.xdist_group("telegram")


async def test_what_a_customer_writes_is_a_live_dialog_and_an_answer_comes_back(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "My lamp is broken")
    assert await desk.kept(1) == ["My lamp is broken"]
    await ines.types("dialog take 1")
    await ines.types("dialog say 1 Which lamp is it?")
    post = await desk.until_heard(ana, "Which lamp is it?")
    await ana.writes(desk.bot, "The red one", quotes=post)
    assert await desk.kept(2) == ["My lamp is broken", "The red one"]
    await ines.types("dialog end 1")
    assert [row[1:] for row in await desk.shop.tickets()] == [("My lamp is broken", "open")]
    await desk.until_heard(ana, "How did we do?")

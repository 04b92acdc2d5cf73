"""Whoever does something is answered, in time or afterwards, though the store is busy or an address used up."""

import asyncio

import pytest

from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seen import locked, ticket

pytestmark = pytest.mark.xdist_group("slack-answers")


async def test_a_command_is_answered_in_time_though_the_store_is_busy(desk: Desk) -> None:
    ines = await desk.agent("ines")
    async with locked(desk):
        typing = asyncio.create_task(ines.person.types("support", "/ticket new internal Slow", look_s=15))
        await asyncio.sleep(2.5)
    seen = await typing
    assert seen.failed == ""
    assert "is yours" in seen.text


async def test_a_form_keeps_its_words_though_the_store_is_busy(desk: Desk) -> None:
    ines = await desk.agent("ines")
    modal = (await ines.person.types("support", "/ticket new")).modal
    async with locked(desk):
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
    ines, root = await ticket(desk)
    answer = await ines.says(root.ts, "!close")
    assert answer is not None
    whisper = desk.slack.ephemerals_for("ines")[-1]
    assert answer.buttons
    desk.slack.fails("response_url", with_=404)
    seen = await ines.person.presses("support", whisper, next(iter(answer.buttons)))
    assert seen.text


async def test_a_guessed_button_does_what_its_presser_may(desk: Desk) -> None:
    ines, root = await ticket(desk)
    root.blocks[-1]["elements"][0]["value"] = "desk agent-add eve admin"
    label = root.blocks[-1]["elements"][0]["text"]["text"]
    seen = await ines.person.presses("support", root, label)
    assert "admin" in seen.text
    root.blocks[-1]["elements"][0]["value"] = "\x00<!channel>" * 100
    assert "no command" in (await ines.person.presses("support", root, label)).text

"""What agents say arrives whole, in order and once, as far as Telegram can tell; edits and withdrawals follow."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands.call import Here
from core import files
from core.desk import Desk as OpenDesk
from core.models import Delivery, Message
from tests.connectors.telegram.conftest import Desk, at_work
from tests.contracts.desk import eventually
from tests.platforms.fake_telegram import FakeTelegram, Person, picture
from tests.shop import Person as Agent

pytestmark = pytest.mark.xdist_group("telegram")


async def talking(desk: Desk) -> tuple[Agent, Person]:
    """An agent and a customer in a dialog."""
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "My lamp is broken")
    await desk.kept(1)
    await ines.types("dialog take 1")
    return ines, ana


async def test_light_markup_is_kept_and_everything_else_is_plain(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ines.types("dialog say 1 *Bold*, _soft_, `code` and [a link](https://shop.example/a_b), 2*3*4 <b>x")
    post = await desk.until_heard(ana, "Bold")
    assert post.text == "Bold, soft, code and a link, 2*3*4 <b>x"
    kinds = [(each["type"], each["offset"], each["length"]) for each in post.entities]
    assert kinds == [("bold", 0, 4), ("italic", 6, 4), ("code", 12, 4), ("text_link", 21, 6)]


async def test_a_long_answer_is_cut_at_paragraphs_and_arrives_in_order(desk: Desk) -> None:
    ines, ana = await talking(desk)
    paragraphs = [f"{n} " + "😀" * 1_200 for n in range(5)]
    await ines.types("dialog say 1 " + "\n\n".join(paragraphs))
    await desk.until_heard(ana, "4 ")
    posts = [said for said in desk.hears(ana) if "😀" in said]
    assert len(posts) == 5
    assert "\n\n".join(posts) == "\n\n".join(paragraphs)


async def test_one_cut_short_by_a_flood_goes_on_where_it_stopped(desk: Desk) -> None:
    ines, ana = await talking(desk)
    before = len(desk.telegram.calls("sendMessage"))
    desk.telegram.faults.flood("sendMessage", retry_after=1, times=0)
    await ines.types("dialog say 1 " + "\n\n".join(f"{n} " + "x" * 4_000 for n in range(4)))
    await desk.telegram.until(lambda: len(desk.telegram.calls("sendMessage")) == before + 2)
    desk.telegram.faults.flood("sendMessage", retry_after=1)
    await desk.until_heard(ana, "3 ")
    assert [said[0] for said in desk.hears(ana) if "xxx" in said] == ["0", "1", "2", "3"]
    assert desk.telegram.violations == []


async def test_a_lost_answer_is_shown_as_uncertain_and_nothing_is_said_twice(desk: Desk) -> None:
    ines, ana = await talking(desk)
    desk.telegram.faults.lose_answer("sendMessage")
    await ines.types("dialog say 1 Just once")
    await desk.until_heard(ana, "Just once")

    async def states() -> list[str]:
        rows = await desk.shop.read(lambda d: list(d.session.scalars(select(Delivery).order_by(Delivery.id))))
        return [row.state.value for row in rows]

    assert (await eventually(states, lambda found: "uncertain" in found))[-1] == "uncertain"
    assert desk.hears(ana).count("Just once") == 1
    assert "not delivered" in await ines.types("desk undelivered")


async def test_an_edit_changes_what_the_customer_sees_and_a_withdrawal_takes_it_away(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ines.types("dialog say 1 It ships on Monday")
    post = await desk.until_heard(ana, "It ships on Monday")
    message = await desk.message("It ships on Monday")
    await ines.types(f"message edit {message.id} It ships on *Tuesday*")
    await desk.telegram.until(lambda: post.text == "It ships on Tuesday")
    long = "\n\n".join(f"{n} " + "y" * 4_000 for n in range(2))
    await ines.types(f"message edit {message.id} {long}")
    await desk.until_heard(ana, "1 yyy")
    await ines.types(f"message edit {message.id} Short again")
    await desk.telegram.until(lambda: post.text == "Short again" and "1 yyy" not in str(desk.hears(ana)))
    await ines.types(f"message withdraw {message.id}")
    await desk.telegram.until(lambda: post.is_deleted)


async def test_files_go_along_with_their_names_and_pictures_as_pictures(desk: Desk) -> None:
    ines, ana = await talking(desk)
    taken = [(f"{n}.png", desk.house.store.take(picture(30 + n, 30))) for n in range(2)]
    taken.append(("bill.pdf", desk.house.store.take(b"%PDF-1.4 bill")))

    def attach(open_: OpenDesk) -> tuple[int, ...]:
        return tuple(files.keep(open_, each, name, agent_id=ines.actor.agent_id) for name, each in taken)

    attached = await desk.shop.change(attach, ines.actor)
    await ines.says("See here", Here(dialog=1), files=attached)
    await ines.types("message send 1")
    await desk.telegram.until(lambda: any(f.name == "bill.pdf" for p in ana.sees(desk.bot) for f in p.files))
    sent = [post for post in ana.sees(desk.bot) if post.sender.id == desk.bot.id and post.files]
    assert [(post.kind, post.text) for post in sent] == [("photo", "See here"), ("photo", ""), ("document", "")]
    message = await desk.message("See here")
    await ines.types(f"message edit {message.id} See there")
    await desk.telegram.until(lambda: sent[0].text == "See there")


async def test_whoever_is_silent_is_let_go_without_a_word_and_comes_back_to_the_same_ticket(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path
) -> None:
    quick = {"idle_silent": timedelta(seconds=1), "hold_chat": timedelta()}
    async with at_work(tmp_path, telegram, migrated_sqlite, **quick) as desk:
        await desk.agent("ines")
        ines, ana = await talking(desk)
        await ines.types("dialog say 1 Which lamp?")
        await desk.until_heard(ana, "Which lamp?")

        async def tickets() -> list[tuple[int, str, str]]:
            return await desk.shop.tickets()

        assert [row[0] for row in await eventually(tickets, bool)] == [1]
        assert desk.hears(ana)[-1] == "Which lamp?"
        await ana.writes(desk.bot, "The red one")
        assert (await desk.message("The red one")).ticket_id == 1
        rows = await desk.shop.read(lambda d: list(d.session.scalars(select(Message.dialog_id))))
        assert 2 in rows

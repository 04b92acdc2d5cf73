"""What takes several posts and is cut short goes on where it stopped: nothing of it is said twice without a word."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands.call import Here
from connectors.telegram.connector import Telegram
from core import channels, files
from core.connector import Described, Outgoing, PublicWords
from core.desk import Desk as OpenDesk
from core.models import Delivery, DeliveryState, Role
from tests.connectors.telegram.conftest import Desk, at_work
from tests.connectors.telegram.test_sending import talking
from tests.contracts.desk import eventually
from tests.platforms.fake_telegram import FakeTelegram, Person, picture
from tests.shop import Person as Agent

pytestmark = pytest.mark.xdist_group("telegram")


def parts(count: int, sign: str = "x") -> str:
    """A text that takes so many messages, each of which begins with its number."""
    return "\n\n".join(f"{n} " + sign * 4_000 for n in range(count))


def seen(desk: Desk, person: Person, sign: str = "x") -> str:
    """The numbers of the parts somebody sees, in their order."""
    return "".join(said[0] for said in desk.hears(person) if sign * 100 in said)


async def until_uncertain(desk: Desk) -> None:
    """Waits until nobody knows whether something arrived."""

    async def states() -> list[DeliveryState]:
        return await desk.shop.read(lambda d: list(d.session.scalars(select(Delivery.state))))

    assert DeliveryState.UNCERTAIN in await eventually(states, lambda found: DeliveryState.UNCERTAIN in found)


async def loses_the_second_answer(desk: Desk) -> tuple[Agent, Person]:
    """Three parts are sent, and the answer to the second is lost."""
    ines, ana = await talking(desk)
    desk.telegram.faults.slow(0.0, "sendMessage")
    desk.telegram.faults.lose_answer("sendMessage")
    await ines.types(f"dialog say 1 {parts(3)}")
    await until_uncertain(desk)
    return ines, ana


async def sends_again(desk: Desk, agent: Agent) -> None:
    """Has the one thing sent again nobody knows of."""
    assert "not delivered" in await agent.types("desk undelivered")
    await agent.types(agent.answers[-1].cards[0].buttons[0].line)


async def test_a_desk_that_is_stopped_in_the_middle_says_nothing_again_that_is_there(
    tmp_path: Path, telegram: FakeTelegram, migrated_sqlite: Path
) -> None:
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        ines, ana = await talking(desk)
        calls = len(telegram.calls("sendMessage"))
        telegram.faults.slow(0.0, "sendMessage", times=2)
        telegram.faults.slow(60.0, "sendMessage")
        await ines.types(f"dialog say 1 {parts(4)}")
        await telegram.until(lambda: len(telegram.calls("sendMessage")) == calls + 3)
    async with at_work(tmp_path, telegram, migrated_sqlite) as desk:
        await until_uncertain(desk)
        assert seen(desk, ana) == "012"
        await sends_again(desk, await desk.agent("admin", Role.ADMIN))
        await telegram.until(lambda: seen(desk, ana).endswith("3"))
        assert seen(desk, ana) == "01223"


async def test_an_answer_that_is_lost_in_the_middle_is_shown_and_the_beginning_stays_as_it_is(desk: Desk) -> None:
    ines, ana = await loses_the_second_answer(desk)
    await sends_again(desk, ines)
    await desk.telegram.until(lambda: seen(desk, ana).endswith("2"))
    assert seen(desk, ana) == "0112"


async def test_what_stands_already_of_something_cut_short_is_taken_back_with_it(desk: Desk) -> None:
    ines, ana = await loses_the_second_answer(desk)
    message = await desk.message(parts(3))
    await ines.types(f"message withdraw {message.id}")
    await desk.telegram.until(lambda: seen(desk, ana) == "1")


async def test_files_that_wait_for_their_turn_come_once_and_in_order(desk: Desk) -> None:
    ines, ana = await talking(desk)
    taken = [desk.house.store.take(f"%PDF-1.4 bill {n}".encode()) for n in range(3)]

    def attach(open_: OpenDesk) -> tuple[int, ...]:
        return tuple(files.keep(open_, each, f"{n}.pdf", agent_id=ines.actor.agent_id) for n, each in enumerate(taken))

    attached = await desk.shop.change(attach, ines.actor)
    desk.telegram.faults.slow(0.0, "sendDocument")
    desk.telegram.faults.flood("sendDocument", retry_after=1)
    await ines.says("The bills", Here(dialog=1), files=attached)
    await ines.types("message send 1")
    await desk.telegram.until(lambda: any(f.name == "2.pdf" for p in ana.sees(desk.bot) for f in p.files))
    sent = [post for post in ana.sees(desk.bot) if post.sender.id == desk.bot.id and post.files]
    assert [(post.files[0].name, post.text) for post in sent] == [
        ("0.pdf", "The bills"), ("1.pdf", ""), ("2.pdf", ""),
    ]  # fmt: skip


async def test_an_edit_that_grows_and_is_cut_short_adds_each_part_once(desk: Desk) -> None:
    ines, ana = await talking(desk)
    await ines.types("dialog say 1 Short")
    await desk.until_heard(ana, "Short")
    message = await desk.message("Short")
    desk.telegram.faults.slow(0.0, "sendMessage")
    desk.telegram.faults.flood("sendMessage", retry_after=1)
    await ines.types(f"message edit {message.id} {parts(4)}")
    await desk.telegram.until(lambda: seen(desk, ana).endswith("3"))
    assert seen(desk, ana) == "0123"
    for size in (1, 3):
        await ines.types(f"message edit {message.id} {parts(size, 'y')}")
        await desk.telegram.until(lambda size=size: seen(desk, ana, "y") == "012"[:size] and not seen(desk, ana))
    await ines.types(f"message withdraw {message.id}")
    await desk.telegram.until(lambda: seen(desk, ana, "y") == "")


async def test_words_that_outgrow_the_caption_of_a_picture_stand_beside_it_and_can_be_changed_again(desk: Desk) -> None:
    ines, ana = await talking(desk)
    taken = desk.house.store.take(picture(30, 30))
    attached = await desk.shop.change(
        lambda d: files.keep(d, taken, "lamp.png", agent_id=ines.actor.agent_id), ines.actor
    )
    await ines.says("This one?", Here(dialog=1), files=(attached,))
    await ines.types("message send 1")
    photo = await desk.until_heard(ana, "This one?")
    message = await desk.message("This one?")
    await ines.types(f"message edit {message.id} {parts(2)}")
    await desk.telegram.until(lambda: seen(desk, ana) == "01" and not photo.text)
    await ines.types(f"message edit {message.id} That one!")
    await desk.until_heard(ana, "That one!")
    await desk.telegram.until(lambda: seen(desk, ana) == "")
    assert (photo.text, photo.is_deleted) == ("", False)


async def test_a_line_that_hears_no_more_sends_until_it_is_closed(desk: Desk) -> None:
    ana, second, house = desk.telegram.person("Ana"), desk.telegram.bot("other_bot"), desk.house
    await ana.starts(second)
    boss = await desk.agent("admin", Role.ADMIN)
    await boss.types("desk set channel other = telegram team:support off")
    number = await desk.shop.read(lambda d: channels.named(d, "other").id)
    line = Telegram(house.desks, house.store, house.bus, house.secret).line(
        Described(number, "telegram", "other", 1, {"bot_token": second.token})
    )
    hearing = asyncio.create_task(line.run())
    await desk.telegram.until(lambda: second.inbox.poller)
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    await line.send(
        Outgoing(delivery_id=1, nonce="1", kind="say", address=str(ana.id), words=PublicWords("Still here", "Ines"))
    )
    assert "Still here" in ana.hears_from(second)
    await line.close()

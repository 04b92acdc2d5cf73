"""What several do at the same moment comes out as if they had done it one after the other."""

import asyncio

from sqlalchemy import select

from bot.commands.call import Here
from core import dialogs, intake
from core.connector import Edited, Reacted
from core.models import FormerBody, Message, Relay
from tests.shop import Shop


async def test_two_who_ask_at_once_each_get_a_waiting_customer(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    for number in range(8):
        waiting = [await shop.customer(f"{who}-{number}").writes("Hello") for who in ("ana", "bob")]
        heard = await asyncio.gather(ines.types("ticket next"), ben.types("ticket next"))
        assert ["waits live" in said for said in heard] == [True, True], heard
        for each in waiting:
            await ines.types(f"dialog solved {each.dialog_id}")


async def test_two_who_ask_at_once_each_get_a_ticket(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    for number in range(8):
        for who in ("ana", "bob"):
            receipt = await shop.customer(f"{who}-{number}").writes("Hello")
            await ines.types(f"dialog end {receipt.dialog_id}")
        heard = await asyncio.gather(ines.types("ticket next"), ben.types("ticket next"))
        assert all("is next and yours" in said for said in heard), heard
        assert heard[0] != heard[1]
        await ines.types(f"ticket close {number * 2 + 1}")
        await ines.types(f"ticket close {number * 2 + 2}")


async def test_joining_a_chat_that_ends_leaves_nobody_talking_in_it(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    ana = shop.customer("ana")
    first = await ana.writes("Hello")
    await ines.types(f"dialog solved {first.dialog_id}")
    for _ in range(8):
        live = await ana.writes("Hello again")
        await asyncio.gather(
            ines.types(f"dialog solved {live.dialog_id}"), ben.types("!join", here=Here(ticket=1)),
        )  # fmt: skip
        assert await shop.read(lambda desk: desk.session.scalars(select(Relay)).all()) == []


async def test_edits_and_reactions_at_once_lose_nothing(shop: Shop) -> None:
    await shop.agent("ines")
    ana = shop.customer("ana")
    said = await ana.writes("Hello", key="hello")

    async def edited(number: int) -> None:
        edit = Edited(f"edit-{number}", ana.sender, "hello", f"Hello {number}", shop.clock.now)
        await intake.take_in(shop.desks, shop.source, edit)

    await asyncio.gather(*(edited(number) for number in range(6)))
    await intake.take_in(shop.desks, shop.source, Reacted("like", ana.sender, "hello", "👍", shop.clock.now))
    message = await shop.read(lambda desk: desk.session.get_one(Message, said.message_id or 0))
    former = await shop.read(lambda desk: [row.body for row in desk.session.scalars(select(FormerBody))])
    assert len({message.body, *former}) == 7
    assert message.facts["reaction"] == "👍"


async def test_the_last_rating_counts_also_on_a_merged_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for number in range(2):
        receipt = await shop.customer("ana").writes(f"Matter {number}", afresh=True)
        await ines.types(f"dialog take {receipt.dialog_id}")
        await ines.types(f"dialog end {receipt.dialog_id}")
    await ines.types("ticket merge 2 1")
    await asyncio.gather(
        *(
            shop.change(lambda desk, score=score: dialogs.rate(desk, dialogs.read(desk, 2), score))
            for score in (1, 2, 5)
        )
    )
    assert ((await shop.ticket(1)).rating, (await shop.dialog(2)).rating) in ((1, 1), (2, 2), (5, 5))

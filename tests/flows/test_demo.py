"""The demo comes and goes; what is real stays, whatever was done to both."""

from typing import Any

from sqlalchemy import select

from bot import demo
from core.actor import SYSTEM
from core.desk import Desk
from core.models import Agent, Channel, Contact, Dialog, Member, Message, Role, Tag, Team, Ticket
from core.render import Voice
from tests.shop import Shop

EVERYTHING: tuple[Any, ...] = (Ticket, Dialog, Contact, Message, Agent, Team, Channel, Tag, Member)


async def _made(shop: Shop) -> None:
    await shop.desks.change(SYSTEM, demo.fill)


async def _gone(shop: Shop) -> str:
    parted, gone = await demo.take_out(shop.desks)
    return "\n".join(map(Voice().say, (*parted, *gone)))


async def _all_rows(shop: Shop) -> dict[str, int]:
    def body(desk: Desk) -> dict[str, int]:
        return {each.__tablename__: len(desk.execute(select(each)).all()) for each in EVERYTHING}

    return await shop.read(body)


async def _real_ticket(shop: Shop, name: str, words: str) -> int:
    """A customer's ticket, left by themselves."""
    dialog_id = (await shop.customer(name).writes(words)).dialog_id
    await shop.passes("1h")
    return (await shop.dialog(dialog_id or 0)).ticket_id or 0


async def _of_demo(shop: Shop, table: Any) -> int:
    rows = select(table.id).where(table.is_demo).order_by(table.id)
    return await shop.read(lambda desk: int(desk.execute(rows).scalars().all()[0]))


async def test_the_demo_goes_and_its_message_says_what_went(shop: Shop) -> None:
    await shop.agent("ines", Role.ADMIN)
    before = await _all_rows(shop)
    await _made(shop)
    said = await _gone(shop)
    assert await _all_rows(shop) == before
    for part in ("10 tickets", "12 dialogs", "12 customers", "@mia", "@ben", "team lamps", "billing, product"):
        assert part in said, said


async def test_real_tickets_merged_with_the_demos_are_parted_and_stay(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    into, kept = await _real_ticket(shop, "ana", "My lamp broke"), await _real_ticket(shop, "bob", "My chair broke")
    await _made(shop)
    first = await _of_demo(shop, Ticket)
    await ines.types(f"ticket merge {into} {first} yes")
    await ines.types(f"ticket merge {first + 1} {kept} yes")
    said = await _gone(shop)
    assert f"#{into} was parted from #{first}." in said
    assert [(number, subject) for number, subject, _ in await shop.tickets()] == [
        (into, "My lamp broke"), (kept, "My chair broke"),
    ]  # fmt: skip
    assert (await shop.ticket(into)).merged_into is None


async def test_real_customers_merged_into_the_demos_keep_what_they_said_meanwhile(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    await _real_ticket(shop, "ana", "My lamp broke")
    await _made(shop)
    somebody = await _of_demo(shop, Contact)
    await ines.types(f"customer merge 1 {somebody}")
    await shop.customer("ana").writes("Still broken", afresh=True)
    await shop.passes("1h")
    await _gone(shop)
    assert [subject for _, subject, _ in await shop.tickets()] == ["My lamp broke", "Still broken"]
    assert {(await shop.ticket(number)).contact_id for number, _, _ in await shop.tickets()} == {1}
    assert ("contact", "Still broken") in await shop.said()


async def test_a_customer_of_the_demo_merged_into_a_real_one_goes_alone(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    await _real_ticket(shop, "ana", "My lamp broke")
    await _made(shop)
    somebody = await _of_demo(shop, Contact)
    await ines.types(f"customer merge {somebody} 1")
    await ines.types(f"customer merge {somebody + 1} {somebody + 2}")
    await _gone(shop)
    people = select(Contact.id)
    assert await shop.read(lambda desk: list(desk.execute(people).scalars())) == [1]


async def test_a_ticket_made_by_hand_for_a_customer_of_the_demo_stays_without_them(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    given = await _real_ticket(shop, "ana", "My lamp broke")
    await _made(shop)
    somebody = await _of_demo(shop, Contact)
    await ines.types(f"ticket new {somebody} Call them back")
    by_hand = (await shop.tickets())[-1][0]
    await ines.types(f"ticket customer {given} {somebody}")
    await ines.types(f"ticket tag {by_hand} +billing")
    await _gone(shop)
    assert [(await shop.ticket(number)).contact_id for number in (given, by_hand)] == [1, None]
    assert await ines.types("desk tags") == "billing"


async def test_a_real_ben_has_nothing_to_do_with_the_demo(shop: Shop) -> None:
    ben = await shop.agent("ben")
    await _made(shop)
    assert "@ben-demo" in await _gone(shop)
    of_ben = select(Agent.is_active, Agent.is_demo).where(Agent.id == ben.actor.id)
    assert await shop.read(lambda desk: tuple(desk.execute(of_ben).one())) == (True, False)
    said = select(Message.id).where(Message.agent_id == ben.actor.id)
    assert await shop.read(lambda desk: desk.execute(said).first()) is None


async def test_who_of_the_demo_works_on_something_real_leaves_it_to_the_queue(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    number = await _real_ticket(shop, "ana", "My lamp broke")
    await _made(shop)
    await ines.types(f"ticket assign {number} @mia")
    await ines.types(f"ticket move {number} lamps")
    await ines.types(f"ticket assign {number} @mia")
    assert "the team lamps stays" in await _gone(shop)
    assert (await shop.ticket(number)).assignee_id is None
    await _made(shop)
    await _gone(shop)
    assert (await shop.ticket(number)).subject == "My lamp broke"

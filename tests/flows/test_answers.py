"""Public replies reach the ticket's customer of today, in their order, or say why they do not go."""

import asyncio

import pytest
from sqlalchemy import select

from bot.commands.call import Here
from core import channels, deadlines, notices
from core.effects import EFFECTS
from core.models import Dialog, HeldReply, Identity, Message
from core.receipt import Source
from core.render import Voice
from tests.shop import Person, Shop


async def _ticket(shop: Shop, agent: Person, who: str, words: str) -> int:
    """A ticket from a chat of its own, in which nobody has answered."""
    receipt = await shop.customer(who).writes(words, afresh=True)
    await agent.types(f"dialog end {receipt.dialog_id}")
    return (await shop.dialog(receipt.dialog_id or 0)).ticket_id or 0


async def _read_by(shop: Shop, words: str) -> list[tuple[int | None, int | None, str]]:
    """Where these words went: their ticket and dialog, and the address that reads the dialog."""
    found = select(Message.ticket_id, Message.dialog_id, Identity.address).where(Message.body == words)
    found = found.outerjoin(Dialog, Dialog.id == Message.dialog_id).outerjoin(
        Identity, Identity.id == Dialog.identity_id
    )
    return [tuple(row) for row in await shop.read(lambda desk: desk.execute(found).all())]


async def test_an_answer_on_a_ticket_split_off_reaches_the_customer(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp, and my invoice")
    await _ticket(shop, ines, "ana", "My chair")
    await ines.types("message split 1")
    await ines.types("ticket reply 3 It is paid")
    await shop.passes("10s")
    assert await _read_by(shop, "It is paid") == [(3, 1, "visitor-ana")]


async def test_an_answer_on_merged_tickets_goes_where_the_customer_last_was(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    await _ticket(shop, ines, "ana", "My lamp again")
    await ines.types("ticket merge 2 1")
    await ines.types("ticket reply 1 It is on its way")
    await shop.passes("10s")
    assert await _read_by(shop, "It is on its way") == [(1, 2, "visitor-ana")]


async def test_an_answer_to_an_older_matter_leaves_the_new_conversation_alone(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    await shop.customer("ana").writes("My chair", afresh=True)
    await ines.types("ticket reply 1 It is on its way")
    await shop.passes("10s")
    assert await _read_by(shop, "It is on its way") == [(1, 1, "visitor-ana")]
    assert (await shop.dialog(2)).taken_at is None


async def test_a_ticket_given_to_another_customer_never_answers_the_former_one(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    await ines.types("ticket new bob@example.com Other matter")
    await ines.types("ticket customer 1 bob@example.com")
    assert await ines.types("ticket reply 1 Hello Bob") == (
        "The customer of #1 has never written in this chat and would not see it. "
        "Name the one who has: ticket customer 1 WHO"
    )
    await shop.customer("eve").writes("I am Eve")
    await ines.types("ticket customer 1 #3")
    await ines.types("ticket reply 1 Hello Eve")
    await shop.passes("10s")
    assert await _read_by(shop, "Hello Eve") == [(1, 2, "visitor-eve")]
    assert await _read_by(shop, "Hello Bob") == []


async def test_a_reply_is_kept_back_when_the_customer_changes_while_it_is_held(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    await _ticket(shop, ines, "eve", "My chair")
    await ines.types("ticket reply 1 Hello Ana")
    await ines.types("ticket customer 1 #2")
    await shop.passes("1m")
    assert (await shop.held(), await _read_by(shop, "Hello Ana")) == (["Hello Ana"], [])
    await ines.types("message send 1")
    await shop.passes("1m")
    assert await _read_by(shop, "Hello Ana") == [(1, 2, "visitor-eve")]


async def test_whose_a_ticket_is_cannot_change_while_its_customer_is_talking(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "eve", "My chair")
    await _ticket(shop, ines, "ana", "My lamp")
    await shop.customer("ana").writes("It flickers again")
    assert await ines.types("ticket customer 2 #1") == (
        "Somebody is talking in #2 right now; say whose it is when that has ended."
    )


async def test_a_former_customers_next_words_are_a_matter_of_their_own(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.passes("3h")
    await shop.customer("ana").writes("My lamp")
    await _ticket(shop, ines, "eve", "My chair")
    await ines.types("ticket customer 1 #2")
    await shop.customer("ana").writes("Any news?")
    assert [subject for _, subject, _ in await shop.tickets()] == ["My lamp", "My chair", "Any news?"]


async def test_a_held_reply_goes_along_when_its_ticket_is_merged(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await _ticket(shop, ines, "ana", "My lamp")
    await _ticket(shop, ines, "ana", "My lamp again")
    await ines.types("ticket reply 2 It is on its way")
    await ben.types("ticket merge 2 1")
    await shop.passes("1m")
    assert await shop.held() == ["It is on its way"]
    await ines.types("message send 1")
    await shop.passes("1m")
    assert await _read_by(shop, "It is on its way") == [(1, 2, "visitor-ana")]


async def test_an_answer_begins_the_customers_silence_anew(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp")
    await ines.types("dialog take 1")
    await ines.says("Is it red?", Here(dialog=1))
    await shop.passes("15m")
    await shop.passes("23h")
    await ines.types("ticket reply 1 Still looking, back tomorrow")
    await shop.passes("2h")
    assert await shop.tickets() == [(1, "My lamp", "open")]
    await shop.passes("23h")
    assert await shop.tickets() == [(1, "My lamp", "closed")]


@pytest.mark.parametrize(("writes", "status"), [("ines", "closed"), ("ana", "open")])
async def test_a_planned_closing_is_called_off_by_the_customer_alone(shop: Shop, writes: str, status: str) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    await ines.types("ticket close-in 1 2d")
    if writes == "ines":
        await ines.types("ticket reply 1 One more thing")
    else:
        await shop.customer("ana").writes("One more thing")
        await ines.types("dialog take 2")
        await ines.types("dialog end 2")
    await shop.passes("2d 1h")
    assert await shop.tickets() == [(1, "My lamp", status)]


async def test_nobody_hears_of_what_they_did_themselves(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await _ticket(shop, ines, "ana", "My lamp")
    await ines.types("ticket reply 1 It is on its way")
    await shop.passes("10s")
    assert (await shop.ticket(1)).assignee_id == ines.actor.id
    heard = {}
    await ines.types("ticket assign 1 @ben")
    for name, person in (("ines", ines), ("ben", ben)):
        of = person.actor.id or 0
        heard[name] = await shop.read(
            lambda desk, of=of: [Voice().say(notices.words(each)) for each in notices.unseen(desk, of)]
        )
    assert heard == {"ines": [], "ben": ["#1 is yours now."]}


async def test_a_later_reply_never_overtakes_one_that_is_put_off(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp")
    await ines.types("dialog take 1")
    for words in ("One", "Two", "Three"):
        await ines.says(words, Here(dialog=1))
    first = select(HeldReply.id).order_by(HeldReply.id).limit(1)
    held_id = await shop.read(lambda desk: desk.execute(first).scalar_one())
    await shop.change(lambda desk: deadlines.put(desk, "held", held_id, "release", shop.clock.now.replace(hour=9)))
    await shop.passes("5s")
    assert [words for author, words in await shop.said() if author == "agent"] == ["One", "Two", "Three"]
    await shop.passes("2h")
    assert [words for author, words in await shop.said() if author == "agent"] == ["One", "Two", "Three"]


async def test_two_schedulers_release_a_thread_in_its_order(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp")
    await ines.types("dialog take 1")
    for number in range(12):
        await ines.says(f"Line {number}", Here(dialog=1))
    shop.clock.now = shop.clock.now.replace(minute=1)

    async def scheduler() -> None:
        while await shop.change(lambda desk: deadlines.carry_out_one(desk, EFFECTS, [])):
            pass

    await asyncio.gather(scheduler(), scheduler(), scheduler())
    said = [words for author, words in await shop.said() if author == "agent"]
    assert said == [f"Line {number}" for number in range(12)]


async def test_a_ticket_is_answered_where_its_customer_last_wrote(shop: Shop) -> None:
    from core import teams

    ines = await shop.agent("ines")
    await _ticket(shop, ines, "ana", "My lamp")
    first = shop.source
    shop.source = await shop.change(
        lambda desk: Source.of(channels.add(desk, "webchat", "second", teams.first_team(desk)))
    )
    await _ticket(shop, ines, "ana", "My lamp, on your other page")
    await ines.types("ticket merge 2 1")
    await ines.is_here()
    await shop.customer("ana").writes("Any news?")
    assert (await shop.ticket(1)).channel_id == shop.source.channel_id
    await ines.types("dialog end 3")
    await ines.types("ticket reply 1 It is on its way")
    await shop.passes("10s")
    assert await _read_by(shop, "It is on its way") == [(1, 3, "visitor-ana")]
    shop.source = first
    await shop.customer("ana").writes("Here I am again")
    assert (await shop.dialog(4)).ticket_id == 1

"""A chat from its first word to the ticket that remains."""

from bot.commands.call import Here
from core.models import DialogState, EndReason
from core.render import Voice
from tests.shop import Shop


async def test_a_chat_becomes_that_agents_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("Hello\nmy lamp is broken")
    await ines.types(f"dialog take {first.dialog_id}")
    await ines.says("Which one?", Here(dialog=first.dialog_id))
    await shop.passes("4s")
    await shop.customer("ana").writes("The red one", key="later")
    await ines.types(f"dialog end {first.dialog_id}")
    assert await shop.tickets() == [(1, "my lamp is broken", "open")]
    assert (await shop.ticket(1)).assignee_id == ines.actor.id
    assert await shop.said() == [
        ("contact", "Hello\nmy lamp is broken"),
        ("agent", "Which one?"),
        ("contact", "The red one"),
    ]


async def test_a_solved_chat_is_a_closed_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("Do you ship to Italy?")
    await ines.types(f"dialog take {first.dialog_id}")
    await ines.types(f"dialog solved {first.dialog_id}")
    assert await shop.tickets() == [(1, "Do you ship to Italy?", "closed")]


async def test_a_repeated_message_is_stored_once(shop: Shop) -> None:
    await shop.agent("ines")
    ana = shop.customer("ana")
    first = await ana.writes("Hello", key="once")
    again = await ana.writes("Hello", key="once")
    assert (again.message_id, again.dialog_id, again.is_repeat) == (first.message_id, first.dialog_id, True)
    assert await shop.said() == [("contact", "Hello")]


async def test_a_returning_customer_is_live_again_on_the_same_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    ana = shop.customer("ana")
    first = await ana.writes("My lamp flickers")
    await ines.types(f"dialog take {first.dialog_id}")
    await ines.types(f"dialog solved {first.dialog_id}")
    await shop.passes("1h")
    await ines.is_here()
    second = await ana.writes("It flickers again")
    assert second.dialog_id != first.dialog_id
    dialog = await shop.dialog(second.dialog_id or 0)
    assert (dialog.state, dialog.ticket_id) == (DialogState.LIVE, 1)
    assert await shop.tickets() == [(1, "My lamp flickers", "open")]


async def test_a_ticket_closed_too_long_ago_is_not_reopened(shop: Shop) -> None:
    ines = await shop.agent("ines")
    ana = shop.customer("ana")
    first = await ana.writes("My lamp flickers")
    await ines.types(f"dialog solved {first.dialog_id}")
    await shop.passes("15d")
    await ines.is_here()
    await ana.writes("I want another lamp")
    await shop.passes("10m")
    assert [subject for _, subject, _ in await shop.tickets()] == ["My lamp flickers", "I want another lamp"]


async def test_a_silent_customer_is_asked_then_the_chat_ends_and_later_its_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("Is it waterproof?")
    here = Here(dialog=first.dialog_id)
    await ines.types("take", here=here)
    await ines.says("Yes, up to one metre.", here)
    await shop.passes("5m 5s")
    assert (await shop.said())[-1][1].startswith("Are you still there?")
    await shop.passes("5m")
    dialog = await shop.dialog(first.dialog_id or 0)
    assert (dialog.state, dialog.end_reason) == (DialogState.ENDED, EndReason.IDLE)
    assert await shop.tickets() == [(1, "Is it waterproof?", "open")]
    await shop.passes("24h 1s")
    assert await shop.tickets() == [(1, "Is it waterproof?", "closed")]


async def test_an_untaken_chat_is_called_out_and_then_waits_as_a_ticket(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("Anybody there?")
    await shop.passes("3m 1s")
    assert (await shop.dialog(first.dialog_id or 0)).called_out_at is not None
    await ines.is_here()
    await shop.passes("2m")
    assert await shop.tickets() == [(1, "Anybody there?", "new")]
    assert (await shop.said())[-1][1].startswith("Sorry, everybody is busy")


async def test_with_nobody_there_the_customer_hears_it_once_and_a_ticket_waits(shop: Shop) -> None:
    ana = shop.customer("ana")
    await ana.writes("Hello?")
    await ana.writes("Still nobody?")
    said = await shop.said()
    assert [author for author, _ in said] == ["contact", "system", "contact"]
    assert await shop.tickets() == [(1, "Hello?", "new")]


async def test_a_closed_page_ends_the_chat_after_its_grace(shop: Shop) -> None:
    from core.connector import Left
    from core.intake import take_in

    ines = await shop.agent("ines")
    ana = shop.customer("ana")
    first = await ana.writes("Hi there, one question")
    await ines.types(f"dialog take {first.dialog_id}")
    await take_in(shop.desks, shop.source, Left("l1", ana.sender, True, shop.clock.now))
    await shop.passes("1m")
    assert (await shop.dialog(first.dialog_id or 0)).state is DialogState.LIVE
    await shop.passes("1m 1s")
    assert (await shop.dialog(first.dialog_id or 0)).end_reason is EndReason.GONE


async def test_two_agents_press_take_at_once_and_one_is_told_who_was_faster(shop: Shop) -> None:
    import asyncio

    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    first = await shop.customer("ana").writes("My lamp is broken")
    heard = await asyncio.gather(
        ines.types(f"dialog take {first.dialog_id}"), ben.types(f"dialog take {first.dialog_id}")
    )
    assert sorted(line.split(" ")[0] for line in heard) in (["Ben", "Dialog"], ["Dialog", "Ines"])
    assert "a moment ago" in "".join(heard)


async def test_a_note_beside_a_live_chat_never_reaches_the_customer(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    first = await shop.customer("ana").writes("My lamp is broken")
    await ines.types(f"dialog take {first.dialog_id}")
    await ben.says("She called yesterday, too", Here(dialog=first.dialog_id))
    assert (await shop.said())[-1] == ("note", "She called yesterday, too")
    assert ben.heard[-1] == "That is a note: Ines talks with the customer. Press Join to write to them, too."


async def test_words_to_a_customer_may_begin_with_anything(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    for words in ("[see the photo] is that it?", "1,2 or 3 lamps?", "42 is its number"):
        await ines.says(f"!r {words}", Here(dialog=1))
        await shop.passes("5s")
        assert (await shop.said())[-1] == ("agent", words)


async def test_several_dialogs_are_ended_at_once(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for name in ("ana", "ben", "eve"):
        await shop.customer(name).writes(f"{name} has a question")
    await ines.types("dialog priority 3 urgent")
    assert (await ines.types("dialog tag 1,2 +later")).startswith("Really tag 2 dialogs? For example 1 ana")
    assert await ines.presses("Yes, all 2") == "Done: tag on 2 dialogs."
    await ines.types("dialog end [tag:later]")
    assert await ines.presses("Yes, all 2") == "Done: end on 2 dialogs."
    assert [(await shop.dialog(number)).state.value for number in (1, 2, 3)] == ["ended", "ended", "live"]
    assert "No dialog fits" in await ines.types("dialog end [tag:later]")


async def test_a_held_reply_can_be_taken_back_until_it_goes(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("My lamp is broken")
    here = Here(dialog=first.dialog_id)
    await ines.types("take", here=here)
    spoken = await ines.says("Buy a new one", here)
    await shop.passes("2s")
    await ines.types(f"message undo {spoken.held_id}")
    await shop.passes("1m")
    assert await shop.said() == [("contact", "My lamp is broken")]


async def test_held_replies_go_in_the_order_they_were_written(shop: Shop) -> None:
    ines = await shop.agent("ines")
    first = await shop.customer("ana").writes("My lamp is broken")
    here = Here(dialog=first.dialog_id)
    await ines.types("take", here=here)
    for words in ("One", "Two", "Three"):
        await ines.says(words, here)
    await shop.passes("3s")
    assert [words for author, words in await shop.said() if author == "agent"] == ["One", "Two", "Three"]


async def test_a_line_that_mentions_a_colleague_waits_for_a_decision(shop: Shop) -> None:
    ines, _ = await shop.agent("ines"), await shop.agent("ben")
    first = await shop.customer("ana").writes("My lamp is broken")
    here = Here(dialog=first.dialog_id)
    await ines.types("take", here=here)
    await ines.says("@ben do we have a shade left?", here)
    await shop.passes("1m")
    assert await shop.held() == ["@ben do we have a shade left?"]
    assert [author for author, _ in await shop.said()] == ["contact"]


async def test_words_that_show_nothing_are_no_subject(shop: Shop) -> None:
    await shop.agent("ines")
    await shop.customer("ana").writes("\u200b\u200d\u2060")
    assert (await shop.dialog(1)).subject == ""


async def test_a_colleague_who_was_faster_is_named_in_the_readers_language(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await shop.customer("ana").writes("My lamp flickers")
    await ines.types("dialog take 1")
    await ben.types("dialog take 1")
    said = ben.answers[-1].text
    assert Voice("de").say(said).startswith("Ines hat Dialog 1 eben übernommen")

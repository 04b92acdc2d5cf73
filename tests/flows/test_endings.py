"""How live dialogs end, and what their tickets' threads then show."""

from collections.abc import Awaitable, Callable

import pytest

from bot import threads
from bot.commands.call import Here
from core import notices
from core.connector import Left
from core.intake import take_in
from core.models import Dialog, EndReason, Role
from core.render import Voice
from core.room import Side
from tests.shop import Person, Shop

BUSY = "Sorry, everybody is busy right now."


async def _thread(shop: Shop, key: str, reader: Person) -> list[tuple[str, str]]:
    """A thread as an agent reads it, words and what happened, in its order."""
    found = await shop.read(lambda desk: threads.read(desk, key), reader.actor)
    return [(item.side.value, Voice().say(item.words).split("\n")[0]) for item in found.items]


async def _words(shop: Shop, key: str, reader: Person) -> list[str]:
    """The same, of the words alone."""
    return [words[:20] for side, words in await _thread(shop, key, reader) if side != Side.LINE.value]


async def _nobody_is_there(shop: Shop, ines: Person) -> None:
    await shop.passes("3h")
    await shop.customer("ana").writes("My lamp is broken")


async def _nobody_takes_it(shop: Shop, ines: Person) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await shop.passes("5m 1s")


async def _ended_at_once(shop: Shop, ines: Person) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.says("The red one?", Here(dialog=1))
    await ines.types("dialog end 1")


async def _solved_at_once(shop: Shop, ines: Person) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.says("The red one?", Here(dialog=1))
    await ines.types("dialog solved 1")


async def _silent(shop: Shop, ines: Person) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.says("The red one?", Here(dialog=1))
    await shop.passes("11m")


async def _page_closed(shop: Shop, ines: Person) -> None:
    ana = shop.customer("ana")
    await ana.writes("My lamp is broken")
    await take_in(shop.desks, shop.source, Left("left", ana.sender, True, shop.clock.now))
    await shop.passes("3m")


async def _begun_anew(shop: Shop, ines: Person) -> None:
    await shop.customer("ana").writes("My lamp is broken")
    await shop.customer("ana").writes("And my chair", afresh=True)


Ending = Callable[[Shop, Person], Awaitable[None]]
ENDINGS: list[tuple[Ending, list[str]]] = [
    (_nobody_is_there, ["My lamp is broken", "Nobody is here just "]),
    (_nobody_takes_it, ["My lamp is broken", "Sorry, everybody is "]),
    (_ended_at_once, ["My lamp is broken", "The red one?"]),
    (_solved_at_once, ["My lamp is broken", "The red one?"]),
    (_silent, ["My lamp is broken", "The red one?", "Are you still there?", "We have not heard fr"]),
    (_page_closed, ["My lamp is broken"]),
    (_begun_anew, ["My lamp is broken"]),
]


@pytest.mark.parametrize(("ending", "said"), ENDINGS)
async def test_a_tickets_thread_has_every_word_of_its_dialog(shop: Shop, ending: Ending, said: list[str]) -> None:
    ines = await shop.agent("ines")
    await ending(shop, ines)
    assert await _words(shop, "ticket:1", ines) == said


async def test_what_happened_stands_in_the_order_it_did(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ended_at_once(shop, ines)
    assert await _thread(shop, "ticket:1", ines) == [
        ("line", "a live dialog began"),
        ("customer", "My lamp is broken"),
        ("line", "Ines took the dialog"),
        ("line", "plain words of Ines go to the customer now"),
        ("agent", "The red one?"),
        ("line", "Ines: opened the ticket"),
        ("line", "Ines: the dialog ended (by the agent)"),
        ("line", "plain words of Ines are notes now"),
    ]


async def test_an_answer_released_by_the_end_makes_a_colleagues_answer_an_old_one(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await _ended_at_once(shop, ines)
    await ben.says("!r Which colour has it?", Here(ticket=1, seen_seq=1))
    await shop.passes("1m")
    assert await shop.held() == ["Which colour has it?"]


async def test_the_first_answer_of_a_dialog_counts_not_the_last(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.says("The red one?", Here(dialog=1))
    await shop.passes("3s")
    first = shop.clock.now
    await shop.passes("3m")
    await ines.says("Or the blue one?", Here(dialog=1))
    await shop.passes("3s")
    await ines.types("dialog end 1")
    assert (await shop.ticket(1)).first_reply_at == first


async def _taken(shop: Shop, ines: Person) -> Dialog:
    """A returning customer's dialog on their ticket, taken and answered."""
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog end 1")
    await shop.customer("ana").writes("It flickers again")
    await ines.types("dialog take 2")
    await ines.says("Which one?", Here(dialog=2))
    await shop.passes("4s")
    return await shop.dialog(2)


async def test_spam_ends_a_live_chat_and_stays_spam(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _taken(shop, ines)
    await ines.says("Hello?", Here(dialog=2))
    await ines.types("ticket spam 1")
    before = await shop.said()
    await shop.passes("2d")
    ticket, dialog = await shop.ticket(1), await shop.dialog(2)
    assert (ticket.is_spam, ticket.status, dialog.end_reason) == (True, "closed", EndReason.SPAM)
    assert (await shop.said(), await shop.held()) == (before, ["Hello?"])


async def test_taking_spam_back_lets_its_sender_write_again(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog end 1")
    await ines.types("ticket spam 1")
    assert await ines.presses("Undo") == "Undone: #1 as before."
    assert await shop.tickets() == [(1, "My lamp is broken", "new")]
    assert not (await shop.customer("ana").writes("Are you there?")).is_quarantined


async def test_a_taken_chat_is_never_given_up_only_called_out(shop: Shop) -> None:
    ines = await shop.agent("ines")
    dialog = await _taken(shop, ines)
    await shop.customer("ana").writes("The red one")
    await shop.passes("30m")
    dialog = await shop.dialog(2)
    assert (dialog.state, dialog.called_out_at is not None) == ("live", True)
    assert BUSY not in str(await shop.said())
    await shop.passes("2h")
    assert (await shop.dialog(2)).end_reason is EndReason.IDLE
    assert (await shop.said())[-1][1].startswith(BUSY)
    assert (await shop.ticket(1)).waiting_since is not None


async def test_a_chat_held_for_long_is_called_out_and_in_the_end_over(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _taken(shop, ines)
    await ines.types("dialog hold 2")
    await shop.passes("29m")
    assert (await shop.dialog(2)).called_out_at is None
    await shop.passes("2m")
    assert (await shop.dialog(2)).called_out_at is not None
    heard = await shop.read(
        lambda desk: [Voice().say(notices.words(n)) for n in notices.unseen(desk, ines.actor.id or 0)]
    )
    assert heard == ["Dialog 2 is on hold since 2 Nov 2026, 08:00: its customer waits."]
    await shop.passes("1h 30m")
    assert ((await shop.dialog(2)).end_reason, await shop.tickets()) == (
        EndReason.IDLE,
        [(1, "My lamp is broken", "open")],
    )
    await shop.passes("3d")
    assert await shop.tickets() == [(1, "My lamp is broken", "open")]


async def test_a_held_chat_that_goes_on_has_its_times_anew(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _taken(shop, ines)
    await ines.types("dialog hold 2")
    await shop.passes("20m")
    await ines.types("dialog resume 2")
    await shop.passes("4m")
    assert "Are you still there?" not in str(await shop.said())
    await shop.passes("2m")
    assert "Are you still there?" in str(await shop.said())


@pytest.mark.parametrize("line", ["dialog move 2 tech router", "ticket move 1 tech router"])
async def test_a_live_chat_moves_with_its_ticket_and_the_customer_is_told(shop: Shop, line: str) -> None:
    ines = await shop.agent("ines")
    await (await shop.agent("root", Role.ADMIN)).types("desk team-add tech Technical")
    await _taken(shop, ines)
    await ines.types(line)
    ticket, dialog = await shop.ticket(1), await shop.dialog(2)
    assert ticket.team_id == dialog.team_id != ines.actor.id
    assert (ticket.assignee_id, dialog.assignee_id, dialog.waiting_since) == (None, None, shop.clock.now)
    assert (await shop.said())[-2:] == [
        ("system", "Another team is taking over and will be with you in a moment."),
        ("note", "router"),
    ]

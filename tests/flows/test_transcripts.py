"""Transcripts and live dialogs on a terminal: every line has its number, and one can answer without a thread."""

from bot.commands.call import Here
from core.connector import Claims
from core.render import Voice
from tests.shop import Person, Shop


def _lines(person: Person) -> list[str]:
    return [Voice(now=person.shop.clock()).say(line) for line in person.answers[-1].lines]


async def test_a_dialog_is_answered_by_its_number(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog list")
    fields = {Voice().say(field.label): Voice().say(field.value) for field in ines.answers[-1].cards[0].fields}
    assert fields["Dialog"] == "1"
    assert await ines.types("dialog take 1") == "Dialog 1 is yours. Answer in its thread, or with: dialog say 1 TEXT"
    assert await ines.types("dialog say 1 One moment please") == "Sending to the customer…"
    assert await shop.held() == ["One moment please"]
    await shop.passes("5s")
    assert (await shop.said())[-1] == ("agent", "One moment please")
    await ines.types("dialog end 1")
    assert "has ended" in await ines.types("dialog say 1 Too late")
    assert await ines.types("dialog list") == "No customer is live right now."


async def test_in_its_thread_taking_says_that_plain_words_go_out(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    assert "What you write here goes to the customer" in await ines.types("!take", here=Here(dialog=1))


async def test_a_transcript_numbers_its_lines_and_marks_notes_and_what_was_taken_back(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken", claims=Claims(name="Ana P"))
    await ines.types("dialog take 1")
    await ines.types("dialog say 1 Which lamp?")
    await shop.passes("5s")
    await ines.types("message withdraw 2")
    await ines.types("dialog end 1")
    await ines.types("ticket note 1 She sounds angry")
    await ines.types("ticket transcript 1")
    lines = _lines(ines)
    assert lines[0] == "[1] 08:00 Customer 1, says to be Ana P: My lamp is broken"
    assert lines[1].startswith("[2] 08:00 Ines: (taken back) Which lamp?")
    assert lines[-1] == "[3] 08:00 Ines, note: She sounds angry"
    await ines.types("ticket transcript 1 public")
    assert _lines(ines) == [lines[0], "[2] 08:00 Ines: (taken back)"]


async def test_what_was_taken_back_is_not_changed_any_more(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog say 1 Which lamp?")
    await shop.passes("5s")
    await ines.types("message withdraw 2")
    assert "cannot be changed any more" in await ines.types("message edit 2 Which one?")
    assert ("agent", "Which lamp?") in await shop.said()


async def test_only_a_customers_words_become_a_ticket_of_theirs(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog say 1 Which lamp?")
    await shop.passes("5s")
    await ines.types("dialog end 1")
    assert "Only a customer's words" in await ines.types("message split 2")
    assert len(await shop.tickets()) == 1


async def test_solving_an_ended_dialog_closes_its_ticket_and_says_so(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    assert await ines.types("dialog end 1") == "Dialog 1 had ended before. Its ticket is #1."
    assert await ines.types("dialog solved 1") == "Dialog 1 had ended before. Its ticket #1 is closed."
    assert (await shop.tickets())[0][2] == "closed"

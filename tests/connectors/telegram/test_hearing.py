"""What customers send arrives as what it is, in the order it was sent, with its files."""

import pytest
from sqlalchemy import select

from core.models import File, Message, Role
from tests.connectors.telegram.conftest import Desk
from tests.platforms.fake_telegram import picture

pytestmark = pytest.mark.xdist_group("telegram")


async def files_of(desk: Desk, message: Message) -> list[tuple[str, str]]:
    """The names and media types of a message's files."""
    statement = select(File).where(File.message_id == message.id).order_by(File.id)
    rows = await desk.shop.read(lambda d: list(d.session.scalars(statement)))
    return [(row.name, row.media_type) for row in rows]


async def test_each_kind_of_thing_arrives_as_what_it_is(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    photo = await ana.sends_photo(desk.bot, caption="The lamp")
    await ana.sends_document(desk.bot, "bill.pdf", b"%PDF-1.4 words", caption="The bill")
    voice = await ana.sends_voice(desk.bot, b"OggS voice")
    await ana.sends_video(desk.bot, caption="A film")
    note = await ana.sends_video_note(desk.bot)
    await ana.sends_animation(desk.bot, caption="Fun")
    await ana.sends_location(desk.bot, 52.5, 13.4)
    await ana.sends_contact(desk.bot, "+49301234567")
    sticker = await ana.sends_sticker(desk.bot, "👋")
    await desk.kept(9)
    said = await desk.shop.read(lambda d: list(d.session.scalars(select(Message).order_by(Message.id))))
    theirs = [message for message in said if message.author == "contact"]
    assert [message.body.partition("#")[0] for message in theirs] == [
        "The lamp", "The bill", "", "A film", "", "Fun",
        "📍 https://www.openstreetmap.org/?mlat=52.500000&mlon=13.400000", "👤 Ana +49301234567", "👋",
    ]  # fmt: skip
    names = [[name for name, _ in await files_of(desk, message)] for message in theirs]
    assert names == [
        [f"photo-{photo.id}.jpg"], ["bill.pdf"], [f"voice-{voice.id}.ogg"], ["video.mp4"], [f"video-{note.id}.mp4"],
        ["fun.mp4"], [], [], [f"sticker-{sticker.id}.webp"],
    ]  # fmt: skip


async def test_an_album_is_one_message_with_all_its_pictures_and_any_of_them_can_be_quoted(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    parts = await ana.sends_album(desk.bot, picture(), picture(), picture(), caption="Three views")
    message = await desk.message("Three views")
    assert len(await files_of(desk, message)) == 3
    await ana.writes(desk.bot, "This one", quotes=parts[2])
    quoting = await desk.message("This one")
    assert quoting.facts["quotes"] == message.id


async def test_an_album_that_comes_once_more_is_not_said_again(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.sends_album(desk.bot, picture(), picture(), picture(), caption="Three views")
    await desk.message("Three views")
    await desk.telegram.settled(desk.bot)
    desk.telegram.faults.replay(desk.bot, 2)
    await ana.writes(desk.bot, "Did you get them?")
    assert await desk.kept(2) == ["Three views", "Did you get them?"]


async def test_a_file_beyond_twenty_megabytes_is_explained_to_the_customer(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    await ana.sends_document(desk.bot, "film.mov", caption="Look", size=30 * 1024 * 1024)
    assert await desk.kept(1) == ["Look\n[film.mov]"]
    await desk.until_heard(ana, "The file film.mov did not reach us")


async def test_a_file_telegram_cannot_bring_holds_up_nothing_for_long(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    desk.telegram.faults.fail(500, "getFile", times=5)
    await ana.sends_document(desk.bot, "bill.pdf", caption="The bill")
    await ana.writes(desk.bot, "Did you get it?")
    await desk.telegram.until(lambda: not desk.bot.inbox.waiting, within_s=60)
    assert await desk.kept(2) == ["The bill\n[bill.pdf]", "Did you get it?"]


async def test_what_nobody_can_read_is_kept_for_agents_who_can_let_it_go(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    said = await ana.writes(desk.bot, "Hello")
    desk.telegram.faults.unknown_content(desk.bot, said)
    await ana.writes(desk.bot, "Still there?")
    assert await desk.kept(2) == ["Hello", "Still there?"]
    boss = await desk.agent("admin", Role.ADMIN)
    await boss.types("desk quarantine")
    (card,) = boss.answers[-1].cards
    assert card.lines[0].args["kind"] == "hologram"
    assert "cannot be understood" in await boss.types("desk retry 1")
    assert await boss.types("desk discard 1") == "Discarded."


async def test_the_new_words_of_an_edit_are_shown_with_the_old_ones(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    said = await ana.writes(desk.bot, "Order 17")
    await desk.message("Order 17")
    await ana.edits(said, "Order 71")
    message = await desk.message("Order 71")
    assert "Order 17" in str((await ines.types(f"message former {message.id}"), ines.answers[-1].lines))


async def test_an_edit_that_overtakes_its_message_is_what_counts(desk: Desk) -> None:
    ana = await desk.customer("Ana")
    desk.telegram.faults.edit_first(desk.bot)
    said = await ana.writes(desk.bot, "Order 17")
    await ana.edits(said, "Order 71")
    await ana.writes(desk.bot, "Thanks")
    assert await desk.kept(2) == ["Order 71", "Thanks"]


async def test_agents_see_what_is_quoted_and_how_customers_react(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    await ana.writes(desk.bot, "My lamp is broken")
    await desk.kept(1)
    await ines.types("dialog take 1")
    await ines.types("dialog say 1 Which lamp?")
    post = await desk.until_heard(ana, "Which lamp?")
    await ana.writes(desk.bot, "The red one", quotes=post)
    assert "↩ Ines – Which lamp?\nThe red one" in await desk.until_thread(ines, "dialog:1", "The red one")
    await ana.reacts(post, "👍")
    await desk.until_thread(ines, "dialog:1", "the customer: reacted with 👍")


async def test_the_ticket_last_written_in_goes_on_unless_another_is_quoted(desk: Desk) -> None:
    ines, ana = await desk.agent(), await desk.customer("Ana")
    first = await ana.writes(desk.bot, "First matter")
    await desk.kept(1)
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    await ana.writes(desk.bot, "/new Second matter")
    await desk.kept(2)
    await ines.types("dialog take 2")
    await ines.types("dialog end 2")
    await ana.writes(desk.bot, "About the first", quotes=first)
    assert (await desk.message("About the first")).ticket_id == 1
    await ines.types("dialog take 3")
    await ines.types("dialog say 3 Yes?")
    await desk.until_heard(ana, "#1 First matter\nYes?")
    await ines.types("dialog end 3")
    await ana.writes(desk.bot, "Goes on")
    assert (await desk.message("Goes on")).ticket_id == 1

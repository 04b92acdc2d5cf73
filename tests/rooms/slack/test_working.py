"""Agents' work in Slack: commands, forms, threads, files, the home, messages that become tickets."""

import pytest
from sqlalchemy import select

from core.models import File, Message, Role
from tests.platforms.fake_slack import Upload
from tests.rooms.slack.conftest import Desk
from tests.rooms.slack.seat import SlackSeat
from tests.rooms.slack.seen import tells

pytestmark = pytest.mark.xdist_group("slack")


async def _bodies(desk: Desk) -> list[str]:
    return await desk.shop.read(
        lambda d: [m.body for m in d.session.scalars(select(Message).order_by(Message.id)) if m.body]
    )


async def test_the_command_alone_opens_the_queue(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal Broken printer")
    seen = await ines.person.types("support", "/ticket")
    assert "Broken printer" in seen.text
    assert any(label.startswith("unassigned (") for label in seen.buttons)


@pytest.mark.parametrize(
    ("typed", "answered"),
    [("list", "Nothing fits"), ("ticket list", "Nothing fits"), ("me show", "This is you"), ("help", "ticket"),
     ("dialog list", "No customer is live"), ("me away", "You are away"), ("lsit", "Did you mean")],
)  # fmt: skip
async def test_verbs_go_without_their_noun_where_it_is_ticket(desk: Desk, typed: str, answered: str) -> None:
    ines = await desk.agent("ines")
    assert answered in (await ines.types(typed)).words


async def test_what_a_command_lacks_is_asked_in_a_form(desk: Desk) -> None:
    ines = await desk.agent("ines")
    seen = await ines.person.types("support", "/ticket new internal")
    assert seen.modal is not None
    assert seen.modal.values["who"]["who"]["selected_option"]["value"] == "internal"
    done = await ines.person.submits(seen.modal, {"subject": "Refund for order 7"})
    assert done.is_ok
    await desk.card("Refund for order 7")


async def test_a_mistake_in_a_form_stands_at_its_field_and_the_words_stay(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal Lamp")
    seen = await ines.person.types("support", "/ticket snooze 1")
    assert seen.modal is not None
    field = next(block["block_id"] for block in seen.modal.body["blocks"] if block["type"] == "input")
    kind = next(b["element"]["type"] for b in seen.modal.body["blocks"] if b["type"] == "input")
    if kind == "external_select":
        await ines.person.chooses_in(seen.modal, field, "someday")
        done = await ines.person.submits(seen.modal)
    else:
        done = await ines.person.submits(seen.modal, {field: "someday"})
    assert "someday" in done.errors[field]
    assert done.view is seen.modal


async def test_reply_by_its_button_closes_the_ticket_if_wished(desk: Desk) -> None:
    ines = await desk.agent("ines")
    ana = desk.shop.customer("ana")
    await ana.writes("my order is late")
    await ines.types("dialog take 1")
    await ines.types("dialog end 1")
    root = await desk.card("Reply")
    seen = await ines.person.presses("support", root, "Reply")
    assert seen.modal is not None
    done = await ines.person.submits(seen.modal, {"Text": "It is on its way", "The ticket afterwards": "close it"})
    assert done.is_ok, done
    assert "Undo" in done.seen.buttons or "Sending" in done.seen.text
    await desk.until(lambda: [1 for words in desk.thread(root) if "It is on its way" in words])
    await desk.until(lambda: "closed" in desk.slack.shown(desk.slack.thread(root.ts)[0]))


async def test_a_reply_typed_with_r_can_be_undone(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    answer = await ines.says(root.ts, "!r not like this")
    assert answer is not None
    undo = next(line for label, line in answer.buttons.items() if label == "Undo")
    assert "Not sent" in (await ines.presses(undo)).words
    assert "not like this" not in await _bodies(desk)


async def test_a_line_that_names_a_colleague_waits_with_send_and_undo(desk: Desk) -> None:
    ines, _ben = await desk.agent("ines"), await desk.agent("ben")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await ines.presses("dialog take 1")
    await ines.says(root.ts, "@ben have you seen this?")
    stopped = await desk.until(
        lambda: [m for m in desk.slack.ephemerals_for("ines") if "Send anyway" in desk.slack.shown(m)]
    )
    await ines.person.presses("support", stopped[0], "Send anyway")
    await desk.until(lambda: [m for m in desk.slack.thread(root.ts) if "white_check_mark" in m.reactions])
    assert "@ben have you seen this?" in await _bodies(desk)


async def test_a_line_that_names_the_desk_in_its_midst_waits_too(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await ines.presses("dialog take 1")
    line = await ines.person.posts("support", "Please ask @deskbell about it", thread_ts=root.ts)
    await desk.until(lambda: "raised_hand" in line.reactions)


async def test_the_app_is_called_by_its_name_in_threads_and_channels(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    await ines.person.posts("support", "@deskbell take", thread_ts=root)
    await desk.until(lambda: "Ines" in desk.slack.shown(desk.slack.thread(root.ts)[0]))
    await ines.person.posts("support", "@deskbell me show")
    await desk.until(lambda: [1 for m in desk.slack.ephemerals_for("ines") if "This is you" in desk.slack.shown(m)])


async def test_files_come_along_both_ways(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal Photos")
    root = await desk.card("Photos")
    line = await ines.person.posts("support", "see here", thread_ts=root, files=[Upload("lamp.txt", b"a lamp")])
    await desk.until(lambda: "memo" in line.reactions or None)
    kept = await desk.shop.read(lambda d: list(d.session.scalars(select(File))))
    assert [(file.name, file.size, file.message_id is not None) for file in kept] == [("lamp.txt", 6, True)]


async def test_an_edited_and_a_deleted_line_are_followed(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal Lamp")
    root = await desk.card("Lamp")
    await ines.says(root.ts, "it is brokn")
    line = desk.slack.thread(root.ts)[-1]
    await ines.person.edits(line, "it is broken")
    await desk.slack.settled()
    assert "it is broken" in await _bodies(desk)
    await ines.person.deletes(line)
    await desk.slack.settled()
    gone = await desk.shop.read(
        lambda d: [m.deleted_at is not None for m in d.session.scalars(select(Message)) if m.body]
    )
    assert gone == [True]


async def test_a_message_becomes_a_ticket_by_shortcut_and_by_emoji_once(desk: Desk) -> None:
    ines, ben = await desk.agent("ines"), await desk.agent("ben")
    said = await ines.person.posts("support", "The coffee machine leaks")
    seen = await ines.person.uses_shortcut("ticket_from_message", "support", said)
    assert seen.modal is not None
    assert (await ines.person.submits(seen.modal)).is_ok
    root = await desk.card("The coffee machine leaks")
    await desk.until(lambda: [1 for words in desk.thread(root) if "The coffee machine leaks" in words])
    other = await ines.person.posts("support", "The door squeaks")
    await ines.person.reacts("support", other, "ticket")
    await ben.person.reacts("support", other, "ticket")
    await desk.slack.settled()
    assert [subject for _, subject, _ in await desk.shop.tickets()].count("The door squeaks") == 1


async def test_the_home_shows_my_queue_and_my_settings(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal My own matter")
    await ines.person.opens_home()
    home = await desk.until(lambda: desk.slack.home_of("ines"))
    shown = desk.slack.shown(home)
    assert "My own matter" in shown
    assert "I am away" in shown
    await ines.person.presses_in(home, "I am away")
    await desk.until(lambda: "I am back" in desk.slack.shown(desk.slack.home_of("ines")))  # type: ignore[arg-type]


async def test_what_concerns_me_comes_directly_and_the_app_answers_there(desk: Desk) -> None:
    ines, _boss = await desk.agent("ines"), await desk.agent("chief", Role.SUPERVISOR)
    await ines.types("new internal Lamp")
    await ines.types("assign 1 @chief")
    await tells(desk, "chief", "Look at this again")
    await desk.until(lambda: [1 for m in desk.slack.dms_of("chief") if "Look at this again" in desk.slack.shown(m)])
    await desk.slack.user("chief").posts("@deskbell", "list mine")
    await desk.until(lambda: [1 for m in desk.slack.dms_of("chief") if "Lamp" in desk.slack.shown(m)])


async def test_a_document_comes_as_a_file(desk: Desk) -> None:
    ines = await desk.agent("ines")
    await ines.types("new internal Lamp")
    assert "as a file" in (await ines.types("transcript 1")).words
    assert [m for m in desk.slack.dms_of("ines") if m.files]


async def test_a_guest_is_told_kindly_and_does_nothing(desk: Desk) -> None:
    desk.slack.add_user("eve", is_restricted=True)
    desk.office.channel.members.append(desk.slack.user("eve").id)
    eve = SlackSeat(desk.office, desk.slack.user("eve"))
    for typed in ("", "list", "new", "desk agent-add eve", "take 1"):
        assert "You are no agent" in (await eve.types(typed)).words
    await desk.shop.customer("ana").writes("hello")
    root = await desk.card("hello")
    said = await eve.says(root.ts, "!take")
    assert said is not None
    assert "You are no agent" in said.words


async def test_who_joins_may_be_accepted_and_who_leaves_is_out(desk: Desk) -> None:
    desk.slack.add_user("nora")
    await desk.slack.user("nora").joins("support")
    asked = await desk.until(lambda: [m for m in desk.office.channel.messages if "Accept" in desk.slack.shown(m)])
    boss = SlackSeat(desk.office, desk.slack.user("boss"))
    await boss.person.presses("support", asked[0], "Accept")
    nora = SlackSeat(desk.office, desk.slack.user("nora"))
    assert "This is you" in (await nora.types("me show")).words
    welcome = await desk.until(lambda: [m for m in desk.slack.dms_of("nora") if "Welcome" in desk.slack.shown(m)])
    await nora.person.presses(desk.slack.dm("nora"), welcome[0], "Get a practice ticket")
    await desk.until(lambda: [m for m in desk.office.channel.messages if "Practice of" in desk.slack.shown(m)])
    await desk.slack.user("nora").leaves("support")
    await desk.slack.settled()
    desk.office.channel.members.append(desk.slack.user("nora").id)
    assert "You are no agent" in (await nora.types("me show")).words

"""Tickets as agents work them: by lines of text, alone and many at once."""

import pytest
from sqlalchemy import select

from bot.commands.call import Here
from core.models import Message, Priority, Quarantined, QuarantineState, Role, Status
from tests.shop import Person, Shop


async def _ticket(shop: Shop, who: str, words: str, agent: Person | None = None) -> int:
    """A ticket from a chat that nobody or an agent had."""
    receipt = await shop.customer(who).writes(words)
    ines = agent or await shop.agent("ines")
    if agent is not None:
        await agent.types(f"dialog take {receipt.dialog_id}")
    await ines.types(f"dialog end {receipt.dialog_id}")
    dialog = await shop.dialog(receipt.dialog_id or 0)
    assert dialog.ticket_id is not None
    return dialog.ticket_id


async def test_take_opens_and_assigns_and_closing_is_idempotent(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken")
    await ines.types(f"ticket take {number}")
    assert ((await shop.ticket(number)).status, (await shop.ticket(number)).assignee_id) == (Status.OPEN, ines.actor.id)
    await ines.types(f"ticket close {number} it's done")
    await ines.types(f"ticket close {number}")
    assert (await shop.ticket(number)).status is Status.CLOSED
    assert ("note", "it's done") in await shop.said()
    assert (await shop.events()).count("status_changed") == 2


async def test_a_public_reply_takes_a_new_ticket_and_reaches_the_customer(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken")
    await ines.says("!r We send a new one", Here(ticket=number))
    assert await shop.held() == ["We send a new one"]
    await shop.passes("5s")
    ticket = await shop.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.waiting_since) == (Status.OPEN, ines.actor.id, None)
    assert (await shop.said())[-1] == ("agent", "We send a new one")


async def test_a_plain_line_in_a_tickets_thread_is_a_note(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken")
    await ines.says("ask the supplier", Here(ticket=number))
    await shop.passes("1m")
    assert (await shop.said())[-1] == ("note", "ask the supplier")


async def test_a_reply_on_an_old_state_is_stopped_until_its_writer_decides(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    number = await _ticket(shop, "ana", "My lamp is broken")
    seen = (await shop.ticket(number)).last_seq
    await ben.says("!r It is on its way", Here(ticket=number, seen_seq=seen))
    await shop.passes("10s")
    await ines.says("!r We refund you", Here(ticket=number, seen_seq=seen))
    await shop.passes("1m")
    assert await shop.held() == ["We refund you"]
    assert [words for author, words in await shop.said() if author == "agent"] == ["It is on its way"]
    await ines.types("message send 2")
    await shop.passes("10s")
    assert (await shop.said())[-1] == ("agent", "We refund you")


async def test_pending_comes_back_by_time_and_by_the_customer(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken", ines)
    await ines.types(f"ticket pending {number} 2d")
    assert (await shop.ticket(number)).status is Status.PENDING
    await shop.passes("2d 1s")
    assert (await shop.ticket(number)).status is Status.OPEN
    await ines.types(f"ticket pending {number} 2d")
    await ines.is_here()
    await shop.customer("ana").writes("Any news?")
    assert (await shop.ticket(number)).status is Status.OPEN
    await shop.passes("3d")
    assert "pending" not in [status for _, _, status in await shop.tickets()]


async def test_many_are_shown_asked_for_done_and_undone_as_one(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for number in range(3):
        await _ticket(shop, f"c{number}", f"Question {number}")
    asked = await ines.types("ticket tag [status:new] +later")
    assert asked.startswith("Really tag 3 tickets?")
    assert await ines.presses("Yes, all 3") == "Done: tag on 3 tickets."
    assert await ines.types("ticket list tag:later") == "3 tickets"
    await ines.types("ticket close 1,2")
    await ines.presses("Yes, all 2")
    assert await shop.tickets() == [(1, "Question 0", "closed"), (2, "Question 1", "closed"), (3, "Question 2", "new")]
    await ines.presses("Undo")
    assert [status for _, _, status in await shop.tickets()] == ["new", "new", "new"]


async def test_many_customers_are_answered_at_once_and_all_of_it_undone_until_it_is_sent(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for number in range(2):
        await _ticket(shop, f"c{number}", f"Question {number}")
    asked = await ines.types("ticket reply [status:new] The lamp is back in stock")
    assert asked.startswith("Really reply 2 tickets?")
    assert await ines.presses("Yes, all 2") == "Done: reply on 2 tickets."
    assert await shop.held() == ["The lamp is back in stock"] * 2
    await ines.presses("Undo")
    assert await shop.held() == []
    await ines.types("ticket reply-close 1,2 The lamp is back in stock")
    await ines.presses("Yes, all 2")
    await shop.passes("1m")
    assert [status for _, _, status in await shop.tickets()] == ["closed", "closed"]
    assert [words for author, words in await shop.said() if author == "agent"] == ["The lamp is back in stock"] * 2
    assert await ines.presses("Undo") == "That can no longer be undone."
    await ines.types("ticket note 1,2 Told them")
    await ines.presses("Yes, all 2")
    assert (await shop.said()).count(("note", "Told them")) == 2


async def test_two_numbers_that_lead_to_one_ticket_are_answered_once(shop: Shop) -> None:
    ines = await shop.agent("ines")
    for number in range(2):
        await _ticket(shop, f"c{number}", f"Question {number}")
    await ines.types("ticket merge 1 2 yes")
    await ines.types("ticket reply 1,2 The lamp is back in stock")
    await ines.presses("Yes, all 2")
    assert await shop.held() == ["The lamp is back in stock"]


async def test_a_reply_typed_in_another_tickets_thread_is_no_old_one(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    for number in range(2):
        await _ticket(shop, f"c{number}", f"Question {number}")
    await ben.types("ticket priority 2 high")
    await ben.types("ticket take 2")
    await ines.types("ticket reply 2 It is on its way", here=Here(ticket=1, seen_seq=1))
    await shop.passes("1m")
    assert [words for author, words in await shop.said() if author == "agent"] == ["It is on its way"]


async def test_a_question_is_answered_once_and_by_whom_it_was_asked(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    for number in range(2):
        await _ticket(shop, f"c{number}", f"Question {number}")
    await ines.types("ticket close 1,2")
    line = ines.answers[-1].buttons[0].line
    assert "answered or too old" in await ben.types(line)
    assert await ines.types(line) == "Done: close on 2 tickets."
    assert "answered or too old" in await ines.types(line)


async def test_merged_tickets_read_as_one_and_part_again(shop: Shop) -> None:
    ines = await shop.agent("ines")
    one = await _ticket(shop, "ana", "My lamp is broken")
    other = await _ticket(shop, "ben", "Same lamp, same crack")
    await ines.types(f"ticket merge {other} {one} yes")
    assert (await shop.ticket(other)).merged_into == one
    assert await ines.types(f"ticket show {other}") == f"#{one} My lamp is broken"
    await ines.types(f"ticket transcript {one}")
    assert "Same lamp" in str(ines.answers[-1].lines)
    assert await ines.types(f"ticket unmerge {other}") == f"#{other} stands alone again."
    assert (await shop.ticket(other)).merged_into is None


async def test_a_message_is_split_into_a_ticket_of_its_own(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, "ana", "And my chair squeaks")
    await ines.types("message split 1")
    assert [subject for _, subject, _ in await shop.tickets()] == ["And my chair squeaks", "And my chair squeaks"]


async def test_spam_closes_silently_and_the_next_message_waits_in_quarantine(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.SUPERVISOR)
    number = await _ticket(shop, "spammer", "Buy pills")
    await boss.types(f"ticket spam {number}")
    receipt = await shop.customer("spammer").writes("More pills")
    assert receipt.is_quarantined
    assert await boss.types("desk quarantine") == "1 thing in quarantine"
    assert await boss.types("ticket list status:closed") == "Nothing fits. All done here!"
    await boss.types("desk retry 1")
    assert ("contact", "More pills") in await shop.said()
    await boss.types(f"ticket notspam {number}")
    assert not (await shop.customer("spammer").writes("Sorry")).is_quarantined


async def test_a_blocked_customer_waits_in_quarantine_for_a_time(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.SUPERVISOR)
    await _ticket(shop, "rude", "You are all idiots")
    await ines.types("customer block 1 1d insults")
    assert (await shop.customer("rude").writes("Still there")).is_quarantined
    await ines.types("customer blocked")
    assert "insults" in str(ines.answers[-1].cards[0].lines)
    await shop.passes("25h")
    assert not (await shop.customer("rude").writes("Sorry")).is_quarantined
    await ines.types("desk discard 1")
    states = select(Quarantined.state)
    assert await shop.read(lambda desk: list(desk.execute(states).scalars())) == [QuarantineState.DISCARDED]


async def test_next_takes_waiting_dialogs_first_then_the_most_urgent(shop: Shop) -> None:
    ines = await shop.agent("ines")
    plain = await _ticket(shop, "a", "Plain")
    urgent = await _ticket(shop, "b", "Urgent")
    await ines.types(f"ticket priority {urgent} urgent")
    live = await shop.customer("c").writes("I am here right now")
    assert await ines.types("ticket next") == f"A customer waits live since 08:00: dialog {live.dialog_id} is yours."
    assert await ines.types("ticket next") == f"#{urgent} is next and yours: its priority is urgent."
    assert "yours" in await ines.types("ticket next")
    assert (await shop.ticket(plain)).assignee_id == ines.actor.id
    assert await ines.types("ticket next") == "Nothing waits. Well done!"


async def test_an_internal_ticket_needs_a_customer_before_a_reply(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await ines.types("ticket new internal Order coffee")
    assert "has no customer yet" in await ines.types("ticket reply 1 Hello")
    assert (await shop.ticket(1)).contact_id is None


async def test_a_typed_address_is_unverified_and_joins_nobody(shop: Shop) -> None:
    from core.connector import Claims

    ines = await shop.agent("ines")
    await shop.customer("ana").writes("Hello", claims=Claims(name="The boss", email="boss@example.com"))
    await shop.customer("eve").writes("Hello", claims=Claims(name="The boss", email="boss@example.com"))
    assert await ines.types("customer find boss@example.com") == "2 customers"
    await ines.types("dialog show 1")
    card = str(ines.answers[-1].cards[0])
    assert "says to be" in card
    assert "Maybe the same person" in card
    await ines.types("customer merge 2 1")
    assert await ines.types("customer find boss@example.com") == "1 customer"
    await ines.types("customer part 2")
    assert await ines.types("customer find boss@example.com") == "2 customers"


async def test_a_ticket_moves_to_a_team_with_its_reason(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.ADMIN)
    await ines.types("desk team-add tech")
    number = await _ticket(shop, "ana", "My lamp is broken", ines)
    await ines.types(f"ticket move {number} tech needs a soldering iron")
    ticket = await shop.ticket(number)
    assert (ticket.assignee_id, (await shop.said())[-1]) == (None, ("note", "needs a soldering iron"))


async def test_a_customer_is_edited_by_hand(shop: Shop) -> None:
    ines = await shop.agent("ines")
    await _ticket(shop, "ana", "My lamp is broken")
    for line in ("name Ana Lopez", "language de", "address Ana@Example.com", "note prefers to be called"):
        assert "was changed" in await ines.types(f"customer edit 1 {line}")
    said = str(ines.answers[-1].cards[0])
    assert all(part in said for part in ("Ana Lopez", "'de'", "ana@example.com", "prefers to be called"))
    assert "name, language, address, note" in await ines.types("customer edit 1 nmae Ana")


async def test_a_view_is_saved_with_or_without_its_sign(small_shop: Shop) -> None:
    ines = await small_shop.agent("ines")
    await ines.types("desk view pressing = priority:urgent")
    await ines.types("desk view late overdue:yes")
    await ines.types("desk views")
    lines = [str(line) for line in ines.answers[-1].lines]
    assert any("pressing = priority:urgent" in line for line in lines), lines
    assert any("late = overdue:yes" in line for line in lines)


async def test_a_tag_is_removed_from_the_desk_and_all_tickets(shop: Shop) -> None:
    admin = await shop.agent("admin", Role.ADMIN)
    number = await _ticket(shop, "ana", "My lamp is broken", admin)
    await admin.types(f"ticket tag {number} +old +lamps")
    await admin.types("desk tag-remove old")
    assert await admin.types("desk tags") == "lamps"
    assert await admin.types(f"ticket tag {number} +vip") == f"Tags of #{number}: lamps, vip"


async def test_a_private_teams_tickets_are_nobody_elses_business(shop: Shop) -> None:
    admin, ben = await shop.agent("admin", Role.ADMIN), await shop.agent("ben")
    await admin.types("desk set team legal = Legal private:yes members:admin")
    number = await _ticket(shop, "ana", "About the contract", admin)
    await admin.types(f"ticket move {number} legal secret")
    assert await ben.types(f"ticket show {number}") == f"There is no ticket #{number}. Try: ticket list"
    assert await ben.types("ticket list") == "Nothing fits. All done here!"
    assert await ben.types(f"ticket close {number}") == f"There is no ticket #{number}. Try: ticket list"
    assert await admin.types("ticket list") == "1 ticket"


async def test_snoozed_tickets_leave_my_queue_until_then(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken", ines)
    await ines.types(f"ticket snooze {number} 2h")
    assert await ines.types("ticket list mine") == "Nothing fits. All done here!"
    await shop.passes("2h 1s")
    assert await ines.types("ticket list mine") == "1 ticket"


async def test_watchers_and_assignees_hear_of_it(shop: Shop) -> None:
    from core import notices

    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    number = await _ticket(shop, "ana", "My lamp is broken", ines)
    await ben.types(f"ticket watch {number}")
    await shop.customer("ana").writes("Hello again")
    await ines.types(f"ticket assign {number} @ben")
    heard = await shop.read(lambda desk: [notices.words(n).id for n in notices.unseen(desk, ben.actor.id or 0)])
    assert heard == ["The customer of #{number} wrote.", "#{number} is yours now."]


async def test_a_forgotten_customer_is_nowhere(shop: Shop) -> None:
    from core.connector import Claims

    admin = await shop.agent("admin", Role.ADMIN)
    await shop.customer("ana").writes("My address is Zanzibar 7", claims=Claims(name="Ana P", email="ana@example.com"))
    await admin.types("dialog take 1")
    await admin.says("Thank you Ana", Here(dialog=1))
    await shop.passes("5s")
    await admin.types("dialog end 1")
    await admin.types("customer block 1 1h rude")
    assert (await shop.customer("ana").writes("Zanzibar 7, I said")).is_quarantined
    await shop.index()
    await admin.types("customer export 1")
    assert "Zanzibar" in admin.answers[-1].document
    assert "cannot be undone" in (await admin.types("customer erase 1")).lower()
    await admin.presses("Yes, forget them")

    def everything(desk: object) -> str:
        tables = ("contact", "identity", "message", "former_body", "held_reply", "file", "quarantined", "ticket",
                  "dialog", "event", "notice", "said_message", "said_subject", "deadline", "pressed")  # fmt: skip
        found = [str(desk.connection.exec_driver_sql(f"SELECT * FROM {name}").all()) for name in tables]  # type: ignore[attr-defined]
        return "\n".join(found).lower()

    left = await shop.read(everything)
    assert [word for word in ("zanzibar", "ana p", "ana@example", "thank you ana", "visitor-ana") if word in left] == []
    assert (await shop.tickets())[0][2] == "open"


async def test_a_reply_can_be_edited_and_taken_back(shop: Shop) -> None:
    ines, ben = await shop.agent("ines"), await shop.agent("ben")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog take 1")
    await ines.says("It ships on Monday", Here(dialog=1))
    await shop.passes("5s")
    await ines.types("message edit 2 It ships on Tuesday")
    assert (await shop.said())[-1] == ("agent", "It ships on Tuesday")
    await ben.types("message former 2")
    assert [line.args["words"] for line in ben.answers[-1].lines] == ["It ships on Monday"]
    assert await ben.types("message withdraw 2") == "Only its writer can change a message."
    await ines.types("message withdraw 2")
    gone = select(Message.deleted_at).where(Message.id == 2)
    assert await shop.read(lambda desk: desk.execute(gone).scalar_one()) == shop.clock.now


async def test_everything_that_happened_can_be_read_with_who_did_it(shop: Shop) -> None:
    ines = await shop.agent("ines")
    number = await _ticket(shop, "ana", "My lamp is broken", ines)
    for line in ("priority {} high", "tag {} +billing", "due {} 2h", "title {} Broken lamp", "watch {}", "close {}"):
        await ines.types("ticket " + line.format(number))
    await ines.types(f"ticket history {number}")
    told = " ".join(str(line.args["what"]) for line in ines.answers[-1].lines)
    for part in ("priority", "billing", "deadline", "subject", "watches", "closed", "dialog"):
        assert part in told, part
    assert (await shop.ticket(number)).priority is Priority.HIGH


LINES = [
    "", "   ", "nonsense", "ticket", "ticket close", "ticket close abc", "ticket close 999", "ticket close -1",
    "ticket list (", "ticket pending 1 yesterday", "ticket assign 1 @nobody", "ticket priority 1 huge",
    "dialog take 99", "press x", "undo x", "ticket tag 1 +" + "x" * 500, "ticket close [status:opn]",
    "ticket close 1,2,3,x", "customer find", "me zone Mars/Base", "desk set view x", "desk agent-add 'x'; --",
    "help nothing", "ticket title 1",
    "message redact 1", "!!!", "//", "\x00", "ticket\u202e", "ticket list " + "(" * 50, "ticket find " + "a" * 3000,
    "ticket close 99999999999999999999", "😀",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
async def test_a_wrong_line_is_answered_and_changes_nothing(small_shop: Shop, line: str) -> None:
    ines = await small_shop.agent("ines", Role.ADMIN)
    before = await small_shop.events()
    assert await ines.types(line)
    assert await small_shop.events() == before


async def test_who_is_no_admin_is_told_so(small_shop: Shop) -> None:
    ines = await small_shop.agent("ines")
    assert await ines.types("desk agent-add eve admin") == "desk agent-add is for admins only. Ask one of them."


async def test_every_commands_example_can_be_read(small_shop: Shop) -> None:
    from bot.commands import COMMANDS

    boss = await small_shop.agent("boss", Role.ADMIN)
    await small_shop.agent("ben")
    wrong = {}
    for command in COMMANDS:
        said = await boss.types(command.example)
        if "Usage" in said or "no command" in said or "is too much" in said:
            wrong[command.example] = said
    assert wrong == {}

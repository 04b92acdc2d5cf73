"""Letters: which ticket they belong to and by what right, who takes part, what is never answered, what comes back."""

import asyncio
import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core import contacts, teams
from core.desk import Desk
from core.models import Alert, File, Identity, Link, Message, Quarantined, Reader, Role, Ticket
from tests.post import Mailbox, words_of
from tests.shop import Shop, open_shop

BEN = "Ben <ben@example.org>"


@pytest.fixture
async def box(shop: Shop, tmp_path: Path) -> Mailbox:
    """The desk's mailbox."""
    return await Mailbox(shop, "support@shop.example", tmp_path).open()


async def _notes(shop: Shop) -> list[str]:
    """What the desk tells the team beside what was said."""
    team = select(Message.wording).where(Message.reader == Reader.TEAM, Message.wording != "").order_by(Message.id)
    return await shop.read(lambda desk: list(desk.execute(team).scalars()))


async def test_who_was_copied_in_gets_the_answer_and_may_answer(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.", cc=f"{BEN}, noreply@example.org, support+x@shop.example")
    await ines.types("ticket show 1")
    assert "ben@example.org" in str(ines.answers[-1].cards[0].fields)
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    assert (answer["To"], answer["Cc"]) == ("ana@example.com", "ben@example.org")
    await box.gets("The red one.", **{"from": BEN, "in_reply_to": answer["Message-ID"], "subject": "Re: My lamp"})
    assert await shop.tickets() == [(1, "My lamp", "open")]
    assert await _notes(shop) == []


async def test_people_are_let_in_and_out_by_hand(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    assert await ines.types("ticket cc 1") == "Nobody besides the customer gets the answers to #1."
    await ines.types("ticket cc 1 +ben@example.org +carl@example.org")
    assert "mailbox of this desk" in await ines.types("ticket cc 1 +support@shop.example")
    await ines.types("ticket cc 1 -carl@example.org")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    assert [mail["Cc"] for mail in await box.sent()] == ["ben@example.org"]


async def test_a_stranger_who_answers_our_mail_is_let_in_but_gets_no_answer(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    await box.gets("Ours is the red one.", **{"from": BEN, "in_reply_to": answer["Message-ID"]})
    assert await shop.tickets() == [(1, "My lamp", "open")]
    (note,) = await _notes(shop)
    assert "was not part of this conversation" in note
    await ines.types("ticket reply 1 Thank you.")
    await shop.passes("30s")
    assert [(mail["To"], mail["Cc"]) for mail in await box.sent()][1:] == [("ana@example.com", None)]


async def test_a_strangers_header_or_number_begins_a_linked_ticket_of_their_own(shop: Shop, box: Mailbox) -> None:
    await box.gets("It is broken.", message_id="<lamp@example.com>")
    await box.gets("Me, too", **{"from": BEN, "in_reply_to": "<lamp@example.com>"})
    await box.gets("And me", **{"from": "eve@example.net", "subject": "Question [#1]"})
    assert [number for number, _, _ in await shop.tickets()] == [1, 2, 3]
    links = await shop.read(lambda desk: [(row.low_id, row.high_id) for row in desk.session.scalars(select(Link))])
    assert sorted(links) == [(1, 2), (1, 3)]


async def test_the_customer_may_name_the_number_in_the_subject(shop: Shop, box: Mailbox) -> None:
    await box.gets("It is broken.")
    await box.gets("The red one, by the way", subject="Something else [#1]")
    assert await shop.tickets() == [(1, "My lamp", "new")]


async def test_a_new_mail_of_a_known_customer_is_a_new_ticket_that_offers_merge(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await box.gets("It is still broken.", subject="Lamp again")
    await ines.types("ticket show 2")
    labels = {button.line for button in ines.answers[-1].cards[0].buttons}
    assert "ticket merge 2 1" in labels


async def test_one_mail_to_two_mailboxes_is_one_ticket_and_the_other_team_sees_where(
    shop: Shop, box: Mailbox, tmp_path: Path
) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("desk team-add billing Billing")
    other = await Mailbox(shop, "billing@shop.example", tmp_path, name="billing").open("billing")
    mail = box.letter("It is broken.", to="support@shop.example, billing@shop.example")
    await box.gets(raw=mail)
    await other.gets(raw=mail)
    assert await shop.tickets() == [(1, "My lamp", "new")]
    assert await _notes(shop) == ["The same mail came to {channel}, too."]


async def test_who_begins_a_ticket_is_told_once_and_no_machine_is(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    await shop.agent("ines")
    await box.gets("It is broken.")
    (told,) = await box.sent()
    assert "#1" in words_of(told)
    assert (told["Auto-Submitted"], told["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    await box.gets("More of it", in_reply_to=told["Message-ID"])
    await box.gets("Out of office", **{"from": BEN, "auto_submitted": "auto-replied"})
    assert len(await box.sent()) == 1


async def test_an_address_gets_three_automatic_answers_an_hour(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    for subject in ("Lamp", "Chair", "Table", "Sofa"):
        await box.gets("It is broken.", subject=subject)
    assert (len(await shop.tickets()), len(await box.sent())) == (4, 3)


async def test_our_own_automatic_mail_that_comes_round_is_kept_aside(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    await box.gets("It is broken.")
    (told,) = await box.sent()
    assert (await box.gets(raw=bytes(told))).is_repeat
    del told["Message-ID"]
    told["Message-ID"] = "<relayed@relay.example>"
    assert (await box.gets(raw=bytes(told))).is_quarantined
    hops = "".join(f"Received: from a{n} by b{n}\n" for n in range(60))
    assert (await box.gets(raw=hops.encode() + box.letter("Round and round"))).is_quarantined
    assert len(await shop.tickets()) == 1


async def test_a_flood_of_the_same_is_kept_in_one_ticket(shop: Shop, box: Mailbox) -> None:
    for number in range(12):
        await box.gets("Disk full", **{"from": "nagios@example.com", "subject": f"Alarm {number}"})
    assert len(await shop.tickets()) == 5
    assert len(await shop.said()) >= 12


async def test_letters_open_a_ticket_again_three_times_an_hour(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.", message_id="<lamp@example.com>")
    for number in range(4):
        await ines.types("ticket close 1")
        await box.gets(f"Still broken {number}", in_reply_to="<lamp@example.com>")
    assert await shop.tickets() == [(1, "My lamp", "closed")]


def _bounce(of: str, address: str = "ana@example.com", *, status: str = "5.1.1") -> bytes:
    action = "failed" if status.startswith("5") else "delayed"
    return "\n".join((
        "From: MAILER-DAEMON@mx.example", "To: support@shop.example", "Subject: Undelivered",
        f"Message-ID: <b{status}@mx>", "Return-Path: <>", "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
        "--b", "Content-Type: text/plain", "", "Sorry.", "--b", "Content-Type: message/delivery-status", "",
        "Reporting-MTA: dns; mx.example", "", f"Final-Recipient: rfc822; {address}", f"Action: {action}",
        f"Status: {status}", "Diagnostic-Code: smtp; 550 no such user", "",
        "--b", "Content-Type: message/rfc822", "", f"Message-ID: {of}", "", "Hi", "--b--", "",
    )).encode()  # fmt: skip


async def _dead(shop: Shop) -> list[str]:
    """The addresses nothing reaches."""
    statement = select(Identity.address).where(Identity.failed_at.is_not(None))
    return await shop.read(lambda desk: list(desk.execute(statement).scalars()))


async def test_a_bounce_marks_the_reply_and_the_address(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    await box.gets(raw=_bounce(answer["Message-ID"]))
    failed = await shop.read(lambda desk: list(desk.execute(select(Message.failure)).scalars()))
    assert "550 no such user" in failed
    assert await _dead(shop) == ["ana@example.com"]
    assert len(await shop.tickets()) == 1
    await box.gets("I am back", in_reply_to=answer["Message-ID"])
    assert await _dead(shop) == []


async def test_a_late_mail_is_only_noted_and_anothers_bounce_is_kept_aside(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    await box.gets(raw=_bounce(answer["Message-ID"], status="4.4.1"))
    assert any("late" in note for note in await _notes(shop))
    assert (await box.gets(raw=_bounce("<other@example.net>"))).is_quarantined


async def test_what_the_mail_server_calls_spam_waits_in_quarantine_and_can_become_a_ticket(
    shop: Shop, box: Mailbox
) -> None:
    sue = await shop.agent("sue", Role.SUPERVISOR)
    await box.gets("Cheap lamps!", **{"from": "spam@example.net", "x_spam_flag": "YES"})
    assert await shop.tickets() == []
    await sue.types("desk quarantine")
    assert "spam" in str(sue.answers[-1].cards[0].lines)
    await sue.types("desk make-ticket 1")
    assert await shop.tickets() == [(1, "My lamp", "new")]
    assert (await shop.ticket(1)).contact_id is not None
    assert await shop.read(lambda desk: desk.session.scalars(select(Quarantined.raw)).one()) == b""


async def test_retry_takes_a_mail_in_after_all(shop: Shop, box: Mailbox) -> None:
    sue = await shop.agent("sue", Role.SUPERVISOR)
    await box.gets("Cheap lamps!", **{"from": "spam@example.net", "x_spam_flag": "YES", "cc": BEN})
    assert await sue.types("desk retry 1") == "Taken in."
    assert (await shop.said())[0] == ("contact", "Cheap lamps!")


PROVEN = {"authentication_results": "mx.shop.example; dmarc=pass header.from=shop.example"}
TRUSTS = {"trusted_servers": "mx.shop.example"}


OUTLOOK = (
    "-----Ursprüngliche Nachricht-----\nVon: {who}\nGesendet: Montag, 2. November 2026 07:00\nAn: x\n"
    "Betreff: My lamp\n\n"
)
APPLE = (
    "> Anfang der weitergeleiteten Nachricht:\n> \n> Von: {who}\n> Betreff: My lamp\n"
    "> Datum: 2. November 2026\n> An: x\n> \n"
)


@pytest.mark.parametrize("above", [OUTLOOK, APPLE], ids=["outlook", "apple"])
async def test_what_any_program_forwards_can_be_passed_on(shop: Shop, tmp_path: Path, above: str) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, TRUSTS).open()
    await shop.agent("ines")
    await shop.change(lambda desk: setattr(teams.agent_named(desk, "ines"), "email", "ines@shop.example"))
    begins = above.format(who="Ana Pérez <ana@example.com>")
    forward = f"@fwd\n\n{begins}{'> ' if begins.startswith('>') else ''}It is broken.\n"
    await box.gets(forward, **{"from": "Ines <ines@shop.example>", "subject": "WG: My lamp", **PROVEN})
    assert await shop.tickets() == [(1, "My lamp", "new")]
    whose = select(Identity.address).where(Identity.is_verified)
    assert await shop.read(lambda desk: list(desk.execute(whose).scalars())) == ["ana@example.com"]


async def test_an_agent_passes_a_mail_on_and_its_writer_is_the_customer(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, TRUSTS).open()
    await shop.agent("ines")
    await shop.change(lambda desk: setattr(teams.agent_named(desk, "ines"), "email", "ines@shop.example"))
    forward = (
        "@fwd\nA regular, please be quick.\n\n---------- Forwarded message ---------\n"
        "From: Ana Pérez <ana@example.com>\nDate: Mon, 2 Nov 2026 at 07:00\nSubject: My lamp\n"
        "To: <ines@shop.example>\n\nIt is broken.\n"
    )
    await box.gets(forward, **{"from": "Ines <ines@shop.example>", "subject": "Fwd: My lamp", **PROVEN})
    assert await shop.tickets() == [(1, "My lamp", "new")]
    contact = await shop.read(lambda desk: contacts.by_id(desk, desk.session.get_one(Ticket, 1).contact_id or 0))
    assert contact.name == "Ana Pérez"
    said = await shop.said()
    assert "It is broken." in said[0][1]
    assert ("note", "A regular, please be quick.") in said


async def test_who_is_no_agent_passes_nothing_on(shop: Shop, box: Mailbox) -> None:
    await box.gets("@fwd\n\nFrom: Ana <ana@example.com>\nSubject: x\n\nIt is broken.", **{"from": BEN})
    who = await shop.read(lambda desk: desk.session.scalars(select(Identity.address)).all())
    assert list(who) == ["ben@example.org"]


async def test_an_old_mail_is_a_closed_ticket_with_its_own_date(shop: Shop, box: Mailbox) -> None:
    await box.receiving.take(box.letter("Long ago", date="Mon, 02 Mar 2026 09:00:00 +0000"), history=True)
    ticket = await shop.ticket(1)
    assert (ticket.status.value, ticket.created_at.month, ticket.closed_at is not None) == ("closed", 3, True)
    assert await box.sent() == []


async def test_what_an_agent_answers_by_their_own_program_is_their_reply(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.", message_id="<lamp@example.com>")
    own = box.letter(
        "Which lamp is it?", in_reply_to="<lamp@example.com>", message_id="<mine@shop.example>",
        to="ana@example.com", **{"from": "Ines <support@shop.example>"},
    )  # fmt: skip
    await box.receiving.take_sent(own)
    await box.receiving.take_sent(own)
    await box.receiving.take_sent(box.letter("Lunch?", to="ben@example.org", **{"from": "support@shop.example"}))
    assert (await shop.said())[1:] == [("agent", "Which lamp is it?")]
    ticket = await shop.ticket(1)
    assert (ticket.assignee_id, ticket.status.value, ticket.waiting_since) == (ines.actor.agent_id, "open", None)
    assert await box.sent() == []
    await box.gets("The red one.", in_reply_to="<mine@shop.example>")
    assert len(await shop.tickets()) == 1


async def test_an_answer_given_elsewhere_counts_as_a_reply(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket answered 1 Told her by phone.")
    ticket = await shop.ticket(1)
    assert (ticket.status.value, ticket.waiting_since, ticket.assignee_id) == ("open", None, ines.actor.agent_id)
    assert ticket.first_reply_at is not None
    assert await box.sent() == []


async def test_a_chat_customer_is_answered_by_mail_and_answers_by_mail(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken")
    await ines.types("dialog end 1")
    assert "know no e-mail address" in await ines.types("ticket mail 1 Here it is.")
    await ines.types("ticket mail 1 to:ana@example.com Here is the invoice.")
    await shop.passes("30s")
    (mail,) = await box.sent()
    assert (mail["To"], "Here is the invoice." in words_of(mail)) == ("ana@example.com", True)
    await box.gets("Thank you!", in_reply_to=mail["Message-ID"])
    assert len(await shop.tickets()) == 1
    assert await _notes(shop) == []


async def test_a_ticket_made_by_hand_is_begun_by_mail(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await ines.types("ticket new ana@example.com Your order")
    await ines.types("me signature Ines Muster, Lamp Shop")
    await ines.types("ticket reply 1 It has arrived.")
    await shop.passes("30s")
    (mail,) = await box.sent()
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Your order", None)
    assert "-- \nInes Muster, Lamp Shop" in words_of(mail)


async def test_answers_to_the_reply_address_find_their_ticket(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"plus": True}).open()
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    address = str(answer["Reply-To"])
    assert address.startswith("support+t1.")
    await box.gets("The red one.", to=address)
    assert await shop.tickets() == [(1, "My lamp", "open")]
    await box.gets("Forged", to=address.replace("+t1.", "+t2."), **{"from": BEN})
    assert [number for number, _, _ in await shop.tickets()] == [1, 2]


async def test_who_left_a_chat_gets_the_answer_by_mail_and_goes_on_by_mail(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    ana = shop.customer("ana")
    await ana.writes("My lamp is broken", claims=contacts.Claims(email="ana@example.com"))
    await ines.types("dialog end 1")
    await ines.types("ticket reply 1 We send a new one.")
    await shop.passes("1m")
    await ines.types("ticket reply 1 It ships on Monday.")
    await shop.passes("9m")
    assert await box.sent() == []
    await shop.passes("2m")
    (mail,) = await box.sent()
    assert "We send a new one." in words_of(mail)
    assert "It ships on Monday." in words_of(mail)
    await ines.types("ticket reply 1 And a bulb.")
    await shop.passes("12m")
    assert len(await box.sent()) == 1
    await shop.passes("4m")
    assert len(await box.sent()) == 2
    await box.gets("Great", in_reply_to=mail["Message-ID"])
    assert len(await shop.tickets()) == 1
    mails = select(Identity.address, Identity.is_verified).where(Identity.kind == "email")
    assert await shop.read(lambda desk: desk.execute(mails).all()) == [("ana@example.com", True)]


async def test_somebody_is_asked_by_mail_and_answers_with_a_note(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket ask 1 kim@partner.example with:1 Is this one of yours?")
    (question,) = await box.sent()
    assert question["To"] == "kim@partner.example"
    assert "> It is broken." in words_of(question)
    await box.gets("Yes, ours.", **{"from": "Kim <kim@partner.example>", "in_reply_to": question["Message-ID"]})
    assert (await shop.said())[-1] == ("note", "Yes, ours.")
    assert len(await shop.tickets()) == 1


async def _elsewhere(folder: Path, empty: Path) -> Mailbox:
    """The mailbox of another desk."""
    shutil.copy(empty, folder / "other.db")
    other = await open_shop(f"sqlite:///{folder / 'other.db'}")
    made = Mailbox(other, "help@other.example", folder / "other", {"ack": True}, secret="another desk's secret")
    return await made.open()


async def test_an_automatic_mail_calls_nobody_and_starts_no_clock(shop: Shop, box: Mailbox) -> None:
    await box.gets("Disk full", **{"from": "nagios@example.com", "auto_submitted": "auto-generated"})
    assert (await shop.ticket(1)).waiting_since is None
    assert await shop.read(lambda desk: desk.session.scalars(select(Alert)).all()) == []


async def test_two_desks_whose_mails_lose_all_stamps_on_the_way_fall_silent_after_two(
    shop: Shop, tmp_path: Path, migrated_sqlite: Path
) -> None:
    ours = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    theirs = await _elsewhere(tmp_path, migrated_sqlite)
    await ours.gets("Hello", **{"from": "help@other.example", "to": "support@shop.example"})
    seen: dict[str, int] = {"ours": 0, "theirs": 0}
    for _ in range(10):
        for name, from_box, to_box in (("ours", ours, theirs), ("theirs", theirs, ours)):
            sent = await from_box.sent()
            for mail in sent[seen[name] :]:
                del mail["Message-ID"]
                mail["Message-ID"] = f"<again{seen[name]}@relay.example>"
                for stamp in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Deskbell-Loop"):
                    del mail[stamp]  # a relay that strips all that says a machine sent it
                await to_box.gets(raw=bytes(mail))
            seen[name] = len(sent)
        shop.clock.now += timedelta(minutes=1)
    assert sum(seen.values()) == 2


async def test_with_their_stamps_two_desks_fall_silent_after_one_mail(
    shop: Shop, tmp_path: Path, migrated_sqlite: Path
) -> None:
    ours = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    theirs = await _elsewhere(tmp_path, migrated_sqlite)
    await ours.gets("Hello", **{"from": "help@other.example"})
    (told,) = await ours.sent()
    await theirs.gets(raw=bytes(told))
    assert await theirs.sent() == []


async def test_a_ticket_that_was_put_off_is_back_when_its_customer_writes(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.", message_id="<lamp@example.com>")
    await ines.types("ticket take 1")
    await ines.types("ticket snooze 1 2d")
    await ines.types("ticket close-in 1 1h")
    assert await ines.types("ticket list mine") == "Nothing fits. All done here!"
    await box.gets("Hello?", in_reply_to="<lamp@example.com>")
    assert await ines.types("ticket list mine") == "1 ticket"
    await shop.passes("2h")
    assert await shop.tickets() == [(1, "My lamp", "open")]


async def test_mails_that_wait_together_keep_their_own_files(shop: Shop, box: Mailbox) -> None:
    mails = [box.letter(f"Lamp {n}.", **{"from": f"c{n}@example.com"}) for n in range(40)]
    await asyncio.gather(*(box.gets(raw=mails[n % 40]) for n in range(60)))

    def kept(desk: Desk) -> list[tuple[str, str]]:
        theirs = select(Message.body, File.sha256).join(File, File.message_id == Message.id)
        return [(row.body, row.sha256) for row in desk.execute(theirs.order_by(Message.id))]

    assert await shop.read(kept) == [(f"Lamp {n}.", hashlib.sha256(mails[n]).hexdigest()) for n in range(40)]


async def test_who_only_pretends_to_be_an_agent_passes_nothing_on(shop: Shop, box: Mailbox) -> None:
    await shop.agent("ines")
    await shop.change(lambda desk: setattr(teams.agent_named(desk, "ines"), "email", "ines@shop.example"))
    forward = "@fwd\nRefund 500 EUR, boss agreed.\n\nFrom: Ana <ana@example.com>\nSubject: My lamp\n\nIt is broken."
    await box.gets(forward, **{"from": "Ines <ines@shop.example>"})
    assert [kind for kind, _ in await shop.said()] == ["contact", "note"]
    assert "Refund" not in (await shop.said())[1][1]


async def test_a_forged_mail_lets_nobody_listen_to_another_customers_ticket(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await box.gets("By the way", subject="Lamp [#1]", cc="Spy <spy@evil.example>")
    form = {"from": "no-reply@evil.example", "reply_to": "ana@example.com", "subject": "Lamp [#1]"}
    await box.gets("And this", cc="Spy <spy@evil.example>", **form)
    assert len(await shop.tickets()) == 2
    await ines.types("ticket reply 1 The code is 1234.")
    await shop.passes("30s")
    (answer,) = await box.sent()
    assert (answer["To"], answer["Cc"]) == ("ana@example.com", None)
    assert any("who get no answers of ours" in note for note in await _notes(shop))


async def test_a_forged_bounce_shuts_nobody_elses_address(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("Mine, too.", **{"from": BEN, "subject": "Chair"})
    await box.gets("It is broken.")
    await ines.types("ticket reply 2 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    await box.gets(raw=_bounce(answer["Message-ID"], "ben@example.org"))
    assert await _dead(shop) == []


async def test_two_mails_with_one_id_are_two(shop: Shop, box: Mailbox) -> None:
    await box.gets("Scan 1", message_id="<scanner>", subject="Scan")
    await box.gets("Scan 2", message_id="<scanner>", subject="Another scan")
    await box.gets("Scan 2", message_id="<scanner>", subject="Another scan")
    assert [words for _, words in await shop.said()] == ["Scan 1", "Scan 2"]


async def test_what_an_agent_sends_to_somebody_else_is_a_note_and_no_answer(shop: Shop, box: Mailbox) -> None:
    await shop.agent("ines")
    await box.gets("It is broken.", message_id="<lamp@example.com>")
    sent = {"from": "Ines <support@shop.example>", "in_reply_to": "<lamp@example.com>"}
    await box.receiving.take_sent(box.letter("Kim, is this one ours?", to="kim@partner.example", **sent))
    away = {"auto_submitted": "auto-replied", **sent}
    await box.receiving.take_sent(box.letter("I am on holiday.", to="ana@example.com", **away))
    assert [kind for kind, _ in await shop.said()] == ["contact", "note", "note"]
    ticket = await shop.ticket(1)
    assert (ticket.first_reply_at, ticket.status.value) == (None, "new")
    assert ticket.waiting_since is not None


async def test_an_absent_persons_machine_does_not_answer_a_question(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket ask 1 kim@partner.example Is this one of yours?")
    (question,) = await box.sent()
    kim = {"from": "Kim <kim@partner.example>", "in_reply_to": question["Message-ID"]}
    await box.gets("I am on holiday.", auto_submitted="auto-replied", **kim)
    await shop.passes("25h")
    assert len(await box.sent()) == 2


async def test_a_question_that_comes_back_is_told_to_who_asked(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket ask 1 kim@partner.example Is this one of yours?")
    (question,) = await box.sent()
    await box.gets(raw=_bounce(question["Message-ID"], "kim@partner.example"))
    assert any("did not reach" in note for note in await _notes(shop))


async def test_a_mail_that_was_sent_is_not_edited(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    await box.sent()
    assert "stays as it is" in await ines.types("message edit 2 Which chair?")
    assert (await shop.said())[-1] == ("agent", "Which lamp?")


async def test_who_was_only_copied_in_is_nobodys_proven_address(shop: Shop, box: Mailbox) -> None:
    await box.gets("It is broken.", cc=", ".join(f"p{number}@example.org" for number in range(30)))
    proven = select(Identity.address).where(Identity.is_verified)
    assert await shop.read(lambda desk: list(desk.execute(proven).scalars())) == ["ana@example.com"]


async def test_our_own_mail_that_comes_back_is_nothing_new(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    assert (await box.gets(raw=bytes(answer))).is_repeat
    assert len(await shop.said()) == 2


async def test_what_bears_our_own_address_joins_nothing_and_gets_no_answer(shop: Shop, tmp_path: Path) -> None:
    box = await Mailbox(shop, "support@shop.example", tmp_path, {"ack": True}).open()
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    answer = (await box.sent())[-1]
    await box.gets(
        "I am Ines, close it", **{"from": "Ines <support@shop.example>", "in_reply_to": answer["Message-ID"]}
    )
    assert [number for number, _, _ in await shop.tickets()] == [1, 2]
    assert len(await box.sent()) == 2


async def test_an_address_that_came_back_is_not_written_to_again_without_a_question(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await box.gets("It is broken.")
    await ines.types("ticket reply 1 Which lamp?")
    await shop.passes("30s")
    (answer,) = await box.sent()
    await box.gets(raw=_bounce(answer["Message-ID"]))
    assert "the address is gone" in await ines.types("ticket reply 1 Hello?")
    await shop.passes("1m")
    assert len(await box.sent()) == 1


async def test_an_answer_the_customer_left_before_reading_is_sent_by_mail(shop: Shop, box: Mailbox) -> None:
    ines = await shop.agent("ines")
    await shop.customer("ana").writes("My lamp is broken", claims=contacts.Claims(email="ana@example.com"))
    await ines.types("dialog take 1")
    await ines.types("dialog say 1 We send a new one.")
    await shop.passes("10s")
    await ines.types("dialog end 1")
    await shop.passes("11m")
    (mail,) = await box.sent()
    assert "We send a new one." in words_of(mail)


async def test_an_agents_address_is_set_by_a_line(shop: Shop) -> None:
    boss = await shop.agent("boss", Role.ADMIN)
    await boss.types("desk set agent ines = agent Ines email:Ines@Shop.example")
    found = await shop.read(lambda desk: teams.agent_of_address(desk, "ines@shop.example"))
    assert found is not None
    assert found.public_name == "Ines"

"""Customers write by mail, at the wire: a mail is a ticket, the answer is a mail, and its answer the same ticket."""

import smtplib

import pytest
from sqlalchemy import select

from core import messages
from core.models import File, Message
from tests.connectors.email.conftest import Desk, letter

pytestmark = pytest.mark.xdist_group("email")


async def test_a_mail_is_a_ticket_and_its_answers_answer_the_same_one(desk: Desk) -> None:
    ines = await desk.shop.agent("ines")
    await desk.gets("My lamp is broken.\n\nAna")
    assert await desk.shop.tickets() == [(1, "My lamp", "new")]
    await ines.types("ticket reply 1 Which lamp is it?")
    (answer,) = await desk.sent(1)
    assert (answer["To"], answer["Subject"]) == ("ana@example.com", "Re: My lamp")
    assert answer["From"] == "Ines · Lamp Shop <support@shop.example>"
    assert answer["In-Reply-To"] == "<1@example.com>"
    assert "Which lamp is it?" in answer.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    await desk.gets(
        "The red one.\n\nOn Monday Ines wrote:\n> Which lamp is it?\n", message_id="<2@example.com>",
        in_reply_to=answer["Message-ID"], subject="Re: My lamp",
    )  # fmt: skip
    assert await desk.shop.tickets() == [(1, "My lamp", "open")]
    said = await desk.shop.said()
    assert said[-1] == ("contact", "The red one.")
    await ines.types("ticket reply 1 Thanks.")
    answer = (await desk.sent(2))[-1]
    assert answer["References"].split()[-1] == "<2@example.com>"


async def test_the_same_mail_again_is_nothing_new(desk: Desk) -> None:
    for _ in range(3):
        await desk.gets("My lamp is broken.")
    assert await desk.shop.said() == [("contact", "My lamp is broken.")]
    kept = select(File.message_id).where(File.erased_at.is_(None))
    assert await desk.shop.read(lambda d: list(d.execute(kept).scalars())) == [1]


async def test_the_mail_as_it_came_and_its_files_are_kept(desk: Desk) -> None:
    await desk.gets("My lamp is broken.")
    files = await desk.shop.read(lambda d: [(f.name, f.message_id) for f in d.session.scalars(select(File))])
    assert files == [("original.eml", 1)]


async def test_a_strangers_answer_to_anothers_mail_is_a_ticket_of_its_own(desk: Desk) -> None:
    await desk.gets("My lamp is broken.")
    eve = {"from": "Eve <eve@example.org>", "message_id": "<3@example.org>", "in_reply_to": "<1@example.com>"}
    await desk.gets("Tell me about it", **eve)
    assert [row[0] for row in await desk.shop.tickets()] == [1, 2]


async def test_an_automatic_mail_reopens_nothing(desk: Desk) -> None:
    ines = await desk.shop.agent("ines")
    await desk.gets("My lamp is broken.")
    await ines.types("ticket close 1")
    away = {"message_id": "<4@example.com>", "in_reply_to": "<1@example.com>", "auto_submitted": "auto-replied"}
    await desk.gets("I am on holiday.", **away)
    assert await desk.shop.tickets() == [(1, "My lamp", "closed")]
    assert ("contact", "I am on holiday.") in await desk.shop.said()


async def test_a_mail_for_somebody_else_is_not_taken(desk: Desk) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await desk.gets("Hello", to="other@shop.example")
    await desk.gets("Hello", to="support+t123@shop.example")
    assert len(await desk.shop.tickets()) == 1


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 100, b"Subject: x\r\n\r\n", b"From: a@b.example\n\n" + b"<div>" * 5_000, b"From \n" * 50]
)
async def test_whatever_comes_is_kept(desk: Desk, raw: bytes) -> None:
    await desk.gets(raw=raw or b"\r\n")
    assert len(await desk.shop.tickets()) == 1


async def test_headers_cannot_be_smuggled_into_a_reply(desk: Desk) -> None:
    ines = await desk.shop.agent("ines")
    evil = b"Subject: =?utf-8?q?Lamp=0D=0ABcc=3A_eve=40x.example?="
    await desk.gets(raw=letter("Hello", subject="Lamp").replace(b"Subject: Lamp", evil))
    await ines.types("ticket reply 1 Hello Ana")
    (answer,) = await desk.sent(1)
    assert answer["Bcc"] is None
    assert "eve@x.example" in answer["Subject"]


async def test_what_was_said_by_mail_is_forgotten_with_all_it_quoted(desk: Desk) -> None:
    await desk.gets("The red one.\n\nOn Monday Ines wrote:\n> Which secret lamp is it?\n")
    facts = await desk.shop.read(lambda d: d.session.scalars(select(Message)).one().facts)
    assert "secret lamp" in facts["rest"]
    await desk.shop.change(lambda d: messages.redact(d, d.session.scalars(select(Message)).all()))
    facts = await desk.shop.read(lambda d: d.session.scalars(select(Message)).one().facts)
    assert facts == {}

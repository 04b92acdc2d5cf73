"""A whole mail is read, whatever it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email import html
from connectors.email.addresses import Address
from connectors.email.kinds import Kind
from connectors.email.reading import Mail, read
from tests.rules.email.letters import HEAD, multipart, part, plain

MAILS = Path(__file__).parent / "mails"
JANE = Address("Jane Doe", "jane@customer.example")
ANSWERS = sorted(path for path in MAILS.glob("*.eml") if not path.name.startswith("forward"))


def ask_everything(mail: Mail) -> None:
    """Undoes all of a mail that is undone when it is asked for."""
    assert mail.folded.full is not None
    assert (mail.text, mail.notes, mail.spam, mail.language, mail.hops, mail.loop_marks) is not None
    for one in mail.attachments:
        assert one.name
        assert one.content() is not None
    html.safe(mail.html, {name: f"/{number}" for number, name in enumerate(mail.inline)}.get)


def test_there_are_answers_of_fifteen_programs() -> None:
    assert len(ANSWERS) >= 15


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_an_answer_of_each_program_is_read(path: Path) -> None:
    mail = read(path.read_bytes())
    assert (mail.author, mail.kind, mail.unreadable) == (JANE, Kind.HUMAN, None)
    assert mail.subject.endswith("Ihre Bestellung #4711 – größer")
    assert mail.in_reply_to == ("<t.abc.1@desk.example>",)
    assert mail.date == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
    assert mail.folded.own.split("\n")[0] == "Danke, das hat geholfen. Schöne Grüße!"
    assert "Ihre Bestellung ist unterwegs" not in mail.folded.own
    assert "Ihre Bestellung ist unterwegs" in mail.folded.full
    ask_everything(mail)


@pytest.mark.parametrize("path", sorted(MAILS.glob("forward*.eml")), ids=lambda path: path.stem)
def test_a_forward_of_each_program_names_the_first_writer(path: Path) -> None:
    original = read(path.read_bytes()).folded.original
    assert original is not None
    assert (original.address, original.subject) == ("max@customer.example", "Mein Paket")


def test_a_mail_is_read_whole() -> None:
    head = (
        "Return-Path: <jane@shop.example>\nDelivered-To: inbox+token@help.example\nReceived: from a\nReceived: from b\n"
        "Sender: Office <office@shop.example>\nReply-To: jane@home.example\nCc: a@x.example, b@x.example\n"
        "References: <r1@x> <r2@x>\nIn-Reply-To: <r2@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0100\nList-Id: A list <a.x>\n"
        "Content-Language: de-DE\nX-Deskbell-Loop: one\nX-Spam-Flag: NO\nAuthentication-Results: mx; spf=pass\n"
    )
    mail = read(plain("Hallo\n", head))
    assert mail.author == Address("Jane Doe", "jane@shop.example")
    assert mail.sender == Address("Office", "office@shop.example")
    assert [one.address for one in (*mail.reply_to, *mail.to, *mail.cc, *mail.delivered_to)] == [
        "jane@home.example",
        "desk@help.example",
        "a@x.example",
        "b@x.example",
        "inbox+token@help.example",
    ]
    assert (mail.subject, mail.message_id, mail.is_id_made) == ("Hello", "<1@shop.example>", False)
    assert (mail.in_reply_to, mail.references) == (("<r2@x>",), ("<r1@x>", "<r2@x>"))
    assert mail.date == datetime(2024, 1, 1, 9, tzinfo=UTC)
    assert (mail.text, mail.language, mail.hops) == ("Hallo\n", "de", 2)
    assert (mail.loop_marks, mail.spam) == (("one",), (("x-spam-flag", "NO"),))


def test_a_mail_without_from_is_from_its_sender() -> None:
    assert read(b"Return-Path: <a@x.example>\nSubject: x\n\n").author == Address("", "a@x.example")
    assert read(b"From: Jane\nSender: b@x.example\nReturn-Path: <a@x.example>\n\n").author == Address(
        "Jane", "b@x.example"
    )


def test_html_carries_the_words_where_the_text_does_not() -> None:
    page = part("text/html; charset=utf-8", "<p>Hello there, all of it is here</p>")
    for said in ("", "Your program cannot show HTML", "."):
        assert read(multipart("alternative", [part("text/plain", said), page])).text == "Hello there, all of it is here"


def test_a_mail_forwarded_as_a_file_names_its_writer() -> None:
    inner = b"Content-Type: message/rfc822\n\n" + plain().replace(b"jane@", b"max@")
    raw = multipart("mixed", [part("text/plain", "please look"), inner]).replace(
        b"Subject: Hello", b"Subject: WG: Hello", 1
    )
    original = read(raw).folded.original
    assert original is not None
    assert (original.address, original.subject) == ("max@shop.example", "Hello")


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\x00", b"hello", b"From:", b"\xff\xfe", b"\r\r\r", b": x\n\n", HEAD.encode()]
)
def test_what_is_hardly_a_mail_is_read_all_the_same(raw: bytes) -> None:
    mail = read(raw)
    assert mail.message_id
    ask_everything(mail)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw: bytes) -> None:
    ask_everything(read(raw))


FIELD = st.sampled_from(
    [
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Type: text/html; charset=x",
        "From: (((",
        "To: <",
        "--b",
        "--b--",
        "",
        "Content-Transfer-Encoding: base64",
        "Subject: =?utf-8?B?A?=",
        "Date: x",
        "Content-Disposition: attachment; filename*0*=x",
        "Content-Type: message/delivery-status",
        "Final-Recipient: rfc822; <",
        "<div class=gmail_quote>",
        "On 1:1 a@b wrote:",
        "> x",
        "Content-Type: message/rfc822",
        "From mbox",
        " folded",
        "Content-ID: <",
        "Content-Type: image/png",
        "=C3",
        "Return-Path: <>",
    ]
)


@given(st.lists(FIELD | st.text(max_size=20), max_size=25), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_lines_of_mails_are_read(lines: list[str], end: str) -> None:
    ask_everything(read(end.join(lines).encode("utf-8", "surrogatepass")))

"""The folder of sent mails, both ways: our replies are filed there, and what is answered elsewhere is noticed there."""

import asyncio
import email
from collections.abc import Iterator
from email.message import Message as Parsed
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core.models import Author
from tests.connectors.email.imap.conftest import Opening, Reader, letter
from tests.contracts.desk import eventually
from tests.platforms.dovecot import USER, Dovecot
from tests.server import free_port

pytestmark = [pytest.mark.imap, pytest.mark.xdist_group("imap")]


class Sink:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.mails: list[Parsed] = []
        self.port = free_port()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keeps a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(email.message_from_bytes(content))
        return "250 OK"

    @property
    def url(self) -> str:
        """Its URL."""
        return f"smtp://127.0.0.1:{self.port}?insecure"


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where mails go out."""
    made = Sink()
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


async def _in_sent(imap: Dovecot, count: int) -> list[tuple[str, tuple[str, ...]]]:
    async def look() -> list[Any]:
        return await asyncio.to_thread(imap.mails, "Sent")

    return await eventually(look, lambda mails: len(mails) >= count)


async def _said(desk: Reader, author: Author) -> list[str]:
    return [words for who, words in await desk.shop.said() if who == author]


async def test_our_replies_are_filed_once_and_are_no_news(reading: Opening, imap: Dovecot, sink: Sink) -> None:
    async with reading(imap_url=imap.url, smtp_url=sink.url) as desk:
        await desk.watches()
        await desk.watches("Sent")
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        ines = await desk.shop.agent("ines")
        await ines.types("ticket reply 1 Which lamp is it?")
        ((called, flags),) = await _in_sent(imap, 1)
        assert [mail["Message-ID"] for mail in sink.mails] == [called]
        assert r"\Seen" in flags
        imap.append(letter(2))
        assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]
    async with reading(imap_url=imap.url, smtp_url=sink.url) as desk:
        assert await _said(desk, Author.AGENT) == ["Which lamp is it?"]
    assert len(await _in_sent(imap, 1)) == 1


async def test_what_is_answered_from_a_mail_program_is_on_the_ticket(reading: Opening, imap: Dovecot) -> None:
    answer = {"From": USER, "To": "c1@example.com", "Subject": "Re: Lamp 1", "In-Reply-To": "<1@example.com>"}
    private = {"From": USER, "To": "boss@example.com", "Subject": "Lunch"}
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        await desk.watches("Sent")
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        imap.append(letter(8, "Pizza?", headers=private), letter(9, "The red one.", headers=answer), folder="Sent")
        assert "The red one." in str(await eventually(desk.shop.said, lambda said: len(said) >= 2))
        assert await desk.subjects(1) == ["Lamp 1"]
        assert "Pizza" not in str(await desk.shop.said())


async def test_an_answer_that_was_sent_while_the_desk_was_away_is_on_the_ticket_it_answers(
    reading: Opening, imap: Dovecot
) -> None:
    answer = {"From": USER, "To": "c1@example.com", "Subject": "Re: Lamp 1", "In-Reply-To": "<1@example.com>"}
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        await desk.watches("Sent")
    imap.append(letter(1))
    imap.append(letter(9, "The red one.", headers=answer), folder="Sent")
    async with reading(imap_url=imap.url) as desk:
        assert "The red one." in str(await eventually(desk.shop.said, lambda said: len(said) >= 2))
        assert await desk.subjects(1) == ["Lamp 1"]
        imap.append(letter(2))
        assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]


async def test_a_mailbox_that_cannot_be_reached_holds_up_no_reply(reading: Opening, imap: Dovecot, sink: Sink) -> None:
    async with reading(imap_url=imap.url, smtp_url=sink.url) as desk:
        await desk.watches()
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        await asyncio.to_thread(imap.stop)
        ines = await desk.shop.agent("ines")
        await ines.types("ticket reply 1 Which lamp is it?")

        async def look() -> int:
            return len(sink.mails)

        assert await eventually(look, bool) == 1

"""One listener takes mails for all mailboxes, by SMTP and LMTP: each gets a mail once, and each answers for itself."""

import asyncio
import smtplib
import socket

import pytest
from sqlalchemy import select

from connectors.email import listener
from connectors.email.boxes import Box, Boxes
from connectors.email.settings import Section
from core import channels, teams
from core.desk import Desk as OpenDesk
from core.models import File
from tests.connectors.email.conftest import ADDRESS, Desk, _until_open, letter
from tests.contracts.desk import eventually
from tests.server import free_port

pytestmark = pytest.mark.xdist_group("email")
SALES = "sales@shop.example"


@pytest.fixture(autouse=True)
def lmtp(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where it listens by LMTP."""
    port = free_port()
    monkeypatch.setenv("EMAIL_LMTP_LISTEN", f"127.0.0.1:{port}")
    monkeypatch.setenv("EMAIL_ACK", "false")
    return port


async def _second_mailbox(desk: Desk) -> None:
    def body(opened: OpenDesk) -> None:
        made = channels.add(opened, "email", "sales", teams.first_team(opened))
        channels.configure(opened, made, {"address": SALES})

    await desk.shop.change(body)


async def test_a_mail_for_two_mailboxes_is_heard_by_both_and_kept_once(desk: Desk) -> None:
    await _second_mailbox(desk)

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", desk.port, timeout=10) as server:
            server.sendmail(
                "ana@example.com", [ADDRESS, f"support+x@{SALES.partition('@')[2]}", SALES], letter("Hello")
            )

    await asyncio.to_thread(hand_over)
    await asyncio.to_thread(hand_over)
    assert await desk.shop.said() == [("contact", "Hello"), ("note", "The same mail came to {channel}, too.")]


async def test_by_lmtp_every_recipient_gets_an_answer(desk: Desk, lmtp: int) -> None:
    await _second_mailbox(desk)

    def hand_over() -> list[bytes]:
        with smtplib.LMTP("127.0.0.1", lmtp, timeout=10) as server:
            server.ehlo_or_helo_if_needed()
            server.mail("ana@example.com")
            codes = [server.rcpt(address)[0] for address in (ADDRESS, "nobody@shop.example", SALES)]
            assert codes == [250, 550, 250]
            server.putcmd("data")
            assert server.getreply()[0] == 354
            server.send(letter("Hello").replace(b"\n", b"\r\n") + b"\r\n.\r\n")
            return [server.getreply()[1] for _ in range(2)]

    assert await asyncio.to_thread(hand_over) == [b"2.0.0 OK", b"2.0.0 OK"]
    assert await desk.shop.said() == [("contact", "Hello"), ("note", "The same mail came to {channel}, too.")]


async def test_by_lmtp_too_large_a_mail_is_refused_once_for_each_recipient(
    desk: Desk, lmtp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "LARGEST", 50_000)
    await _second_mailbox(desk)

    def hand_over() -> list[int]:
        with smtplib.LMTP("127.0.0.1", lmtp, timeout=10) as server:
            server.ehlo_or_helo_if_needed()
            server.mail("ana@example.com")
            _ = [server.rcpt(address) for address in (ADDRESS, SALES)]
            server.putcmd("data")
            assert server.getreply()[0] == 354
            server.send(b"Subject: x\r\n\r\n" + b"A very long story.\r\n" * 5_000 + b".\r\n")
            return [server.getreply()[0], server.getreply()[0], server.noop()[0]]

    assert await asyncio.to_thread(hand_over) == [552, 552, 250]


async def test_a_mailbox_that_is_switched_off_lets_the_sender_wait(desk: Desk) -> None:
    await desk.shop.change(lambda opened: channels.switch(opened, channels.named(opened, "email"), on=False))
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await desk.gets("Hello")
    assert refused.value.recipients[ADDRESS][0] == 450


async def test_what_only_the_envelope_says_is_written_into_the_mail(desk: Desk) -> None:
    await desk.gets("Hello", to="support+t.abc@shop.example")
    (file,) = await desk.shop.read(_originals)
    raw = desk.house.store.path(file).read_bytes()
    assert raw.startswith(b"Return-Path: <ana@example.com>\r\nDelivered-To: support+t.abc@shop.example\r\n")


def _originals(opened: OpenDesk) -> list[str]:
    return list(opened.execute(select(File.sha256).where(File.name == "original.eml")).scalars())


async def test_who_comes_while_all_places_are_taken_is_asked_to_come_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_WAIT_S", 0.2)

    def begun() -> smtplib.SMTP:
        server = smtplib.SMTP("127.0.0.1", desk.port, timeout=10)
        server.ehlo()
        server.mail("ana@example.com")
        server.rcpt(ADDRESS)
        server.putcmd("data")
        return server

    talks = [await asyncio.to_thread(begun) for _ in range(listener.AT_ONCE + 1)]
    codes = [(await asyncio.to_thread(each.getreply))[0] for each in talks]
    assert codes == [354] * listener.AT_ONCE + [452]
    for each in talks:
        each.close()
    await desk.gets("Hello")
    assert len(await desk.shop.tickets()) == 1


async def test_a_second_process_of_the_desk_waits_for_the_port_and_another_program_is_named(desk: Desk) -> None:
    assert await listener._is_ours("127.0.0.1", desk.port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        asyncio.get_running_loop().call_later(0.2, other.close)

        async def look() -> bool:
            return await listener._is_ours("127.0.0.1", port)

        assert await eventually(look, lambda ours: not ours) is False


async def test_who_sends_without_an_end_is_heard_no_further(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_ENDLESS", 3_000_000)

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", desk.port, timeout=10) as server:
            server.ehlo()
            server.mail("ana@example.com")
            server.rcpt(ADDRESS)
            server.putcmd("data")
            server.getreply()
            for _ in range(200):
                server.send(b"x" * 100_000)

    with pytest.raises((OSError, smtplib.SMTPServerDisconnected)):
        await asyncio.to_thread(hand_over)
    await desk.gets("Hello")
    assert len(await desk.shop.tickets()) == 1


async def test_an_envelope_with_bytes_of_any_kind_is_written_as_it_came(desk: Desk) -> None:
    def hand_over() -> list[int]:
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as line, line.makefile("rb") as said:
            codes = [int(said.readline()[:3])]
            words = (b"HELO x", b"MAIL FROM:<jos\xe9@example.com>", b"RCPT TO:<" + ADDRESS.encode() + b">", b"DATA")
            for each in (*words, letter("Hello").replace(b"\n", b"\r\n") + b"\r\n."):
                line.sendall(each + b"\r\n")
                codes.append(int(said.readline()[:3]))
            return codes

    assert await asyncio.to_thread(hand_over) == [220, 250, 250, 250, 354, 250]
    (file,) = await desk.shop.read(_originals)
    assert desk.house.store.path(file).read_bytes().startswith(b"Return-Path: <jos\xe9@example.com>\r\n")


class Counted(Boxes):
    """The mailboxes, which know how often the store was asked for them."""

    asked = 0

    async def all(self) -> list[Box]:
        """The mailboxes."""
        self.asked += 1
        return await super().all()


async def test_the_store_is_asked_for_mailboxes_once_a_mail(desk: Desk) -> None:
    boxes = Counted(Section(), desk.house.desks, desk.house.store, desk.house.secret)
    port, room = free_port(), asyncio.Semaphore(1)
    listening = asyncio.create_task(listener.listen(f"127.0.0.1:{port}", boxes, room))

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            for number in range(2):
                to = [f"support+{each}@shop.example" for each in range(20)]
                server.sendmail("ana@example.com", to, letter("Hello", message_id=f"<{number}@example.com>"))

    await _until_open(port)
    await asyncio.to_thread(hand_over)
    listening.cancel()
    assert boxes.asked == 2

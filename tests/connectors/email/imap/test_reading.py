"""A mailbox is read from a real server: every mail once, whatever happens to the connection, the server or the desk."""

import asyncio
import json
import re
from datetime import date, timedelta

import pytest

from connectors.email import folder, taking, trying
from connectors.email.account import Account
from core.models import Author
from tests.connectors.email.imap.conftest import Opening, Reader, letter
from tests.contracts.desk import eventually
from tests.platforms.dovecot import PASSWORD, USER, Dovecot

pytestmark = [pytest.mark.imap, pytest.mark.xdist_group("imap")]


async def test_mails_become_tickets_however_they_come_into_the_mailbox(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        await asyncio.to_thread(imap.append, letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        imap.deliver(letter(2))
        assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]
        assert await asyncio.to_thread(imap.mails) == [("<1@example.com>", ()), ("<2@example.com>", ())]


async def test_a_new_mailbox_begins_at_its_end(reading: Opening, imap: Dovecot) -> None:
    imap.append(letter(1), letter(2))
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        imap.deliver(letter(3))
        assert await desk.subjects(1) == ["Lamp 3"]


async def test_what_came_while_the_desk_was_away_is_taken_when_it_is_back(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
    imap.append(*(letter(number) for number in range(3)))
    async with reading(imap_url=imap.url) as desk:
        assert await desk.subjects(3) == ["Lamp 0", "Lamp 1", "Lamp 2"]


async def test_many_mails_are_taken_in_batches_in_their_order(
    reading: Opening, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "A_BATCH", 7)
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        await asyncio.to_thread(imap.append, *(letter(number) for number in range(30)))
        assert await desk.subjects(30) == [f"Lamp {number}" for number in range(30)]
        await eventually(desk.place, lambda place: json.loads(place)["last"] == 30)


async def test_a_cut_connection_and_a_server_that_starts_anew_lose_and_double_nothing(
    reading: Opening, imap: Dovecot
) -> None:
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]
        imap.drop_all()
        imap.deliver(letter(2))
        assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]
        await asyncio.to_thread(imap.stop)
        imap.deliver(letter(3))
        await asyncio.to_thread(imap.start)
        assert await desk.subjects(3) == ["Lamp 1", "Lamp 2", "Lamp 3"]
        assert [error for error in (part.error for part in desk.parts) if error] == []


async def test_a_server_that_counts_anew_gives_no_mail_twice_and_hides_none(reading: Opening, imap: Dovecot) -> None:
    imap.append(_old(1))
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        imap.append(letter(2), letter(3))
        assert await desk.subjects(2) == ["Lamp 2", "Lamp 3"]
    imap.deliver(letter(4))
    imap.count_anew()
    async with reading(imap_url=imap.url) as desk:
        assert await desk.subjects(3) == ["Lamp 2", "Lamp 3", "Lamp 4"]
        imap.deliver(letter(5))
        assert await desk.subjects(4) == ["Lamp 2", "Lamp 3", "Lamp 4", "Lamp 5"]


async def test_older_mails_from_a_day_on_are_taken_once_as_history(reading: Opening, imap: Dovecot) -> None:
    imap.append(letter(1), letter(2))
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
    since = (date.today() - timedelta(days=2)).isoformat()
    for _ in range(2):
        async with reading(imap_url=imap.url, since=since) as desk:
            assert await desk.subjects(2) == ["Lamp 1", "Lamp 2"]
            assert await eventually(desk.place, lambda place: json.loads(place)["old_at"] == 2)
    async with reading(imap_url=imap.url, since=since) as desk:
        imap.deliver(letter(3))
        assert await desk.subjects(3) == ["Lamp 1", "Lamp 2", "Lamp 3"]


async def test_a_server_that_does_not_tell_is_asked(reading: Opening) -> None:
    server = Dovecot(idles=False)
    server.start()
    try:
        async with reading(imap_url=server.url) as desk:
            await desk.watches()
            server.deliver(letter(1))
            assert await desk.subjects(1) == ["Lamp 1"]
    finally:
        server.end()


async def test_a_mail_too_large_is_noted_and_stays_where_it_is(
    reading: Opening, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LARGEST", 100_000)
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        large = letter(1, "A very long story. " * 6_000)
        await asyncio.to_thread(imap.append, large, letter(2))
        assert await desk.subjects(1) == ["Lamp 2"]
        (why,) = await desk.aside(1)
        assert "too large" in why


async def test_mails_nobody_can_read_hold_up_nothing(reading: Opening, imap: Dovecot) -> None:
    hostile = [
        b"\xff\xfe" * 500 + b"\r\n", b"From: a@b.example\r\n\r\n" + b"<div>" * 20_000 + b"\r\n", b"\r\n\r\n",
        b"Subject: =?utf-8?b?" + b"A" * 5_000 + b"?=\r\n\r\nx\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 3_000,
    ]  # fmt: skip
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        for mail in hostile:
            imap.deliver(mail)
        imap.deliver(letter(1))
        found = await eventually(desk.shop.tickets, lambda tickets: any(each[1] == "Lamp 1" for each in tickets))
        assert found[-1][1] == "Lamp 1"


async def test_a_mail_that_cannot_even_be_tried_is_put_aside_whole(
    reading: Opening, imap: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(self: object, raw: bytes, *, history: bool = False) -> None:
        raise RecursionError

    monkeypatch.setattr("connectors.email.receiving.Receiving.take", breaks)
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        imap.append(letter(1))
        assert await desk.aside(1) == ["It could not be read ({why})."]
    assert taking.LARGEST == 35 * 1024 * 1024


async def test_mails_are_marked_as_read_only_where_that_is_asked_for(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url, mark_seen="true") as desk:
        await desk.watches()
        imap.append(letter(1))
        assert await desk.subjects(1) == ["Lamp 1"]

        async def flags() -> list[tuple[str, tuple[str, ...]]]:
            return await asyncio.to_thread(imap.mails)

        assert await eventually(flags, lambda mails: r"\Seen" in mails[0][1]) == [("<1@example.com>", (r"\Seen",))]


async def test_what_is_too_large_stays_unread(reading: Opening, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LARGEST", 100_000)
    async with reading(imap_url=imap.url, mark_seen="true") as desk:
        await desk.watches()
        await asyncio.to_thread(imap.append, letter(1, "A very long story. " * 6_000), letter(2))

        async def flags() -> dict[str, tuple[str, ...]]:
            return dict(await asyncio.to_thread(imap.mails))

        found = await eventually(flags, lambda mails: r"\Seen" in mails["<2@example.com>"])
        assert r"\Seen" not in found["<1@example.com>"]


async def test_a_wrong_password_is_said_to_the_admin_and_nothing_is_begun(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url_alone, password="wrong") as desk:

        async def failures() -> str:
            return json.dumps(await desk.shop.read(_failures))

        assert "user and password" in await eventually(failures, lambda said: "password" in said)
        assert await desk.place() == ""


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
async def test_a_sealed_connection_is_made_only_where_the_certificate_is_known(
    reading: Opening, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Dovecot(is_sealed=True)
    server.start()
    url = f"{scheme}://127.0.0.1:{server.sealed_port if scheme == 'imaps' else server.port}"
    try:
        (refused,) = await trying.findings(Account.of({"address": USER, "imap_url": url, "password": "x"}), None, None)
        assert "cannot be made safe" in refused.text.id
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        async with reading(imap_url=url, password=PASSWORD) as desk:
            await desk.watches()
            server.deliver(letter(1))
            assert await desk.subjects(1) == ["Lamp 1"]
    finally:
        server.end()


async def test_another_folder_is_read_by_its_name(reading: Opening, imap: Dovecot) -> None:
    with imap.box() as box:
        box.folder.create("Hilfe & Räte")
    url = re.sub(r"/\?", "/Hilfe%20%26%20R%C3%A4te?", imap.url)
    async with reading(imap_url=url) as desk:
        await desk.watches("Hilfe & Räte")
        imap.append(letter(1), folder="Hilfe & Räte")
        assert await desk.subjects(1) == ["Lamp 1"]


async def test_the_answer_to_a_mail_in_the_same_batch_is_on_its_ticket(reading: Opening, imap: Dovecot) -> None:
    async with reading(imap_url=imap.url) as desk:
        await desk.watches()
        answer = letter(2, "And it smells.", headers={"In-Reply-To": "<1@example.com>", "From": "c1@example.com"})
        await asyncio.to_thread(imap.append, letter(1), answer)
        found = await eventually(lambda: _said(desk), lambda said: len(said) == 2)
        assert found == ["Lamp 1 is broken.", "And it smells."]
        assert await desk.subjects(1) == ["Lamp 1"]


async def _said(desk: Reader) -> list[str]:
    return [words for author, words in await desk.shop.said() if author == Author.CONTACT]


def _failures(desk: object) -> list[str]:
    from core import parts

    return [failure.why for failure in parts.failures(desk)]  # type: ignore[arg-type]


def _old(number: int) -> bytes:
    return letter(number, headers={"Date": "Mon, 05 Jan 2026 10:00:00 +0000"})

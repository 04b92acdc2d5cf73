"""A desk at work with a mailbox of its own: mails are handed over by SMTP, replies are files in its outbox."""

import asyncio
import email
import shutil
import smtplib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path

import pytest

from bot.app import House, assemble, opened, prepare
from bot.settings import Settings
from bot.supervise import keep_running
from core import channels
from core.actor import SYSTEM
from core.receipt import Source
from tests.contracts.desk import WallClock, eventually
from tests.shop import Shop

ADDRESS = "support@shop.example"


@dataclass
class Desk:
    """The desk, its people, and where it takes mails."""

    house: House
    shop: Shop
    port: int
    outbox: Path

    async def gets(self, words: str = "", *, raw: bytes = b"", to: str = ADDRESS, **headers: str) -> None:
        """A mail server hands a mail over; raises what it is refused with."""
        content = raw or letter(words, **headers)
        await asyncio.to_thread(self._hand_over, content, to)

    def _hand_over(self, content: bytes, to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as server:
            server.sendmail("ana@example.com", [to], content)

    async def sent(self, count: int) -> list[Message]:
        """The mails written into the outbox, once there are so many."""

        async def look() -> list[Path]:
            return sorted(self.outbox.glob("*.eml"), key=lambda path: int(path.stem.rpartition("-")[2]))

        found = await eventually(look, lambda paths: len(paths) >= count)
        return [email.message_from_bytes(path.read_bytes(), policy=default) for path in found]


def letter(words: str, **headers: str) -> bytes:
    """A plain mail from Ana, with other headers where they are given (`in_reply_to` is In-Reply-To)."""
    made = EmailMessage()
    said = {"from": "Ana Pérez <ana@example.com>", "to": ADDRESS, "subject": "My lamp", "message_id": "<1@example.com>"}
    for name, value in (said | headers).items():
        made[name.replace("_", "-").title()] = value
    made.set_content(words)
    return bytes(made)


@pytest.fixture
async def desk(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A desk with a mailbox and an agent."""
    port = _free_port()
    monkeypatch.setenv("EMAIL_ADDRESS", ADDRESS)
    monkeypatch.setenv("EMAIL_FROM_NAME", "Lamp Shop")
    monkeypatch.setenv("EMAIL_ACK", "false")
    monkeypatch.setenv("EMAIL_LISTEN", f"127.0.0.1:{port}")
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "deskbell.db")
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", hold_mail=timedelta(seconds=0.2))  # type: ignore[call-arg]
    async with opened(settings) as house:
        await prepare(house)
        assembled = assemble(house, ("email", "schedule"))
        tasks = [asyncio.create_task(keep_running(part)) for part in assembled.parts]
        source = await house.desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "email")))
        shop = Shop(house.desks, WallClock(), house.bus, source)
        await _until_open(port)
        yield Desk(house, shop, port, tmp_path / "data" / "outbox")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _until_open(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return

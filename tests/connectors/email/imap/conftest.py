"""A desk that reads a real IMAP server's mailbox, opened and closed as often as a story needs it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import House, assemble, opened, prepare
from bot.settings import Settings
from bot.supervise import Part, keep_running
from connectors.email import mailbox
from core import channels, kept
from core.actor import SYSTEM
from core.models import Quarantined
from core.receipt import Source
from tests.contracts.desk import WallClock, eventually
from tests.platforms.dovecot import USER, Dovecot
from tests.shop import Shop


def letter(number: int, words: str = "", *, headers: Mapping[str, str] | None = None) -> bytes:
    """A mail, one of many, each from somebody else."""
    made = EmailMessage()
    said = {"From": f"Customer {number} <c{number}@example.com>", "To": USER, "Subject": f"Lamp {number}",
            "Message-ID": f"<{number}@example.com>"}  # fmt: skip
    for name, value in (said | dict(headers or {})).items():
        made[name] = value
    made.set_content(words or f"Lamp {number} is broken.")
    return bytes(made)


@dataclass
class Reader:
    """A desk at work."""

    house: House
    shop: Shop
    parts: list[Part] = field(default_factory=list)

    async def subjects(self, count: int) -> list[str]:
        """The subjects of its tickets, in their order, once there are so many."""
        found = await eventually(self.shop.tickets, lambda tickets: len(tickets) >= count)
        return [subject for _, subject, _ in found]

    async def watches(self, folder: str = "INBOX") -> None:
        """Waits until it knows where it is in a folder."""
        assert await eventually(lambda: self.place(folder), bool)

    async def place(self, folder: str = "INBOX") -> str:
        """How far it has read a folder, as it is kept."""
        source = self.shop.source.channel_id
        return await self.shop.read(lambda desk: kept.read(desk, f"mailbox:{source}:{folder}"))

    async def aside(self, count: int) -> list[str]:
        """Why things are in quarantine, once there are so many."""
        reasons = select(Quarantined.reason).order_by(Quarantined.id)

        async def look() -> list[str]:
            return await self.shop.read(lambda desk: [each["id"] for each in desk.execute(reasons).scalars()])

        return await eventually(look, lambda found: len(found) >= count)


Opening = Callable[..., AbstractAsyncContextManager[Reader]]


@pytest.fixture
def imap() -> Iterator[Dovecot]:
    """A mail server with one mailbox."""
    server = Dovecot()
    server.start()
    yield server
    server.end()


@pytest.fixture
def reading(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Opening:
    """Opens a desk on a folder of its own that reads a mailbox, as often as it is asked for."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(migrated_sqlite, data / "deskbell.db")
    monkeypatch.setattr(mailbox, "SENT_S", 0.3)
    monkeypatch.setattr(mailbox, "POLL_S", 0.3)

    @asynccontextmanager
    async def opening(**given: str) -> AsyncIterator[Reader]:
        for name, value in ({"address": USER, "listen": "", "ack": "false"} | given).items():
            monkeypatch.setenv(f"EMAIL_{name.upper()}", value)
        settings = Settings(_env_file=None, data_dir=data, hold_mail=timedelta(seconds=0.1))  # type: ignore[call-arg]
        async with opened(settings) as house:
            await prepare(house)
            assembled = assemble(house, ("email", "schedule"))
            tasks = [asyncio.create_task(keep_running(part)) for part in assembled.parts]
            source = await house.desks.read(SYSTEM, lambda desk: Source.of(channels.named(desk, "email")))
            try:
                yield Reader(house, Shop(house.desks, WallClock(), house.bus, source), list(assembled.parts))
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    return opening

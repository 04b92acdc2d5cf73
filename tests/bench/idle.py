"""From a mail in its mailbox to its ticket: a real server tells, the desk looks for itself and commits."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from imap_tools import MailBoxUnencrypted
from sqlalchemy import select

from core import kept
from core.desk import Desk
from core.models import Channel, Ticket
from tests.bench.tables import Row, at_most
from tests.contracts.desk import beside
from tests.platforms import dovecot
from tests.platforms.dovecot import USER, Dovecot
from tests.server import Server
from tests.shop import Shop

MAILS = 30
_PATIENCE_S = 30


def measured(count: int = MAILS) -> list[Row]:
    """The desk beside a real IMAP server; nothing where this machine has none."""
    if dovecot.binary() is None:
        print("idle: not run, there is no Dovecot here")
        return []
    imap = Dovecot()
    imap.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_measured(Path(folder), imap, count))
    finally:
        imap.end()


async def _measured(folder: Path, imap: Dovecot, count: int) -> list[Row]:
    own = {"EMAIL_ADDRESS": USER, "EMAIL_IMAP_URL": imap.url, "EMAIL_LISTEN": "", "EMAIL_ACK": "false"}
    server = Server(folder, own)
    await asyncio.to_thread(server.start)
    try:
        async with beside(server) as shop:
            await _until(shop, _is_watched)
            bare, ours = [], []
            for number in range(count):
                bare.append(await asyncio.to_thread(_told, imap, number))
                ours.append(await _ticketed(shop, imap, number))
    finally:
        server.end()
    return [
        at_most(f"{name} from a mail in the mailbox to its ticket, and to the server's word of it alone",
                take(ours) * 1000, take(bare) * 1000, goal)
        for name, take, goal in (("p50", statistics.median, 2), ("p95", _p95, 2))
    ]  # fmt: skip


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def _told(imap: Dovecot, number: int) -> float:
    """Seconds until the server says that a mail came: to a bare client, of a folder of its own."""
    with MailBoxUnencrypted("127.0.0.1", imap.port) as box:
        box.login(USER, dovecot.PASSWORD, initial_folder="Sent")
        box.idle.start()
        began = time.monotonic()
        imap.deliver(_mail(f"<bare.{number}@example.com>"), folder="Sent")
        assert box.idle.poll(timeout=_PATIENCE_S), "the server said nothing"
        took_s = time.monotonic() - began
        box.idle.stop()
        return took_s


async def _ticketed(shop: Shop, imap: Dovecot, number: int) -> float:
    """Seconds until its ticket is committed, seen from another process."""
    began = time.monotonic()
    imap.deliver(_mail(f"<{number}@example.com>", number))
    await _until(shop, lambda desk: desk.execute(select(Ticket.id).where(Ticket.subject == f"Lamp {number}")).first())
    return time.monotonic() - began


async def _until(shop: Shop, true: Callable[[Desk], object]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not await shop.read(true):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def _is_watched(desk: Desk) -> str:
    mailbox = desk.execute(select(Channel.id).where(Channel.kind == "email")).scalar_one()
    return kept.read(desk, f"mailbox:{mailbox}:INBOX")


def _mail(called: str, number: int = 0) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"c{number}@example.com", USER, f"Lamp {number}"
    made["Message-ID"] = called
    made.set_content("My lamp is broken.")
    return bytes(made)

"""Kills a desk that reads a mailbox while customers write to it; the mailbox lives on, and so does the mail server."""

import asyncio
import email
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from bot.app import REACTIONS
from core import kept as kept_facts
from core.actor import SYSTEM
from core.bus import Bus
from core.desk import Desk
from core.models import TO_BE_SENT, Author, Channel, Delivery, HeldReply, Message
from core.pace import Pace
from core.receipt import Source
from core.store import Desks, open_driver
from tests.contracts.desk import WallClock
from tests.crash.chats import free
from tests.crash.counting import Outcome
from tests.crash.desk import Server, server_in
from tests.platforms.dovecot import USER, Dovecot
from tests.server import free_port
from tests.shop import Shop

CUSTOMERS = 8
A_MATTER = 5
"""So many mails of a customer answer each other, then they begin another matter."""
PATIENCE_S, QUIET_S = 60.0, 3.0
_ANSWER = re.compile(r"Answer \d+")


@dataclass
class Customer:
    """Somebody who writes mails, on whatever happens."""

    name: str
    imap: Dovecot
    chance: random.Random
    said: list[str] = field(default_factory=list)
    talks: bool = True

    async def live(self) -> None:
        """Writes until cancelled."""
        while True:
            await asyncio.sleep(self.chance.random() * 0.8)
            if self.talks:
                words = f"{self.name} says {len(self.said)}"
                await asyncio.to_thread(self._write, words, len(self.said))
                self.said.append(words)

    def _write(self, words: str, number: int) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{self.name} <{self.name.lower()}@example.com>", USER
        mail["Subject"] = f"{'Re: ' if number % A_MATTER else ''}Matter {number // A_MATTER}"
        mail["Message-ID"] = f"<{self.name}.{number}@example.com>"
        if number % A_MATTER:
            mail["In-Reply-To"] = f"<{self.name}.{number - 1}@example.com>"
        mail.set_content(words)
        if self.chance.random() < 0.5:
            self.imap.deliver(bytes(mail))
        else:
            self.imap.append(bytes(mail))


class Sink:
    """The mail server that takes the desk's answers."""

    def __init__(self) -> None:
        self.port = free_port()
        self.ids: dict[str, set[str]] = {}
        """The ids of the mails each answer came in."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes a mail; the same id again is the same mail to whoever gets it."""
        content = envelope.content
        assert isinstance(content, bytes)
        found = _ANSWER.search(content.decode("utf-8", "replace"))
        if found:
            called = str(email.message_from_bytes(content)["Message-ID"])
            self.ids.setdefault(found[0], set()).add(called)
        return "250 OK"


@dataclass
class Answerer:
    """An agent who answers tickets, from the terminal beside the desk."""

    url: str
    chance: random.Random
    lines: list[str] = field(default_factory=list)
    talks: bool = True

    async def live(self) -> None:
        """Answers until cancelled."""
        desks = Desks(open_driver(self.url), pace=Pace(), reactions=REACTIONS)
        try:
            source = await desks.read(SYSTEM, _mailbox)
            shop = Shop(desks, WallClock(), Bus(), source)
            ines = await shop.agent("ines")
            while True:
                await asyncio.sleep(0.5 + self.chance.random())
                tickets = await shop.tickets() if self.talks else []
                if tickets:
                    words = f"Answer {len(self.lines)}"
                    await ines.types(f"ticket reply {self.chance.choice(tickets)[0]} {words}")
                    self.lines.append(words)
        finally:
            await desks.close()


async def crash_with_a_mailbox(url: str, rounds: int, chance: random.Random) -> Outcome:
    """Runs customers and an agent, and counts in the store and at the mail server."""
    imap, sink = Dovecot(), Sink()
    outgoing = Controller(sink, hostname="127.0.0.1", port=sink.port)
    imap.start()
    outgoing.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            server = server_in(Path(folder), url, more=_keys(imap, sink))
            await server.start()
            return await _crashed(server, imap, sink, rounds, chance)
    finally:
        outgoing.stop()
        imap.end()


async def _crashed(server: Server, imap: Dovecot, sink: Sink, rounds: int, chance: random.Random) -> Outcome:
    await _is_watched(server)
    answerer = Answerer(server.url, random.Random(chance.random()))
    customers = [Customer(f"C{n}", imap, random.Random(chance.random())) for n in range(CUSTOMERS)]
    tasks = [asyncio.create_task(each.live()) for each in (answerer, *customers)]
    for _ in range(rounds):
        await asyncio.sleep(0.5 + chance.random() * 2.0)
        await server.end(signal.SIGKILL)
        await free(server)
        await server.start()
    lost, doubled = await _settled(server.url, answerer, customers, sink)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.end(signal.SIGTERM)
    said = sum(len(each.said) for each in customers)
    filed = Counter(called for called, _ in await asyncio.to_thread(imap.mails, "Sent"))
    doubled += [f"{called} is {times} times among what was sent" for called, times in filed.items() if times > 1]
    return Outcome(rounds, said, len(answerer.lines), lost, doubled)


def _keys(imap: Dovecot, sink: Sink) -> dict[str, str]:
    return {
        "EMAIL_ADDRESS": USER, "EMAIL_IMAP_URL": imap.url, "EMAIL_LISTEN": "", "EMAIL_ACK": "false",
        "EMAIL_SMTP_URL": f"smtp://127.0.0.1:{sink.port}?insecure", "HOLD_MAIL": "1s",
    }  # fmt: skip


def _mailbox(desk: Desk) -> Source:
    return Source.of(desk.session.scalars(select(Channel).where(Channel.kind == "email")).one())


async def _is_watched(server: Server) -> None:
    """Waits until the desk knows where the mailbox ends: what comes then is new."""
    desks = Desks(open_driver(server.url), pace=Pace())
    try:
        source = await desks.read(SYSTEM, _mailbox)
        async with asyncio.timeout(30):
            name = f"mailbox:{source.channel_id}:INBOX"
            while not await desks.read(SYSTEM, lambda desk: kept_facts.read(desk, name)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        await desks.close()


@dataclass(frozen=True)
class Kept:
    """What the store has: customers' words, answers by how often, and whether all is sent."""

    said: list[str]
    answered: Counter[str]
    is_quiet: bool


async def _settled(
    url: str, answerer: Answerer, customers: Sequence[Customer], sink: Sink
) -> tuple[list[str], list[str]]:
    """Lets everything arrive, then waits whether anything comes twice; returns what is lost and doubled."""
    for each in (answerer, *customers):
        each.talks = False
    desks = Desks(open_driver(url), pace=Pace())
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            await asyncio.sleep(0.3)
            kept = await desks.read(SYSTEM, _kept)
            if kept.is_quiet and not _differences(kept, answerer, customers, sink)[0]:
                break
        await asyncio.sleep(QUIET_S)
        return _differences(await desks.read(SYSTEM, _kept), answerer, customers, sink)
    finally:
        await desks.close()


def _kept(desk: Desk) -> Kept:
    rows = desk.session.scalars(select(Message).order_by(Message.id)).all()
    said = [message.body.strip() for message in rows if message.author == Author.CONTACT]
    answered = Counter(message.body for message in rows if message.author == Author.AGENT)
    held = desk.session.scalars(select(HeldReply)).all()
    answered.update(each.body for each in held)
    waits = desk.execute(select(Delivery.id).where(TO_BE_SENT).limit(1)).first()
    return Kept(said, answered, waits is None and not any(not each.stopped_because for each in held))


def _differences(
    kept: Kept, answerer: Answerer, customers: Sequence[Customer], sink: Sink
) -> tuple[list[str], list[str]]:
    lost: list[str] = []
    stored = Counter(kept.said)
    doubled = [f"{words} is stored {times} times" for words, times in stored.items() if times > 1]
    for customer in customers:
        lost += [f"{words} is not stored" for words in customer.said if not stored[words]]
        own = [words for words in kept.said if words.startswith(f"{customer.name} ")]
        if own != [words for words in customer.said if stored[words]]:
            lost.append(f"{customer.name}'s mails are out of order")
    lost += [f"{words} is not stored" for words in answerer.lines if not kept.answered[words]]
    lost += [f"{words} never came to anybody" for words in _sent(kept, answerer) if words not in sink.ids]
    doubled += [f"{words} is stored {n} times" for words, n in kept.answered.items() if n > 1]
    doubled += [f"{words} was sent as {len(ids)} mails" for words, ids in sink.ids.items() if len(ids) > 1]
    return lost, doubled


def _sent(kept: Kept, answerer: Answerer) -> list[str]:
    return [words for words in answerer.lines if kept.answered[words]]

"""Kills a desk whose customers write to a Telegram bot, which lives on and keeps what nobody has confirmed."""

import asyncio
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from core.actor import SYSTEM
from core.desk import Desk
from core.models import TO_BE_SENT, Author, Delivery, DeliveryState, HeldReply, Identity, Message
from core.pace import Pace
from core.store import Desks, open_driver
from tests.crash.chats import free
from tests.crash.counting import Outcome
from tests.crash.desk import server_in
from tests.crash.people import Agent
from tests.platforms.fake_telegram import Bot, FakeTelegram, Person

CUSTOMERS = 12
"""A chat takes a message a second: one agent answers so many without falling behind."""
PATIENCE_S, QUIET_S = 60.0, 3.0
_UNKNOWN = (DeliveryState.UNCERTAIN, DeliveryState.FAILED)
"""What agents are shown as perhaps sent, or not sent."""
_ANSWER = re.compile(r"Answer \d+")


@dataclass
class Customer:
    """Somebody with a Telegram app, who writes on whatever happens."""

    person: Person
    bot: Bot
    chance: random.Random
    said: list[str] = field(default_factory=list)
    talks: bool = True

    async def live(self) -> None:
        """Writes until cancelled."""
        await self.person.starts(self.bot)
        while True:
            await asyncio.sleep(self.chance.random() * 1.5)
            if self.talks:
                words = f"{self.person.name} says {len(self.said)}"
                await self.person.writes(self.bot, words)
                self.said.append(words)

    def seen(self) -> Counter[str]:
        """How often each answer stands in the chat."""
        return Counter(words for words in self.person.hears_from(self.bot) if _ANSWER.fullmatch(words))


async def crash_with_a_bot(url: str, rounds: int, chance: random.Random) -> Outcome:
    """Runs customers and an agent, and counts in the store and in the chats."""
    with tempfile.TemporaryDirectory() as folder:
        async with FakeTelegram() as telegram:
            bot = telegram.bot("shop_bot")
            server = server_in(Path(folder), url, more=_keys(telegram, bot))
            await server.start()
            agent = Agent(server.base, await server.sign_in(), random.Random(chance.random()))
            customers = [
                Customer(telegram.person(f"C{n}"), bot, random.Random(chance.random())) for n in range(CUSTOMERS)
            ]
            tasks = [asyncio.create_task(each.live()) for each in (agent, *customers)]
            for _ in range(rounds):
                await asyncio.sleep(0.5 + chance.random() * 2.0)
                await server.end(signal.SIGKILL)
                await free(server)
                await server.start()
            lost, doubled = await _settled(server.url, agent, customers)
            for task in tasks:
                task.cancel()
            await server.end(signal.SIGTERM)
            said = sum(len(each.said) for each in customers)
            return Outcome(rounds, said, len(agent.lines), lost, doubled)


def _keys(telegram: FakeTelegram, bot: Bot) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": bot.token, "TELEGRAM_API_URL": telegram.base_url,
        "TELEGRAM_FILE_URL": telegram.base_file_url,
    }  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What the store has: customers' words and agents' by customer, what nobody knows of, and whether all is quiet."""

    said: dict[str, list[str]]
    answered: dict[str, list[str]]
    keys: Counter[str]
    unknown: frozenset[str]
    is_quiet: bool


async def _settled(url: str, agent: Agent, customers: Sequence[Customer]) -> tuple[list[str], list[str]]:
    """Lets everything arrive, then waits whether anything comes twice; returns what is lost and doubled."""
    for each in (agent, *customers):
        each.talks = False
    desks = Desks(open_driver(url), pace=Pace())
    try:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            await asyncio.sleep(0.3)
            kept = await desks.read(SYSTEM, _kept)
            if kept.is_quiet and not agent.pending and not customers[0].bot.inbox.waiting:
                break
        await asyncio.sleep(QUIET_S)
        return _differences(await desks.read(SYSTEM, _kept), agent, customers)
    finally:
        await desks.close()


def _kept(desk: Desk) -> Kept:
    said: dict[str, list[str]] = {}
    answered: dict[str, list[str]] = {}
    names = _names(desk)
    rows = desk.session.scalars(select(Message).order_by(Message.id)).all()
    for message in rows:
        place = {Author.CONTACT: said, Author.AGENT: answered}.get(message.author)
        if place is not None:
            place.setdefault(names.get(message.dialog_id or 0, "?"), []).append(message.body)
    held = desk.session.scalars(select(HeldReply)).all()
    keys = Counter(re.sub(r"^.*:", "", each.external_id) for each in (*rows, *held) if each.external_id)
    unknown = select(Message.body).join(Delivery, Delivery.message_id == Message.id)
    doubted = desk.execute(unknown.where(Delivery.state.in_(_UNKNOWN), Delivery.thread_id.is_(None))).scalars()
    waits = desk.execute(select(Delivery.id).where(TO_BE_SENT).limit(1)).first()
    is_quiet = waits is None and not any(not each.stopped_because for each in held)
    return Kept(said, answered, keys, frozenset(doubted), is_quiet)


def _names(desk: Desk) -> dict[int, str]:
    """Whose each dialog is, by the name in their own first words."""
    statement = select(Message.dialog_id, Message.body).join(Identity, Identity.id == Message.identity_id)
    rows = desk.execute(statement.where(Message.author == Author.CONTACT).order_by(Message.id.desc())).all()
    return {row.dialog_id: row.body.partition(" ")[0] for row in rows}


def _differences(kept: Kept, agent: Agent, customers: Sequence[Customer]) -> tuple[list[str], list[str]]:
    lost: list[str] = []
    doubled: list[str] = []
    for customer in customers:
        name, stored, seen = customer.person.name, kept.said.get(customer.person.name, []), customer.seen()
        lost += [f"{words} is not stored" for words in customer.said if words not in stored]
        doubled += [f"{words} is stored {times} times" for words, times in Counter(stored).items() if times > 1]
        if stored != sorted(stored, key=lambda words: int(words.rpartition(" ")[2])):
            lost.append(f"{name}'s words are out of order")
        answers = kept.answered.get(name, [])
        lost += [f"{name} never saw {each}" for each in answers if not seen[each] and each not in kept.unknown]
        doubled += [f"{name} saw {each} {times} times" for each, times in seen.items() if times > 1]
        lost += [f"{name} saw {each}, which is not theirs" for each in seen.keys() - set(answers)]
    lost += [f"answer {key} is not stored" for key in agent.lines if not kept.keys[key]]
    doubled += [f"answer {key} is stored {kept.keys[key]} times" for key in agent.lines if kept.keys[key] > 1]
    return lost, doubled

"""Kills the desk at random points while customers and agents talk, and compares what each side saw with the store."""

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import select

from core.actor import SYSTEM
from core.desk import Desk
from core.models import HeldReply, Message, Reader
from core.pace import Pace
from core.store import Desks, open_driver
from tests.crash.people import TROUBLE, Agent, Customer
from tests.postgres import Cluster, binaries

CUSTOMERS = 4
_PATIENT = {
    "HOLD_CHAT": "1s", "STILL_THERE": "5h", "GONE_GRACE": "5h", "CALL_OUT": "5h", "GIVE_UP": "5h",
    "MESSAGES_PER_MINUTE": "100000", "LOG_LEVEL": "ERROR",
}  # fmt: skip


@dataclass
class Server:
    """The desk as its owner runs it, in a process that can be killed."""

    folder: Path
    url: str
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings it runs with."""
        own = {"DATA_DIR": str(self.folder), "DATABASE_URL": self.url, "HTTP_PORT": str(self.port)}
        return os.environ | _PATIENT | own

    async def start(self) -> None:
        """Starts it and waits until it answers."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=self.environment(), stdout=asyncio.subprocess.DEVNULL
        )
        async with httpx.AsyncClient() as web:
            for _ in range(600):
                try:
                    if (await web.get(f"{self.base}/healthz")).status_code == 200:
                        return
                except TROUBLE:
                    await asyncio.sleep(0.05)
        raise RuntimeError("the desk does not start")

    async def end(self, how: signal.Signals) -> None:
        """Ends it, by force or kindly."""
        if self.process is not None:
            self.process.send_signal(how)
            await self.process.wait()

    async def sign_in(self) -> str:
        """The cookie of its first agent."""
        made = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "agent",
            "link",
            "admin",
            env=self.environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        link = (await made.communicate())[0].decode().strip()
        async with httpx.AsyncClient() as web:
            answer = await web.post(link, headers={"Origin": self.base})
            return answer.cookies["deskbell"]


@dataclass
class Outcome:
    """What came of it."""

    rounds: int
    said: int
    answered: int
    lost: list[str]
    doubled: list[str]


async def crash(url: str, rounds: int, chance: random.Random) -> Outcome:
    """Runs people against a desk that is killed again and again, then counts."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = Server(Path(folder), url or f"sqlite:///{folder}/deskbell.db", port)
        await server.start()
        agent = Agent(server.base, await server.sign_in(), random.Random(chance.random()))
        customers = [Customer(server.base, f"C{n}", random.Random(chance.random())) for n in range(CUSTOMERS)]
        tasks = [asyncio.create_task(each.live()) for each in (agent, *customers)]
        for number in range(rounds):
            await asyncio.sleep(0.15 + chance.random() * 0.7)
            await server.end(signal.SIGKILL)
            await server.start()
            if sys.stdout.isatty() or number % 50 == 49:
                print(f"  {number + 1} of {rounds}", flush=True)
        await _settle(agent, customers, server)
        for task in tasks:
            task.cancel()
        await server.end(signal.SIGTERM)
        return await _compare(server.url, agent, customers, rounds)


async def _settle(agent: Agent, customers: list[Customer], server: Server) -> None:
    """Lets everybody finish: nothing new is said, everything unconfirmed is repeated."""
    for each in (agent, *customers):
        each.talks = False
    for _ in range(600):
        await asyncio.sleep(0.1)
        if not agent.pending and not any(customer.unsent for customer in customers):
            break
    await asyncio.sleep(4)


async def _compare(url: str, agent: Agent, customers: list[Customer], rounds: int) -> Outcome:
    desks = Desks(open_driver(url), pace=Pace())
    try:
        rows = await desks.read(SYSTEM, _stored)
    finally:
        await desks.close()
    lost, doubled = [], [each for customer in customers for each in customer.doubled]
    keys = Counter(re.sub(r"^.*:", "", row.external_id) for row in rows if row.external_id)
    for expected in (*(said for customer in customers for said in customer.said), *agent.lines):
        if not keys[expected]:
            lost.append(f"{expected} is not in the store")
        if keys[expected] > 1:
            doubled.append(f"{expected} is in the store {keys[expected]} times")
    _compare_order(rows, customers, lost)
    for customer in customers:
        public = {(r.dialog_id, r.dialog_seq): r.body for r in rows if r.dialog_id == customer.dialog and r.is_public}
        lost += [f"{customer.name} never saw {place}" for place in public.keys() - customer.seen.keys()]
        lost += [f"{customer.name} saw {place}, which is not stored" for place in customer.seen.keys() - public.keys()]
    said = sum(len(customer.said) for customer in customers)
    return Outcome(rounds, said, len(agent.lines), lost, doubled)


def _compare_order(rows: list["Stored"], customers: list[Customer], lost: list[str]) -> None:
    for customer in customers:
        own = [re.sub(r"^.*:", "", r.external_id) for r in rows if r.dialog_id == customer.dialog]
        order = [key for key in own if key in set(customer.said)]
        if order != [key for key in customer.said if key in set(order)]:
            lost.append(f"{customer.name}'s words are out of order")


@dataclass(frozen=True)
class Stored:
    """A message or held reply as it is in the store."""

    external_id: str
    dialog_id: int | None
    dialog_seq: int | None
    body: str
    is_public: bool


def _stored(desk: Desk) -> list[Stored]:
    rows = desk.session.scalars(select(Message).order_by(Message.dialog_id, Message.dialog_seq)).all()
    held = desk.session.scalars(select(HeldReply)).all()
    return [Stored(m.external_id, m.dialog_id, m.dialog_seq, m.body, m.reader is Reader.CUSTOMER) for m in rows] + [
        Stored(h.external_id, None, None, h.body, is_public=False) for h in held
    ]


def main() -> None:
    """Runs it on both databases, or on SQLite alone where there is no PostgreSQL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    failed = False
    for name in [given.only] if given.only else ["sqlite", "postgres"]:
        if name == "postgres" and binaries() is None:
            print("postgres: not run, there are no server binaries here")
            continue
        failed |= not _run(name, given.rounds, random.Random(given.seed))
    sys.exit(failed)


def _run(name: str, rounds: int, chance: random.Random) -> bool:
    began = time.monotonic()
    cluster = None
    found = binaries()
    if name == "postgres" and found is not None:
        cluster = Cluster(found)
        cluster.start()
    try:
        outcome = asyncio.run(crash(cluster.new_database() if cluster else "", rounds, chance))
    finally:
        if cluster is not None:
            cluster.stop()
    minutes = (time.monotonic() - began) / 60
    print(
        f"{name}: killed {outcome.rounds} times in {minutes:.0f} min; customers said {outcome.said}, agents "
        f"{outcome.answered}; lost {len(outcome.lost)}, doubled {len(outcome.doubled)}",
        flush=True,
    )
    for each in (*outcome.lost, *outcome.doubled)[:20]:
        print(f"  {each}")
    return not (outcome.lost or outcome.doubled) and outcome.said > rounds and outcome.answered > 0


if __name__ == "__main__":
    main()

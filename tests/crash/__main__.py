"""Kills the desk at random points while customers and agents talk, and compares what each side saw with the store."""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.chats import crash_in_chats
from tests.crash.counting import Outcome, compared
from tests.crash.desk import server_in
from tests.crash.mail import crash_with_a_mailbox
from tests.crash.people import Agent, Customer
from tests.crash.telegram import crash_with_a_bot
from tests.platforms import dovecot
from tests.postgres import Cluster, binaries

CUSTOMERS = 4
RUNS = ("sqlite", "postgres", "chats", "chats-postgres", "telegram", "telegram-postgres", "mail", "mail-postgres")
ON_POSTGRES = ("postgres", "chats-postgres", "telegram-postgres", "mail-postgres")
IN_CHATS, BY_MAIL = ("chats", "chats-postgres"), ("mail", "mail-postgres")


async def crash(url: str, rounds: int, chance: random.Random) -> Outcome:
    """Runs people against a desk that is killed again and again, then counts."""
    with tempfile.TemporaryDirectory() as folder:
        server = server_in(Path(folder), url)
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
        await _settle(agent, customers)
        for task in tasks:
            task.cancel()
        await server.end(signal.SIGTERM)
        return await compared(server.url, agent.lines, customers, rounds)


async def _settle(agent: Agent, customers: list[Customer]) -> None:
    """Lets everybody finish: nothing new is said, everything unconfirmed is repeated."""
    for each in (agent, *customers):
        each.talks = False
    for _ in range(600):
        await asyncio.sleep(0.1)
        if not agent.pending and not any(customer.unsent for customer in customers):
            break
    await asyncio.sleep(4)


def main() -> None:
    """Runs it on both databases (without PostgreSQL: SQLite alone), in two team chats, by a bot and by mail."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=RUNS)
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    failed = False
    for name in [given.only] if given.only else RUNS:
        if name in ON_POSTGRES and binaries() is None:
            print(f"{name}: not run, there are no server binaries here")
            continue
        if name in BY_MAIL and dovecot.binary() is None:
            print(f"{name}: not run, there is no Dovecot here")
            continue
        failed |= not _run(name, given.rounds, random.Random(given.seed))
    sys.exit(failed)


def _run(name: str, rounds: int, chance: random.Random) -> bool:
    began = time.monotonic()
    outcome = _outcome(name, rounds, chance)
    seconds = time.monotonic() - began
    print(
        f"{name}: killed {outcome.rounds} times in {seconds:.0f} s; customers said {outcome.said}, agents "
        f"{outcome.answered}; lost {len(outcome.lost)}, doubled {len(outcome.doubled)}",
        flush=True,
    )
    for each in (*outcome.lost, *outcome.doubled)[:20]:
        print(f"  {each}")
    return not (outcome.lost or outcome.doubled) and outcome.said > outcome.rounds and outcome.answered > 0


def _outcome(name: str, rounds: int, chance: random.Random) -> Outcome:
    with _database(name) as url:
        if name in IN_CHATS:
            return asyncio.run(crash_in_chats(url, max(5, rounds // 4), chance))
        if name.startswith("telegram"):
            return asyncio.run(crash_with_a_bot(url, max(5, rounds // 4), chance))
        if name in BY_MAIL:
            return asyncio.run(crash_with_a_mailbox(url, max(5, rounds // 4), chance))
        return asyncio.run(crash(url, rounds, chance))


@contextmanager
def _database(name: str) -> Iterator[str]:
    """The URL of a PostgreSQL of its own; nothing where the desk is to use SQLite in its folder."""
    found = binaries()
    if name not in ON_POSTGRES or found is None:
        yield ""
        return
    cluster = Cluster(found)
    cluster.start()
    try:
        yield cluster.new_database()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()

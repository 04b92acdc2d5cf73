"""Lines typed in a thread while its customer writes: nobody waits for each other in a circle."""

import asyncio

from sqlalchemy import text as sql

from core.desk import Desk
from tests.chat import Chat, people
from tests.contracts.desk import eventually
from tests.shop import Shop

LINES = 30


async def test_lines_in_a_thread_and_words_of_its_customer_never_deadlock(shop: Shop) -> None:
    slack = Chat(shop, members={"C1": people("BOSS", "INES")}, admins={"BOSS"})
    await slack.types("BOSS", "desk setup")
    ana = shop.customer("ana")
    await ana.writes("My lamp is broken")
    await slack.shows()
    root = next(f"p{n}" for n, each in enumerate(slack.got, 1) if each.kind == "card")

    async def lines() -> None:
        for number in range(LINES):
            await slack.says("INES", f"note {number}", root=root)

    async def words() -> None:
        for number in range(LINES):
            await ana.writes(f"hello {number}")

    before = await shop.read(_figures)
    await asyncio.gather(lines(), words(), lines())
    told = await eventually(
        lambda: shop.read(_figures), lambda now: before is None or (now or before)[0] >= before[0] + 3 * LINES
    )
    assert told is None or before is None or told[1] == before[1]
    assert len(await shop.said()) == 3 * LINES + 1


def _figures(desk: Desk) -> tuple[int, int] | None:
    """How many transactions and deadlocks PostgreSQL has told of; it tells them together, a second late."""
    if not desk.on_postgres:
        return None
    found = "SELECT xact_commit, deadlocks FROM pg_stat_database WHERE datname = current_database()"
    commits, deadlocks = desk.execute(sql(found)).one()
    return int(commits), int(deadlocks)

"""The agent's queue and the search, against the same SELECT by itself and against a small desk."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core import listing, schema, teams
from core.actor import SYSTEM, Actor
from core.desk import Desk
from core.models import Role
from core.pace import Pace
from core.query import parse
from core.store import Desks, open_driver
from core.words import streams
from tests.bench.tables import Row, at_most

QUEUE = "status:new,open assignee:me|none -tag:spam"
ROUNDS = 101
_VOCABULARY = (
    "Lampe lamp broken kaputt invoice Rechnung refund Rückgabe shade Schirm bulb Birne order Bestellung shipping "
    "Versand dimmer cable Kabel table Tisch colour Farbe blue blau late spät thanks danke please bitte question Frage"
).split()


async def _open(folder: Path, tickets: int, messages: int) -> tuple[Desks, Actor]:
    url = f"sqlite:///{folder / f'{tickets}.db'}"
    await schema.upgrade(url)
    desks = Desks(open_driver(url), pace=Pace())

    def people(desk: Desk) -> Actor:
        return teams.actor(desk, teams.add_agent(desk, "ines", role=Role.AGENT))

    actor = await desks.change(SYSTEM, people)
    await desks.change(SYSTEM, lambda desk: _fill(desk, tickets, messages))
    return desks, actor


def _fill(desk: Desk, tickets: int, messages: int) -> None:
    """Nine of ten tickets are closed, as in a desk that has worked for years."""
    now = int(desk.now.timestamp() * 1_000_000)
    desk.connection.exec_driver_sql(
        f"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {tickets})
        INSERT INTO ticket (subject, status, is_open, priority, team_id, assignee_id, created_at, updated_at, is_spam,
            is_demo, last_seq, is_indexed, due_at, waiting_since)
        SELECT 'Ticket ' || i, CASE WHEN i % 10 THEN 'closed' WHEN i % 20 THEN 'open' ELSE 'new' END, i % 10 = 0,
            i % 4, 1, CASE WHEN i % 30 = 0 THEN 1 END, {now} - i * 1000000, {now} - i * 500000, 0, 0, 0, 1,
            CASE WHEN i % 3 = 0 THEN {now} + (i * 7919 % 1000000) * 1000 END, NULL
        FROM n
        """
    )
    bodies = [" ".join(_VOCABULARY[(n * 7 + k * k) % len(_VOCABULARY)] for k in range(12)) for n in range(997)]
    terms = [tuple(" ".join(stream) for stream in streams(body)) for body in bodies]
    desk.connection.exec_driver_sql("CREATE TEMP TABLE body (i INTEGER PRIMARY KEY, body, german, english)")
    rows = [(n, body, *terms[n]) for n, body in enumerate(bodies)]
    desk.connection.exec_driver_sql("INSERT INTO body VALUES (?, ?, ?, ?)", rows)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages})"
    desk.connection.exec_driver_sql(
        f"""{numbers} INSERT INTO message (id, ticket_id, ticket_seq, author, reader, external_id, author_name, body,
            wording, facts, said_at, failure, is_indexed)
        SELECT n.i, n.i % {tickets} + 1, n.i / {tickets} + 1, 'contact', 'customer', '', '', body.body || ' rare' ||
            (n.i % 5000), '', '{{}}', {now}, '', 1 FROM n JOIN body ON body.i = n.i % 997"""
    )
    desk.connection.exec_driver_sql(
        f"""{numbers} INSERT INTO said_message (rowid, german, english)
        SELECT n.i, german || ' drare' || (n.i % 5000), english || ' erare' || (n.i % 5000)
        FROM n JOIN body ON body.i = n.i % 997"""
    )
    desk.connection.exec_driver_sql("ANALYZE")


async def _mids_ms(actor: Actor, *works: tuple[Desks, Any]) -> list[float]:
    """The medians of several works done in turn, so that a noisy moment hits all of them."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for times, (desks, work) in zip(found, works, strict=True):
            began = time.perf_counter()
            await desks.read(actor, work)
            times.append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in found]


def _bare_queue(desk: Desk) -> Any:
    """The queue's SELECT as somebody would write it by hand."""
    return desk.connection.execute(
        text(
            """SELECT ticket.id, subject, status, ticket.priority, due_at, waiting_since, ticket.created_at,
            ticket.updated_at, team.name, agent.name, contact.name,
            (SELECT group_concat(tag.name) FROM tagging JOIN tag ON tag.id = tag_id WHERE ticket_id = ticket.id)
            FROM ticket JOIN team ON team.id = ticket.team_id
            LEFT JOIN agent ON agent.id = ticket.assignee_id LEFT JOIN contact ON contact.id = ticket.contact_id
            WHERE is_open AND status IN ('new', 'open') AND (assignee_id = 1 OR assignee_id IS NULL)
            AND NOT EXISTS (SELECT 1 FROM tagging JOIN tag ON tag.id = tag_id WHERE ticket_id = ticket.id
                AND tag.name = 'spam')
            AND ticket.merged_into IS NULL AND NOT ticket.is_spam
            AND (NOT team.is_private OR team.id IN (SELECT team_id FROM member WHERE agent_id = 1) OR assignee_id = 1)
            ORDER BY -priority, coalesce(due_at, 9223372036854775807), ticket.id LIMIT 21"""
        )
    ).all()


def _searching(words: str) -> Any:
    """The newest tickets with these words, as an agent asks for them."""
    asked = parse(f"{words} sort:-number")
    return lambda desk: listing.page(desk, asked)


def _bare_search(words: str) -> Any:
    """The index alone: the newest hits of the same terms."""
    match = " OR ".join(f'"{" ".join(stream)}"' for stream in streams(words))
    statement = text("SELECT rowid FROM said_message WHERE said_message MATCH :m ORDER BY rowid DESC LIMIT 2000")
    return lambda desk: desk.connection.execute(statement, {"m": match}).all()


async def measured(small: int, large: int, messages: int) -> list[Row]:
    """All lists, on a small and on a large desk."""
    with tempfile.TemporaryDirectory() as name:
        few, me = await _open(Path(name), small, small)
        many, _ = await _open(Path(name), large, messages)
        query = parse(QUEUE)

        def queue(desk: Desk) -> Any:
            return listing.page(desk, query)

        here, bare, there = await _mids_ms(me, (many, queue), (many, _bare_queue), (few, queue))
        rows = [
            at_most(f"The queue's first page of {large:,} tickets, to its SELECT by hand", here, bare, 1.5),
            at_most(f"The same, to a desk of {small:,} tickets", here, there, 1.5),
        ]
        for what, words in (("A rare word", "rare77"), ("A phrase", '"lampe broken"')):
            found, alone = await _mids_ms(me, (many, _searching(words)), (many, _bare_search(words)))
            rows.append(at_most(f"{what} in {messages:,} messages, to the bare index", found, alone, 3))
        await few.close()
        await many.close()
    return rows


def on_sqlite(*, small: int = 1_000, large: int = 1_000_000, messages: int = 500_000) -> list[Row]:
    """The lists as they are measured for the page."""
    return asyncio.run(measured(small, large, messages))

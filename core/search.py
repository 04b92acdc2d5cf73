"""The index of what was said: filled in the background, asked by the filter language, emptied by erasure.

SQLite keeps the terms in FTS5, PostgreSQL in a tsvector with a GIN index. Both hold our own terms (`core.words`),
so that a word is found the same way in either, and as the yes/no on a ticket's own rows answers it. A ticket's
subject is indexed under the negative of its number, so that one table serves both.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Select,
    Table,
    delete,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from core.desk import Desk
from core.models import UNINDEXED, Message, Ticket
from core.words import stems, words

CAP = 2_000
"""Hits looked at for one word or phrase, the newest first."""
_BATCH = 500

_own = MetaData()
said = Table("said", _own, Column("rowid", BigInteger, primary_key=True), Column("terms", TSVECTOR))
"""PostgreSQL's index table; on SQLite an FTS5 table of the same name and columns."""
Index("ix_said_terms", said.c.terms, postgresql_using="gin")


def create(connection: Connection) -> None:
    """Makes the index table of either database."""
    if connection.dialect.name == "postgresql":
        _own.create_all(connection)
    else:
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE said USING fts5(terms, content='', contentless_delete=1, tokenize=\"ascii\")"
            if _can_delete(connection)
            else 'CREATE VIRTUAL TABLE said USING fts5(terms, tokenize="ascii")'
        )


def _can_delete(connection: Connection) -> bool:
    """Contentless tables can delete rows since SQLite 3.43; before, the terms are stored too."""
    version = str(connection.exec_driver_sql("select sqlite_version()").scalar_one())
    return tuple(int(part) for part in version.split(".")[:2]) >= (3, 43)


def drop(connection: Connection) -> None:
    """Removes the index table."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS said")


def is_behind(desk: Desk) -> bool:
    """Whether there is something nobody has indexed yet."""
    return desk.execute(select(Message.id).where(UNINDEXED).limit(1)).first() is not None


def catch_up(desk: Desk) -> None:
    """Indexes a batch of what nobody has indexed yet, the newest first."""
    index_some(desk)


def index_some(desk: Desk, *, limit: int = _BATCH) -> int:
    """Indexes messages nobody has indexed yet, at most `limit`; returns how many there were."""
    rows = desk.execute(
        select(Message.id, Message.body, Message.deleted_at, Message.redacted_at)
        .where(UNINDEXED)
        .order_by(Message.id.desc())
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        gone = [row.id for row in rows if row.redacted_at]
        _put(desk, [(row.id, row.body) for row in rows if row.id not in gone])
        forget(desk, gone)
        desk.execute(update(Message).where(Message.id.in_([row.id for row in rows])).values(is_indexed=True))
    return len(rows)


def index_subjects(desk: Desk, ticket_ids: Iterable[int]) -> None:
    """Indexes the subjects of these tickets as they are now."""
    ids = sorted(set(ticket_ids))
    if ids:
        rows = desk.execute(select(Ticket.id, Ticket.subject).where(Ticket.id.in_(ids)))
        _put(desk, [(-row.id, row.subject) for row in rows])


def _put(desk: Desk, texts: Sequence[tuple[int, str]]) -> None:
    _remove(desk, [rowid for rowid, _ in texts])
    rows = [{"rowid": rowid, "terms": _terms(said_text, desk)} for rowid, said_text in texts]
    rows = [row for row in rows if row["terms"]]
    if not rows:
        return
    if desk.on_postgres:
        desk.execute(text("INSERT INTO said (rowid, terms) VALUES (:rowid, CAST(:terms AS tsvector))"), rows)
    else:
        desk.execute(text("INSERT INTO said (rowid, terms) VALUES (:rowid, :terms)"), rows)


_MOST_POSITIONS = 16_000
"""PostgreSQL keeps word positions up to 16,383; words behind that are found, but not in phrases."""


def _terms(said_text: str, desk: Desk) -> str:
    """Each word's two stems at the word's place. FTS5 has one place per token, so the stems take two."""
    found = words(said_text)
    if not desk.on_postgres:
        return " ".join(" ".join(stems(word)) for word in found)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(found, 1):
        for stem in stems(word):
            places.setdefault(stem, []).append(min(place, _MOST_POSITIONS))
    return " ".join(f"'{stem}':{','.join(str(p) for p in at[:200])}" for stem, at in places.items())


def forget(desk: Desk, message_ids: Sequence[int]) -> None:
    """Takes messages out of the index, in the transaction that removes their words."""
    _remove(desk, message_ids)


def forget_subjects(desk: Desk, ticket_ids: Sequence[int]) -> None:
    """Takes subjects out of the index."""
    _remove(desk, [-id_ for id_ in ticket_ids])


def _remove(desk: Desk, rowids: Sequence[int]) -> None:
    if rowids:
        desk.execute(delete(said).where(said.c.rowid.in_(rowids)))


def tickets_with(phrase: Sequence[str], *, on_postgres: bool) -> Select[Any]:
    """The ids of tickets in whose subject or any one message these words stand one after the other."""
    if on_postgres:
        hit = said.c.terms.op("@@")(func.to_tsquery(literal_column("'simple'"), _postgres_query(phrase)))
        found = select(said.c.rowid).where(hit)
    else:
        found = select(said.c.rowid).where(literal_column("said").op("MATCH")(_fts5_query(phrase)))
    hits = found.order_by(said.c.rowid.desc()).limit(CAP).subquery()
    subject = select((-hits.c.rowid).label("id")).where(hits.c.rowid < 0)
    messages = select(Message.ticket_id.label("id")).where(
        Message.id.in_(select(hits.c.rowid).where(hits.c.rowid > 0)), Message.ticket_id.is_not(None)
    )
    both = subject.union(messages).subquery()
    return select(both.c.id)


def _fts5_query(phrase: Sequence[str]) -> str:
    """A word by either stem; in a phrase each word takes two places, so its stems are tried in their order."""
    pairs = [stems(word) for word in phrase]
    if len(pairs) == 1:
        return f'"{pairs[0][0]}" OR "{pairs[0][1]}"'
    return f'"{" ".join(stem for pair in pairs for stem in pair)}"'


def _postgres_query(phrase: Sequence[str]) -> str:
    pairs = [stems(word) for word in phrase]
    if len(pairs) == 1:
        return f"'{pairs[0][0]}' | '{pairs[0][1]}'"
    return " <-> ".join(f"('{german}' & '{english}')" for german, english in pairs)

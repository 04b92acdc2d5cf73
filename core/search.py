"""The index of what was said: filled in the background, asked by the filter language, emptied by erasure.

SQLite keeps our own terms (`core.words`) in FTS5, PostgreSQL in a tsvector with a GIN index, so that a word is found
the same way in either, and as the yes/no on a row's own words answers it. A text's German and English terms are two
streams: a word stands there when one of its terms does, a phrase when one stream has all its terms in a row.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Select,
    Table,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.types import UserDefinedType

from core import upsert
from core.desk import Desk
from core.models import UNINDEXED, Dialog, Kept, Message, Ticket
from core.words import Streams, streams

CAP = 2_000
"""Hits looked at for one word or phrase, the newest first."""
_BATCH = 500

_own = MetaData()


class _Terms(UserDefinedType[str]):
    """PostgreSQL's tsvector; on SQLite a column of the FTS5 table."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "TSVECTOR"


def _index_table(name: str) -> Table:
    """PostgreSQL's index table; on SQLite an FTS5 table of the same name, with a column for each stream."""
    table = Table(
        name, _own, Column("rowid", BigInteger, primary_key=True, autoincrement=False),
        Column("german", _Terms), Column("english", _Terms),
    )  # fmt: skip
    Index(f"ix_{name}_german", table.c.german, postgresql_using="gin")
    Index(f"ix_{name}_english", table.c.english, postgresql_using="gin")
    return table


_messages = _index_table("said_message")
_subjects = _index_table("said_subject")
"""Tickets by their number, dialogs by their number's negative."""
TABLES = (_messages.name, _subjects.name)


def create(connection: Connection) -> None:
    """Makes the index tables of either database."""
    if connection.dialect.name == "postgresql":
        _own.create_all(connection)
        return
    for name in TABLES:
        connection.exec_driver_sql(f'CREATE VIRTUAL TABLE {name} USING fts5(german, english, tokenize="ascii")')


def drop(connection: Connection) -> None:
    """Removes the index tables."""
    for name in TABLES:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


_BEHIND: tuple[tuple[Any, ColumnElement[bool]], ...] = (
    (Message, UNINDEXED),
    (Ticket, literal_column("NOT ticket.is_indexed")),
    (Dialog, literal_column("NOT dialog.is_indexed")),
)


def is_behind(desk: Desk) -> bool:
    """Whether there is something nobody has indexed yet."""
    return any(
        desk.execute(select(table.id).where(unindexed).limit(1)).first() is not None for table, unindexed in _BEHIND
    )


def catch_up(desk: Desk) -> None:
    """Indexes a batch of messages and subjects nobody has indexed yet, the newest first."""
    _index_messages(desk)
    for table, sign in ((Ticket, 1), (Dialog, -1)):
        _index_subjects(desk, table, sign)


def _index_messages(desk: Desk) -> None:
    statement = select(Message.id, Message.body, Message.redacted_at).where(UNINDEXED)
    rows = desk.execute(_newest(desk, statement, Message)).all()
    if rows:
        _put(desk, _messages, [(row.id, "" if row.redacted_at else row.body) for row in rows])
        desk.execute(update(Message).where(Message.id.in_([row.id for row in rows])).values(is_indexed=True))


def _index_subjects(desk: Desk, table: type[Ticket | Dialog], sign: int) -> None:
    unindexed = next(condition for kind, condition in _BEHIND if kind is table)
    rows = desk.execute(_newest(desk, select(table.id, table.subject).where(unindexed), table)).all()
    if rows:
        _put(desk, _subjects, [(sign * row.id, row.subject) for row in rows])
        desk.execute(update(table).where(table.id.in_([row.id for row in rows])).values(is_indexed=True))


def _newest(desk: Desk, statement: Any, table: Any) -> Any:
    return statement.order_by(table.id.desc()).limit(_BATCH).with_for_update(skip_locked=True)


def _put(desk: Desk, table: Table, texts: Sequence[tuple[int, str]]) -> None:
    _remove(desk, table, [rowid for rowid, _ in texts])
    rows = [_row(desk, rowid, streams(words)) for rowid, words in texts if words]
    if not rows:
        return
    kept = "CAST(:german AS tsvector), CAST(:english AS tsvector)" if desk.on_postgres else ":german, :english"
    desk.execute(text(f"INSERT INTO {table.name} (rowid, german, english) VALUES (:rowid, {kept})"), rows)


def _row(desk: Desk, rowid: int, terms: Streams) -> dict[str, Any]:
    german, english = (_as_vector(each) if desk.on_postgres else " ".join(each) for each in terms)
    return {"rowid": rowid, "german": german, "english": english}


_MOST_PLACES = 250
"""PostgreSQL keeps at most 256 places of one term."""


def _as_vector(terms: Sequence[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms, 1):
        places.setdefault(term, []).append(place)
    return " ".join(f"'{term}':{','.join(map(str, at[:_MOST_PLACES]))}" for term, at in places.items())


def forget(desk: Desk, message_ids: Sequence[int]) -> None:
    """Takes messages out of the index, in the transaction that removes their words; `purge` takes what is left."""
    _remove(desk, _messages, message_ids)
    _note_remains(desk, _messages)


def forget_subjects(desk: Desk, ticket_ids: Sequence[int], dialog_ids: Sequence[int] = ()) -> None:
    """Takes subjects out of the index; `purge` takes what is left."""
    _remove(desk, _subjects, [*ticket_ids, *(-id_ for id_ in dialog_ids)])
    _note_remains(desk, _subjects)


_STEP_PAGES = 200
"""Pages of an index that one step of `purge` may write."""
_FRESH, _BEGUN, _MERGED = "fresh", "begun", "merged"
_REMAINS = {f"remains:{name}": name for name in TABLES}


def _note_remains(desk: Desk, table: Table) -> None:
    """SQLite's index only marks what was deleted: the terms stay in its segments until these are merged."""
    if not desk.on_postgres:
        row = {"name": f"remains:{table.name}", "value": _FRESH}
        desk.execute(upsert.into(Kept, False).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def has_remains(desk: Desk) -> bool:
    """Whether words that were removed may still stand in the files."""
    return desk.execute(select(Kept.name).where(Kept.name.in_(_REMAINS)).limit(1)).first() is not None


def purge(desk: Desk) -> bool:
    """Merges some of an index's segments, so that removed words leave them; False when all of it is done.

    A negative number of pages begins to merge all segments into one, a positive one goes on with it; the work is done
    when a step changed nothing (SQLite's FTS5, “merge”).
    """
    waiting = select(Kept).where(Kept.name.in_(_REMAINS), Kept.value != _MERGED).order_by(Kept.name).limit(1)
    kept = desk.session.scalars(waiting).one_or_none()
    if kept is None:
        return False
    name, before = _REMAINS[kept.name], _changes(desk)
    pages = -_STEP_PAGES if kept.value == _FRESH else _STEP_PAGES
    desk.execute(text(f"INSERT INTO {name} ({name}, rank) VALUES ('merge', {pages})"))
    changed = _changes(desk) - before
    kept.value = _MERGED if kept.value == _BEGUN and changed < 2 else _BEGUN
    return True


def purged(desk: Desk) -> None:
    """Notes that the former pages are gone from the files, too; what was removed meanwhile begins anew."""
    desk.execute(delete(Kept).where(Kept.name.in_(_REMAINS), Kept.value == _MERGED))


def _changes(desk: Desk) -> int:
    return int(desk.execute(select(func.total_changes())).scalar_one())


def _remove(desk: Desk, table: Table, rowids: Sequence[int]) -> None:
    for start in range(0, len(rowids), _BATCH):
        desk.execute(delete(table).where(table.c.rowid.in_(rowids[start : start + _BATCH])))


def mentions(wanted: Streams, on: type[Ticket | Dialog], on_postgres: bool) -> ColumnElement[bool]:
    """The tickets or dialogs in whose subject or any one message these words stand one after the other."""
    owner = Message.ticket_id if on is Ticket else Message.dialog_id
    hits = _hits(_messages, wanted, on_postgres)
    said = select(owner).where(Message.id.in_(select(hits.c.rowid)), owner.is_not(None))
    return on.id.in_(union_all(_by_subject(wanted, on, on_postgres), said))


def in_subject(wanted: Streams, on: type[Ticket | Dialog], on_postgres: bool) -> ColumnElement[bool]:
    """The tickets or dialogs in whose subject these words stand one after the other."""
    return on.id.in_(_by_subject(wanted, on, on_postgres))


def _by_subject(wanted: Streams, on: type[Ticket | Dialog], on_postgres: bool) -> Select[Any]:
    hits = _hits(_subjects, wanted, on_postgres, is_positive=on is Ticket)
    return select(hits.c.rowid if on is Ticket else -hits.c.rowid)


def _hits(table: Table, wanted: Streams, on_postgres: bool, *, is_positive: bool = True) -> Any:
    """The newest rows of an index that have these words."""
    german, english = wanted
    sign = table.c.rowid > 0 if is_positive else table.c.rowid < 0
    newest = table.c.rowid.desc() if is_positive else table.c.rowid
    if on_postgres:
        fits = or_(
            *(_matches(column, terms) for column, terms in ((table.c.german, german), (table.c.english, english)))
        )
    else:
        fits = literal_column(table.name).op("MATCH")(f'"{" ".join(german)}" OR "{" ".join(english)}"')
    return select(table.c.rowid).where(fits, sign).order_by(newest).limit(CAP).subquery()


def beginning(words: Sequence[str], on_postgres: bool) -> Select[Any] | None:
    """The newest tickets in whose subject these folded words stand, the last of them as it begins; None without any."""
    if not words:
        return None
    *whole, last = words
    hits = select(_subjects.c.rowid).where(_subjects.c.rowid > 0).order_by(_subjects.c.rowid.desc()).limit(CAP)
    german, english = ([*terms, f"{sign}{last}"] for sign, terms in zip("de", streams(whole), strict=True))
    if on_postgres:
        columns = ((_subjects.c.german, german), (_subjects.c.english, english))
        return hits.where(or_(*(_begin(column, terms) for column, terms in columns)))
    fits = " OR ".join(_phrase(terms) for terms in (german, english))
    return hits.where(literal_column(_subjects.name).op("MATCH")(fits))


def _phrase(terms: Sequence[str]) -> str:
    """Terms as FTS5 asks for them: all of them, the last as it begins."""
    quoted = [f'"{each}"' for each in terms]
    return f"({' AND '.join(quoted)}*)"


def _begin(column: Any, terms: Sequence[str]) -> ColumnElement[bool]:
    wanted = " & ".join([*(f"'{each}'" for each in terms[:-1]), f"'{terms[-1]}':*"])
    found: ColumnElement[bool] = column.op("@@")(func.to_tsquery(literal_column("'simple'"), wanted))
    return found


def _matches(column: Any, terms: Sequence[str]) -> ColumnElement[bool]:
    wanted = " <-> ".join(f"'{term}'" for term in terms)
    found: ColumnElement[bool] = column.op("@@")(func.to_tsquery(literal_column("'simple'"), wanted))
    return found

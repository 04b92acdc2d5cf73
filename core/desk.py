"""Desk: one open transaction, with the time, the doer, and what has happened in it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Result, bindparam, event, insert, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.events import Event
from core.models import Base, Dialog, EventRow, Ticket, table
from core.pace import Pace

T = TypeVar("T")
Topic = str
"""What open pages look at: `ticket:42`, `dialog:17`, `queue`, or `*` for everything."""

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with where it stands: its row id and its seqs."""

    event: Event
    actor: str
    ticket_seq: int | None
    dialog_seq: int | None


@dataclass(frozen=True, slots=True)
class Common:
    """What all transactions of a desk share: its waiting times and limits, and where its keys come from."""

    pace: Pace
    new_key: Callable[[], str]


class Desk:
    """One open transaction. Its body waits for nothing, may be run again, and has rows as its only effects."""

    def __init__(
        self, connection: Connection, now: datetime, actor: Actor, common: Common, *, locks: bool = True
    ) -> None:
        self.connection = connection
        self.now = now
        self.actor = actor
        self.pace = common.pace
        self.new_key = common.new_key
        """Makes a key nobody can guess, 22 characters."""
        self.locks = locks
        """Whether rows are locked when they are asked for so: not by a body that only reads."""
        self.topics: set[Topic] = set()
        self._session: Session | None = None
        self._loaded: list[object] = []
        self._found: dict[str, object] = {}
        self._recorded: list[tuple[Event, str]] = []
        self._is_silent = False
        self._placed: list[Happened] = []

    @property
    def session(self) -> Session:
        """The mapped objects of this transaction, made when first asked for."""
        if self._session is None:
            self._session = Session(
                self.connection, expire_on_commit=False, join_transaction_mode="rollback_only", autoflush=True
            )
            event.listen(self._session, "loaded_as_persistent", self._keep)
        return self._session

    def _keep(self, session: Session, loaded: object) -> None:
        """Sessions hold what they loaded only weakly; kept, the same row is not asked for twice."""
        self._loaded.append(loaded)

    def once(self, name: str, find: Callable[[], object]) -> object:
        """Something that is looked up once in this transaction."""
        if name not in self._found:
            self._found[name] = find()
        return self._found[name]

    @property
    def on_postgres(self) -> bool:
        """Whether the store is PostgreSQL."""
        return self.connection.dialect.name == "postgresql"

    def execute(self, statement: Executable, rows: Any = None) -> Result[Any]:
        """Runs one Core statement after all changed objects have been written."""
        self.flush()
        return self.connection.execute(statement, rows)

    def change(self, statement: Executable, rows: Any = None) -> int:
        """Runs one writing statement; returns how many rows it touched."""
        result = self.execute(statement, rows)
        return result.rowcount if isinstance(result, CursorResult) else 0

    def flush(self) -> None:
        """Writes all changed objects."""
        if self._session is not None:
            self._session.flush()

    def lock(self, model: type[T], id_: int) -> T | None:
        """The row with this id as it stands, locked until the transaction ends."""
        self.flush()
        return self.session.get(model, id_, with_for_update=self.locks, populate_existing=True)

    def refresh(self, row: Base) -> None:
        """Reads a mapped object anew, after its own changes have been written."""
        self.flush()
        self.session.refresh(row)

    def look(self, *topics: Topic) -> None:
        """Tells open pages, after the commit, that these have changed."""
        self.topics.update(topics)

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Does what the block does in somebody else's name: a held reply is its writer's deed, not the clock's."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def record(self, happened: Event) -> None:
        """Notes that something happened; it gets its seq and its row before the reactions run."""
        self._recorded.append((happened, self.actor.key))

    def be_silent(self) -> None:
        """What happens in this transaction is written down, and nothing follows from it: it is long past."""
        self._is_silent = True

    def place(self, event: Event, *, ticket_seq: int | None, dialog_seq: int | None) -> None:
        """Notes an event that shares the seq of a message just written."""
        self._placed.append(Happened(event, self.actor.key, ticket_seq, dialog_seq))

    def number(self) -> None:
        """Gives what was recorded so far its seqs: what happens from now on comes behind it."""
        self.flush()
        recorded, self._recorded = self._recorded, []
        self._placed += self._numbered(recorded)

    def belongs(self, dialog_id: int, ticket_id: int) -> None:
        """What this transaction still has to write of a dialog happened on its new ticket, too, at the same seqs."""
        self.number()
        self._placed = [_on_ticket(each, ticket_id) if _is_of(each, dialog_id) else each for each in self._placed]

    def advance(self, model: type[Ticket | Dialog], id_: int, **values: Any) -> int:
        """Locks a ticket or dialog, sets these columns of it and takes its next seq, in one statement."""
        self.number()
        statement = _advancing(model, tuple(sorted(values)))
        return int(
            self.connection.execute(
                statement, {f"new_{name}": v for name, v in values.items()} | {"of": id_}
            ).scalar_one()
        )

    def settle(self) -> list[Happened]:
        """Writes what was recorded since the last call, with its seqs, and hands it back."""
        self.number()
        happened, self._placed = self._placed, []
        if happened:
            self.connection.execute(_EVENTS, [self._row(each) for each in happened])
        for each in happened:
            self._look_at(each.event)
        return [] if self._is_silent else happened

    def _numbered(self, recorded: Sequence[tuple[Event, str]]) -> list[Happened]:
        if not recorded:
            return []
        dialogs = self._take_seqs(Dialog, (event.dialog_id for event, _ in recorded))
        tickets = self._take_seqs(Ticket, (event.ticket_id for event, _ in recorded))
        return [
            Happened(event, actor, _next(tickets, event.ticket_id), _next(dialogs, event.dialog_id))
            for event, actor in recorded
        ]

    def _take_seqs(self, model: type[Ticket | Dialog], ids: Iterable[int | None]) -> dict[int, int]:
        """How far each row's seq has gone before these events: they come one after the other behind it."""
        wanted: dict[int, int] = defaultdict(int)
        for id_ in ids:
            if id_ is not None:
                wanted[id_] += 1
        by_count: dict[int, list[int]] = defaultdict(list)
        for id_, count in wanted.items():
            by_count[count].append(id_)
        return {
            id_: last - count
            for count, some in by_count.items()
            for id_, last in self._advance(model, sorted(some), count).items()
        }

    def _advance(self, model: type[Ticket | Dialog], ids: list[int], count: int) -> dict[int, int]:
        statement = (
            update(model)
            .where(model.id == ids[0] if len(ids) == 1 else model.id.in_(ids))
            .values(last_seq=model.last_seq + count)
            .returning(model.id, model.last_seq)
        )
        return {row.id: row.last_seq for row in self.connection.execute(statement)}

    def _row(self, each: Happened) -> dict[str, Any]:
        event = each.event
        return {
            "kind": event.kind,
            "at": self.now,
            "actor": each.actor,
            "ticket_id": event.ticket_id,
            "ticket_seq": each.ticket_seq,
            "dialog_id": event.dialog_id,
            "dialog_seq": each.dialog_seq,
            "contact_id": event.contact_id,
            "message_id": event.message_id,
            "facts": event.facts(),
        }

    def _look_at(self, event: Event) -> None:
        self.topics.add("queue")
        if event.ticket_id is not None:
            self.topics.add(f"ticket:{event.ticket_id}")
        if event.dialog_id is not None:
            self.topics.add(f"dialog:{event.dialog_id}")

    def close(self) -> None:
        """Lets go of the mapped objects; the transaction is not this desk's to end."""
        if self._session is not None:
            self._session.close()


_EVENTS = insert(table(EventRow))


@lru_cache(maxsize=64)
def _advancing(model: type[Ticket | Dialog], names: tuple[str, ...]) -> Any:
    """Takes a row's next seq and sets these columns of it; made once, since every message needs it."""
    rows = table(model)
    values = {name: bindparam(f"new_{name}", type_=rows.c[name].type) for name in names}
    statement = update(rows).where(rows.c.id == bindparam("of")).values(last_seq=rows.c.last_seq + 1, **values)
    return statement.returning(rows.c.last_seq)


def _is_of(happened: Happened, dialog_id: int) -> bool:
    return happened.event.dialog_id == dialog_id and happened.event.ticket_id is None


def _on_ticket(happened: Happened, ticket_id: int) -> Happened:
    event = replace(happened.event, ticket_id=ticket_id)
    return replace(happened, event=event, ticket_seq=happened.dialog_seq)


def _next(seqs: dict[int, int], id_: int | None) -> int | None:
    if id_ is None or id_ not in seqs:
        return None
    seqs[id_] += 1
    return seqs[id_]


Reaction = Callable[[Desk, Sequence[Happened]], None]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a change came to: its result, and what open pages should look at."""

    result: T
    topics: frozenset[Topic] = field(default_factory=frozenset)


def carry_out(desk: Desk, work: Callable[[Desk], T], reactions: Sequence[Reaction]) -> Outcome[T]:
    """Runs a body and everything that follows from it, until nothing new happens (at most 5 rounds)."""
    try:
        result = work(desk)
        for _ in range(_ROUNDS):
            happened = desk.settle()
            if not happened:
                break
            for react in reactions:
                react(desk, happened)
        desk.settle()
        return Outcome(result, frozenset(desk.topics))
    finally:
        desk.close()

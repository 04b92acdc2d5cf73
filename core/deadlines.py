"""What becomes due: a row per subject and kind, claimed, carried out and settled in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import delete, select, update

from core import upsert
from core.desk import Desk
from core.errors import NotFound
from core.models import EXPECTED, Deadline, table
from core.show import Text, text

TRIES = 3
_PUT_OFF = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline whose time has come."""

    id: int
    subject: str
    subject_id: int
    kind: str
    due_at: datetime
    facts: Mapping[str, Any]


Effect: TypeAlias = Callable[[Desk, Due], None]
"""What a deadline does; it first asks whether it is still true."""
Effects: TypeAlias = Mapping[tuple[str, str], Effect]
"""(subject, kind) → effect; of a kind `remind:3` only what stands before the colon counts."""


def put(
    desk: Desk, subject: str, subject_id: int, kind: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Makes something due; setting the same again moves it."""
    row = {
        "subject": subject, "subject_id": subject_id, "kind": kind, "due_at": at, "facts": dict(facts or {}),
        "tries": 0, "is_failed": False,
    }  # fmt: skip
    desk.execute(_put(desk.on_postgres), row)
    desk.look("due")


@cache
def _put(on_postgres: bool) -> Any:
    """Made once: every message moves a deadline."""
    statement = upsert.into(table(Deadline), on_postgres)
    moved = {name: statement.excluded[name] for name in ("due_at", "facts", "tries", "is_failed")}
    return statement.on_conflict_do_update(index_elements=["subject", "subject_id", "kind"], set_=moved)


def drop(desk: Desk, subject: str, subject_id: int, *kinds: str) -> None:
    """Forgets what was due; what is not there is no mistake."""
    desk.execute(
        delete(Deadline).where(Deadline.subject == subject, Deadline.subject_id == subject_id, Deadline.kind.in_(kinds))
    )


def move(desk: Desk, subject: str, subject_id: int, kind: str, at: datetime) -> None:
    """Moves what is due; what is not there stays so."""
    theirs = (Deadline.subject == subject, Deadline.subject_id == subject_id, Deadline.kind == kind)
    if desk.change(update(Deadline).where(EXPECTED, *theirs).values(due_at=at)):
        desk.look("due")


def next_at(desk: Desk) -> datetime | None:
    """When the next deadline is due."""
    return desk.execute(_NEXT).scalar_one_or_none()


_NEXT = select(Deadline.due_at).where(EXPECTED).order_by(Deadline.due_at).limit(1)


def claim(desk: Desk) -> Due | None:
    """Takes the deadline that has been due longest out of the table; nothing when none is due."""
    statement = (
        select(Deadline.__table__)
        .where(EXPECTED, Deadline.due_at <= desk.now)
        .order_by(Deadline.due_at, Deadline.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = desk.execute(statement).first()
    if row is None:
        return None
    desk.execute(delete(Deadline).where(Deadline.id == row.id))
    return Due(row.id, row.subject, row.subject_id, row.kind, row.due_at, row.facts)


def carry_out_one(desk: Desk, effects: Effects, claimed: list[Due]) -> bool:
    """Carries out one due deadline; False when none is due. Notes in `claimed` which one, should it fail."""
    due = claim(desk)
    if due is None:
        return False
    claimed[:] = [due]
    effects[due.subject, due.kind.partition(":")[0]](desk, due)
    return True


def failed(desk: Desk, due: Due) -> None:
    """Puts a deadline off whose effect failed; after three tries it waits for an admin."""
    desk.execute(
        update(Deadline)
        .where(Deadline.subject == due.subject, Deadline.subject_id == due.subject_id, Deadline.kind == due.kind)
        .where(Deadline.due_at == due.due_at)
        .values(tries=Deadline.tries + 1, is_failed=Deadline.tries + 1 >= TRIES, due_at=desk.now + _PUT_OFF)
    )
    desk.look("queue")


def stuck(desk: Desk) -> list[Due]:
    """The deadlines that failed three times, for admins."""
    rows = desk.execute(select(Deadline.__table__).where(Deadline.is_failed).order_by(Deadline.id).limit(100))
    return [Due(row.id, row.subject, row.subject_id, row.kind, row.due_at, row.facts) for row in rows]


def stuck_one(desk: Desk, deadline_id: int) -> Due:
    """One that failed three times."""
    found = desk.execute(select(Deadline.__table__).where(Deadline.id == deadline_id, Deadline.is_failed)).first()
    if found is None:
        raise NotFound(text("Nothing is stuck as {id}. Try: desk stuck", id=deadline_id))
    return Due(found.id, found.subject, found.subject_id, found.kind, found.due_at, found.facts)


def again(desk: Desk, due: Due) -> None:
    """Tries a stuck one once more, at once; when that fails, it is put off as before."""
    desk.execute(update(Deadline).where(Deadline.id == due.id).values(tries=0, is_failed=False, due_at=desk.now))
    desk.look("due", "queue")


def let_go(desk: Desk, due: Due) -> None:
    """Forgets a stuck one: what it was to do is not done."""
    desk.execute(delete(Deadline).where(Deadline.id == due.id))
    desk.look("queue")


def describe(due: Due) -> Text:
    """A stuck deadline in words."""
    return text(
        "{kind} of {subject} {id}, due {when}", kind=due.kind, subject=due.subject, id=due.subject_id, when=due.due_at
    )

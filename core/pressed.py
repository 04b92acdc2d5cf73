"""Command lines kept behind a key: a question that waits for its yes, an undo; gone when they are too old to press."""

import json
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from core.desk import Desk
from core.models import Pressed

_QUESTION_LIFE = timedelta(minutes=15)
_QUESTION = "confirm"


def ask(desk: Desk, line: str) -> str:
    """Keeps a line behind a key that only the actor can press, once, within 15 minutes."""
    key = desk.new_key()
    row: dict[str, object] = {
        "key": key, "purpose": _QUESTION, "agent_id": desk.actor.agent_id, "line": line, "steps": [],
        "expires_at": desk.now + _QUESTION_LIFE,
    }  # fmt: skip
    desk.execute(insert(Pressed), row)
    return key


def answered(desk: Desk, key: str) -> str | None:
    """The line behind a key that is pressed now; None when it was pressed before, is too old or another's."""
    fresh = (Pressed.key == key, Pressed.purpose == _QUESTION, Pressed.used_at.is_(None), Pressed.expires_at > desk.now)
    statement = update(Pressed).where(*fresh, Pressed.agent_id == desk.actor.agent_id).values(used_at=desk.now)
    return desk.execute(statement.returning(Pressed.line)).scalar_one_or_none()


def kept(desk: Desk, key: str) -> str | None:
    """The line behind a key of the actor's own, for as long as it is kept; looking does not use it up."""
    fresh = (Pressed.key == key, Pressed.purpose == _QUESTION, Pressed.used_at.is_(None), Pressed.expires_at > desk.now)
    statement = select(Pressed.line).where(*fresh, Pressed.agent_id == desk.actor.agent_id)
    return desk.execute(statement).scalar_one_or_none()


def forget(desk: Desk, numbers: Collection[int]) -> None:
    """Lets go of what is kept on these tickets and dialogs: it may hold words for their customer."""
    rows = desk.execute(select(Pressed.key, Pressed.line, Pressed.steps)).all()
    theirs = [row.key for row in rows if not _about(row.line, row.steps).isdisjoint(numbers)]
    desk.execute(delete(Pressed).where(Pressed.key.in_(theirs)))


def _about(line: str, steps: list[dict[str, int]]) -> set[int]:
    numbers: list[int] = json.loads(line)["numbers"] if line else []
    return {*numbers, *(step["id"] for step in steps)}


def forget_expired(desk: Desk) -> None:
    """Lets go of what can no longer be pressed."""
    desk.execute(delete(Pressed).where(Pressed.expires_at <= desk.now))

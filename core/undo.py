"""Taking back what a command did to tickets: what each looked like before and after, kept behind a key."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from core import joining, replies, spam, tags, tickets
from core.desk import Desk
from core.errors import NotFound
from core.models import Pressed, Priority, Status, Team, Ticket
from core.show import text

UNDO_LIFE = timedelta(minutes=30)
_FIELDS = (
    "status", "pending_until", "assignee_id", "priority", "team_id", "subject", "due_at", "is_spam", "merged_into",
    "contact_id",
)  # fmt: skip

Snapshot = dict[str, Any]


def snapshot(desk: Desk, ticket: Ticket) -> Snapshot:
    """What a command may change of a ticket, ready for JSON."""
    desk.flush()
    found: Snapshot = {"id": ticket.id}
    for name in _FIELDS:
        value = getattr(ticket, name)
        found[name] = value.isoformat() if isinstance(value, datetime) else value
    found["tags"] = tags.of_ticket(desk, ticket.id)
    found["held"] = sorted(held.id for held in replies.waiting(desk, ticket.id, None))
    return found


def keep(desk: Desk, before: Sequence[Snapshot], after: Sequence[Snapshot]) -> str | None:
    """Keeps what changed behind a key that takes it back; None when nothing did."""
    changed = [_difference(old, new) for old, new in zip(before, after, strict=True)]
    steps = [step for step in changed if len(step) > 1]
    if not steps:
        return None
    key = desk.new_key()
    row = {
        "key": key, "purpose": "undo", "agent_id": desk.actor.agent_id, "steps": steps, "line": "",
        "expires_at": desk.now + UNDO_LIFE,
    }  # fmt: skip
    desk.execute(insert(Pressed), row)
    return key


def _difference(old: Snapshot, new: Snapshot) -> dict[str, Any]:
    return {"id": old["id"]} | {name: [old[name], new[name]] for name in old if old[name] != new[name]}


def take_back(desk: Desk, key: str) -> list[int]:
    """Takes back what is kept behind a key, once; what somebody changed or what was sent meanwhile stays.

    Returns the tickets on which something was taken back; raises NotFound where there is none.
    """
    used = desk.change(
        update(Pressed)
        .where(Pressed.key == key, Pressed.purpose == "undo", Pressed.used_at.is_(None), Pressed.expires_at > desk.now)
        .values(used_at=desk.now)
    )
    if not used:
        raise NotFound(text("That can no longer be undone."))
    kept = desk.session.get_one(Pressed, key)
    steps = sorted(kept.steps, key=lambda step: step["id"])
    undone = [step["id"] for step in steps if _restore(desk, tickets.locked(desk, step["id"]), step)]
    if not undone:
        raise NotFound(text("That can no longer be undone."))
    return undone


def _restore(desk: Desk, ticket: Ticket, step: dict[str, Any]) -> bool:
    """Whether there was anything left to put back."""
    now = snapshot(desk, ticket)
    was_held, is_held = step.get("held", [[], []])
    withdrawn = (set(is_held) - set(was_held)) & set(now["held"])
    for held_id in sorted(withdrawn):
        replies.withdraw(desk, replies.by_id(desk, held_id))
    back = {name: change[0] for name, change in step.items() if name != "id" and now[name] == change[1]}
    if "merged_into" in back and back["merged_into"] is None:
        joining.unmerge(desk, ticket)
    for name, value in back.items():
        _put_back(desk, ticket, name, value)
    if "status" in back:
        _state(desk, ticket, Status(back["status"]), step.get("pending_until", [None])[0])
    return bool(withdrawn or back)


def _put_back(desk: Desk, ticket: Ticket, name: str, value: Any) -> None:
    match name:
        case "assignee_id":
            tickets.assign(desk, ticket, value)
        case "priority":
            tickets.prioritise(desk, ticket, Priority(value))
        case "team_id":
            tickets.move(desk, ticket, desk.session.get_one(Team, value), "")
        case "subject":
            tickets.retitle(desk, ticket, value)
        case "due_at":
            tickets.set_due(desk, ticket, None if value is None else datetime.fromisoformat(value))
        case "contact_id":
            tickets.set_contact(desk, ticket, value)
        case "is_spam":
            spam.put(desk, ticket, spam=value)
        case "tags":
            _retag(desk, ticket, set(value))
        case _:
            pass


def _retag(desk: Desk, ticket: Ticket, wanted: set[str]) -> None:
    there = set(tags.of_ticket(desk, ticket.id))
    for name in wanted - there:
        tags.add(desk, ticket, name)
    for name in there - wanted:
        tags.remove(desk, ticket, name)


def _state(desk: Desk, ticket: Ticket, status: Status, until: str | None) -> None:
    tickets.restore_status(desk, ticket, status, None if until is None else datetime.fromisoformat(until))

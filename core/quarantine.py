"""What could not be understood: kept raw with its reason, shown to agents, tried again or let go."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core import upsert
from core.connector import (
    Answered,
    Barred,
    Bounced,
    CallFact,
    Chose,
    Claims,
    Edited,
    Inbound,
    Left,
    Letter,
    Met,
    Reacted,
    Retracted,
    Said,
    Sender,
    Wish,
    Wished,
)
from core.desk import Desk
from core.errors import DeskbellError, NotFound
from core.models import QUARANTINED, File, Quarantined, QuarantineState
from core.show import Text, as_json, from_json, text

_KINDS: dict[str, type[Inbound]] = {
    kind.__name__: kind
    for kind in (Said, Answered, Edited, Retracted, Reacted, Wished, Chose, Barred, Met, Left, Bounced, CallFact)
}


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that came in and could not be understood, and why."""

    source: str
    external_id: str
    raw: bytes
    reason: Text
    team_id: int | None
    contact_id: int | None
    """Whose it is, where the sender is known: it is forgotten together with them."""
    sender: str
    """A hash of who sent it (`contacts.hashed`): who was a stranger then can be forgotten later, too."""
    files: tuple[int, ...]
    """The files that came with it: they are kept for as long as it waits."""


def keep(desk: Desk, odd: Odd) -> None:
    """Keeps something raw with the reason why; the same thing again is kept once."""
    row = {
        "source": odd.source, "external_id": odd.external_id[:400], "raw": odd.raw, "reason": as_json(odd.reason),
        "team_id": odd.team_id, "contact_id": odd.contact_id, "sender": odd.sender,
        "state": QuarantineState.WAITING, "at": desk.now,
    }  # fmt: skip
    statement = upsert.into(Quarantined, desk.on_postgres).values(**row).on_conflict_do_nothing()
    kept_as = desk.execute(statement.returning(Quarantined.id)).scalar_one_or_none()
    if kept_as is None:
        return
    if odd.files:
        desk.execute(update(File).where(File.id.in_(odd.files)).values(quarantined_id=kept_as))
    desk.look("queue", "quarantine")


def waiting(desk: Desk, *, limit: int = 50) -> Sequence[Quarantined]:
    """What waits for a decision, the oldest first."""
    statement = select(Quarantined).where(QUARANTINED)
    return desk.session.scalars(statement.order_by(Quarantined.id).limit(limit)).all()


def by_id(desk: Desk, quarantined_id: int) -> Quarantined:
    """One thing in quarantine that nobody has decided about."""
    kept = desk.session.get(Quarantined, quarantined_id, with_for_update=True)
    if kept is None or kept.state is not QuarantineState.WAITING:
        raise NotFound(text("Nothing waits in quarantine as {id}. Try: desk quarantine", id=quarantined_id))
    return kept


def discard(desk: Desk, kept: Quarantined) -> None:
    """Lets something go: its raw words are removed, that it was there stays known."""
    kept.state, kept.raw = QuarantineState.DISCARDED, b""
    desk.look("queue", "quarantine")


def accepted(desk: Desk, kept: Quarantined, *, keeps_raw: bool = False) -> None:
    """Notes that something was understood after all, or made a ticket of; what nobody could read is kept raw."""
    kept.state = QuarantineState.ACCEPTED
    if not keeps_raw:
        kept.raw = b""
    desk.look("queue", "quarantine")


def is_readable(kept: Quarantined) -> bool:
    """Whether it is something we have packed ourselves, and not raw bytes."""
    try:
        unpacked(kept.raw)
    except (ValueError, KeyError, TypeError):
        return False
    return True


def ask_again(desk: Desk, kept: Quarantined) -> None:
    """Has something that happened in a team chat done again: its room does it at once, and puts back what fails."""
    kept.state = QuarantineState.ACCEPTED
    desk.look("queue", "quarantine", kept.source)


def asked_again(desk: Desk, source: str) -> Sequence[Quarantined]:
    """What a source is to do again, the oldest first."""
    asked = (Quarantined.source == source, Quarantined.state == QuarantineState.ACCEPTED, Quarantined.raw != b"")
    return desk.session.scalars(select(Quarantined).where(*asked).order_by(Quarantined.id)).all()


def put_back(desk: Desk, kept: Quarantined, why: Text) -> None:
    """It failed once more, and waits for another decision."""
    kept.state, kept.reason = QuarantineState.WAITING, as_json(why)
    desk.look("queue", "quarantine")


def reason(kept: Quarantined) -> Text:
    """Why it is here."""
    return from_json(kept.reason)


def why(error: Exception) -> Text:
    """Why something could not be taken in, as agents read it."""
    if isinstance(error, DeskbellError):
        return error.said
    return text("It could not be stored ({why}).", why=type(error).__name__)


def packed(inbound: Inbound) -> bytes:
    """Something that came in, as bytes that `unpacked` understands."""
    return json.dumps({"kind": type(inbound).__name__, **asdict(inbound)}, default=_plain).encode()


def unpacked(raw: bytes) -> Inbound:
    """What `packed` wrote down."""
    kept: dict[str, Any] = json.loads(raw)
    kind = _KINDS[kept.pop("kind")]
    return kind(**{name: _value(name, value) for name, value in kept.items() if name in {f.name for f in fields(kind)}})


def packed_event(words: str, event: dict[str, Any]) -> bytes:
    """Something that happened in a team chat, as the chat told it, with the words it says."""
    return json.dumps({"words": words, "event": event}).encode()


def event_of(kept: Quarantined) -> dict[str, Any]:
    """What `packed_event` wrote down."""
    event: dict[str, Any] = json.loads(kept.raw)["event"]
    return event


def excerpt(kept: Quarantined, *, most: int = 200) -> str:
    """The beginning of what it says, for a card."""
    if kept.source.startswith("room:"):
        return str(json.loads(kept.raw)["words"])[:most]
    try:
        inbound = unpacked(kept.raw)
    except (ValueError, KeyError, TypeError):
        return kept.raw[:most].decode("utf-8", "replace")
    return str(getattr(inbound, "text", ""))[:most]


def letter_of(kept: Quarantined) -> tuple[str, str]:
    """Who sent it and what it is about, as far as that can be read."""
    try:
        inbound = unpacked(kept.raw)
    except (ValueError, KeyError, TypeError):
        return "", ""
    sender, letter = getattr(inbound, "sender", None), getattr(inbound, "letter", None)
    who = "" if sender is None else f"{sender.name} {sender.address}".strip()
    return who, "" if letter is None else letter.subject


def sender_of(kept: Quarantined) -> Sender | None:
    """Who sent it, where we have read it ourselves."""
    try:
        sender: Sender | None = getattr(unpacked(kept.raw), "sender", None)
    except (ValueError, KeyError, TypeError):
        return None
    return sender


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _text(kept: dict[str, Any]) -> Text:
    args = {name: _text(each) if isinstance(each, dict) else each for name, each in kept["args"].items()}
    return Text(kept["id"], args, kept["plural"])


def _letter(kept: dict[str, Any] | None) -> Letter | None:
    if kept is None:
        return None
    notes = tuple(_text(each) for each in kept.get("notes", ()))
    copied = tuple(Sender(**each) for each in kept.get("copied", ()))
    return Letter(
        **(
            kept
            | {
                "answers": tuple(kept["answers"]),
                "notes": notes,
                "copied": copied,
                "deliveries": tuple(kept.get("deliveries", ())),
            }
        )
    )


def _value(name: str, value: Any) -> Any:
    match name:
        case "sender":
            return Sender(**value)
        case "wish":
            return Wish(value)
        case "claims":
            return Claims(**value)
        case "at":
            return datetime.fromisoformat(value)
        case "files" | "more_keys" | "addresses" | "deliveries":
            return tuple(value)
        case "letter":
            return _letter(value)
        case _:
            return value

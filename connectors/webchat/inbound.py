"""What a page says, read: a frame becomes one of a few values, or a refusal that says why. Pure and total."""

import json
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.connector import Claims
from core.show import Text, text

VERSION = 1
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame of a socket."""

    token: str
    dialog: int | None
    seq: int
    earlier: int
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody said something; the same `client_id` again is the same thing."""

    client_id: str
    text: str
    files: tuple[str, ...]
    claims: Claims
    afresh: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody types, or stopped."""

    on: bool


@dataclass(frozen=True, slots=True)
class Ack:
    """Up to where the page has received and shown."""

    dialog: int
    delivered: int
    seen: int


@dataclass(frozen=True, slots=True)
class End:
    """The customer ends the dialog."""

    dialog: int
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """How the customer found it."""

    dialog: int
    score: int
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What a person says about themselves."""

    claims: Claims
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """The page is still there."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that cannot be accepted, and why."""

    code: str
    text: Text
    client_id: str = ""
    retry_after_s: float | None = None


Deed: TypeAlias = End | Rate | Details
"""What is answered by `done` where it has an id; the same id again is the same deed."""
Frame: TypeAlias = Hello | Say | Typed | Ack | Deed | Ping | Refused

UNREADABLE = Refused("unreadable", text("That could not be understood. Please reload the page."))


def parsed(raw: str | bytes) -> dict[str, Any] | None:
    """One JSON object; None for anything else, however deep or odd."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read(frame: dict[str, Any]) -> Frame:
    """What a frame says; Refused for what is none."""
    match frame:
        case {"type": "say", "client_id": str(client_id)} if _CLIENT_ID.fullmatch(client_id):
            return _say(client_id, frame)
        case {"type": "typing", "on": bool(on)}:
            return Typed(on)
        case {"type": "ack", "dialog": int(dialog), "delivered": int(delivered), "seen": int(seen)}:
            if all(_is_number(value) for value in (dialog, delivered, seen)):
                return Ack(dialog, delivered, seen)
        case {"type": "end", "dialog": int(dialog)} if _is_number(dialog):
            return End(dialog, _client_id(frame))
        case {"type": "rate", "dialog": int(dialog), "score": int(score)} if _is_number(dialog) and 1 <= score <= 5:
            return Rate(dialog, score, _client_id(frame))
        case {"type": "details"}:
            return Details(_claims(frame), _client_id(frame))
        case {"type": "ping"}:
            return Ping()
        case {"type": "hello"}:
            return _hello(frame)
    return UNREADABLE


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _client_id(frame: dict[str, Any]) -> str:
    found = frame.get("client_id")
    return found if isinstance(found, str) and _CLIENT_ID.fullmatch(found) else ""


def cursor(frame: dict[str, Any]) -> tuple[int | None, int, int]:
    """The dialog and seq a page has, and how far its earlier dialogs had come; from the beginning when it has none."""
    dialog, seq, earlier = frame.get("dialog"), frame.get("seq"), frame.get("earlier")
    if isinstance(dialog, int) and isinstance(seq, int) and _is_number(dialog) and _is_number(seq):
        return dialog, seq, earlier if isinstance(earlier, int) and _is_number(earlier) else 0
    return None, 0, 0


def _hello(frame: dict[str, Any]) -> Frame:
    if frame.get("version") != VERSION:
        return Refused("version", text("This page is too old. Please reload it."))
    token, language = frame.get("token"), frame.get("language")
    return Hello(
        token if isinstance(token, str) else "", *cursor(frame), language[:16] if isinstance(language, str) else ""
    )


def _say(client_id: str, frame: dict[str, Any]) -> Frame:
    said, files = frame.get("text", ""), frame.get("files") or []
    if not isinstance(said, str) or not isinstance(files, list) or len(files) > _MOST_FILES:
        return UNREADABLE
    if not all(isinstance(file, str) for file in files):
        return UNREADABLE
    details = frame.get("details")
    claims = _claims(details) if isinstance(details, dict) else Claims()
    return Say(client_id, said, tuple(files), claims, frame.get("afresh") is True)


def _claims(details: dict[str, Any]) -> Claims:
    def typed(name: str) -> str:
        value = details.get(name)
        return clean(value)[:254] if isinstance(value, str) else ""

    return Claims(name=typed("name"), email=typed("email"))


def clean(words: str) -> str:
    """Words without NUL and lone surrogates, on one line."""
    return " ".join(words.encode("utf-8", "replace").decode().replace("\x00", "").split())

"""What the page is told: rows become the frames of the protocol. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.webchat.inbound import Refused
from core.connector import PublicWords
from core.files import Store, is_shown
from core.models import Author, File, Message
from core.render import Voice


def message(row: Message, words: PublicWords, files: Sequence[File], store: Store) -> dict[str, Any]:
    """One message as the page shows it; the page's own carry the id it gave them."""
    is_gone = row.deleted_at is not None or row.redacted_at is not None
    return {
        "dialog": row.dialog_id,
        "seq": row.dialog_seq,
        "client_id": row.external_id.rpartition(":")[2] if row.author is Author.CONTACT else "",
        "from": _FROM[row.author],
        "name": words.author_name if row.author is Author.AGENT else "",
        "text": "" if is_gone else words.text,
        "at": moment(row.said_at),
        "edited": row.edited_at is not None,
        "gone": is_gone,
        "files": [] if is_gone else [_file(each, store) for each in files if each.erased_at is None],
    }


_FROM = {Author.CONTACT: "me", Author.AGENT: "agent", Author.SYSTEM: "desk"}


def moment(at: datetime) -> str:
    """A moment as JSON carries it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _file(file: File, store: Store) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "type": file.media_type,
        "url": store.link(file),
        "width": file.width if is_shown(file) else None,
        "height": file.height if is_shown(file) else None,
    }


def done(client_id: str) -> dict[str, Any]:
    """A deed has been done: the page may forget it."""
    return {"type": "done", "client_id": client_id}


def refused(refusal: Refused, voice: Voice) -> dict[str, Any]:
    """Why a frame was not accepted, in the customer's language."""
    return {
        "type": "refused",
        "client_id": refusal.client_id,
        "code": refusal.code,
        "text": voice.say(refusal.text),
        "retry_after": refusal.retry_after_s,
    }

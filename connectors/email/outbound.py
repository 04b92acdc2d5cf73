"""A reply as a mail: plain words and the same as HTML, under the ids that keep the conversation together. Pure."""

import hashlib
import hmac
import html
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from core.connector import Attached, Outgoing

_POLICY = SMTP.clone(max_line_length=200)
_LONGEST_SUBJECT = 250


def message_id(outgoing: Outgoing, address: str, secret: str) -> str:
    """What the mail is called by: the same for every try, and nobody can guess it."""
    proof = hmac.new(secret.encode(), f"mail:{outgoing.nonce}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"<{outgoing.nonce}.{proof}@{address.rpartition('@')[2]}>"


def mail(outgoing: Outgoing, address: str, name: str, *, called: str, at: datetime) -> EmailMessage:
    """The mail, without its files."""
    made = EmailMessage(policy=_POLICY)
    local, _, domain = address.rpartition("@")
    shown = " · ".join(filter(None, (_plain(outgoing.words.author_name), _plain(name))))
    made["From"] = Address(shown, local, domain)
    made["To"] = outgoing.address
    made["Subject"] = _subject(outgoing)
    made["Date"] = format_datetime(at)
    made["Message-ID"] = called
    if outgoing.thread:
        made["In-Reply-To"] = _id(outgoing.thread[-1])
        made["References"] = " ".join(map(_id, outgoing.thread))
    made.set_content(outgoing.words.text + "\n")
    made.add_alternative(_page(outgoing.words.text), subtype="html")
    return made


def attach(made: EmailMessage, files: Sequence[Attached], paths: Sequence[Path]) -> None:
    """Puts the files into the mail."""
    for file, path in zip(files, paths, strict=True):
        main, _, sub = file.media_type.partition("/")
        made.add_attachment(path.read_bytes(), maintype=main, subtype=sub or "octet-stream", filename=file.name)


def _subject(outgoing: Outgoing) -> str:
    subject = _plain(outgoing.subject)[:_LONGEST_SUBJECT]
    is_answer = bool(outgoing.thread) and not subject.lower().startswith(("re:", "aw:"))
    return f"Re: {subject}" if is_answer else subject


def _plain(words: str) -> str:
    """Words on one line: what would begin another header becomes a blank."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def _id(key: str) -> str:
    """An id of somebody else's, without what would break the header."""
    return "".join(sign for sign in key if sign.isascii() and sign.isprintable() and not sign.isspace())[:500]


def _page(words: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in words.split("\n\n"))
    return f"<!doctype html><html><body>{paragraphs}</body></html>"

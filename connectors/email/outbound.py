"""A reply as a mail: plain words and the same as HTML, under the ids that keep the conversation together. Pure."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from connectors.email.kinds import LOOP
from connectors.email.proof import Proof
from core.connector import Attached, Outgoing
from core.errors import PermanentError
from core.show import text

_POLICY = SMTP.clone(max_line_length=200)
_LONGEST_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the mails of one mailbox have in common."""

    address: str
    name: str
    proof: Proof
    takes_plus: bool = False
    """Whether what stands behind a plus in its address reaches it, too: answers then come to their ticket's own."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail goes to, whatever its header says."""

    sender: str
    """Where reports of it go; nowhere where it is empty."""
    to: str
    copies: Sequence[str] = ()


def message_id(outgoing: Outgoing, head: Letterhead) -> str:
    """What the mail is called by: the same for every try, and nobody can guess it."""
    return head.proof.message_id(outgoing.nonce, head.address)


def envelope(outgoing: Outgoing, head: Letterhead) -> Envelope:
    """Whom it goes to. Reports go to the ticket's own address, if there is one; nowhere, where nobody wrote it."""
    reports_to = "" if outgoing.is_automatic else _reply_to(outgoing, head) or head.address
    return Envelope(reports_to, outgoing.address, outgoing.copies)


def _reply_to(outgoing: Outgoing, head: Letterhead) -> str:
    return head.proof.reply_address(outgoing.ticket, head.address) if head.takes_plus and outgoing.ticket else ""


def mail(outgoing: Outgoing, head: Letterhead, *, at: datetime) -> EmailMessage:
    """The mail, without its files."""
    made = EmailMessage(policy=_POLICY)
    local, _, domain = head.address.rpartition("@")
    shown = " · ".join(filter(None, (_plain(outgoing.words.author_name), _plain(head.name))))
    made["From"] = Address(shown, local, domain)
    made["To"] = outgoing.address
    if outgoing.copies:
        made["Cc"] = ", ".join(outgoing.copies)
    reply_to = _reply_to(outgoing, head)
    if reply_to:
        made["Reply-To"] = reply_to
    made["Subject"] = _subject(outgoing)
    made["Date"] = format_datetime(at)
    made["Message-ID"] = message_id(outgoing, head)
    if outgoing.thread:
        made["In-Reply-To"] = _id(outgoing.thread[-1])
        made["References"] = " ".join(map(_id, outgoing.thread))
    if outgoing.is_automatic:
        _stamp(made, head)
    words = _signed(outgoing, head)
    made.set_content(words + "\n")
    made.add_alternative(_page(words), subtype="html")
    return made


def _stamp(made: EmailMessage, head: Letterhead) -> None:
    """Says to machines that a machine has sent it, so that none answers."""
    made["Auto-Submitted"] = "auto-replied"
    made["X-Auto-Response-Suppress"] = "All"
    made["Precedence"] = "auto_reply"
    made[LOOP] = head.proof.instance


def _signed(outgoing: Outgoing, head: Letterhead) -> str:
    signature = outgoing.signature.strip() or "\n".join(filter(None, (outgoing.words.author_name, head.name)))
    return f"{outgoing.words.text}\n\n-- \n{signature}" if signature else outgoing.words.text


def attach(made: EmailMessage, files: Sequence[Attached], paths: Sequence[Path]) -> None:
    """Puts the files into the mail. Raises PermanentError where one is not there any more."""
    for file, path in zip(files, paths, strict=True):
        main, _, sub = file.media_type.partition("/")
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise PermanentError(text("The file {name} is not there any more.", name=file.name)) from None
        made.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=file.name)


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

"""What a mail says to the desk: its writer, their own words, what it answers. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.email.kinds import Kind
from connectors.email.reading import Mail
from connectors.email.writer import writer
from core.connector import Letter, Said, Sender

KIND = "email"
_NO_WORDS = "(no text)"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file of a mail."""

    name: str
    content: bytes


def said(mail: Mail, own_domain: str, *, now: datetime, files: tuple[int, ...] = ()) -> Said:
    """A mail as something said. Its date is believed only as far as it is not in the future."""
    who = writer(mail, (own_domain,))
    at = min(mail.date, now) if mail.date is not None else now
    own = mail.folded.own.strip()
    return Said(
        mail.message_id, Sender(KIND, who.address.lower()[:254], who.name[:120], language=mail.language),
        own or mail.text.strip() or _NO_WORDS, at.astimezone(UTC), files=files, letter=_letter(mail, has_own=bool(own)),
    )  # fmt: skip


def _letter(mail: Mail, *, has_own: bool) -> Letter:
    answers = (*mail.in_reply_to, *reversed(mail.references))
    is_automatic = mail.kind is not Kind.HUMAN
    nature = mail.unreadable or (mail.verdict.reason if is_automatic else None)
    rest = mail.folded.rest if has_own else ""
    return Letter(mail.subject, tuple(dict.fromkeys(answers)), is_automatic, nature, rest)


def parcels(mail: Mail, raw: bytes) -> list[Parcel]:
    """The files of a mail, and the mail itself as it came."""
    found = [Parcel(one.name, one.content()) for one in mail.attachments]
    return [*found, Parcel("original.eml", raw)]

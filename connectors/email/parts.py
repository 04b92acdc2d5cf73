"""What the parts of a mail are: its text, its HTML, pictures in it, and files; nothing is opened or unpacked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.email import encoded, filenames
from connectors.email import headers as blocks
from connectors.email.structure import Part, Structure


class Kind(StrEnum):
    """What a file of a mail is."""

    FILE = "file"
    MAIL = "mail"
    """Another mail, kept whole as .eml."""
    TNEF = "tnef"
    """Outlook's winmail.dat: files only Outlook can take out."""
    SIGNATURE = "signature"
    SIGNED = "signed"
    """S/MIME that holds the mail's words inside its signature."""
    ENCRYPTED = "encrypted"
    CALENDAR = "calendar"
    REPORT = "report"
    """What a machine says about a delivery, for machines."""
    STRUCTURE = "structure"
    """Parts that were nested too deep to be read."""


_KINDS = {
    "message/rfc822": Kind.MAIL,
    "message/global": Kind.MAIL,
    "application/ms-tnef": Kind.TNEF,
    "application/vnd.ms-tnef": Kind.TNEF,
    "application/pkcs7-signature": Kind.SIGNATURE,
    "application/x-pkcs7-signature": Kind.SIGNATURE,
    "application/pgp-signature": Kind.SIGNATURE,
    "application/pgp-encrypted": Kind.ENCRYPTED,
    "application/pkcs7-mime": Kind.ENCRYPTED,
    "application/x-pkcs7-mime": Kind.ENCRYPTED,
    "text/calendar": Kind.CALENDAR,
    "application/ics": Kind.CALENDAR,
    "message/delivery-status": Kind.REPORT,
    "message/global-delivery-status": Kind.REPORT,
    "message/disposition-notification": Kind.REPORT,
    "message/feedback-report": Kind.REPORT,
    "text/rfc822-headers": Kind.REPORT,
}
_OTHER_SHAPES = {"text/x-amp-html", "text/watch-html"}
_ALTERNATIVE = "multipart/alternative"
_CID = re.compile(r"[<>\s]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    media: str
    kind: Kind
    content_id: str
    """By which the HTML shows it, without angles; empty where it is not for showing."""
    part: Part = field(repr=False)

    @property
    def is_inline(self) -> bool:
        """Whether it is a picture that stands in the HTML."""
        return bool(self.content_id)

    def content(self) -> bytes:
        """Its bytes, undone at each call."""
        return self.part.content()


@dataclass(frozen=True, slots=True)
class Contents:
    """A mail's parts, each in its place."""

    plain: tuple[Part, ...] = ()
    html: tuple[Part, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def contents(structure: Structure, others: Iterable[str] = ()) -> Contents:
    """Puts every part in its place; of several shapes of the same words the first text and the first HTML count."""
    plain: list[Part] = []
    html: list[Part] = []
    files: list[Attachment] = []
    for part in structure.parts:
        if _is_words(part, is_first=not plain and not html and not files):
            place = html if part.media == "text/html" else plain
            if not any(_is_another_shape(part, earlier) for earlier in place):
                place.append(part)
        elif not (part.media in _OTHER_SHAPES and part.within[-1:] and part.within[-1][0] == _ALTERNATIVE):
            files.append(_attachment(part, others))
    return Contents(tuple(plain), tuple(html), tuple(files))


def _is_words(part: Part, *, is_first: bool) -> bool:
    """Text to be read: named text, or text sent as a file, is a file; but a mail that begins with it is that text."""
    if part.media not in ("text/plain", "text/html") or part.disposition.value == "attachment":
        return False
    return is_first or not _own_name(part, ())


def _is_another_shape(part: Part, earlier: Part) -> bool:
    """Both stand side by side in one multipart/alternative."""
    return bool(part.within) and part.within[-1][0] == _ALTERNATIVE and part.within[-1:] == earlier.within[-1:]


def _attachment(part: Part, others: Iterable[str]) -> Attachment:
    name = filenames.safe(_own_name(part, others))
    kind = _kind(part, name)
    return Attachment(name or _made_name(part, kind), part.media, kind, _content_id(part), part)


def _own_name(part: Part, others: Iterable[str]) -> str:
    return part.disposition.text("filename", others) or part.type.text("name", others)


def _kind(part: Part, name: str) -> Kind:
    if part.media.endswith("pkcs7-mime") and part.type.text("smime-type").lower() in ("signed-data", "certs-only"):
        return Kind.SIGNED
    if any(media == "multipart/encrypted" for media, _ in part.within):
        return Kind.ENCRYPTED
    if name.lower() == "winmail.dat":
        return Kind.TNEF
    if part.media.startswith("multipart/"):
        return Kind.STRUCTURE
    return _KINDS.get(part.media, Kind.FILE)


def _made_name(part: Part, kind: Kind) -> str:
    match kind:
        case Kind.MAIL:
            inner, _ = blocks.of_mail(part.content(most=64 * 1024))
            return filenames.made(encoded.words(inner.first("subject"))[:80] or "mail", "message/rfc822")
        case Kind.TNEF:
            return "winmail.dat"
        case Kind.CALENDAR:
            return "invitation.ics"
        case Kind.SIGNED | Kind.ENCRYPTED:
            return filenames.made("smime" if "pkcs7" in part.media else kind, part.media)
        case _:
            return filenames.made(f"{kind}-{part.number}", part.media)


def _content_id(part: Part) -> str:
    """The id of a picture the HTML may show: within multipart/related, or where it is not sent as a file."""
    if not part.media.startswith("image/") or "content-id" not in part.headers:
        return ""
    is_related = any(media == "multipart/related" for media, _ in part.within)
    if not is_related and part.disposition.value == "attachment":
        return ""
    return _CID.sub("", encoded.words(part.headers.first("content-id")))[:300]

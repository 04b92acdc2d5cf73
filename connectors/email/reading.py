"""Reads a mail, whatever it is: all the desk wants to know of it, from bytes nobody checked. It never raises."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from connectors.email import addresses, bounces, encoded, forwards, kinds, marks, parts, reports, spam, structure
from connectors.email import headers as blocks
from connectors.email.addresses import Address
from connectors.email.body import Body
from connectors.email.bounces import Bounce
from connectors.email.headers import Headers
from connectors.email.kinds import Evidence, Kind, Verdict
from connectors.email.parts import Attachment, Contents
from connectors.email.quotes import Folded
from connectors.email.reports import Report
from connectors.email.structure import SaidCharsets, Structure
from core.show import Text, text

LARGEST = 35 * 1024 * 1024
_LONGEST_SUBJECT = 500
_MOST_LOOP_MARKS = 20
_TO_US = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "apparently-to")


@dataclass(frozen=True)
class Mail:
    """A mail, read. What it does not say is empty; texts and files are undone when they are asked for."""

    headers: Headers = field(repr=False)
    author: Address
    """Who is in From or, where that names no address, in Sender or Return-Path."""
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[Address, ...]
    """For whom mail servers took it: our address, with its token, also where To does not name it."""
    subject: str
    message_id: str
    """As `<id>`; made from the mail's bytes where it has none (`is_id_made`)."""
    is_id_made: bool
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    """The last 100, oldest first."""
    date: datetime | None
    body: Body = field(repr=False)
    attachments: tuple[Attachment, ...]
    verdict: Verdict
    bounce: Bounce | None
    report: Report | None
    left_out: tuple[Text, ...] = ()
    """Which limits its structure met."""
    unreadable: Text | None = None
    """Why only some fields could be read; then there is no text and no file."""

    @property
    def kind(self) -> Kind:
        """Who speaks: a person, a machine, a bounce, a list, a report."""
        return self.verdict.kind

    @property
    def text(self) -> str:
        """The words to read: of the text part, or of the HTML where that carries them."""
        return self.body.text

    @property
    def html(self) -> str:
        """The HTML as it came: not safe to show."""
        return self.body.html

    @cached_property
    def folded(self) -> Folded:
        """The text in pieces: own words, quoted, forwarded, signature; a mail forwarded as a file counts, too."""
        found = self.body.folded
        attached = next((one for one in self.attachments if one.kind is parts.Kind.MAIL), None)
        if found.original is not None or attached is None or not forwards.is_forward(self.subject):
            return found
        return Folded(found.pieces, forwards.attached(attached.part.content(blocks.LARGEST_BLOCK)))

    @property
    def notes(self) -> tuple[Text, ...]:
        """What was left out because a limit was met; the text's own is known when it was undone."""
        if not self.body.is_cut:
            return self.left_out
        return (*self.left_out, text("Its text is longer than {size} MB and was cut there.", size=2))

    @property
    def inline(self) -> dict[str, Attachment]:
        """The pictures that stand in the HTML, by their content id."""
        return {one.content_id: one for one in self.attachments if one.is_inline}

    @property
    def hops(self) -> int:
        """How many servers passed it on."""
        return len(self.headers.all("received"))

    @property
    def loop_marks(self) -> tuple[str, ...]:
        """The instances of this software that sent it by machine."""
        found = self.headers.all(kinds.LOOP)[:_MOST_LOOP_MARKS]
        return tuple(value[:200].decode("ascii", "replace") for value in found)

    @property
    def spam(self) -> tuple[tuple[str, str], ...]:
        """What spam filters wrote."""
        return spam.findings(self.headers)

    @property
    def language(self) -> str:
        """Two letters of the language it is in, as far as it says so."""
        return self.body.language(self.headers)


def read(raw: bytes) -> Mail:
    """The mail the bytes are, in time that grows with their number; larger ones than 35 MB by their header only."""
    try:
        if len(raw) > LARGEST:
            reason = text("This mail is larger than {size} MB. Only its header was read.", size=LARGEST // 1024**2)
            return _without_body(raw, reason)
        return _read(raw)
    except Exception as trouble:  # whatever comes must become a ticket
        reason = text("This mail could not be read ({trouble}).", trouble=type(trouble).__name__)
        return _without_body(raw, reason)


def _read(raw: bytes) -> Mail:
    by_lines = raw if b"\n" in raw[: blocks.LARGEST_BLOCK] else raw.replace(b"\r", b"\n")
    found = structure.of(by_lines)
    others = SaidCharsets(by_lines)
    return _mail(_Found(raw, found, others, parts.contents(found, others)))


def _without_body(raw: bytes, reason: Text) -> Mail:
    """Its fields, where at least those can be read."""
    try:
        headers, _ = blocks.of_mail(raw[: 2 * blocks.LARGEST_BLOCK])
        return replace(_mail(_Found(raw, Structure(headers))), unreadable=reason)
    except Exception:  # not even those
        return replace(_mail(_Found(raw, Structure(Headers()))), unreadable=reason)


@dataclass(frozen=True, slots=True)
class _Found:
    """A mail in its parts, before anybody said what they mean."""

    raw: bytes
    structure: Structure
    others: Iterable[str] = ()
    contents: Contents = field(default_factory=Contents)


def _mail(found: _Found) -> Mail:
    headers, contents, others = found.structure.headers, found.contents, found.others
    author = _author(headers, others)
    reply_to = addresses.read(headers.all("reply-to"), others)
    subject = encoded.words(headers.first("subject"), others)[:_LONGEST_SUBJECT]
    body = Body(contents.plain, contents.html, others, subject)
    message_id, is_made = marks.message_id(headers.all("message-id"), found.raw)
    report = reports.read(found.structure.parts)
    bounce = _bounce(found, author, body)
    has_other_reply_to = any(one.address and one.address != author.address for one in reply_to)
    return Mail(
        headers=headers,
        author=author,
        sender=addresses.first(headers.all("sender"), others),
        reply_to=reply_to,
        to=addresses.read(headers.all("to"), others),
        cc=addresses.read(headers.all("cc"), others),
        delivered_to=addresses.read([value for name in _TO_US for value in headers.all(name)]),
        subject=subject,
        message_id=message_id,
        is_id_made=is_made,
        in_reply_to=marks.message_ids(headers.first("in-reply-to")),
        references=marks.message_ids(b" ".join(headers.all("references"))),
        date=marks.date(headers.first("date")),
        body=body,
        attachments=contents.attachments,
        verdict=kinds.verdict(Evidence(headers, author, subject, has_other_reply_to, bounce, report)),
        bounce=bounce,
        report=report,
        left_out=tuple(_left_out(found.structure)),
    )


def _author(headers: Headers, others: Iterable[str]) -> Address:
    named = addresses.first(headers.all("from"), others)
    if named.address:
        return named
    other = addresses.first([*headers.all("sender"), *headers.all("return-path")], others)
    return Address(named.name or other.name, other.address)


def _bounce(found: _Found, author: Address, body: Body) -> Bounce | None:
    reported = bounces.reported(found.structure.parts)
    headers = found.structure.headers
    if (
        reported is not None
        or bounces.is_good(found.structure.parts)
        or not (bounces.is_from_daemon(headers, author.address) or "x-failed-recipients" in headers)
    ):
        return reported
    return bounces.said(headers, found.structure.parts, body.text)


def _left_out(found: Structure) -> Iterator[Text]:
    if found.headers.is_cut:
        yield text(
            "Its header is longer than {size} KB. The rest of it was left out.", size=blocks.LARGEST_BLOCK // 1024
        )
    if found.has_more_parts:
        yield text("It has more than {count} parts. The others are only in the original.", count=structure.MOST_PARTS)
    if found.is_too_deep:
        yield text("Parts nested deeper than {depth} levels were kept as files.", depth=structure.DEEPEST)

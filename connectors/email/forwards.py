"""Who wrote a mail that was forwarded, by the lines above it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.email import addresses, encoded, lines, marks
from connectors.email import headers as blocks
from connectors.email.lines import Field

_PREFIXES = (
    "fwd|fw|wg|tr|rv|enc|encaminhado|reenviado|i|inoltra|doorst|doorgestuurd|vs|vb|vid|pd|podaj|tov|fs|továbbítás|trans"
    "|ilt|iletim|πρθ|пересл|转发|轉寄|转寄|転送|전달|הועבר|إعادة توجيه|chuyển tiếp|terusan"
)
_FORWARD = re.compile(rf"\s*(?:\[[^\]]{{1,40}}\]\s*)?(?:{_PREFIXES})\s?(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_MOST_LINES = 24
_MAILTO = re.compile(r"[\[(<]mailto:([^\s\])>]+)[\])>]", re.IGNORECASE)
_REPEATED = re.compile(r"(<[^<>\s]+>)\s*<(?:mailto:)?[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class Original:
    """What the lines above a forwarded mail say; what they do not say is empty."""

    name: str
    address: str
    subject: str
    date: str
    """As it was written, in the writer's language."""

    @property
    def at(self) -> datetime | None:
        """The date, where its form is known."""
        return marks.date(self.date.encode())


def is_forward(subject: str) -> bool:
    """The subject begins as forwarded mails' do."""
    return _FORWARD.match(subject[:200]) is not None


def fields(found: Sequence[str]) -> Iterator[tuple[Field, str]]:
    """The fields at the beginning of some lines, with values that go on over two lines; ends at a blank line."""
    wrapped = 0
    has_begun = False
    for line in found:
        read = lines.field(line)
        if read is not None:
            has_begun, wrapped = True, 0
            yield read
        elif has_begun:
            wrapped += 1
            if not line.strip(" >|\t\r\n") or wrapped > 2:
                return


def original(forwarded: str) -> Original | None:
    """Who wrote what is forwarded; None where its lines name nobody."""
    found: dict[Field, str] = {}
    for kind, value in fields(forwarded.split("\n", _MOST_LINES)[:_MOST_LINES]):
        found.setdefault(kind, value)
    if Field.FROM not in found:
        return None
    who = _REPEATED.sub(r"\1", _MAILTO.sub(r"<\1>", found[Field.FROM][:1000]))
    writer = addresses.first([who.encode()])
    return Original(writer.name, writer.address, found.get(Field.SUBJECT, "")[:500], found.get(Field.DATE, "")[:100])


def attached(raw: bytes) -> Original | None:
    """The same of a mail that was forwarded as a file, by its own header."""
    headers, _ = blocks.of_mail(raw)
    writer = addresses.first(headers.all("from"))
    if not writer.address:
        return None
    subject, date = encoded.words(headers.first("subject"))[:500], encoded.words(headers.first("date"))[:100]
    return Original(writer.name, writer.address, subject, date)

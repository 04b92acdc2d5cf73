"""Cuts a mail into its parts by their places in the raw bytes, within limits; nothing is copied or rewritten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connectors.email import headers as blocks
from connectors.email import parameters, transfer
from connectors.email.headers import Headers
from connectors.email.parameters import Valued

MOST_PARTS = 500
DEEPEST = 20
_SNIFFED = re.compile(rb"\A\s*(?:[^\n]*\n){0,4}?--([^\s-][^\r\n]{3,68}?)[ \t\r]*\n")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A part of a mail that is not cut further: its fields, and where its content stands."""

    raw: bytes = field(repr=False)
    start: int
    end: int
    headers: Headers
    media: str
    """Its media type, such as text/html."""
    number: int = 0
    """Its place among the mail's parts."""
    within: tuple[tuple[str, int], ...] = ()
    """The multiparts around it, outermost first: the media type of each and its number."""

    @cached_property
    def type(self) -> Valued:
        """Its Content-Type, with parameters."""
        return parameters.read(self.headers.first("content-type"))

    @cached_property
    def disposition(self) -> Valued:
        """Its Content-Disposition, with parameters."""
        return parameters.read(self.headers.first("content-disposition"))

    @property
    def charset(self) -> str:
        """The charset it claims."""
        return self.type.text("charset")

    def content(self, most: int | None = None) -> bytes:
        """Its bytes, with the transfer encoding undone; of `most` encoded bytes at most."""
        end = self.end if most is None else min(self.end, self.start + most)
        return transfer.content(self.raw[self.start : end], self.headers.word("content-transfer-encoding"))


@dataclass(frozen=True, slots=True)
class Structure:
    """A mail's own fields and its parts in their order."""

    headers: Headers
    parts: tuple[Part, ...] = ()
    has_more_parts: bool = False
    is_too_deep: bool = False


def of(raw: bytes) -> Structure:
    """The mail's structure: at most 500 parts (`MOST_PARTS`); what nests deeper than 20 (`DEEPEST`) stays one part."""
    headers, body = blocks.of_mail(raw)
    whole = _part(raw, headers, body, len(raw), default="text/plain")
    walk = _Walk()
    found = list(walk.leaves(whole))
    return Structure(headers, tuple(found), walk.has_more_parts, walk.is_too_deep)


@dataclass(frozen=True)
class SaidCharsets:
    """The charsets named near a mail's beginning, for bytes whose own charset is unknown or lies; looked for on use."""

    raw: bytes = field(repr=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        names = [name.decode("ascii").lower() for name in _CHARSET.findall(self.raw, 0, 64 * 1024)]
        return tuple(dict.fromkeys(names))[:5]


def _part(raw: bytes, headers: Headers, start: int, end: int, *, default: str) -> Part:
    return Part(raw, start, end, headers, parameters.media(headers.first("content-type")) or default)


@dataclass
class _Walk:
    """Goes through the parts, outermost first, and notes where a limit was met."""

    count: int = 0
    has_more_parts: bool = False
    is_too_deep: bool = False

    def leaves(self, part: Part, depth: int = 0) -> Iterator[Part]:
        """The parts in it that are not cut further, itself where it is none."""
        self.count += 1
        if not part.media.startswith("multipart/"):
            yield self._numbered(part, part.media)
        elif depth >= DEEPEST:
            self.is_too_deep = True
            yield self._numbered(part, part.media)
        else:
            yield from self._inside(part, depth)

    def _inside(self, part: Part, depth: int) -> Iterator[Part]:
        number, is_empty = self.count, True
        default = "message/rfc822" if part.media == "multipart/digest" else "text/plain"
        for start, end in _between_boundaries(part):
            if self.count >= MOST_PARTS:
                self.has_more_parts = True
                return
            is_empty = False
            headers, content = blocks.of_part(part.raw, start, end)
            child = _part(part.raw, headers, min(content, end), end, default=default)
            within = (*part.within, (part.media, number))
            child = Part(child.raw, child.start, child.end, child.headers, child.media, 0, within)
            yield from self.leaves(child, depth + 1)
        if is_empty:
            yield self._numbered(part, "text/plain")

    def _numbered(self, part: Part, media: str) -> Part:
        return Part(part.raw, part.start, part.end, part.headers, media, self.count, part.within)


def _between_boundaries(part: Part) -> Iterator[tuple[int, int]]:
    """The places of a multipart's parts; one whose end is missing goes to the end of what is around it."""
    boundary = _boundary(part)
    if not boundary:
        return
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
    start: int | None = None
    for found in line.finditer(part.raw, max(part.start - 1, 0), part.end):
        if start is not None:
            yield start, max(start, found.start() - part.raw.endswith(b"\r", start, found.start()))
        start = min(found.end() + 1, part.end)
        if found[1] is not None:
            return
    if start is not None:
        yield start, part.end


def _boundary(part: Part) -> bytes:
    named = part.type.parameters.get("boundary", b"") or part.type.extended.get("boundary", "").encode()
    if named.strip():
        return named.rstrip()
    sniffed = _SNIFFED.match(part.raw[part.start : min(part.end, part.start + 4000)])
    return sniffed[1] if sniffed else b""

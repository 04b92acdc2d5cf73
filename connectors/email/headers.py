"""The header block of a mail or a part: raw bytes become a list of fields, mended where software broke them."""

import re
from dataclasses import dataclass, field

LARGEST_BLOCK = 256 * 1024
_MOST_FIELDS = 2_000
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9_.$+-]{0,76})[ \t]*:(.*(?:\n[ \t].*)*)(?:\n|\Z)")
_START = re.compile(rb"[A-Za-z][A-Za-z0-9_.$+-]{0,76}[ \t]*:")
_ANY_START = re.compile(rb"^" + _START.pattern, re.MULTILINE)
_MBOX = re.compile(rb">?From [^\n]*(?:\n|\Z)")
_OF_A_MAIL = re.compile(
    rb"(?:received|from|to|cc|subject|date|return-path|message-id|mime-version|delivered-to|reply-to|sender|x-[\w-]+"
    rb"|content-type|dkim-signature|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_GOES_ON = re.compile(rb"[;,]\s*\Z|\?=\s*\Z")
_IS_CONTINUED = re.compile(rb"=\?|(?:boundary|charset|name|filename)\*?\d?\*?=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """A block's fields in their order, names in small letters, values as raw bytes on one line."""

    fields: tuple[tuple[str, bytes], ...] = ()
    is_cut: bool = False
    """The block was larger than is read."""
    _first: dict[str, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", dict(reversed(self.fields)))

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def first(self, name: str) -> bytes:
        """The topmost field of this name, without folds; empty where there is none."""
        return self._first.get(name, b"")

    def all(self, name: str) -> list[bytes]:
        """Every field of this name, from the top."""
        return [value for known, value in self.fields if known == name] if name in self._first else []

    def word(self, name: str) -> str:
        """The topmost field's value for comparing: small ASCII letters, no spaces around."""
        return self.first(name)[:1000].decode("ascii", "replace").strip().lower()


def of_mail(raw: bytes) -> tuple[Headers, int]:
    """A mail's header fields, and where its body begins.

    Skips what mail stores and relays put before the first field: an mbox "From " line, blank lines, a line of text.
    """
    start = _without_blank(raw, 0)
    end, body = _ends(raw, start, len(raw))
    if _ANY_START.search(raw, start, min(end, start + LARGEST_BLOCK)) is None:
        following = _without_blank(raw, body)
        if not _OF_A_MAIL.match(raw, following):
            return Headers(), start
        start = following
        end, body = _ends(raw, start, len(raw))
    headers, body = _read(raw, start, end, body)
    is_mail = any(_OF_A_MAIL.match(name.encode() + b":") for name, _ in headers.fields)
    return (headers, body) if is_mail else (Headers(), start)


def of_part(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """A part's header fields between two places, and where its content begins; a part may have none at all."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers(), start + 1 + raw.startswith(b"\r", start)
    if not _START.match(raw, start, end):
        return Headers(), start
    return _read(raw, start, *_ends(raw, start, end))


def one_line(value: bytes) -> bytes:
    """A field's value without its folds."""
    return value.replace(b"\r", b"").replace(b"\n", b"").strip()


def _without_blank(raw: bytes, at: int) -> int:
    beginning = raw[at : at + 1000]
    return at + len(beginning) - len(beginning.lstrip(b"\xef\xbb\xbf\r\n\t "))


def _ends(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the block ends and where what follows the blank line begins."""
    near = min(end, start + LARGEST_BLOCK)
    for until in (near, end) if near < end else (end,):
        windows = raw.find(b"\n\r\n", start, until)
        unix = raw.find(b"\n\n", start, until if windows < 0 else windows)
        if unix >= 0:
            return unix, unix + 2
        if windows >= 0:
            return windows, windows + 3
    return end, end


def _read(raw: bytes, start: int, end: int, body: int) -> tuple[Headers, int]:
    block = raw[start : min(end, start + LARGEST_BLOCK)]
    fields, used = _fields(block)
    is_cut = end - start > LARGEST_BLOCK
    return Headers(tuple(fields), is_cut), body if used >= len(block) or is_cut else start + used


def _fields(block: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """The fields of a block, and how many of its bytes they take: the rest is the body of a mail without blank line."""
    found: list[tuple[str, bytes]] = []
    at = 0
    while at < len(block) and len(found) < _MOST_FIELDS:
        if (match := _FIELD.match(block, at)) is not None:
            found.append((match[1].decode("ascii").lower(), one_line(match[2])))
            at = match.end()
        elif (mbox := _MBOX.match(block, at)) is not None:
            at = mbox.end()
        else:
            lost, at = _between(block, at)
            if found and at == len(block) and not _goes_on(found[-1][1], lost):
                return found, at - len(lost)
            if found:
                found[-1] = (found[-1][0], found[-1][1] + b" " + b" ".join(lost.split()))
    return found, len(block)


def _between(block: bytes, at: int) -> tuple[bytes, int]:
    """The lines that are no fields, up to the next one or the end."""
    following = _ANY_START.search(block, at)
    end = len(block) if following is None else following.start()
    return block[at:end], end


def _goes_on(value: bytes, lost: bytes) -> bool:
    """Whether the lines after the last field belong to it: it is unfinished, or they look like the rest of one."""
    return _GOES_ON.search(value[-20:]) is not None or _IS_CONTINUED.match(lost) is not None

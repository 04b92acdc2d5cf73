"""A header's raw bytes as words people read: encoded words, eight-bit letters, and what broken mailers make of both."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.email import charsets, transfer

_LONGEST_VALUE = 32 * 1024
_LONGEST_WORD = 8_000
_BEGINS = re.compile(rb"=\?([!->@-~]{1,60})\?([bBqQ])\?")
_LANGUAGE = re.compile(r"\*.*")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
"""Control characters, and those that turn the direction of what follows: a name must look like what it is."""


@dataclass(frozen=True, slots=True)
class _Word:
    """An encoded word, still encoded, and where it ends."""

    charset: str
    is_base64: bool
    payload: bytes
    start: int
    end: int


def words(value: bytes, others: Iterable[str] = ()) -> str:
    """A field's value as one line of text, without control characters; `others` are the mail's other charsets."""
    value = value[:_LONGEST_VALUE]
    if b"=?" not in value:
        return one_line(_plain(value, others))
    pieces: list[str] = []
    run: list[_Word] = []
    at = 0
    for word in _found(value):
        between = value[at : word.start]
        if run and between.strip():
            pieces.append(_joined(run, others))
            run = []
        if between.strip() or not run:
            pieces.append(_plain(between, others))
        run.append(word)
        at = word.end
    pieces += [_joined(run, others), _plain(value[at:], others)]
    return one_line("".join(pieces))


def one_line(said: str) -> str:
    """Text on one line with single spaces, without what nobody sees."""
    return " ".join(_UNSEEN.sub(" ", said).split()) if not said.isprintable() or "  " in said else said.strip()


def _plain(value: bytes, others: Iterable[str]) -> str:
    return value.decode("ascii") if value.isascii() and b"\x1b" not in value else charsets.decode(value, "", others)


def _found(value: bytes) -> Iterator[_Word]:
    """Every encoded word, left to right; each looks only so far for its end, so a thousand beginnings cost little."""
    at = 0
    while (match := _BEGINS.search(value, at)) is not None:
        end = value.find(b"?=", match.end(), match.end() + _LONGEST_WORD)
        if end < 0:
            at = match.end()
            continue
        charset = _LANGUAGE.sub("", match[1].decode("ascii"))
        yield _Word(charset, match[2] in b"bB", value[match.end() : end], match.start(), end + 2)
        at = end + 2


def _joined(run: list[_Word], others: Iterable[str]) -> str:
    """Adjacent words: those of one charset are one run of bytes, as a letter may be cut in two between them."""
    said, raw, charset = "", b"", ""
    rest = b""
    for word in run:
        if raw and word.charset.lower() != charset.lower():
            said, raw = said + charsets.decode(raw, charset, others), b""
        charset = word.charset
        payload = rest + b"".join(word.payload.split()) if word.is_base64 else word.payload
        is_unfinished = word.is_base64 and word is not run[-1] and len(payload) % 4 != 0 and b"=" not in payload
        rest = payload if is_unfinished else b""
        if not is_unfinished:
            raw += transfer.base64(payload) if word.is_base64 else transfer.quoted(payload)
    return said + charsets.decode(raw, charset, others) if raw else said

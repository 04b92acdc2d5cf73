"""Agents' light markup as Telegram's entities: bold, italic, code and links; what is none stays as typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = re.compile(
    r"```(?:\w*\n)?(?P<pre>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w*])\*(?P<strong>[^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\s](?:[^_\n]*[^_\s])?)_(?![\w_])"
    r"|\[(?P<label>[^\]\n]{1,200})\]\((?P<address>https?://[^\s()]{1,1000})\)",
    re.DOTALL,
)
_KINDS = {"pre": "pre", "code": "code", "bold": "bold", "strong": "bold", "italic": "italic", "label": "text_link"}
MOST_ENTITIES = 100
"""In one message (Bot API); what is beyond is sent as plain words."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that is shown in a way of its own; counted in UTF-16 units, as Telegram does."""

    kind: str
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its markup, and the stretches that had some."""

    text: str
    spans: tuple[Span, ...] = ()


def units(words: str) -> int:
    """How many UTF-16 units a text has."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def read(words: str) -> Marked:
    """A text as its writer meant it. Reading takes time in proportion to its length."""
    plain, spans, at, place = list[str](), list[Span](), 0, 0
    for found in _MARKS.finditer(words):
        name = next(name for name in _KINDS if found[name] is not None)
        before, inner, at = words[at : found.start()], found[name], found.end()
        place += units(before)
        spans.append(Span(_KINDS[name], place, units(inner), found["address"] or ""))
        place += units(inner)
        plain += (before, inner)
    return Marked("".join(plain) + words[at:], tuple(spans[:MOST_ENTITIES]))


def split(marked: Marked, most: int) -> Iterator[Marked]:
    """Cuts a text into parts of at most `most` UTF-16 units, at a paragraph or word end; stretches are cut along.

    Joining the parts gives the text back.
    """
    rest, start = marked.text, 0
    while rest:
        part = rest if units(rest) <= most else rest[: _end(rest, most)]
        length = units(part)
        yield Marked(part, tuple(_within(marked.spans, start, length)))
        rest, start = rest[len(part) :], start + length


def _end(words: str, most: int) -> int:
    """Where to cut: behind the last paragraph, line or word of the second half that fits, else in the middle of one."""
    fits, used = 0, 0
    for sign in words:
        used += 2 if ord(sign) > 0xFFFF else 1
        if used > most:
            break
        fits += 1
    for between in ("\n\n", "\n", " "):
        place = words.rfind(between, fits // 2, fits)
        if place > 0:
            return place + len(between)
    return fits


def _within(spans: tuple[Span, ...], start: int, length: int) -> Iterator[Span]:
    for span in spans:
        begin, end = max(span.offset, start), min(span.offset + span.length, start + length)
        if begin < end:
            yield Span(span.kind, begin - start, end - begin, span.url)

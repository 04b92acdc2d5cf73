"""A mail's words: its text and HTML undone when they are asked for, and which of both carries them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from connectors.email import charsets, flowed, markers, plain, quotes
from connectors.email.headers import Headers
from connectors.email.html import LARGEST
from connectors.email.quotes import Folded
from connectors.email.structure import Part

_MOST_BYTES = 4 * LARGEST
_SHORT = 400
_TIMES = 4
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HTML_LANGUAGE = re.compile(r"<html[^>]{0,500}\slang\s*=\s*[\"']?([A-Za-z]{2})\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"\s*([a-z]{2})(?:[-_,;\s]|\Z)")
_BY_CHARSET = {
    "iso-2022-jp": "ja",
    "shift_jis": "ja",
    "euc-jp": "ja",
    "euc-kr": "ko",
    "ks_c_5601-1987": "ko",
    "iso-2022-kr": "ko",
    "gb2312": "zh",
    "gbk": "zh",
    "gb18030": "zh",
    "big5": "zh",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "iso-8859-7": "el",
    "windows-1253": "el",
    "iso-8859-9": "tr",
    "windows-1254": "tr",
    "windows-1255": "he",
    "iso-8859-8-i": "he",
    "windows-1256": "ar",
    "tis-620": "th",
}


@dataclass(frozen=True)
class Body:
    """The parts with words, and the mail's subject, which tells a forward from an answer."""

    plain_parts: Sequence[Part] = ()
    html_parts: Sequence[Part] = ()
    others: Iterable[str] = field(default=(), repr=False)
    subject: str = ""

    @property
    def plain(self) -> str:
        """The text parts, one after the other, at most 2 MB (`LARGEST`)."""
        return self._plain[0]

    @property
    def html(self) -> str:
        """The HTML parts, one after the other, at most 2 MB (`LARGEST`); as they came."""
        return self._html[0]

    @property
    def is_cut(self) -> bool:
        """There is more text than is read."""
        return self._plain[1] or self._html[1]

    @cached_property
    def text(self) -> str:
        """The text, or the HTML's where there is none or it only says that there is HTML."""
        is_short = len(self.plain.strip()) < _SHORT
        if not self.html_parts or not is_short:
            return self.plain
        from_html = plain.text(self.html)
        said = self.plain.strip()
        is_placeholder = len(from_html) > _TIMES * len(said) or ("html" in said.lower() and len(from_html) > len(said))
        return from_html if is_placeholder else self.plain

    @cached_property
    def folded(self) -> Folded:
        """The words in pieces: by the text's lines; where those show nothing, by the marks in the HTML."""
        by_lines = quotes.fold(self.text, self.subject)
        is_of_text = self.text is self.plain
        if (is_of_text and by_lines.is_folded) or not self.html_parts or not markers.has_any(self.html):
            return by_lines
        by_marks = quotes.fold_html(self.html, self.subject)
        return by_marks if by_marks.is_folded or not is_of_text else by_lines

    def language(self, headers: Headers) -> str:
        """Two letters: by the header, the HTML, or a charset that only one language has; empty where nothing says."""
        if match := _LANGUAGE.match(headers.word("content-language")):
            return match[1]
        if self.html_parts and (match := _HTML_LANGUAGE.search(self.html[:5000])):
            return match[1].lower()
        said = [*self.plain_parts, *self.html_parts]
        return next((_BY_CHARSET[part.charset.lower()] for part in said if part.charset.lower() in _BY_CHARSET), "")

    @cached_property
    def _plain(self) -> tuple[str, bool]:
        return _together((self._words(part) for part in self.plain_parts), "\n\n")

    @cached_property
    def _html(self) -> tuple[str, bool]:
        return _together((self._markup(part) for part in self.html_parts), "<br>\n")

    def _words(self, part: Part) -> str:
        said = charsets.decode(part.content(_MOST_BYTES), part.charset, self.others)
        said = said.replace("\r\n", "\n").replace("\r", "\n") if "\r" in said else said
        if part.type.text("format").lower() == "flowed":
            said = flowed.unwrapped(said, delete_spaces=part.type.text("delsp").lower() == "yes")
        return said

    def _markup(self, part: Part) -> str:
        raw = part.content(_MOST_BYTES)
        named = _META.search(raw[:4000])
        declared = part.charset or (named[1].decode("ascii") if named else "")
        return charsets.decode(raw, declared, self.others)


def _together(said: Iterable[str], between: str) -> tuple[str, bool]:
    whole = between.join(said)
    return whole[:LARGEST], len(whole) > LARGEST

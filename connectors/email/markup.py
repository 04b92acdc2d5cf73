"""Reads HTML as mailers write it, in one pass: a run of texts and tags, whatever is broken in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MOST_TAGS = 50_000
"""Of which a page is made; what comes after them is text only. Newsletters have a few thousand."""
_LONGEST_TAG = 3_000_000
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]{0,40})")
_BEGINS = re.compile(r"<(?=[a-zA-Z/!?])")
_SIGN = re.compile(r"""["'>]""")
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([a-zA-Z][\w:-]{0,40})\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""")
_UNREAD = ("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "svg", "math", "object")
_END_OF = {name: re.compile(f"</{name}\\b[^>]*>", re.IGNORECASE) for name in _UNREAD}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name in small letters, whether it closes, and its attributes as they were written."""

    name: str
    is_closing: bool = False
    written: str = field(default="", repr=False)

    def attributes(self) -> Mapping[str, str]:
        """Its attributes with their entities, names in small letters; the first of a name counts."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.written):
            value = match[2]
            found.setdefault(match[1].lower(), value[1:-1] if value[0] in "\"'" else value)
        return found


def read(html: str) -> Iterator[str | Tag]:
    """The texts and tags in their order; comments, scripts, styles and drawings are left out.

    Linear in the length: an end that is missing is searched for once, and what lacks it is text.
    """
    return _Reader(html).tokens()


@dataclass(slots=True)
class _Reader:
    html: str
    at: int = 0
    lacks: set[str] = field(default_factory=set)
    """Ends that do not come any more."""

    def tokens(self) -> Iterator[str | Tag]:
        count = 0
        while (sign := _BEGINS.search(self.html, self.at)) is not None:
            if sign.start() > self.at:
                yield self.html[self.at : sign.start()]
            self.at = sign.start()
            token = self._token()
            if isinstance(token, str):
                yield token
            elif token is not None and count < MOST_TAGS:
                count += 1
                yield token
        if self.at < len(self.html):
            yield self.html[self.at :]

    def _token(self) -> str | Tag | None:
        """What begins with the sign here; None where it is for nobody to read. Always goes on."""
        if self.html.startswith("<!--", self.at):
            self._skip("-->", "<!--")
            return None
        if self.html.startswith(("<!", "<?"), self.at):
            self._skip(">", "<!")
            return None
        match = _NAME.match(self.html, self.at)
        end = self._end_of_tag(match.end()) if match else -1
        if match is None or end < 0:
            self.at += 1
            return "<" if match is None else None
        tag = Tag(match[1].lower(), self.html[self.at + 1] == "/", self.html[match.end() : end])
        self.at = end + 1
        if tag.name in _END_OF and not tag.is_closing:
            self._skip_content(tag)
            return None
        return tag

    def _skip(self, end: str, beginning: str) -> None:
        found = self.html.find(end, self.at + 2) if end not in self.lacks else -1
        if found < 0:
            self.lacks.add(end)
        self.at = found + len(end) if found >= 0 else self.at + len(beginning)

    def _skip_content(self, tag: Tag) -> None:
        """Leaves out what is not words; without its end only the tag."""
        if tag.name in self.lacks or tag.written.endswith("/"):
            return
        end = _END_OF[tag.name].search(self.html, self.at)
        if end is None:
            self.lacks.add(tag.name)
        else:
            self.at = end.end()

    def _end_of_tag(self, at: int) -> int:
        """Where the tag's > stands, outside of quotes; a quote that never closes is none."""
        if ">" in self.lacks:
            return -1
        start = at
        while (sign := _SIGN.search(self.html, at)) is not None and sign.start() - start < _LONGEST_TAG:
            if sign[0] == ">":
                return sign.start()
            at = self._after_quote(sign.start(), sign[0], start)
        self.lacks.add(">")
        return -1

    def _after_quote(self, at: int, quote: str, start: int) -> int:
        """After the quote's end where a value is quoted here; quotes elsewhere in a tag mean nothing."""
        if quote in self.lacks or not self.html[max(start, at - 20) : at].rstrip().endswith("="):
            return at + 1
        end = self.html.find(quote, at + 1)
        if end < 0:
            self.lacks.add(quote)
        return end + 1 if end >= 0 else at + 1

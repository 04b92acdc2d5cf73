"""Writes HTML anew with every tag closed in its place and none nested deeper than 200, so that it is cheap to read.

Sanitisers and HTML parsers take time that grows with the square of the depth, or copy unclosed <font>s into every
paragraph. What comes out here has neither; it is not yet safe to show.
"""

import html as entities
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.email import markup
from connectors.email.markup import Tag

DEEPEST = 200
_INLINE = "a abbr b big cite code del em font i ins kbd mark q s samp small span strike strong sub sup tt u var"
_BLOCKS = "address article aside blockquote center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header"
_MORE_BLOCKS = "main nav ol p pre section ul"
_TABLES = "caption table tbody td tfoot th thead tr li"
_VOID = frozenset(("br", "hr", "img"))
_ALL_BLOCKS = frozenset(f"{_BLOCKS} {_MORE_BLOCKS} table".split())
TAGS = frozenset(f"{_INLINE} {_BLOCKS} {_MORE_BLOCKS} {_TABLES}".split()) | _VOID
"""What mails are made of; any other tag is left out, its words stay."""
_CELLS = frozenset(("td", "th", "table", "caption"))
_LOOK_UP = 12
_ENDED_BY: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "table"))),
    "dt": (frozenset(("dt", "dd")), frozenset(("dl", "table"))),
    "dd": (frozenset(("dt", "dd")), frozenset(("dl", "table"))),
    "td": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "th": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    "tbody": (frozenset(("thead", "tbody", "tfoot")), frozenset(("table",))),
    "a": (frozenset(("a",)), _CELLS),
}
"""By a new tag of this name, these end, unless one of those stands between: mailers leave such ends out."""
_PARAGRAPH = (frozenset(("p",)), _CELLS | {"li", "blockquote", "div"})


def escaped(written: str) -> str:
    """Text or an attribute's value with its entities read and the fewest written again: bare &s are slow to read."""
    said = entities.unescape(written) if "&" in written else written
    return entities.escape(said) if any(sign in said for sign in "&<>\"'") else said


@dataclass(frozen=True, slots=True)
class Manner:
    """How HTML is written anew."""

    attributes: Callable[[Tag], str] = lambda _: ""
    """A tag's attributes, with a space before each."""
    around: Callable[[Tag], tuple[str, str]] = lambda _: ("", "")
    """Texts to put at the beginning and at the end of what a tag holds."""
    text: Callable[[str], str] = escaped
    deepest: int = DEEPEST


def balanced(html: str, manner: Manner) -> str:
    """The HTML with its tags balanced and flat enough; only known tags (`TAGS`) stay, and all words."""
    writer = _Writer(manner)
    for token in markup.read(html):
        if isinstance(token, str):
            writer.out.append(manner.text(token))
        elif token.name in TAGS:
            writer.close(token.name) if token.is_closing else writer.open(token)
    writer.end(0)
    return "".join(writer.out)


@dataclass(slots=True)
class _Writer:
    manner: Manner
    out: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    """What is open, outermost first: the names, and the texts before their closing tags."""
    dropped: Counter[str] = field(default_factory=Counter)

    def open(self, tag: Tag) -> None:
        """Opens a tag; what its kind ends is closed before, and what would be too deep is left out."""
        if tag.name in _VOID:
            before, after = self.manner.around(tag)
            self.out.append(f"{before}<{tag.name}{self.manner.attributes(tag)}>{after}")
            return
        if tag.name in _ENDED_BY:
            self._end_implied(*_ENDED_BY[tag.name])
        elif tag.name in _ALL_BLOCKS:
            self._end_implied(*_PARAGRAPH)
        if len(self.names) >= self.manner.deepest:
            self.dropped[tag.name] += 1
            return
        before, after = self.manner.around(tag)
        self.out.append(f"<{tag.name}{self.manner.attributes(tag)}>{before}")
        self.names.append(tag.name)
        self.ends.append(after)

    def close(self, name: str) -> None:
        """Closes the innermost of this name with all in it; one outside of the table cell here is not meant."""
        if self.dropped[name]:
            self.dropped[name] -= 1
            return
        for at in range(len(self.names) - 1, -1, -1):
            if self.names[at] == name:
                self.end(at)
                return
            if self.names[at] in _CELLS and name not in _TABLES.split():
                return

    def end(self, depth: int) -> None:
        """Closes all that is open beyond this depth."""
        while len(self.names) > depth:
            self.out.append(f"{self.ends.pop()}</{self.names.pop()}>")

    def _end_implied(self, ended: frozenset[str], until: frozenset[str]) -> None:
        for at in range(len(self.names) - 1, max(len(self.names) - _LOOK_UP, 0) - 1, -1):
            if self.names[at] in ended:
                self.end(at)
                return
            if self.names[at] in until:
                return

"""What HTML says, as plain text: laid out where that works, and never less than all its words."""

import html as entities
import re
from collections.abc import Callable

from inscriptis import get_text  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]

from connectors.email import markup
from connectors.email.balance import Manner, balanced
from connectors.email.markup import Tag

_DEEPEST = 40
_MOST_TAGS = 20_000
"""Beyond them a layout takes seconds and means nothing."""
_BREAKS = frozenset("address blockquote br center div dl dt dd h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul".split())
_BLANK_LINES = re.compile(r"\n[ \t\xa0]*\n(?:[ \t\xa0]*\n)+")
_LINE_ENDS = re.compile(r"[ \t\xa0]+(?=\n|\Z)")
_WIDTH = re.compile(r"[ \t]{3,}")


def text(html: str, around: Callable[[Tag], tuple[str, str]] = lambda _: ("", "")) -> str:
    """The words of the HTML with its paragraphs, lists and tables; `around` may mark places."""
    flat = balanced(html, Manner(around=around, deepest=_DEEPEST))
    simple = _simple(flat)
    laid_out = _laid_out(flat) if simple.strip() and flat.count("<") < _MOST_TAGS else ""
    found = laid_out if _letters(laid_out) * 10 >= _letters(simple) * 9 else simple
    found = _LINE_ENDS.sub("", found.replace("\r", "").replace("\xa0", " "))
    return _BLANK_LINES.sub("\n\n", found).strip("\n")


def _laid_out(flat: str) -> str:
    """By the layout engine; nothing where it fails, as it is not ours and mails are odd."""
    try:
        found: str = get_text(flat, ParserConfig(css=CSS_PROFILES["strict"], table_cell_separator=" "))
        return found
    except Exception:
        return ""


def _simple(flat: str) -> str:
    """Only the words, a line for each block."""
    pieces = []
    for token in markup.read(flat):
        if isinstance(token, str):
            pieces.append(" ".join(entities.unescape(token).split(" ")) if token.strip() else " ")
        elif token.name in _BREAKS:
            pieces.append("\n")
        elif token.name in ("td", "th") and token.is_closing:
            pieces.append(" ")
    return _WIDTH.sub(" ", "".join(pieces))


def _letters(said: str) -> int:
    return len(said) - said.count(" ") - said.count("\n") - said.count("\xa0") - said.count("\t")

"""Words as Discord takes them: cleaned, bounded, and escaped, so that they read as typed and nothing in them pings."""

import re

from bot.turning import SIGNS, turned_back

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_URL = re.compile(r"https?://[^\s<]*[^\s<.,:;\"'\])]")
"""What Discord makes a link of; inside it nothing is formatted, and a backslash would break it."""
_SIGNS = re.compile(r"[\\*_`~|<\[\]@]|:(?=\w+:)")
"""Emphasis, code, strikethrough, spoilers, mentions, timestamps, emoji, masked links."""
_AT_LINE_START = re.compile(r"^([ \t]*)(#|>|-|\+|\d+(?=[.)]))", re.MULTILINE)
"""Headings, quotes, lists, small print."""


def clean(words: str) -> str:
    """Words without what no chat shows (NUL and other controls, lone surrogates); no line turns the next one around."""
    return turned_back(_CONTROLS.sub("", words.replace("\r\n", "\n").encode("utf-8", "replace").decode()))


def escaped(words: str) -> str:
    """Words that Discord shows as they were typed; web addresses stay links."""
    parts: list[str] = []
    end, plain = 0, clean(words)
    for match in _URL.finditer(plain):
        parts += [_marked_off(plain[end : match.start()], is_first=end == 0), match.group()]
        end = match.end()
    return "".join((*parts, _marked_off(plain[end:], is_first=end == 0)))


def _marked_off(words: str, *, is_first: bool) -> str:
    """The signs of Discord's markup behind backslashes, those that only mean something at a line's start only there."""
    signs = _SIGNS.sub(lambda match: "\\" + match.group(), words)
    head, newline, rest = ("", "", signs) if is_first else signs.partition("\n")
    return head + newline + _AT_LINE_START.sub(_behind, rest)


def _behind(match: "re.Match[str]") -> str:
    space, sign = match.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def single(words: str, most: int, otherwise: str = "–") -> str:
    """One line of at most so many characters, for names and titles; never empty."""
    plain = " ".join(SIGNS.sub("", clean(words)).split())
    return cut(plain, most) if plain else otherwise


def cut(words: str, most: int) -> str:
    """At most so many characters, an ellipsis at the end of what was longer; no escape is cut in two."""
    if len(words) <= most:
        return words
    kept = words[: most - 1]
    return (kept[:-1] if (len(kept) - len(kept.rstrip("\\"))) % 2 else kept) + "…"

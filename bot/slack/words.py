"""Words as Slack takes them: cleaned, bounded, and as plain elements, so that nothing in them pings or formats."""

import re
from collections.abc import Iterator
from typing import Any

Wire = dict[str, Any]
"""JSON as Slack sends and takes it."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_URL = re.compile(r"https?://[^\s<>\"']{2,2000}")
_TRAILING = ".,;:!?)]}»“”’'"


def clean(words: str) -> str:
    """Words without what no chat shows: NUL and other control signs, lone surrogates."""
    return _CONTROLS.sub("", words.replace("\r\n", "\n").encode("utf-8", "replace").decode())


def cut(words: str, most: int, otherwise: str = "–") -> str:
    """At most so many characters, an ellipsis at the end of what was longer; never empty."""
    plain = clean(words)
    shown = plain if len(plain) <= most else f"{plain[: most - 1]}…"
    return shown if shown.strip() else otherwise


def escaped(words: str) -> str:
    """Words for a `text` field, where only these three signs mean something."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fallback(words: str, most: int = 3_000) -> str:
    """What notifications and search show of a post that has blocks."""
    return escaped(cut(words, most))


def plain(words: str, most: int) -> Wire:
    """A plain_text object: no formatting, no mentions, and `:names:` stay as they are."""
    return {"type": "plain_text", "text": cut(words, most), "emoji": False}


def elements(words: str, **style: bool) -> list[Wire]:
    """Words as elements of a rich_text_section: web addresses are links, all else is text."""
    more: Wire = {"style": dict(style)} if style else {}
    return [{**part, **more} for part in _parts(clean(words))]


def _parts(words: str) -> Iterator[Wire]:
    end = 0
    for match in _URL.finditer(words):
        address = match.group().rstrip(_TRAILING)
        if match.start() > end:
            yield {"type": "text", "text": words[end : match.start()]}
        yield {"type": "link", "url": address}
        end = match.start() + len(address)
    if end < len(words):
        yield {"type": "text", "text": words[end:]}


def paragraph(*parts: Wire) -> Wire:
    """A rich_text block of one section."""
    shown = list(parts) or [{"type": "text", "text": "–"}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": shown}]}


def mention(account: str) -> Wire:
    """Somebody called."""
    return {"type": "user", "user_id": account}

"""Words as Slack takes them: cleaned, bounded, and as plain elements, so that nothing in them pings or formats."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.turning import SIGNS, turned_back

Wire = dict[str, Any]
"""JSON as Slack sends and takes it."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_URL = re.compile(r"https?://[^\s<>\"']{2,2000}")
_TRAILING = ".,;:!?)]}»“”’'"


def clean(words: str) -> str:
    """Words without what no chat shows (NUL and other controls, lone surrogates); no line turns the next one around."""
    return turned_back(_CONTROLS.sub("", words.replace("\r\n", "\n").encode("utf-8", "replace").decode()))


def name(words: str, most: int, otherwise: str = "–") -> str:
    """One line without signs that turn it around, for whose name a post bears."""
    return cut(" ".join(SIGNS.sub("", clean(words)).split()), most, otherwise)


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


_MOMENT = re.compile("\ue000(\\d+)\ue001([^\ue002]*)\ue002")
"""A moment among words, until it becomes an element: between signs nobody types."""


def marked(at: datetime, told: str) -> str:
    """A moment as `elements` finds it again, so that each reader sees it in their own time."""
    return f"\ue000{int(at.timestamp())}\ue001{told}\ue002"


def has_moment(words: str) -> bool:
    """Whether a moment is marked among words."""
    return _MOMENT.search(words) is not None


def elements(words: str, **style: bool) -> list[Wire]:
    """Words as elements of a rich_text_section: web addresses are links, all else is text."""
    more: Wire = {"style": dict(style)} if style else {}
    return [{**part, **more} for part in _moments(clean(words))]


def _moments(words: str) -> Iterator[Wire]:
    end = 0
    for match in _MOMENT.finditer(words):
        yield from _parts(words[end : match.start()])
        yield {
            "type": "date", "timestamp": int(match[1]), "format": "{date_short_pretty} {time}", "fallback": match[2],
        }  # fmt: skip
        end = match.end()
    yield from _parts(words[end:])


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

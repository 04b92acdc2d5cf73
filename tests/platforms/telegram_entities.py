"""Entities: counted in UTF-16 units, found in plain text, and taken from a call."""

import re
from typing import Any

from tests.platforms.telegram_errors import Json, bad

MOST = 100
"""More are dropped without a word."""
_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/@])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?\b")),
    ("mention", re.compile(r"(?<![\w@/])@[a-zA-Z][a-zA-Z0-9_]{2,31}\b")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    ("url", re.compile(r"\bhttps?://[^\s<>]+[^\s<>.,!?;:)]")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)
_KINDS = {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
    "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
    "custom_emoji", "date_time",
}  # fmt: skip


def units(text: str) -> int:
    """The length Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def part(text: str, entity: Json) -> str:
    """The words an entity covers."""
    raw = text.encode("utf-16-le")
    return raw[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le", "replace")


def detected(text: str, given: list[Json]) -> list[Json]:
    """The given entities, and commands, mentions, addresses and hashtags found beside them, in order."""
    taken = [(one["offset"], one["offset"] + one["length"]) for one in given if one["type"] in ("code", "pre")]
    taken += [(one["offset"], one["offset"] + one["length"]) for one in given if one["type"].startswith("text_")]
    found = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start, length = units(text[: match.start()]), units(match[0])
            if not any(start < end and begin < start + length for begin, end in taken):
                found.append({"type": kind, "offset": start, "length": length})
                taken.append((start, start + length))
    return sorted([*given, *found], key=lambda one: (one["offset"], -one["length"]))[:MOST]


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Text without white space around it, entities moved with it; those that cover nothing are gone."""
    kept = text.strip()
    moved, most = units(text) - units(text.lstrip()), units(kept)
    cut = []
    for one in entities:
        start, end = max(0, one["offset"] - moved), min(most, one["offset"] + one["length"] - moved)
        if start < end:
            cut.append(one | {"offset": start, "length": end - start})
    return kept, cut


def checked(text: str, given: Any) -> list[Json]:
    """A call's own list of entities; raises what Telegram says of wrong ones."""
    if not isinstance(given, list):
        raise bad("can't parse entities: Expected an Array of MessageEntity")
    size = units(text)
    for one in given:
        if not isinstance(one, dict) or one.get("type") not in _KINDS:
            raise bad("can't parse entities: Type of the entity is unknown")
        offset, length = one.get("offset"), one.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 1:
            raise bad("can't parse entities: Entity has an invalid position")
        if offset + length > size:
            raise bad(f"can't parse entities: Entity beginning at UTF-16 offset {offset} ends after the end of text")
    return [one for one in given if one["type"] != "text_link" or one.get("url")]

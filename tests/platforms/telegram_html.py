"""parse_mode HTML: tags become entities, and wrong markup is refused in Telegram's words."""

import html
import re
from dataclasses import dataclass, field

from tests.platforms.telegram_entities import units
from tests.platforms.telegram_errors import Json, Refused, bad

_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)?([^<>]*)>")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?""")
_SIGN = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


def wrong(words: str) -> Refused:
    """What Telegram says of markup it cannot read."""
    return bad(f"can't parse entities: {words}")


@dataclass
class _Open:
    tag: str
    entity: Json


@dataclass
class _Reading:
    source: str
    text: str = ""
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def says(self, words: str) -> None:
        self.text += _SIGN.sub(lambda sign: html.unescape(sign[0]), words)

    def bytes_before(self, position: int) -> int:
        return len(self.source[:position].encode())


def parse(source: str) -> tuple[str, list[Json]]:
    """The text without its tags, and its entities; raises 400."""
    reading, position = _Reading(source), 0
    while (start := source.find("<", position)) >= 0:
        reading.says(source[position:start])
        tag = _TAG.match(source, start)
        if tag is None:
            raise wrong(f"Unclosed start tag at byte offset {reading.bytes_before(start)}")
        (_end if tag[1] else _begin)(reading, tag)
        position = tag.end()
    reading.says(source[position:])
    if reading.stack:
        raise wrong(f'Can\'t find end tag corresponding to start tag "{reading.stack[-1].tag}"')
    return reading.text, sorted(reading.entities, key=lambda one: (one["offset"], -one["length"]))


def _begin(reading: _Reading, tag: re.Match[str]) -> None:
    name, offset = (tag[2] or "").lower(), reading.bytes_before(tag.start())
    said = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(tag[3])}
    if name not in _KINDS:
        raise wrong(f'Unsupported start tag "{name}" at byte offset {offset}')
    if name == "span" and said.get("class") != "tg-spoiler":
        raise wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    reading.stack.append(_Open(name, {"type": _KINDS[name], "offset": units(reading.text)} | _told(name, said)))


def _told(name: str, said: dict[str, str]) -> Json:
    match name:
        case "a":
            return {"url": html.unescape(said.get("href", ""))}
        case "code" if said.get("class", "").startswith("language-"):
            return {"language": said["class"].removeprefix("language-")}
        case "blockquote" if "expandable" in said:
            return {"type": "expandable_blockquote"}
        case "tg-emoji":
            return {"custom_emoji_id": said.get("emoji-id", "")}
        case _:
            return {}


def _end(reading: _Reading, tag: re.Match[str]) -> None:
    offset, name = reading.bytes_before(tag.start()), (tag[2] or "").lower()
    if not reading.stack:
        raise wrong(f"Unexpected end tag at byte offset {offset}")
    opened = reading.stack.pop()
    if name not in ("", opened.tag):
        raise wrong(f'Unmatched end tag at byte offset {offset}, expected "</{opened.tag}>", found "</{name}>"')
    entity = opened.entity
    entity["length"] = units(reading.text) - entity["offset"]
    if entity["length"] and entity.get("url") != "":
        _keep(reading, entity)


def _keep(reading: _Reading, entity: Json) -> None:
    """Adds an entity; a code with a language right inside a pre lends it the language."""
    last = reading.entities[-1] if reading.entities else {}
    same = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
    if entity["type"] == "pre" and last.get("type") == "code" and same:
        reading.entities.pop()
        entity |= {"language": last["language"]} if "language" in last else {}
    if entity["type"] == "code" and not any(opened.tag == "pre" for opened in reading.stack):
        entity.pop("language", None)
    reading.entities.append(entity)

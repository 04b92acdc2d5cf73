"""parse_mode MarkdownV2 and the old Markdown: signs become entities, reserved ones must be escaped."""

import re
from dataclasses import dataclass, field

from tests.platforms.telegram_entities import units
from tests.platforms.telegram_errors import Json
from tests.platforms.telegram_html import wrong

RESERVED = "_*[]()~`>#+-=|{}.!"
_SIGNS = (("||", "spoiler", "Spoiler"), ("__", "underline", "Underline"), ("*", "bold", "Bold"),
          ("_", "italic", "Italic"), ("~", "strikethrough", "Strikethrough"))  # fmt: skip
_PRE = re.compile(r"```(?:([^\s`]+)\n|\n)?((?:\\.|[^\\`]|`(?!``))*)```", re.DOTALL)
_CODE = re.compile(r"`((?:\\.|[^\\`])*)`", re.DOTALL)
_URL = re.compile(r"\]\(((?:\\.|[^\\)])*)\)", re.DOTALL)
_OLD = re.compile(
    r"```(?:\w*\n)?(.*?)```|`([^`]*)`|\*([^*]*)\*|_([^_]*)_|\[([^\]]*)\]\(([^)]*)\)|\\([_*`\[])", re.DOTALL
)


@dataclass
class _Reading:
    source: str
    at: int = 0
    text: str = ""
    stack: list[tuple[str, str, Json, int]] = field(default_factory=list)
    """Open signs: the sign, its name, its entity and where it stood."""
    entities: list[Json] = field(default_factory=list)

    def bytes_before(self, position: int) -> int:
        return len(self.source[:position].encode())

    def adds(self, words: str, kind: str, **more: str) -> None:
        if words:
            self.entities.append({"type": kind, "offset": units(self.text), "length": units(words)} | more)
        self.text += words


def parse(source: str) -> tuple[str, list[Json]]:
    """The text without its signs, and its entities; raises 400."""
    reading = _Reading(source)
    while reading.at < len(source):
        _step(reading)
    if reading.stack:
        _, name, _, position = reading.stack[-1]
        raise wrong(f"Can't find end of {name} entity at byte offset {reading.bytes_before(position)}")
    return reading.text, sorted(reading.entities, key=lambda one: (one["offset"], -one["length"]))


def _step(reading: _Reading) -> None:
    rest = reading.source[reading.at :]
    if rest[0] == "\\" and len(rest) > 1 and ord(rest[1]) < 127:
        reading.text += rest[1]
        reading.at += 2
    elif rest.startswith("`"):
        _code(reading, rest)
    elif rest.startswith("[") and not any(name == "TextUrl" for _, name, _, _ in reading.stack):
        _open(reading, "[", "text_link", "TextUrl")
    elif rest.startswith("]") and reading.stack and reading.stack[-1][0] == "[":
        _link(reading)
    elif sign := next((one for one in _SIGNS if rest.startswith(one[0])), None):
        _toggle(reading, *sign)
    elif rest[0] == ">" and (not reading.text or reading.text.endswith("\n")):
        _quote(reading, rest)
    elif rest[0] in RESERVED:
        raise wrong(f"Character '{rest[0]}' is reserved and must be escaped with the preceding '\\'")
    else:
        reading.text += rest[0]
        reading.at += 1


def _code(reading: _Reading, rest: str) -> None:
    is_pre = rest.startswith("```")
    found = _PRE.match(rest) if is_pre else _CODE.match(rest)
    if found is None:
        name = "Pre" if is_pre else "Code"
        raise wrong(f"Can't find end of {name} entity at byte offset {reading.bytes_before(reading.at)}")
    words = re.sub(r"\\(.)", r"\1", found[found.lastindex or 1], flags=re.DOTALL)
    language = {"language": found[1]} if is_pre and found[1] else {}
    reading.adds(words, "pre" if is_pre else "code", **language)
    reading.at += found.end()


def _open(reading: _Reading, sign: str, kind: str, name: str) -> None:
    reading.stack.append((sign, name, {"type": kind, "offset": units(reading.text)}, reading.at))
    reading.at += len(sign)


def _toggle(reading: _Reading, sign: str, kind: str, name: str) -> None:
    if reading.stack and reading.stack[-1][0] == sign:
        _close(reading, {})
        reading.at += len(sign)
    elif any(open_sign == sign for open_sign, *_ in reading.stack):
        _, inner, _, position = reading.stack[-1]
        raise wrong(f"Can't find end of {inner} entity at byte offset {reading.bytes_before(position)}")
    else:
        _open(reading, sign, kind, name)


def _close(reading: _Reading, more: Json) -> None:
    _, _, entity, _ = reading.stack.pop()
    entity["length"] = units(reading.text) - entity["offset"]
    if entity["length"]:
        reading.entities.append(entity | more)


def _link(reading: _Reading) -> None:
    found = _URL.match(reading.source, reading.at)
    if found is None:
        raise wrong("Can't find end of a URL at byte offset " + str(reading.bytes_before(reading.at + 1)))
    _close(reading, {"url": re.sub(r"\\(.)", r"\1", found[1])})
    reading.at = found.end()


def _quote(reading: _Reading, rest: str) -> None:
    """Reads the lines that start with ">" as one quotation, markup inside and all."""
    lines = re.match(r"(?:>[^\n]*(?:\n(?=>))?)+", rest)
    assert lines is not None
    source = re.sub(r"(?m)^>", "", lines[0])
    kind = "expandable_blockquote" if source.endswith("||") else "blockquote"
    words, inner = parse(source.removesuffix("||") if kind.startswith("exp") else source)
    start = units(reading.text)
    reading.entities += [one | {"offset": one["offset"] + start} for one in inner]
    reading.adds(words, kind)
    reading.at += lines.end()


def parse_old(source: str) -> tuple[str, list[Json]]:
    """The old Markdown, which knows no nesting; raises 400 for a sign without its end."""
    reading = _Reading(source)
    for found in _OLD.finditer(source):
        _plain(reading, source[reading.at : found.start()])
        words = next(one for one in found.groups() if one is not None)
        kind = ("pre", "code", "bold", "italic", "text_link", "", "")[
            [g is not None for g in found.groups()].index(True)
        ]
        if kind:
            reading.adds(words, kind, **({"url": found[6]} if kind == "text_link" else {}))
        else:
            reading.text += words
        reading.at = found.end()
    _plain(reading, source[reading.at :])
    return reading.text, reading.entities


def _plain(reading: _Reading, words: str) -> None:
    if loose := re.search(r"[*_`]|\[(?=[^\]]*$)", words):
        offset = reading.bytes_before(reading.at + loose.start())
        raise wrong(f"Can't find end of the entity starting at byte offset {offset}")
    reading.text += words

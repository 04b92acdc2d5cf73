"""Reads `value; name=value` fields: what a part is, its charset and its name, in every spelling mailers use."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from connectors.email import charsets, encoded

_LONGEST_FIELD = 16 * 1024
_MOST = 200
_PARAMETER = re.compile(rb'([!#$&+\-^_.%A-Za-z0-9*\']{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)')
_SPACED = re.compile(rb"\s+")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_ESCAPED = re.compile(rb'\\(["\\])')
_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")


@dataclass(frozen=True, slots=True)
class Valued:
    """A field's value in small letters, and its parameters, their names in small letters, undecoded where plain."""

    value: str
    parameters: Mapping[str, bytes] = field(default_factory=dict)
    extended: Mapping[str, str] = field(default_factory=dict)
    """Those written by RFC 2231, with their charset undone and their pieces joined."""

    def text(self, name: str, others: Iterable[str] = ()) -> str:
        """A parameter as words, by RFC 2231 or, as many write, as encoded words or bare eight-bit letters."""
        return self.extended.get(name) or encoded.words(self.parameters.get(name, b""), others)


def read(value: bytes) -> Valued:
    """The field's value and parameters; what is none is left out."""
    value = value[:_LONGEST_FIELD]
    head, _, rest = value.partition(b";")
    if b"=" in head:
        head, rest = _SPACED.split(value.strip(), 1) if _SPACED.search(value.strip()) else (head, rest)
    if not rest:
        return Valued(_word(head))
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in list(_PARAMETER.finditer(rest))[:_MOST]:
        section = _SECTION.match(match[1].decode("ascii").lower())
        if section is None:
            continue
        content = _unquoted(match[2])
        if section[2] is None and section[3] is None:
            plain.setdefault(section[1], content)
        else:
            pieces.setdefault(section[1], {})[int(section[2] or 0)] = content, section[3] is not None
    return Valued(_word(head), plain, {name: _joined(found) for name, found in pieces.items()})


def media(value: bytes) -> str:
    """Only the media type of a field, such as text/plain; empty where it says none."""
    said = _word(value.partition(b";")[0])
    return said if _MEDIA.match(said) else ""


def _word(head: bytes) -> str:
    return "".join(head[:200].decode("ascii", "replace").split()).strip("\"'").lower()


def _unquoted(content: bytes) -> bytes:
    content = content.strip()
    if content.startswith(b'"'):
        return _ESCAPED.sub(rb"\1", content[1:].removesuffix(b'"'))
    return content


def _joined(pieces: Mapping[int, tuple[bytes, bool]]) -> str:
    """The pieces in their order; the first one names the charset of all that are percent-encoded."""
    charset, raw = "", b""
    for at, number in enumerate(sorted(pieces)):
        content, is_encoded = pieces[number]
        if is_encoded and at == 0 and content.count(b"'") >= 2:
            named, _, content = content.split(b"'", 2)
            charset = named.decode("ascii", "replace")
        raw += unquote_to_bytes(content) if is_encoded else content
    if b"=?" in raw:
        return encoded.words(raw)
    return encoded.one_line(charsets.decode(raw, charset or "utf-8"))

"""Folds what a mail quotes, and never cuts: the pieces joined are the whole text again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.email import forwards, lines, markers, plain
from connectors.email.forwards import Original
from connectors.email.lines import Field, Separator
from connectors.email.markers import MARK, Sign

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_MOST_LINES = 20_000
_MOST_SIGNATURE_LINES = 30
_MOST_FIELD_LINES = 14
_FIELDS_OF_A_MAIL = 3


class Kind(StrEnum):
    """What a piece of a mail's text is."""

    OWN = "own"
    QUOTED = "quoted"
    FORWARDED = "forwarded"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the text, all of one kind."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A mail's text in pieces, and who wrote the mail it forwards."""

    pieces: tuple[Piece, ...]
    original: Original | None = None

    @property
    def full(self) -> str:
        """The whole text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def own(self) -> str:
        """What the writer wrote now, without blank lines around."""
        return "".join(piece.text for piece in self.pieces if piece.kind is Kind.OWN).strip("\n")

    @property
    def rest(self) -> str:
        """All that is folded."""
        return "".join(piece.text for piece in self.pieces if piece.kind is not Kind.OWN).strip("\n")

    @property
    def is_folded(self) -> bool:
        """Whether another mail was found in it, quoted or forwarded."""
        return any(piece.kind in (Kind.QUOTED, Kind.FORWARDED) for piece in self.pieces)


def fold(text: str, subject: str = "") -> Folded:
    """The text's pieces; where nothing of the writer's own would be left, nothing is folded."""
    return _folded(_Reading(_lines(text), forwards.is_forward(subject)))


def fold_html(html: str, subject: str = "") -> Folded:
    """The same of HTML as text, by the marks the writer's program left in it, then by its lines."""
    marked = _lines(plain.text(html, markers.around))
    reading = _Reading([], forwards.is_forward(subject))
    depth = 0
    for line in marked:
        is_seen_outside = False
        for piece in re.split(f"({markers.SIGNS.pattern})", line):
            depth = max(0, depth + (piece == Sign.OPENS) - (piece == Sign.CLOSES))
            is_seen_outside |= depth == 0 and bool(piece.strip()) and piece not in tuple(Sign)
        if Sign.REST in line:
            reading.rest = min(reading.rest, len(reading.lines))
        reading.inside.append(not is_seen_outside and (depth > 0 or Sign.CLOSES in line))
        reading.lines.append(markers.SIGNS.sub("", line))
    return _folded(reading)


def _lines(text: str) -> list[str]:
    """The text's lines; what is longer than any letter stays together at the end."""
    found: list[str] = _LINE.findall(text)
    return found if len(found) <= _MOST_LINES else [*found[:_MOST_LINES], "".join(found[_MOST_LINES:])]


class _Reading:
    """Goes down the lines once and says of each what it is."""

    def __init__(self, found: list[str], is_forward: bool) -> None:
        self.lines = found
        self.is_forward = is_forward
        self.inside: list[bool] = []
        """Of HTML: the lines a program marked as quoted."""
        self.rest = 1 << 60
        """Of HTML: from where on it says that all is."""
        self.kinds: list[Kind] = []
        self._last_quoted: int | None = None
        self._structure: dict[int, bool] = {}

    def run(self) -> None:
        while (at := len(self.kinds)) < len(self.lines):
            kind, count = self._next(at)
            self.kinds += [kind] * count

    def _next(self, at: int) -> tuple[Kind, int]:
        line, left = self.lines[at], len(self.lines) - at
        if at >= self.rest or MARK in line:
            return self._kind_of_rest(at), left
        if self._is_quoted(at):
            return self._quoted(at)
        if (found := lines.separator(line)) is not None:
            return self._separated(at, found)
        if self._has_fields(at) or (lines.is_rule(line) and self._has_fields(self._after_blank(at + 1))):
            return self._kind_of_rest(at), left
        count, is_certain = lines.attribution(self.lines, at)
        if count and (found_count := self._attributed(at + count, is_certain)):
            return Kind.QUOTED, count + found_count - 1
        return self._signature(at)

    def _separated(self, at: int, found: Separator) -> tuple[Kind, int]:
        """All to the end goes with the line, unless what follows says itself how far it goes."""
        following = self._after_blank(at + 1)
        if found is Separator.ORIGINAL and (self._is_quoted(following) or self._is_attribution(following)):
            return Kind.QUOTED, following - at
        return Kind.FORWARDED if found is Separator.FORWARDED else Kind.QUOTED, len(self.lines) - at

    def _is_quoted(self, at: int) -> bool:
        if at >= len(self.lines):
            return False
        return lines.is_quoted(self.lines[at]) or (at < len(self.inside) and self.inside[at])

    def _quoted(self, at: int) -> tuple[Kind, int]:
        """A run of quoted lines; of HTML it may be a forwarded mail, which its first words say."""
        end = at
        while self._is_quoted(end):
            end += 1
        first = next((line for line in self.lines[at : min(end, at + 5)] if line.strip()), "")
        is_forwarded = lines.separator(first) is Separator.FORWARDED
        return Kind.FORWARDED if is_forwarded else Kind.QUOTED, end - at

    def _kind_of_rest(self, at: int) -> Kind:
        begin = self.lines[at : at + 4]
        is_forwarded = self.is_forward or any(lines.separator(line) is Separator.FORWARDED for line in begin)
        return Kind.FORWARDED if is_forwarded else Kind.QUOTED

    def _after_blank(self, at: int) -> int:
        end = at
        while end < min(len(self.lines), at + 10) and not self.lines[end].strip():
            end += 1
        return end

    def _attributed(self, at: int, is_certain: bool) -> int:
        """One more than how many lines after the attribution go with it; 0 where it is no attribution."""
        following = self._after_blank(at)
        if self._is_quoted(following):
            return following - at + 1
        if not is_certain:
            return 0
        return 1 if self._is_quoted_later(at) else len(self.lines) - at + 1

    def _is_quoted_later(self, at: int) -> bool:
        """Remembers the last quoted line, so that each line is looked at once for all questions."""
        if self._last_quoted is None:
            self._last_quoted = max((i for i in range(len(self.lines)) if self._is_quoted(i)), default=-1)
        return self._last_quoted >= at

    def _has_fields(self, at: int) -> bool:
        """A block of fields, as programs put above a quoted mail: who, when, to whom, about what; three of them."""
        if at >= len(self.lines) or lines.field(self.lines[at]) is None:
            return False
        found = {kind for kind, _ in forwards.fields(self.lines[at : at + _MOST_FIELD_LINES])}
        return Field.FROM in found and len(found - {Field.COPY}) >= _FIELDS_OF_A_MAIL

    def _signature(self, at: int) -> tuple[Kind, int]:
        if lines.is_device(self.lines[at]):
            return Kind.SIGNATURE, 1
        if not lines.is_signature(self.lines[at]):
            return Kind.OWN, 1
        end = at + 1
        while end < min(len(self.lines), at + _MOST_SIGNATURE_LINES) and not self._is_structure(end):
            end += 1
        is_whole = end == len(self.lines) or self._is_structure(end)
        return (Kind.SIGNATURE, end - at) if is_whole else (Kind.OWN, 1)

    def _is_structure(self, at: int) -> bool:
        if at not in self._structure:
            self._structure[at] = self._begins_something(at)
        return self._structure[at]

    def _begins_something(self, at: int) -> bool:
        if at >= self.rest or self._is_quoted(at) or lines.separator(self.lines[at]) or lines.is_rule(self.lines[at]):
            return True
        return self._is_attribution(at)

    def _is_attribution(self, at: int) -> bool:
        """Beyond doubt."""
        return at < len(self.lines) and lines.attribution(self.lines, at)[1]


def _folded(reading: _Reading) -> Folded:
    reading.run()
    kinds = reading.kinds
    is_left = any(
        kind is Kind.FORWARDED or (kind is Kind.OWN and line.strip())
        for kind, line in zip(kinds, reading.lines, strict=True)
    )
    pieces = _joined(reading.lines, kinds if is_left else [Kind.OWN] * len(kinds))
    forwarded = next((piece.text for piece in pieces if piece.kind is Kind.FORWARDED), None)
    return Folded(pieces, forwards.original(forwarded) if forwarded is not None else None)


def _joined(found: Sequence[str], kinds: Sequence[Kind]) -> tuple[Piece, ...]:
    """Neighbours of one kind as one piece; blank lines go with what stands before them."""
    pieces: list[tuple[Kind, list[str]]] = []
    for line, kind in zip(found, kinds, strict=True):
        if pieces and (pieces[-1][0] is kind or not line.strip()):
            pieces[-1][1].append(line)
        else:
            pieces.append((kind, [line]))
    return tuple(Piece(kind, "".join(said)) for kind, said in pieces)

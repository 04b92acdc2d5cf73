"""What a line of a mail's text is: quoted, a line that tells who wrote, a field above a quoted mail, a signature."""

import re
from collections.abc import Sequence
from enum import StrEnum

from connectors.email import phrases

_LONGEST = 400
_MOST_WRAPPED = 4
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff*]")
_QUOTED = re.compile(r"\s{0,3}(?:>|\|\s|[A-Z]{2,3}>\s)")
_QUOTE_SIGNS = re.compile(r"[\s>|]+")
_COLON = (":", "：", "︰")
_TIME_OR_YEAR = re.compile(r"\d{1,2}[:.h]\d\d|(?<!\d)(?:19|20)\d\d(?!\d)|年")
_ADDRESS = re.compile(r"[^\s@]@[^\s@]")
_ANGLED = re.compile(r"<[^<>\s]+@[^<>\s]+>\Z|\[[^\[\]\s]+@[^\[\]\s]+\]\Z")
_DASHED = re.compile(r"\s*[-_=]{2,}\s*([^-_=].*?)\s*[-_=]{2,}\s*\Z")
_RULE = re.compile(r"\s*[_\-=*─]{8,}\s*\Z")
_FIELD = re.compile(r"([^\W\d_][^:：]{0,24}?)\s?[:：]\s*(.*)")
_SIGNATURE = ("-- ", "--", "—", "— ")


class Field(StrEnum):
    """A field above a quoted mail."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    COPY = "copy"


class Separator(StrEnum):
    """A line that says what kind of mail follows."""

    ORIGINAL = "original"
    FORWARDED = "forwarded"


def _one_of(names: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, {name.casefold() for name in names}), key=len, reverse=True))


_FIELDS = {
    name.casefold(): kind
    for kind, names in (
        (Field.COPY, phrases.COPY),
        (Field.TO, phrases.TO),
        (Field.SUBJECT, phrases.SUBJECT),
        (Field.DATE, phrases.DATE),
        (Field.FROM, phrases.FROM),
    )
    for name in names
}
_SPACED = re.compile(r"[^\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_WROTE = re.compile(
    rf"(?<!\w)(?:{_one_of([verb for verb in phrases.WROTE if _SPACED.match(verb)])})(?!\w)"
    rf"|{_one_of([verb for verb in phrases.WROTE if not _SPACED.match(verb)])}"
)
_BEGINS = re.compile(rf"(?:{_one_of(phrases.BEGINS)})(?!\w)|{_one_of(phrases.BEGINS_UNSPACED)}|\d{{1,4}}[-./]\d")
_QUOTING = re.compile(_one_of(phrases.QUOTING))
_FORWARDED = re.compile(_one_of(phrases.FORWARDED))
_ORIGINAL = re.compile(_one_of(phrases.ORIGINAL))
_DEVICE = re.compile(_one_of(phrases.DEVICE))


def is_quoted(line: str) -> bool:
    """A line begins with a sign of quoting."""
    return _QUOTED.match(line) is not None


def is_rule(line: str) -> bool:
    """A line draws a rule, as Outlook does above a quoted mail."""
    return _RULE.match(line) is not None


def is_signature(line: str) -> bool:
    """What follows this line is a signature."""
    return line.rstrip("\r\n") in _SIGNATURE


def is_device(line: str) -> bool:
    """A line a program put there: that the mail was sent from a phone."""
    return len(line) < 160 and _DEVICE.match(_plain(line)) is not None


def separator(line: str) -> Separator | None:
    """What kind of mail a line announces: between dashes or, for a forwarded one, before a colon."""
    if len(line) > _LONGEST:
        return None
    said = _plain(line)
    dashed = _DASHED.match(said)
    words = dashed[1] if dashed else said.rstrip(":：").rstrip()
    if _FORWARDED.match(words) and (dashed or said.endswith(_COLON)):
        return Separator.FORWARDED
    return Separator.ORIGINAL if dashed and _ORIGINAL.match(words) else None


def attribution(lines: Sequence[str], at: int) -> tuple[int, bool]:
    """How many lines from here tell who wrote what follows, 0 for none, and whether that is beyond doubt.

    Beyond doubt is one with an address, a time or a year; mail programs cut such lines in two or three.
    """
    if not begins(lines[at]):
        return _alone(lines[at])
    for count in range(1, min(_MOST_WRAPPED, len(lines) - at) + 1):
        line = lines[at + count - 1]
        if len(line) > _LONGEST or not line.strip() or is_quoted(line):
            break
        if count > 1 and begins(line) and _says_who([line])[0]:
            break
        found, is_certain = _says_who(lines[at : at + count])
        if found:
            return count, is_certain
    return 0, False


def begins(line: str) -> bool:
    """A line begins as those that tell who wrote when."""
    return _BEGINS.match(_plain(line[:_LONGEST])) is not None


def field(line: str) -> tuple[Field, str] | None:
    """The field a line is, and its value; quote signs and stars around are not part of it."""
    if len(line) > 4 * _LONGEST:
        return None
    said = _UNSEEN.sub("", line).strip()
    signs = _QUOTE_SIGNS.match(said)
    match = _FIELD.match(said, signs.end() if signs else 0)
    if match is None:
        return None
    name = match[1].casefold()
    kind = _FIELDS.get(name) or _FIELDS.get(name.replace(" ", "")) or _FIELDS.get(name.split()[0])
    return (kind, match[2].strip()) if kind else None


def _alone(line: str) -> tuple[int, bool]:
    found, is_certain = _says_who([line]) if len(line) <= _LONGEST else (False, False)
    return int(found), is_certain


def _says_who(lines: Sequence[str]) -> tuple[bool, bool]:
    said = _plain(" ".join(line.strip() for line in lines))
    if len(said) > _LONGEST or not said:
        return False, False
    dashed = _DASHED.match(said)
    if not dashed and not said.endswith(_COLON):
        return False, False
    words = dashed[1] if dashed else said[:-1].rstrip()
    has_when = _TIME_OR_YEAR.search(words) is not None
    if _WROTE.search(words):
        return True, has_when or _ADDRESS.search(words) is not None
    is_named = _ANGLED.search(words) is not None and (has_when and begins(words))
    is_quoting = _QUOTING.match(words) is not None
    return is_named or is_quoting, is_named or is_quoting


def _plain(line: str) -> str:
    if not line.isascii() or "*" in line:
        line = _UNSEEN.sub("", line).replace("\xa0", " ")
    return line.strip().casefold()

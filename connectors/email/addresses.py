"""Reads who wrote and who is written to from address fields as mailers really write them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.email import encoded

MOST = 100
_SPECIAL = re.compile(r'["(),;:<>\\]')
_IN_QUOTES = re.compile(r'(?:[^"\\]|\\.)*')
_IN_ANGLE = re.compile(r"[^<>]*")
_COMMENT_SIGN = re.compile(r"\\.|[()]")
_ESCAPED = re.compile(r"\\(.)")
_AROUND_SIGNS = re.compile(r"\s*([@.])\s*(?=\S)")
_SPACES = re.compile(r"\s+")
_LONGEST = 320
_LONGEST_NAME = 200
_LONGEST_FIELD = 256 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: the name written with it, and its address with the domain in small letters."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the last @; empty where there is none."""
        return self.address.rpartition("@")[2] if "@" in self.address else ""

    @property
    def local(self) -> str:
        """What stands before the last @."""
        return self.address.rpartition("@")[0]


@dataclass(slots=True)
class _Mailbox:
    """What has been read of one mailbox so far, undecoded."""

    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None


def read(fields: Iterable[bytes], others: Iterable[str] = ()) -> tuple[Address, ...]:
    """The mailboxes of the fields, at most 100 (`MOST`); time grows with the length, however deep comments nest."""
    found: list[Address] = []
    for value in fields:
        for address in _of_field(value[:_LONGEST_FIELD], others):
            found.append(address)
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def first(fields: Iterable[bytes], others: Iterable[str] = ()) -> Address:
    """The first mailbox that has an address; else the first one's name alone, else nothing."""
    found = read(fields, others)
    return next((one for one in found if one.address), found[0] if found else Address("", ""))


def _of_field(value: bytes, others: Iterable[str]) -> Iterator[Address]:
    """A name that ends in a comma belongs to the next mailbox: `Doe, Jane <j@x>` is one person."""
    waiting: list[str] = []
    nameless = True
    for mailbox in _mailboxes(value.decode("latin-1")):
        found = _address(mailbox, others)
        if found.address:
            name = ", ".join([*waiting, found.name]) if waiting and mailbox.angle is not None else found.name
            nameless, waiting = False, []
            yield Address(name[:_LONGEST_NAME], found.address)
        elif found.name and len(waiting) < 5:
            waiting.append(found.name)
    if nameless and waiting:
        yield from _all_encoded(value, ", ".join(waiting), others)


def _all_encoded(value: bytes, name: str, others: Iterable[str]) -> Iterator[Address]:
    """A field that is one encoded word with the address inside, or only a name."""
    said = encoded.words(value, others) if b"=?" in value else ""
    match = re.search(r"<([^<>\s]+@[^<>\s]+)>|(\S+@\S+)", said[:2000])
    if match is None:
        yield Address(name[:_LONGEST_NAME], "")
    else:
        before = said[: match.start()].strip(' "')
        yield Address(before[:_LONGEST_NAME], _tidy(match[1] or match[2]))


def _mailboxes(value: str) -> Iterator[_Mailbox]:
    """Cuts a field at its commas; quotes, comments and angles are read whole, groups give their members."""
    box, at, last_group_end, may_close = _Mailbox(), 0, value.rfind(";"), True
    while (match := _SPECIAL.search(value, at)) is not None:
        box.words.append(value[at : match.start()])
        at = match.end()
        match match[0]:
            case '"':
                begin, at = at, _quotes(value, at, box) if may_close else at
                may_close = at != begin
            case "(":
                at = _comment(value, at, box)
            case "<":
                at = _angle(value, at, box)
            case "," | ";":
                yield box
                box = _Mailbox()
            case ":" if at <= last_group_end:
                box = _Mailbox()
            case ":":
                box.words.append(":")
            case _:
                box.words.append(" ")
    box.words.append(value[at:])
    yield box


def _quotes(value: str, at: int, box: _Mailbox) -> int:
    match = _IN_QUOTES.match(value, at)
    end = match.end() if match else at
    if end >= len(value):
        return at
    inside = _ESCAPED.sub(r"\1", value[at:end])
    box.words.append(f'"{inside}"' if value.startswith("@", end + 1) else inside)
    return end + 1


def _comment(value: str, at: int, box: _Mailbox) -> int:
    """Reads to the bracket that closes the comment; without one, only the bracket is dropped."""
    depth, start = 1, at
    for match in _COMMENT_SIGN.finditer(value, at):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            box.comments.append(value[start : match.start()])
            return match.end()
    return at if len(value) - at < 500 else len(value)


def _angle(value: str, at: int, box: _Mailbox) -> int:
    """Reads to the closing angle; without one, to the next angle or the end. An empty one changes nothing."""
    match = _IN_ANGLE.match(value, at)
    inside = match[0] if match else ""
    if "@" in inside or (inside.strip() and box.angle is None):
        box.angle = inside
    end = at + len(inside)
    return end + value.startswith(">", end)


def _address(box: _Mailbox, others: Iterable[str]) -> Address:
    said = "".join(box.words)
    if box.angle is not None:
        return Address(_name(said, others) or _comments(box, others), _tidy(box.angle))
    if "@" not in said:
        return Address(_name(said, others) or _comments(box, others), "")
    said = _AROUND_SIGNS.sub(r"\1", said) if _is_one(said) else said
    bare = _last_bare(said)
    name = _name(said.replace(bare, " ", 1), others) if bare else ""
    return Address(name or _comments(box, others), _tidy(bare))


def _is_one(said: str) -> bool:
    return len(said) < 2 * _LONGEST and said.count("@") == 1


def _last_bare(said: str) -> str:
    """The last thing that looks like an address, a quoted local part with spaces included."""
    said = said[-4 * _LONGEST :]
    quoted = re.search(r'"[^"@]*"@\S+', said)
    return quoted[0] if quoted else next((word for word in reversed(said.split()) if "@" in word), "")


def _name(said: str, others: Iterable[str]) -> str:
    return encoded.words(said.strip().encode("latin-1")[:4000], others).strip(" '\"")


def _comments(box: _Mailbox, others: Iterable[str]) -> str:
    return _name(" ".join(box.comments)[:2000], others)


def _tidy(address: str) -> str:
    """An address without the spaces, angles and prefixes mailers leave in; empty where it is none."""
    address = encoded.one_line(address[: 4 * _LONGEST])
    kept = address if address.startswith('"') else _SPACES.sub("", address)
    kept = kept.strip("<>'.,;").removeprefix("mailto:").removeprefix("MAILTO:")
    local, at, domain = kept.rpartition("@")
    return f"{local}@{domain.lower()}" if at and local and domain and len(kept) <= _LONGEST else ""

"""Mails out of files: one mail as it is, or an mbox with many, read as a stream however long it is. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from connectors.email.reading import LARGEST

HEAD = 65_536
"""So much is kept of a mail that is too large."""
_A_LINE = 1024 * 1024
_BEGINS = re.compile(rb"From \S.*\d\d?:\d\d(?::\d\d)?.*\d{4}\s*\Z")
"""`From ana@example.com Mon Jan  5 10:00:00 2026`: words of a mail that only begin like it have no time and year."""
_QUOTED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class Piece:
    """A mail of a file; of one that is too large only the beginning."""

    raw: bytes
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return len(self.raw) == self.size


def mails(file: BinaryIO) -> Iterator[Piece]:
    """The mails of a file, in their order.

    A file that begins with a `From ` line is an mbox: each such line behind an empty one begins a mail, and `>From `
    at a line's beginning loses one `>` (mboxrd). Any other file is one mail. An empty one holds none.
    """
    first = file.readline(_A_LINE)
    if not first:
        return
    if not first.startswith(b"From "):
        yield _one(first, file)
        return
    growing = _Growing()
    is_after_empty = is_whole_line = False
    while line := file.readline(_A_LINE):
        if is_after_empty and _BEGINS.match(line):
            yield growing.done()
            growing, is_after_empty = _Growing(), False
            continue
        begins, is_whole_line = is_whole_line or not growing.size, line.endswith(b"\n")
        growing.add(line[1:] if begins and _QUOTED.match(line) else line)
        is_after_empty = begins and line in (b"\n", b"\r\n")
    yield growing.done()


def _one(first: bytes, file: BinaryIO) -> Piece:
    growing = _Growing()
    growing.add(first)
    while more := file.read(_A_LINE):
        growing.add(more)
    return growing.done(is_last=True)


class _Growing:
    """A mail that is being read."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> None:
        """Takes more of it; beyond the limit only its length."""
        self.size += len(part)
        if self.size <= LARGEST:
            self._parts.append(part)

    def done(self, *, is_last: bool = False) -> Piece:
        """What it is; the empty line before the next one of an mbox is not its own."""
        raw = b"".join(self._parts)
        if self.size > LARGEST:
            return Piece(raw[:HEAD], self.size)
        if not is_last and raw.endswith((b"\n\n", b"\n\r\n")):
            raw = raw[:-2] if raw.endswith(b"\r\n") else raw[:-1]
        return Piece(raw, len(raw))

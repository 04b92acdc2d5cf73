"""Cuts a line of hours into its parts, each with its place."""

import re
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_DASHES = str.maketrans("–—−", "---")


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a line and where it begins."""

    typed: str
    place: int


def tokens(line: str, at: int = 0) -> list[Token]:
    """The parts of a line that begins at a place; what a comma or dash holds together is one: `9:00 - 12:30, 14-18`."""
    found: list[Token] = []
    for match in _WORD.finditer(line):
        typed = match[0].translate(_DASHES)
        if found and (found[-1].typed[-1] in ",-" or typed[0] in ",-"):
            found[-1] = Token(found[-1].typed + typed, found[-1].place)
        else:
            found.append(Token(typed, at + match.start()))
    return found

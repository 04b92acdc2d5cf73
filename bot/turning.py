"""Signs that turn the direction of writing: no line turns what stands behind it around."""

import re

SIGNS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def turned_back(words: str) -> str:
    """Words each of whose lines ends in the direction it began in."""
    return "\n".join(map(_line, words.split("\n"))) if SIGNS.search(words) else words


def _line(line: str) -> str:
    closing: list[str] = []
    for sign in line:
        if sign in "\u202a\u202b\u202d\u202e":
            closing.append("\u202c")
        elif sign in "\u2066\u2067\u2068":
            closing.append("\u2069")
        elif sign in "\u202c\u2069" and closing and closing[-1] == sign:
            closing.pop()
    return line + "".join(reversed(closing))

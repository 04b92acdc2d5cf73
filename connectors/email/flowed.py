"""Joins the lines of format=flowed text (RFC 3676), which mailers cut at 72 letters, into paragraphs again."""

import re

_DEPTH = re.compile(r">*")
_SIGNATURE = "-- "


def unwrapped(said: str, *, delete_spaces: bool = False) -> str:
    """The text with a paragraph on a line; quoted lines join only with those quoted as deep."""
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in said.split("\n"):
        found = _DEPTH.match(line)
        quoted = found.end() if found else 0
        words = line[quoted:].removeprefix(" ")
        if pieces and (quoted != depth or words == _SIGNATURE):
            lines.append(_line(depth, pieces))
            pieces = []
        depth = quoted
        is_open = words.endswith(" ") and words != _SIGNATURE
        pieces.append(words[:-1] if is_open and delete_spaces else words)
        if not is_open:
            lines.append(_line(depth, pieces))
            pieces = []
    return "\n".join([*lines, _line(depth, pieces)] if pieces else lines)


def _line(depth: int, pieces: list[str]) -> str:
    said = "".join(pieces)
    return f"{'>' * depth} {said}" if depth else said

"""Goes along a typed line, word by word: what is quoted is one, and what names tickets is known by its look."""

import re
from dataclasses import dataclass

from bot.commands.call import Call
from core.errors import UserError
from core.show import text

HERE = "#here"
"""What names the thread's own ticket or dialog, so that words behind it are words."""
_TARGET = re.compile(r"#?\d+(,#?\d+)*(?=\s|$)|\[[^\]]*\]|#here(?=\s|$)")
_MARKED_TARGET = re.compile(r"#\d+(,#?\d+)*(?=\s|$)|\[[^\]]*\]|#here(?=\s|$)")

WORDS = frozenset(("word", "sure", "contact", "customer", "towards", "template"))
"""Kinds of one word, quoted where it has blanks."""


def as_word(value: str) -> str:
    """A value as one word of a line."""
    return f'"{value}"' if " " in value and not value.startswith('"') else value


@dataclass(slots=True)
class Reader:
    """Goes once through what stands behind a command's name."""

    call: Call
    rest: str
    in_thread: bool

    def word(self) -> str:
        """Takes the next word, or a quoted one."""
        quoted = re.match(r'"([^"]*)"\s*', self.rest)
        if quoted:
            self.rest = self.rest[quoted.end() :]
            return quoted[1]
        word, _, self.rest = self.rest.partition(" ")
        self.rest = self.rest.strip()
        return word

    def target(self) -> str:
        """Takes the next word when it names tickets: `42`, `41,42`, `[tag:spam]`; else, and for `#here`, nothing."""
        pattern = _MARKED_TARGET if self.in_thread else _TARGET
        match = pattern.match(self.rest)
        if match is None and self.rest.startswith("[") and "]" not in self.rest and not self.in_thread:
            raise UserError(text("The bracket is not closed. Write for example [tag:spam]"))
        if match is None:
            return ""
        self.rest = self.rest[match.end() :].strip()
        return "" if match.group() == HERE else match.group()


_MOST_DIGITS = 15


def number(typed: str) -> int:
    """What was typed as a number. Raises UserError where it is none, or too long to be anything's."""
    digits = typed.lstrip("#")
    if not (digits.isascii() and digits.isdigit()):
        raise UserError(text("“{typed}” is no number. Type digits, for example 42.", typed=typed[:40]))
    if len(digits) > _MOST_DIGITS:
        said = text("Nothing here has so long a number: {typed}. Is there a digit too many?", typed=typed[:40])
        raise UserError(said)
    return int(digits)

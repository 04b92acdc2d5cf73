"""What became of each mail of a mailbox, read from a desk's database: ours, and django-helpdesk's."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench.corpus import Letter

OURS = "SELECT ticket_id, external_id, body FROM message WHERE author = 'contact'"
THEIRS = "SELECT ticket_id, message_id, comment FROM helpdesk_followup"


@dataclass(frozen=True, slots=True)
class Fates:
    """How many mails were not kept, stand in another ticket than the first of their thread (or in another thread's),
    are there more than once, and do not read as they were written.
    """

    lost: int = 0
    split: int = 0
    doubled: int = 0
    garbled: int = 0

    def wrong(self) -> int:
        """How often something went wrong."""
        return self.lost + self.split + self.doubled + self.garbled

    def __str__(self) -> str:
        return f"{self.lost}, {self.split}, {self.doubled}, {self.garbled}"


@dataclass(frozen=True, slots=True)
class _Kept:
    ticket: int
    key: str
    text: str


def of(letters: Sequence[Letter], database: Path, query: str) -> Fates:
    """Looks for each mail by its id, else by the word that stands in no other."""
    with closing(sqlite3.connect(database)) as connection:
        kept = [_Kept(ticket, (key or "").strip(), text) for ticket, key, text in connection.execute(query)]
    found = {each: _messages(each, kept) for each in dict.fromkeys(letters)}
    home: dict[int, int] = {}
    for letter, them in found.items():
        if them:
            home.setdefault(letter.thread, them[0].ticket)
    guests = len(home) - len(set(home.values()))
    return Fates(
        lost=sum(not them for them in found.values()),
        split=guests + sum(bool(them) and them[0].ticket != home[letter.thread] for letter, them in found.items()),
        doubled=sum(len(them) > 1 for them in found.values()),
        garbled=sum(bool(them) and letter.words not in them[0].text for letter, them in found.items()),
    )


def _messages(letter: Letter, kept: Sequence[_Kept]) -> list[_Kept]:
    return [each for each in kept if each.key == letter.key or letter.mark in each.text]

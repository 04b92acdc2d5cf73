"""What of Slack may be unread: since which moment, and in which threads. There no live line moves a cursor."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.slack.losses import ROOM
from core import threads
from core.desk import Desk


@dataclass(frozen=True, slots=True)
class Unread:
    """A thread that may hold something unread, and up to where it was read."""

    id: int
    root: str
    cursor: str
    is_lively: bool
    """Whether it is likely to be written in: what it is about is not over, or was not until lately."""


class Gaps:
    """What one process knows of it. From the beginning of a gap everything is unread, until it is looked at."""

    def __init__(self) -> None:
        self.look = asyncio.Event()
        """There is a gap nobody has begun to fill."""
        self.heard_s = 0.0
        """Until when surely nothing was missed (Unix seconds); 0 where nobody knows."""
        self.unread: dict[str, dict[str, Unread]] = {}
        """By channel and root, those first that are read first."""
        self.shut: set[str] = set()
        """Channels that cannot be read now: of what is in them nothing can be told apart later."""
        self._passed: dict[tuple[str, str], str] = {}
        self._is_open = True

    def opens(self) -> None:
        """Something may be missed from now on, or was."""
        self._is_open = True
        self._passed.clear()
        self.look.set()

    def begins(self, unread: Mapping[str, dict[str, Unread]]) -> None:
        """Only these threads may hold something unread, unless a new gap has begun meanwhile."""
        self.unread, self._is_open = dict(unread), self.look.is_set()

    def is_read(self, place: str, root: str) -> bool:
        """Whether nothing in a thread is unread, so that what is said there now moves its cursor."""
        return not self._is_open and root not in self.unread.get(place, {})

    def filled(self, place: str, root: str) -> None:
        """A thread was read to its end."""
        self.unread.get(place, {}).pop(root, None)

    @property
    def are_filled(self) -> bool:
        """Whether everything was read that can be."""
        return not self._is_open and not any(roots for place, roots in self.unread.items() if place not in self.shut)

    def hears(self, now_s: float) -> None:
        """Slack has told us something: while nothing is unread, nothing before it was missed."""
        if self.are_filled:
            self.heard_s = max(self.heard_s, now_s)

    def passes(self, place: str, root: str, ts: str) -> None:
        """Something of our own was said in a thread, which nobody has to be told of."""
        if self.is_read(place, root):
            self._passed[(place, root)] = ts

    def passed(self) -> dict[tuple[str, str], str]:
        """What has passed since this was asked last: the cursors may move over it."""
        passed, self._passed = self._passed, {}
        return passed


def unread(desk: Desk, lively: set[int]) -> dict[str, dict[str, Unread]]:
    """All our threads that are there, by channel and root, the newest first."""
    found: dict[str, dict[str, Unread]] = {}
    for thread in sorted(threads.cursors(desk, ROOM), key=lambda thread: thread.root or "", reverse=True):
        root = thread.root or ""
        found.setdefault(thread.place, {})[root] = Unread(thread.id, root, thread.cursor, thread.id in lively)
    return found

"""Tells open pages and sleeping workers that something has changed; it never says what."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

EVERYTHING = "*"
"""Published when nobody knows what changed: another process wrote. Every listener hears it."""


class Ear:
    """One listener: remembers which of its topics moved until it looks."""

    __slots__ = ("_event", "_moved", "topics")

    def __init__(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._moved: set[str] = set()
        self._event = asyncio.Event()

    def tell(self, topic: str) -> None:
        """Notes that a topic moved and wakes the listener."""
        self._moved.add(topic)
        self._event.set()

    async def wait(self, timeout_s: float | None = None) -> frozenset[str]:
        """What moved since the last look; empty when the time ran out first."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return frozenset()
        self._event.clear()
        moved, self._moved = frozenset(self._moved), set()
        return moved


class Bus:
    """Topics and who listens to them, within one process."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = defaultdict(set)

    def publish(self, topics: Iterable[str]) -> None:
        """Wakes everybody who listens to one of these; `*` wakes all."""
        for topic in topics:
            if topic == EVERYTHING:
                for ear in {ear for ears in self._ears.values() for ear in ears}:
                    ear.tell(EVERYTHING)
                continue
            for ear in self._ears.get(topic, ()):
                ear.tell(topic)

    @asynccontextmanager
    async def listening(self, *topics: str) -> AsyncIterator[Ear]:
        """An ear for these topics and for `*`, for as long as the block lasts."""
        ear = Ear()
        self.move(ear, topics)
        try:
            yield ear
        finally:
            self.move(ear, ())

    def move(self, ear: Ear, topics: Iterable[str]) -> bool:
        """Lets an ear hear exactly these topics from now on; True when there are new ones: look at them once more."""
        wanted = frozenset(topics)
        has_new = bool(wanted - ear.topics)
        for topic in wanted - ear.topics:
            self._ears[topic].add(ear)
        for topic in ear.topics - wanted:
            self._ears[topic].discard(ear)
            if not self._ears[topic]:
                del self._ears[topic]
        ear.topics = wanted
        return has_new

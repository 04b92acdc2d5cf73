"""Does things one after another in each lane, and all lanes at once: the lines of a thread as they came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    """One lane, and how many are in it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    many: int = 0


class Lanes:
    """The lanes of one process; one that nobody is in is forgotten."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Waits until all that asked before it in this lane are done; the next one waits for the block's end."""
        lane = self._lanes.setdefault(name, _Lane())
        lane.many += 1
        try:
            async with lane.turn:
                yield
        finally:
            lane.many -= 1
            if not lane.many:
                del self._lanes[name]

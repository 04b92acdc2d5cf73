"""Parts of albums that Telegram brings one by one wait for each other a moment; none is acknowledged before all are
committed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from connectors.telegram.updates import Raw, album_of

ALBUM_S = 1.0
"""The parts of an album come within this time (the platform's habit)."""
_MOST_KNOWN = 1_000

Take = Callable[[Sequence[Raw]], Awaitable[None]]
"""Takes updates in; returns when they are committed."""


@dataclass(slots=True)
class _Album:
    parts: list[Raw]
    taken: "asyncio.Task[None]"


@dataclass(slots=True)
class Albums:
    """The albums that are on their way."""

    take: Take
    _open: dict[str, _Album] = field(default_factory=dict)
    _over: dict[str, None] = field(default_factory=dict)

    async def add(self, update: Raw) -> None:
        """Returns when the album this is a part of is committed; raises for every part what went wrong with it.

        A part that comes later, since Telegram waited for an answer to the first, is said by itself.
        """
        name = album_of(update)
        if name in self._over:
            await self.take([update])
            return
        album = self._open.get(name)
        if album is None:
            album = self._open[name] = _Album([], asyncio.create_task(self._gather(name)))
        album.parts.append(update)
        await asyncio.shield(album.taken)

    async def _gather(self, name: str) -> None:
        await asyncio.sleep(ALBUM_S)
        parts = self._open.pop(name).parts
        self._over[name] = None
        while len(self._over) > _MOST_KNOWN:
            del self._over[next(iter(self._over))]
        try:
            await self.take(parts)
        except BaseException:
            self._over.pop(name, None)
            raise

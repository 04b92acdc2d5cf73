"""Albums come in parts, each by itself: those that may lack some wait a moment, and what their writers wrote next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.telegram.updates import Raw, album_of, whose

ALBUM_S = 1.0
"""The next part of an album comes within this time (the platform's habit)."""


@dataclass(frozen=True, slots=True)
class _Seen:
    parts: int
    since_s: float


@dataclass(slots=True)
class Albums:
    """The albums that were seen lately, and since when so many of their parts are there."""

    _seen: dict[str, _Seen] = field(default_factory=dict)

    def whole(self, updates: Sequence[Raw], now_s: float) -> list[Raw]:
        """Those of all updates there are that may be taken in now, in their order."""
        parts = Counter(filter(None, map(album_of, updates)))
        self._seen = {album: self._when(album, count, now_s) for album, count in parts.items()}
        late = {album for album, seen in self._seen.items() if now_s - seen.since_s < ALBUM_S}
        found: list[Raw] = []
        wait = set[tuple[int, str]]()
        for update in updates:
            if album_of(update) in late:
                wait.add(whose(update))
            if whose(update) not in wait:
                found.append(update)
        return found

    def _when(self, album: str, count: int, now_s: float) -> _Seen:
        seen = self._seen.get(album)
        return seen if seen is not None and seen.parts == count else _Seen(count, now_s)

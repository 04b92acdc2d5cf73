"""How often something may happen: a few at once, then at a steady rate; kept in memory, bounded."""

from collections import OrderedDict
from dataclasses import dataclass

_MOST_KEYS = 50_000


@dataclass(slots=True)
class _Filled:
    left: float
    at: float


class Limit:
    """At most `burst` at once and `per_minute` on the average, for each key of its own."""

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self._burst = burst
        self._per_s = per_minute / 60
        self._buckets: OrderedDict[str, _Filled] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Takes one; 0 when it may happen now, else the seconds to wait before trying again (nothing is taken then)."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Filled(self._burst, now_s)
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.left = min(self._burst, bucket.left + max(0.0, now_s - bucket.at) * self._per_s)
        bucket.at = now_s
        if bucket.left >= 1:
            bucket.left -= 1
            return 0.0
        return (1 - bucket.left) / self._per_s

"""How fast Slack lets us go: a channel takes one post a second, changes and reactions have a rate for the workspace.

Source: docs.slack.dev/apis/web-api/rate-limits (tier 3: 50 calls a minute for chat.update and reactions.add; tier 2:
20 for reactions.remove, of which a reply needs one). A few at once pass; then the rate is kept.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

_POSTS = "room:slack:posts:"
_MOST_CHANNELS = 1_000


@dataclass(slots=True)
class Allowance:
    """So many may pass at once, and one more each so many seconds."""

    most: int
    each_s: float
    left: float
    at_s: float

    def rest_s(self, now_s: float) -> float:
        """Takes one; returns how long the next one waits."""
        self.left = min(float(self.most), self.left + (now_s - self.at_s) / self.each_s)
        self.at_s, self.left = now_s, self.left - 1
        return 0.0 if self.left >= 1 else (1 - self.left) * self.each_s


class Rates:
    """The rests of this room's buckets."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s, now = clock_s, clock_s()
        self._allowances = {
            "room:slack:edits": Allowance(15, 1.3, 15.0, now),
            "room:slack:marks": Allowance(15, 1.5, 15.0, now),
            "room:slack:dms": Allowance(5, 1.0, 5.0, now),
        }

    def rest(self, bucket: str) -> timedelta:
        """How long a bucket rests after something was sent through it."""
        allowance = self._allowances.get(bucket)
        if allowance is None and bucket.startswith(_POSTS):
            allowance = self._channel(bucket)
        return timedelta() if allowance is None else timedelta(seconds=allowance.rest_s(self._clock_s()))

    def _channel(self, bucket: str) -> Allowance:
        """A channel's posts: one a second, a card and its first words at once."""
        if len(self._allowances) > _MOST_CHANNELS:
            self._allowances = {key: each for key, each in self._allowances.items() if not key.startswith(_POSTS)}
        return self._allowances.setdefault(bucket, Allowance(3, 1.0, 3.0, self._clock_s()))

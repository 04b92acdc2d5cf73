"""How often Slack lets an app ask: tiers a method, one message a second a channel, and who did not wait.

Source: docs.slack.dev/apis/web-api/rate-limits. A bucket holds a minute's worth; postMessage and
apps.connections.open tolerate a short burst.
"""

import math
from dataclasses import dataclass, field

from tests.platforms.slack_world import Clock, Refused

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute, and so the size of a bucket."""
POST_BURST, POSTS_PER_MINUTE, SOCKET_BURST = 4, 300, 10
SPECIAL = 0
"""The tier of methods with a limit too high to meet."""


class RateLimited(Refused):
    """Answered by 429; come back in `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("ratelimited")
        self.retry_after_s = retry_after_s


@dataclass
class Bucket:
    """Tokens that come back with time."""

    size: float
    per_s: float
    left: float
    at: float

    def take(self, now: float) -> float:
        """Takes a token; returns the seconds until there is one, 0 when it was taken."""
        self.left = min(self.size, self.left + (now - self.at) * self.per_s)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0
        return (1 - self.left) / self.per_s


@dataclass
class Pace:
    """The buckets of a workspace. Off by default; what a 429 asked for is watched in any case."""

    clock: Clock
    is_on: bool = False
    violations: list[str] = field(default_factory=list)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    barred: dict[str, float] = field(default_factory=dict)

    def admit(self, method: str, tier: int, channel: str) -> None:
        """Lets a call pass or refuses it with the seconds to wait."""
        now, key = self.clock(), self.key(method, channel)
        if (wait_s := self.barred.get(key, 0) - now) > 0:
            self.violations.append(f"{key} was called {wait_s:.1f} s before Retry-After ran out")
            raise RateLimited(math.ceil(wait_s))
        if not self.is_on:
            return
        for name, size, per_s in self._limits(method, tier, key):
            bucket = self.buckets.setdefault(name, Bucket(size, per_s, size, now))
            if (wait_s := bucket.take(now)) > 0:
                raise self.bar(key, math.ceil(wait_s))

    def bar(self, key: str, retry_after_s: int) -> RateLimited:
        """Notes that nobody may call until then; returns the refusal."""
        self.barred[key] = self.clock() + retry_after_s
        return RateLimited(retry_after_s)

    @staticmethod
    def key(method: str, channel: str) -> str:
        """What shares a limit: a method, and for postMessage the channel, too."""
        return f"{method} {channel}" if method == "chat.postMessage" else method

    @staticmethod
    def _limits(method: str, tier: int, key: str) -> list[tuple[str, float, float]]:
        if method == "chat.postMessage":
            return [(key, POST_BURST, 1.0), (method, POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60)]
        if tier == SPECIAL:
            return []
        return [(method, max(TIERS[tier], SOCKET_BURST), TIERS[tier] / 60)]

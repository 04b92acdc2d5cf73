"""Rate limits: 50 a second in all, buckets by route and channel, and a record of who did not wait."""

from dataclasses import dataclass, field

from tests.platforms.discord_errors import Json
from tests.platforms.discord_world import Clock

GLOBAL_A_SECOND = 50
IN_FLIGHT_S = 0.1
"""Another request this soon after a 429 may have been on its way already; the same one may not."""
CLOCK_SLACK_S = 0.02
INVALID = (401, 403, 429)

_LIMITS = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me": (1, 0.25),
    "PATCH /channels/{channel_id}": (5, 15.0),
    "POST /channels/{channel_id}/threads": (10, 10.0),
    "POST /users/@me/channels": (10, 10.0),
    "POST /webhooks/{webhook_id}/{token}": (5, 2.0),
}
_OTHERS = (50, 1.0)
_MAJOR = ("channel_id", "guild_id", "webhook_id", "token")


@dataclass(frozen=True)
class Asked:
    """A request as the limits see it."""

    route: str
    path: str
    major: str
    body_hash: int
    renames: bool = False

    @property
    def naming(self) -> tuple[str, str]:
        """Where a change of name counts beside."""
        return self.route, f"{self.major}:name"

    @property
    def bucket(self) -> tuple[str, str]:
        """Where it counts: its route, for its channel, server or webhook."""
        return self.route, self.major

    @property
    def is_interaction(self) -> bool:
        """Interactions' endpoints are outside the global limit."""
        return self.path.startswith(("/interactions/", "/webhooks/"))


def majors(path: dict[str, str]) -> str:
    """What separates buckets of one route."""
    return "+".join(path[name] for name in _MAJOR if name in path)


@dataclass
class Window:
    """A bucket's count until it is reset."""

    limit: int
    lasts_s: float
    ends_at: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        """Counts one request; false when there is no room."""
        if now >= self.ends_at:
            self.ends_at, self.used = now + self.lasts_s, 0
        self.used += self.used < self.limit + 1
        return self.used <= self.limit

    def headers(self, now: float) -> dict[str, str]:
        """What an answer says of it."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": f"{self.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, self.ends_at - now):.3f}",
        }


@dataclass(frozen=True)
class Violation:
    """A request sent again before its time."""

    route: str
    path: str
    early_s: float


@dataclass
class Limits:
    """All windows, the waits that were asked for, and what was not waited for."""

    clock: Clock
    on: bool = False
    rules: dict[str, tuple[int, float]] = field(default_factory=_LIMITS.copy)
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    everything: Window = field(default_factory=lambda: Window(GLOBAL_A_SECOND, 1.0))
    waits: dict[tuple[str, str], tuple[float, float, set[Asked]]] = field(default_factory=dict)
    """By bucket: until when, since when, and for which requests."""
    violations: list[Violation] = field(default_factory=list)
    invalid_requests: int = 0

    def refuse(self, asked: Asked) -> "tuple[Json, dict[str, str]] | None":
        """The body and headers of a 429, when a request comes too soon."""
        self._note_impatience(asked)
        if not self.on:
            return None
        now = self.clock.now()
        if not asked.is_interaction and not self.everything.take(now):
            return self.ask_to_wait(asked, self.everything.ends_at - now, everywhere=True)
        window = self._window(asked)
        if not window.take(now):
            return self.ask_to_wait(asked, window.ends_at - now)
        return None

    def headers(self, asked: Asked) -> dict[str, str]:
        """What goes with every answer while limits are on."""
        if not self.on or asked.path.startswith("/interactions/"):
            return {}
        bucket = {"X-RateLimit-Bucket": f"{abs(hash(asked.route)):x}"}
        return bucket | self._window(asked).headers(self.clock.now())

    def ask_to_wait(
        self, asked: Asked, seconds: float, *, everywhere: bool = False, naming: bool = False
    ) -> tuple[Json, dict[str, str]]:
        """A 429, remembered to see whether it is kept."""
        now, seconds = self.clock.now(), round(max(seconds, 0.001), 3)
        key = ("*", "") if everywhere else asked.naming if naming else asked.bucket
        _, _, before = self.waits.get(key, (0.0, 0.0, set()))
        self.waits[key] = (now + seconds, now, before | {asked})
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere, "code": 0}
        headers = {"Retry-After": f"{seconds:.3f}", "Via": "1.1 google", "X-RateLimit-Scope": "user"}
        return body, headers | ({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if everywhere else {})

    def _window(self, asked: Asked) -> Window:
        if asked.bucket not in self.windows:
            self.windows[asked.bucket] = Window(*self.rules.get(asked.route, _OTHERS))
        return self.windows[asked.bucket]

    def _note_impatience(self, asked: Asked) -> None:
        now = self.clock.now()
        for key in (asked.bucket, ("*", ""), *([asked.naming] if asked.renames else [])):
            until, since, told = self.waits.get(key, (0.0, 0.0, set()))
            if now >= until - CLOCK_SLACK_S:
                self.waits.pop(key, None)
            elif asked in told or now - since > IN_FLIGHT_S:
                self.violations.append(Violation(asked.route, asked.path, round(until - now, 3)))

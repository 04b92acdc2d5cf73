"""Rate limits: 30 messages a second in all, one a second in a chat, 20 a minute in a group; and who did not wait."""

import math
from dataclasses import dataclass, field

from tests.platforms.telegram_errors import Refused, too_many
from tests.platforms.telegram_world import Clock

OVERALL, A_CHAT, A_GROUP = (30, 30.0), (3, 1.0), (20, 20 / 60)
"""How many at once, and how many a second after that."""
IN_FLIGHT_S = 0.1
"""Another call this soon after a 429 may have been on its way already; the same one may not."""
_COUNTED = ("send", "copymessage", "forwardmessage", "editmessage")
_NOT_COUNTED = ("sendchataction",)


@dataclass(frozen=True)
class Sent:
    """A call as the limits see it."""

    bot: int
    chat: str
    method: str
    said: str
    messages: int = 1

    @property
    def is_counted(self) -> bool:
        """Whether it writes or edits."""
        name = self.method.lower()
        return name.startswith(_COUNTED) and name not in _NOT_COUNTED

    @property
    def place(self) -> tuple[int, str]:
        """Where a wait of its own would be running: its chat, or for what counts nowhere, its method."""
        return self.bot, self.chat if self.is_counted else self.method.lower()


@dataclass
class _Bucket:
    burst: int
    a_second: float
    level: float
    at: float

    def wait_s(self, now: float) -> float:
        """How long until there is room; 0 when there is."""
        self.level = min(self.burst, self.level + (now - self.at) * self.a_second)
        self.at = now
        return 0.0 if self.level >= 0.99 else (1 - self.level) / self.a_second


@dataclass
class Limits:
    """All limits; `pace` makes them so much wider."""

    clock: Clock
    on: bool = False
    pace: float = 1.0
    buckets: dict[tuple[int, str], _Bucket] = field(default_factory=dict)
    waits: dict[tuple[int, str], tuple[float, float, set[Sent]]] = field(default_factory=dict)
    """By bot and chat: until when, since when, and for which calls."""
    violations: list[str] = field(default_factory=list)

    def check(self, sent: Sent) -> None:
        """Raises 429 for a call that comes too soon."""
        self._must_have_waited(sent)
        if not self.on or not sent.is_counted:
            return
        now = self.clock()
        rules = {"*": OVERALL, sent.chat: A_GROUP if sent.chat.startswith("-") else A_CHAT}
        for place, rule in rules.items():
            if wait_s := self._bucket(sent.bot, place, rule).wait_s(now):
                raise self.ask_to_wait(sent, wait_s, everywhere=place == "*")
        for place in rules:
            self.buckets[sent.bot, place].level -= sent.messages

    def ask_to_wait(self, sent: Sent, seconds: float, *, everywhere: bool = False) -> Refused:
        """A 429, remembered to see whether it is kept."""
        now, whole = self.clock(), max(1, math.ceil(seconds))
        key = (sent.bot, "*") if everywhere else sent.place
        told = self.waits[key][2] if key in self.waits else set()
        self.waits[key] = (now + whole, now, told | {sent})
        return too_many(whole)

    def _must_have_waited(self, sent: Sent) -> None:
        now = self.clock()
        for key in (sent.place, (sent.bot, "*"))[: 1 + sent.is_counted]:
            until, since, told = self.waits.get(key, (0.0, 0.0, set()))
            if now >= until:
                self.waits.pop(key, None)
                continue
            if sent in told or now - since > IN_FLIGHT_S:
                early = f"{until - now:.1f} s before retry_after ran out"
                self.violations.append(f"{sent.method} to {sent.chat} was called {early}")
            raise too_many(math.ceil(until - now))

    def _bucket(self, bot: int, place: str, rule: tuple[int, float]) -> _Bucket:
        if (bot, place) not in self.buckets:
            burst, a_second = max(1, round(rule[0] * self.pace)), rule[1] * self.pace
            self.buckets[bot, place] = _Bucket(burst, a_second, burst, self.clock())
        return self.buckets[bot, place]

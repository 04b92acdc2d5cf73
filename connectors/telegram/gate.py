"""Keeps a bot within Telegram's rates, whoever writes by it: so many messages a second in all, and in each chat.

It lives in this process alone; what another one sends meets Telegram's own 429, which is kept here, too.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from core.errors import TemporaryError
from core.show import text

A_BOT_S = 1 / 25
"""Thirty messages a second to all (Bot API FAQ); a little less is surely let through."""
A_CHAT_S, A_GROUP_S = 1.0, 3.0
"""One message a second to a chat, twenty a minute to a group (Bot API FAQ)."""
_AT_ONCE = 2
"""A chat that has rested takes so many at once."""
_PATIENCE_S = 3.0
"""Whoever would have to wait longer is sent away, so that others are served meanwhile."""
_MOST_KNOWN = 10_000
_QUIET_S = 2.0
"""A chat nothing was sent to for so long cannot be why Telegram asks to wait: then it means the whole bot."""


@dataclass(slots=True)
class _Pace:
    """When the next message may go, were they spread evenly; and when the last one went."""

    next_s: float = 0.0
    last_s: float = float("-inf")


@dataclass(slots=True)
class Gate:
    """The way out to all chats of one bot."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _chats: dict[int, _Pace] = field(default_factory=dict)
    _all: _Pace = field(default_factory=_Pace)

    async def turn(self, chat: int, count: int = 1) -> None:
        """Returns when `count` messages may go to a chat. Raises TemporaryError where that takes too long."""
        now, own = self.clock(), self._pace(chat)
        a_chat_s = A_GROUP_S if chat < 0 else A_CHAT_S
        at = max(now, self._all.next_s, own.next_s - (_AT_ONCE - 1) * a_chat_s)
        if at - now > _PATIENCE_S:
            raise asked_to_wait(at - now)
        own.next_s = max(own.next_s, at) + count * a_chat_s
        self._all.next_s = max(self._all.next_s, at) + count * A_BOT_S
        own.last_s = at
        await self.sleep(at - now)

    def hold(self, chat: int, pause: timedelta) -> None:
        """Telegram has asked to wait after something for this chat."""
        now, own = self.clock(), self._pace(chat)
        until = now + pause.total_seconds()
        is_whole = now - own.last_s > _QUIET_S
        a_chat_s = A_GROUP_S if chat < 0 else A_CHAT_S
        own.next_s = max(own.next_s, until + (_AT_ONCE - 1) * a_chat_s)
        if is_whole:
            self._all.next_s = max(self._all.next_s, until)

    def _pace(self, chat: int) -> _Pace:
        if len(self._chats) > _MOST_KNOWN:
            now = self.clock()
            self._chats = {key: pace for key, pace in self._chats.items() if pace.next_s > now}
        return self._chats.setdefault(chat, _Pace())


def asked_to_wait(seconds: float) -> TemporaryError:
    """It is tried again after so long, and only this lane waits."""
    return TemporaryError(text("Telegram asks to wait."), retry_after=timedelta(seconds=seconds), is_alone=True)

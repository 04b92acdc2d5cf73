"""Brings payloads to the app: events up to four times until they are acknowledged, what people do only once."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.platforms.slack_world import Wire


class Undelivered(Exception):
    """The app did not take a payload; `is_final` when it asked not to be tried again."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True)
class Parcel:
    """A payload on its way. `kind`: events_api, slash_commands or interactive."""

    kind: str
    payload: Wire
    attempt: int = 0
    reason: str = ""


class Transport(Protocol):
    """A way to the app."""

    async def carry(self, parcel: Parcel, patience_s: float) -> Wire:
        """Brings a parcel and returns what the acknowledgement bears; raises Undelivered."""


@dataclass
class Deliveries:
    """All payloads on their way.

    Slack waits 3 s for an acknowledgement and tries events again at once, after one and after five minutes. Commands
    and interactions are not tried again: who acts sees a failure.
    """

    transport: Transport
    patience_s: float = 3.0
    retry_waits_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    taken: list[Wire] = field(default_factory=list)
    lost: list[Wire] = field(default_factory=list)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    to_hold: int = 0
    held: list[Wire] = field(default_factory=list)

    def tell(self, payload: Wire) -> None:
        """Sends an event on its way."""
        if self.to_hold:
            self.held.append(payload)
            if len(self.held) < self.to_hold:
                return
            self.to_hold, coming = 0, self.held[::-1]
            self.held = []
        else:
            coming = [payload]
        for one in coming:
            self.own(self._bring(one))

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Keeps a task until it is done."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _bring(self, payload: Wire) -> None:
        reason = ""
        for attempt, wait_s in enumerate((0.0, *self.retry_waits_s)):
            if wait_s:
                await asyncio.sleep(wait_s)
            try:
                await self.transport.carry(Parcel("events_api", payload, attempt, reason), self.patience_s)
                self.taken.append(payload)
                return
            except Undelivered as failure:
                reason = failure.reason
                if failure.is_final:
                    break
        self.lost.append(payload)

    async def ask(self, kind: str, payload: Wire) -> Wire:
        """Brings what somebody did; raises Undelivered."""
        return await self.transport.carry(Parcel(kind, payload), self.patience_s)

    async def stop(self) -> None:
        """Gives up all that is on its way."""
        for task in (coming := list(self.tasks)):
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)

"""What waits for a bot: its updates, given out again until a later call's offset confirms them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.telegram_errors import Json, Refused, conflict
from tests.platforms.telegram_world import Clock

KEPT_S = 24 * 3600
REMEMBERED = 1000
"""How many confirmed updates can be replayed."""
ASKED_FOR = ("chat_member", "message_reaction", "message_reaction_count")
"""Kinds that come only when allowed_updates names them."""
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True)
class Queued:
    """An update on its way."""

    id: int
    body: Json
    at: float

    def wire(self) -> Json:
        """As the bot gets it."""
        return {"update_id": self.id} | self.body


@dataclass
class Inbox:
    """A bot's updates: those that wait, and those it has confirmed."""

    clock: Clock
    last_id: int
    allowed: tuple[str, ...] = ()
    """Empty: all kinds but those that must be asked for."""
    waiting: list[Queued] = field(default_factory=list)
    confirmed: list[Queued] = field(default_factory=list)
    again: list[Queued] = field(default_factory=list)
    """Confirmed ones that come once more, whatever the offset says."""
    to_repeat: int = 0
    to_double: int = 0
    holds_message: bool = False
    held: list[Json] = field(default_factory=list)
    poller: "asyncio.Future[None] | None" = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, kind: str, payload: Any) -> None:
        """Adds an update of a kind the bot wants to hear of."""
        wanted = kind in self.allowed if self.allowed else kind not in ASKED_FOR
        if not wanted:
            return
        body = {kind: payload}
        if kind == "message" and self.holds_message:
            self.holds_message = False
            self.held.append(body)
            return
        self.put_raw(body)
        if self.to_double:
            self.to_double -= 1
            self.put_raw(body)
        if kind == "edited_message":
            late, self.held = self.held, []
            for one in late:
                self.put_raw(one)

    def put_raw(self, body: Json) -> None:
        """Adds an update as it stands."""
        self.last_id += 1
        self.waiting.append(Queued(self.last_id, body, self.clock()))
        self._wake()

    def replay(self, count: int) -> None:
        """Gives the last confirmed updates out once more, under their old numbers."""
        self.again += self.confirmed[-count:]
        self._wake()

    def _wake(self) -> None:
        self.arrived.set()
        if self.poller is not None and not self.poller.done():
            self.poller.set_result(None)

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Waits for updates; a second poller ends the first one's wait with 409."""
        self.end_poll(conflict(OTHER_POLLER))
        self.confirm(offset)
        if timeout_s and not self.due(limit):
            mine = self.poller = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout_s):
                    await mine
            except TimeoutError:
                return []
            finally:
                self.poller = None if self.poller is mine else self.poller
        found = self.due(limit)
        self.again = self.again[limit:]
        return [update.wire() for update in found]

    def end_poll(self, why: Refused) -> None:
        """Ends a wait that is going on."""
        if self.poller is not None and not self.poller.done():
            self.poller.set_exception(why)

    def due(self, limit: int) -> list[Queued]:
        """What comes next, oldest first."""
        oldest = self.clock() - KEPT_S
        self.waiting = [update for update in self.waiting if update.at > oldest]
        return (self.again + self.waiting)[:limit]

    def confirm(self, offset: int) -> None:
        """Forgets all before the offset; a negative one keeps only so many of the newest."""
        if offset < 0:
            offset = self.waiting[offset:][0].id if self.waiting else 0
        gone = [update for update in self.waiting if update.id < offset]
        self.waiting = self.waiting[len(gone) :]
        self.confirmed = (self.confirmed + gone)[-REMEMBERED:]
        repeated = gone[: self.to_repeat]
        self.to_repeat -= len(repeated)
        self.again += repeated

    def taken(self, update: Queued) -> None:
        """A webhook has taken an update: it is confirmed."""
        if self.again[:1] == [update]:
            del self.again[0]
        else:
            self.confirm(update.id + 1)

    def drop(self) -> None:
        """Forgets all that waits."""
        self.waiting, self.again = [], []

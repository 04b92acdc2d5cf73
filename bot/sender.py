"""Sends what is waiting, with no transaction open while it talks to a platform."""

import asyncio
import logging
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from core import carrying, lanes, outbox, showing
from core.actor import SYSTEM
from core.bus import Bus
from core.connector import Found, Sent
from core.desk import Desk
from core.errors import AddressGone, DeskbellError, HeldUp, PermanentError, TemporaryError
from core.lanes import Rest, no_rest
from core.outbox import Claimed
from core.store import Desks

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")
Taken = TypeVar("Taken", contravariant=True)
_LONGEST_SLEEP_S = 5.0
_SHORTEST_SLEEP_S = 0.02
_SEND_S, _FIND_S = 60.0, 25.0
"""A platform that has not taken something within this time is given up; whether it heard us is then asked. Both
together are less than a lane is leased for."""
_AT_ONCE = 6
"""Lanes served at the same time: a slow answer in one holds up no other."""


class Destination(Protocol[Taken]):
    """What a sender needs of a connector or room."""

    async def send(self, thing: Taken, /) -> Sent:
        """Sends one thing."""

    async def find(self, thing: Taken, /) -> Sent | Found:
        """Asks whether one arrived."""


Patience = Callable[[Thing], float]
"""How many seconds longer than usual something may take to be sent: large files do."""


def no_longer(thing: object) -> float:
    """For what is small."""
    return 0.0


Reading = Callable[[Desk, Claimed], Thing]
"""How claimed deliveries become the one thing their destination sends."""


@dataclass(frozen=True, slots=True)
class _Work(Generic[Thing]):
    """A lane that was leased, and what of it is to be sent; nothing where it cannot even be read."""

    lane: str
    claimed: Claimed | None
    thing: Thing | None


class Sender(Generic[Thing]):
    """Serves the lanes of one destination, several at once, one delivery of a lane at a time."""

    def __init__(
        self,
        desks: Desks,
        bus: Bus,
        name: str,
        destination: Destination[Thing],
        read: "Reading[Thing]",
        *,
        rest: Rest = no_rest,
        longer: "Patience[Thing]" = no_longer,
        alone: bool = False,
    ) -> None:
        self._desks, self._bus, self._name, self._destination, self._read = desks, bus, name, destination, read
        self._rest, self._longer, self._alone = rest, longer, alone

    async def run(self) -> None:
        """Sends until cancelled; sleeps until there is something to send.

        Where no other process can send, what an earlier life of this one held is free at once.
        """
        if self._alone:
            await self._desks.change(SYSTEM, lambda desk: lanes.take_over(desk, self._name))
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._serve())

    async def _serve(self) -> None:
        async with self._bus.listening(f"outbox:{self._name}") as ear:
            while True:
                while await self.send_some():
                    pass
                await ear.wait(await self._sleep_s())

    async def _sleep_s(self) -> float:
        coming = await self._desks.read(SYSTEM, lambda desk: lanes.next_at(desk, self._name))
        if coming is None:
            return _LONGEST_SLEEP_S
        return min(_LONGEST_SLEEP_S, max(_SHORTEST_SLEEP_S, (coming - self._desks.clock()).total_seconds()))

    async def send_some(self) -> bool:
        """Serves one lane by one delivery and what joins it; False when no lane can be served now."""
        holder = uuid.uuid4().hex
        work = await self._desks.change(SYSTEM, lambda desk: self._take_on(desk, holder))
        if work is None:
            return False
        try:
            if work.claimed is not None and work.thing is not None:
                await self._deliver(work.claimed, work.thing)
        finally:
            await self._desks.change(SYSTEM, lambda desk: lanes.release(desk, work.lane, holder))
        return True

    def _take_on(self, desk: Desk, holder: str) -> "_Work[Thing] | None":
        lane = lanes.lease(desk, self._name, holder, self._rest)
        if lane is None:
            return None
        claimed = showing.claim(desk, lane, holder)
        thing = None if claimed is None else self._read_or_fail(desk, claimed)
        if thing is not None and (longer := self._longer(thing)):
            lanes.keep_longer(desk, lane, holder, timedelta(seconds=longer))
        return _Work(lane, claimed, thing)

    def _read_or_fail(self, desk: Desk, claimed: Claimed) -> Thing | None:
        """What cannot even be put into words (a note for a customer, a row that is gone) has failed for good."""
        try:
            return self._read(desk, claimed)
        except (DeskbellError, LookupError, ValueError) as error:
            log.warning("delivery %s cannot be put into words (%s)", claimed.ids[0], type(error).__name__)
            for delivery_id in claimed.ids:
                outbox.failed(desk, delivery_id, str(error))
            return None

    async def _deliver(self, claimed: Claimed, thing: Thing) -> None:
        """Sends one thing; one that was under way before is first asked for."""
        if claimed.was_sending and not await self._may_go(claimed, thing):
            return
        try:
            async with asyncio.timeout(_SEND_S + self._longer(thing)):
                sent = await self._destination.send(thing)
        except TemporaryError as error:
            await self._put_off(claimed, error)
        except AddressGone as error:
            await self._each(claimed, carrying.shut, str(error))
        except PermanentError as error:
            await self._each(claimed, outbox.failed, str(error))
        except Exception as error:
            log.warning("delivery %s: nobody knows whether it arrived (%s)", claimed.ids[0], type(error).__name__)
            if await self._may_go(claimed, thing):
                await self._put_off(claimed, TemporaryError(outbox.LOST))
        else:
            await self._each(claimed, showing.sent, sent)

    async def _may_go(self, claimed: Claimed, thing: Thing) -> bool:
        """Whether an earlier try did not arrive; settles what is known otherwise, asks later where nobody answers."""
        try:
            async with asyncio.timeout(_FIND_S):
                found = await self._destination.find(thing)
        except PermanentError as error:
            await self._each(claimed, outbox.failed, str(error))
            return False
        except Exception as error:
            why = error if isinstance(error, TemporaryError) else TemporaryError(outbox.LOST)
            await self._ask_later(claimed, why)
            return False
        match found:
            case Found.ABSENT:
                return True
            case Sent():
                await self._each(claimed, showing.sent, found)
            case Found.UNKNOWN:
                await self._each(claimed, outbox.uncertain, str(TemporaryError(outbox.LOST)))
        return False

    async def _each(self, claimed: Claimed, settle: Callable[[Desk, int, Taken], object], how: Taken) -> None:
        """Settles all that went out as one, in one transaction."""

        def body(desk: Desk) -> None:
            for delivery_id in claimed.ids:
                settle(desk, delivery_id, how)

        await self._desks.change(SYSTEM, body)

    async def _put_off(self, claimed: Claimed, error: TemporaryError) -> None:
        asked, chance = _asked(error), random.random()
        if isinstance(error, HeldUp):
            waited = self._desks.clock() - claimed.delivery.created_at
            if waited >= HeldUp.MOST:
                await self._each(claimed, outbox.failed, str(error))
                return
            asked = error.pause(waited)

        def body(desk: Desk) -> None:
            for delivery_id in claimed.ids:
                outbox.put_off(
                    desk, delivery_id, str(error), retry_after=asked, chance=chance, alone=error.is_alone
                )  # fmt: skip

        await self._desks.change(SYSTEM, body)

    async def _ask_later(self, claimed: Claimed, error: TemporaryError) -> None:
        asked, chance = _asked(error), random.random()
        await self._desks.change(
            SYSTEM, lambda desk: outbox.ask_later(desk, claimed.ids, str(error), retry_after=asked, chance=chance)
        )


def _asked(error: TemporaryError) -> timedelta | None:
    """How long the platform wants us to wait, when it said so."""
    return error.retry_after if error.is_alone or error.retry_after > timedelta(seconds=1) else None

"""Sends what is waiting, with no transaction open while it talks to a platform."""

import asyncio
import logging
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from core import outbox, showing
from core.actor import SYSTEM
from core.bus import Bus
from core.connector import Found, Sent
from core.desk import Desk
from core.errors import PermanentError, TemporaryError
from core.models import Delivery
from core.outbox import Claimed
from core.store import Desks

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")
Taken = TypeVar("Taken", contravariant=True)
_LONGEST_SLEEP_S = 5.0
_SEND_S = 45.0
"""A platform that does not answer within this time is given up; whether it heard us is then asked."""


class Destination(Protocol[Taken]):
    """What a sender needs of a connector or room."""

    async def send(self, thing: Taken, /) -> Sent:
        """Sends one thing."""

    async def find(self, thing: Taken, /) -> Sent | Found:
        """Asks whether one arrived."""


Reading = Callable[[Desk, Delivery], Thing]
"""How a delivery's row becomes what its destination sends."""


class Sender(Generic[Thing]):
    """Serves the lanes of one destination, one delivery of a lane at a time."""

    def __init__(
        self,
        desks: Desks,
        bus: Bus,
        name: str,
        destination: Destination[Thing],
        read: "Reading[Thing]",
    ) -> None:
        self._desks, self._bus, self._name, self._destination, self._read = desks, bus, name, destination, read
        self._holder = uuid.uuid4().hex

    async def run(self) -> None:
        """Sends until cancelled; sleeps until there is something to send."""
        async with self._bus.listening(f"outbox:{self._name}") as ear:
            while True:
                while await self.send_some():
                    pass
                await ear.wait(await self._sleep_s())

    async def _sleep_s(self) -> float:
        coming = await self._desks.read(SYSTEM, lambda desk: outbox.next_at(desk, self._name))
        if coming is None:
            return _LONGEST_SLEEP_S
        return min(_LONGEST_SLEEP_S, max(0.05, (coming - self._desks.clock()).total_seconds()))

    async def send_some(self) -> bool:
        """Serves one lane by one delivery; False when no lane can be served now."""
        lane = await self._desks.change(SYSTEM, lambda desk: outbox.lease(desk, self._name, self._holder))
        if lane is None:
            return False
        try:
            claimed = await self._desks.change(SYSTEM, lambda desk: self._claim(desk, lane))
            if claimed is not None:
                await self._deliver(*claimed)
        finally:
            await self._desks.change(SYSTEM, lambda desk: outbox.release(desk, lane, self._holder))
        return True

    def _claim(self, desk: Desk, lane: str) -> tuple[Claimed, Thing] | None:
        claimed = showing.claim(desk, lane, self._holder)
        return None if claimed is None else (claimed, self._read(desk, claimed.delivery))

    async def _deliver(self, claimed: Claimed, thing: Thing) -> None:
        """Sends one thing; one that was under way before is first asked for."""
        delivery_id = claimed.delivery.id
        if claimed.was_sending and not await self._is_absent(delivery_id, thing):
            return
        try:
            async with asyncio.timeout(_SEND_S):
                sent = await self._destination.send(thing)
        except TemporaryError as error:
            await self._put_off(delivery_id, error)
        except PermanentError as error:
            why = str(error)
            await self._desks.change(SYSTEM, lambda desk: outbox.failed(desk, delivery_id, why))
        except Exception as error:
            log.warning("delivery %s: nobody knows whether it arrived (%s)", delivery_id, type(error).__name__)
            await self._ask(delivery_id, thing, type(error).__name__)
        else:
            await self._desks.change(SYSTEM, lambda desk: showing.sent(desk, delivery_id, sent.external_id))

    async def _is_absent(self, delivery_id: int, thing: Thing) -> bool:
        """Whether the platform says that an earlier try did not arrive; settles what it knows otherwise."""
        async with asyncio.timeout(_SEND_S):
            found = await self._destination.find(thing)
        match found:
            case Found.ABSENT:
                return True
            case Sent(external_id):
                await self._desks.change(SYSTEM, lambda desk: showing.sent(desk, delivery_id, external_id))
            case Found.UNKNOWN:
                why = "the answer was lost"
                await self._desks.change(SYSTEM, lambda desk: outbox.uncertain(desk, delivery_id, why))
        return False

    async def _ask(self, delivery_id: int, thing: Thing, why: str) -> None:
        """After an answer that says nothing: asks, and tries again later where it did not arrive."""
        try:
            absent = await self._is_absent(delivery_id, thing)
        except Exception:
            absent = False
            await self._desks.change(SYSTEM, lambda desk: outbox.uncertain(desk, delivery_id, why))
        if absent:
            await self._desks.change(
                SYSTEM, lambda desk: outbox.put_off(desk, delivery_id, why, retry_after=None, chance=random.random())
            )

    async def _put_off(self, delivery_id: int, error: TemporaryError) -> None:
        asked = error.retry_after if error.retry_after > timedelta(seconds=1) else None
        why, chance = str(error), random.random()
        await self._desks.change(
            SYSTEM, lambda desk: outbox.put_off(desk, delivery_id, why, retry_after=asked, chance=chance)
        )

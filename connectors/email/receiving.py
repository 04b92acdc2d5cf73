"""Takes a mail in: kept whole beside its message, acknowledged after the commit, never lost for its own content."""

import asyncio

from connectors.email import inbound
from connectors.email.reading import read
from core import files, intake
from core.actor import SYSTEM
from core.connector import Described, Said
from core.desk import Desk
from core.errors import UserError
from core.files import Store
from core.receipt import Receipt, Source
from core.store import Desks

_AT_ONCE = 2
"""Mails read at the same time; a large one takes memory several times its size."""


class Receiving:
    """The way in of one mailbox."""

    def __init__(self, channel: Described, desks: Desks, store: Store) -> None:
        self._source = Source(channel.id, channel.kind, channel.team_id)
        self._domain = str(channel.settings.get("address", "")).rpartition("@")[2]
        self._desks, self._store = desks, store
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def take(self, raw: bytes) -> Receipt:
        """Takes one mail in; the same again finds the first. Raises TemporaryError where it must be tried again."""
        async with self._reading:
            mail = await asyncio.to_thread(read, raw)
            if await self._desks.read(SYSTEM, lambda desk: intake.is_known(desk, self._source, mail.message_id)):
                return Receipt(is_repeat=True)
            parcels = await asyncio.to_thread(inbound.parcels, mail, raw)
            taken = [(each.name, await asyncio.to_thread(self._store.take, each.content)) for each in parcels]

        def keep(desk: Desk) -> tuple[int, ...]:
            return tuple(files.keep(desk, each, name) for name, each in taken)

        kept = await self._desks.change(SYSTEM, keep)
        said = await asyncio.to_thread(inbound.said, mail, self._domain, now=self._desks.clock(), files=kept)
        return await self._taken_in(said, raw)

    async def _taken_in(self, said: Said, raw: bytes) -> Receipt:
        try:
            return await intake.take_in(self._desks, self._source, said)
        except UserError as error:
            why = error
        await self._desks.change(SYSTEM, lambda desk: intake.put_aside(desk, self._source, said.key, raw, why))
        return Receipt(is_quarantined=True)

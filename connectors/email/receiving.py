"""Takes a mail in: kept whole beside its message, acknowledged after the commit, never lost for its own content."""

import asyncio

from connectors.email import inbound
from connectors.email.inbound import Box, Came
from connectors.email.proof import Proof
from connectors.email.reading import Mail, read
from core import files, intake, teams
from core.actor import SYSTEM
from core.connector import Answered, Bounced, Described, Said
from core.desk import Desk
from core.errors import Unreadable, UserError
from core.files import Store
from core.receipt import Receipt, Source
from core.show import text
from core.store import Desks

_AT_ONCE = 2
"""Mails read at the same time; a large one takes memory several times its size."""
_LOOP = text("It has come round in a loop: this desk sent it by itself, or too many servers have passed it on.")


class Receiving:
    """The way in of one mailbox."""

    def __init__(self, channel: Described, desks: Desks, store: Store, secret: str) -> None:
        settings = channel.settings
        trusted = tuple(str(settings.get("trusted_servers", "")).replace(",", " ").split())
        self._box = Box(str(settings.get("address", "")), Proof(secret), trusted)
        self._source = Source(channel.id, channel.kind, channel.team_id)
        self._desks, self._store = desks, store
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def take(self, raw: bytes, *, history: bool = False) -> Receipt:
        """Takes one mail in; the same again finds the first. Raises TemporaryError where it must be tried again.

        With `history` it is of the past: kept with its own date, and nothing follows from it.
        """
        async with self._reading:
            mail = await asyncio.to_thread(read, raw)
            if await self._is_known(mail.message_id):
                return Receipt(is_repeat=True)
            if inbound.is_loop(mail, self._box):
                return await self._put_aside(mail, raw, Unreadable(_LOOP))
            came = Came(self._desks.clock(), is_history=history)
            lost = None if history else inbound.bounced(mail, self._box, came)
            if lost is not None:
                return await self._take_in(lost, raw)
            came = Came(came.now, await self._kept(mail, raw), history, await self._is_from_agent(mail))
            said = await asyncio.to_thread(inbound.said, mail, self._box, came)
        return await self._take_in(said, raw)

    async def take_sent(self, raw: bytes) -> Receipt:
        """Takes in a mail one of us has sent by a program of their own; what answers no ticket is not kept."""
        async with self._reading:
            mail = await asyncio.to_thread(read, raw)
            if self._box.proof.is_own_id(mail.message_id) or await self._is_known(mail.message_id):
                return Receipt(is_repeat=True)
            came = Came(self._desks.clock())
            answered = await asyncio.to_thread(inbound.answered, mail, self._box, came)
            if not await self._desks.read(SYSTEM, lambda desk: intake.answers_something(desk, self._source, answered)):
                return Receipt()
            came = Came(came.now, await self._kept(mail, raw))
            answered = await asyncio.to_thread(inbound.answered, mail, self._box, came)
        return await self._take_in(answered, raw)

    async def _is_known(self, message_id: str) -> bool:
        return await self._desks.read(SYSTEM, lambda desk: intake.is_known(desk, self._source, message_id))

    async def _is_from_agent(self, mail: Mail) -> bool:
        address = mail.author.address
        return await self._desks.read(SYSTEM, lambda desk: teams.agent_of_address(desk, address) is not None)

    async def _kept(self, mail: Mail, raw: bytes) -> tuple[int, ...]:
        """Its files and itself, in the store before any message speaks of them."""
        parcels = await asyncio.to_thread(inbound.parcels, mail, raw)
        taken = [(each.name, await asyncio.to_thread(self._store.take, each.content)) for each in parcels]

        def keep(desk: Desk) -> tuple[int, ...]:
            return tuple(files.keep(desk, each, name) for name, each in taken)

        return await self._desks.change(SYSTEM, keep)

    async def _take_in(self, what: Said | Answered | Bounced, raw: bytes) -> Receipt:
        try:
            return await intake.take_in(self._desks, self._source, what)
        except UserError as error:
            why = error
        await self._desks.change(SYSTEM, lambda desk: intake.refuse(desk, self._source, what, why))
        return Receipt(is_quarantined=True)

    async def _put_aside(self, mail: Mail, raw: bytes, error: Unreadable) -> Receipt:
        said = inbound.said(mail, self._box, Came(self._desks.clock(), await self._kept(mail, raw)))
        await self._desks.change(SYSTEM, lambda desk: intake.refuse(desk, self._source, said, error))
        return Receipt(is_quarantined=True)

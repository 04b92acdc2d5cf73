"""Takes mails in: kept whole beside their messages, acknowledged after the commit, never lost for their content.

What waits at the same time is taken in together, in the order it came: one transaction for many mails.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from connectors.email import inbound
from connectors.email.inbound import Box, Came, Parcel
from connectors.email.proof import Proof
from connectors.email.reading import Mail, read
from core import files, intake, teams
from core.actor import SYSTEM
from core.connector import Answered, Bounced, Described, Said
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError, Unreadable, UserError
from core.files import Store, Taken
from core.receipt import Receipt, Source
from core.show import text
from core.store import Desks

_TOGETHER, _BYTES_TOGETHER = 32, 8 * 1024 * 1024
"""Mails that are taken in together at most, and how large they are; a large one takes memory several times its size."""
_LOOP = text("It has come round in a loop: this desk sent it by itself, or too many servers have passed it on.")


_Key = tuple[str, str, str]
"""What tells mails apart: their ids, and who says what, since programs give out ids that are none."""


@dataclass(slots=True)
class _Waiting:
    """A mail that waits to be taken in, and who waits for it."""

    raw: bytes
    is_history: bool
    done: asyncio.Future[Receipt] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class _Read:
    """What a mail says, with its files in the store; they have no ids yet."""

    says: Said | Bounced
    files: Sequence[tuple[str, Taken]] = ()
    why_aside: Unreadable | None = None
    passed_on: Said | None = None
    """What it says where an agent has sent it, who only passes it on."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Mails that are taken in together, and what they say by their ids, once they are read."""

    mails: Sequence[_Waiting]
    read: asyncio.Future[tuple[list[_Key], dict[_Key, _Read]]]


class Receiving:
    """The way in of one mailbox."""

    def __init__(self, channel: Described, desks: Desks, store: Store, secret: str) -> None:
        settings = channel.settings
        trusted = tuple(str(settings.get("trusted_servers", "")).replace(",", " ").split())
        self._box = Box(str(settings.get("address", "")), Proof(secret), trusted)
        self._source = Source(channel.id, channel.kind, channel.team_id)
        self._desks, self._store = desks, store
        self._waiting: deque[_Waiting] = deque()
        self._working: asyncio.Task[None] | None = None

    async def take(self, raw: bytes, *, history: bool = False) -> Receipt:
        """Takes one mail in; the same again finds the first. Raises TemporaryError where it must be tried again.

        With `history` it is of the past: kept with its own date, and nothing follows from it.
        """
        waiting = _Waiting(raw, history)
        self._waiting.append(waiting)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="taking mails in")
        return await waiting.done

    async def _work(self) -> None:
        """Takes in all that waits, as much together as may be; what comes next is read while this is written."""
        batch = self._next()
        while batch is not None:
            await asyncio.wait((batch.read,))
            coming = self._next()
            await self._written(batch)
            batch = coming or self._next()

    def _next(self) -> _Batch | None:
        if not self._waiting:
            return None
        mails, loop = self._together(), asyncio.get_running_loop()
        return _Batch(mails, loop.run_in_executor(None, self._all_read, mails, self._desks.clock()))

    def _together(self) -> list[_Waiting]:
        batch = [self._waiting.popleft()]
        size = len(batch[0].raw)
        while self._waiting and len(batch) < _TOGETHER:
            size += len(self._waiting[0].raw)
            if size > _BYTES_TOGETHER or self._waiting[0].is_history != batch[0].is_history:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _written(self, batch: _Batch) -> None:
        try:
            keys, ready = batch.read.result()
            receipts = dict(zip(ready, await self._take_in(list(ready.values())), strict=True))
        except Exception as error:
            _tell_all(batch.mails, error)
            return
        for each, key in zip(batch.mails, keys, strict=True):
            _tell(each, receipts.pop(key, Receipt(is_repeat=True)))

    def _all_read(self, batch: Sequence[_Waiting], now: datetime) -> tuple[list[_Key], dict[_Key, _Read]]:
        """The ids of mails in their order, and what they say by their ids, the same one once."""
        keys: list[_Key] = []
        ready: dict[_Key, _Read] = {}
        for each in batch:
            mail = read(each.raw)
            keys.append((mail.message_id, mail.author.address, mail.text))
            if keys[-1] not in ready and not self._box.proof.is_own_id(mail.message_id):  # ours, come back: known
                ready[keys[-1]] = self._one_read(mail, each.raw, Came(now, each.is_history))
        return keys, ready

    def _one_read(self, mail: Mail, raw: bytes, came: Came) -> _Read:
        """What of a mail takes time without the store: its words are looked for, and its files put on disk."""
        lost = None if came.is_history else inbound.bounced(mail, self._box, came)
        if lost is not None:
            return _Read(lost)
        aside = Unreadable(_LOOP) if inbound.is_loop(mail, self._box) else None
        by_agent = replace(came, is_from_agent=True)
        passed_on = inbound.said(mail, self._box, by_agent) if inbound.is_passed_on(mail) else None
        said = inbound.said(mail, self._box, came)
        return _Read(said, self._stored(inbound.parcels(mail, raw)), aside, passed_on)

    def _stored(self, parcels: Sequence[Parcel]) -> list[tuple[str, Taken]]:
        taken = self._store.take_all([each.content for each in parcels])
        return [(each.name, one) for each, one in zip(parcels, taken, strict=True)]

    async def _take_in(self, ready: Sequence[_Read]) -> list[Receipt]:
        """In one transaction; where one of them stands in the way, each in its own."""

        def together(desk: Desk) -> list[Receipt]:
            return [self._received(desk, each) for each in _all_meant(desk, ready)]

        if any(each.why_aside for each in ready):
            return [await self._one(each) for each in ready]
        try:
            return await self._desks.change(intake.actor(self._source), together) if ready else []
        except TemporaryError:
            raise
        except (DeskbellError, *intake.ODD):
            return [await self._one(each) for each in ready]

    def _received(self, desk: Desk, what: Said | Bounced) -> Receipt:
        receipt = intake.receive(desk, self._source, what)
        if receipt.is_repeat:
            _let_go(desk, what)
        return receipt

    async def _one(self, each: _Read) -> Receipt:
        """Takes in one mail; what fails for its own content goes to quarantine."""
        what = await self._desks.change(SYSTEM, lambda desk: _all_meant(desk, [each])[0])
        why: UserError | None = each.why_aside
        if why is None:
            try:
                receipt = await intake.take_in(self._desks, self._source, what)
                if receipt.is_repeat:
                    await self._desks.change(SYSTEM, lambda desk: _let_go(desk, what))
                return receipt
            except UserError as error:
                why = error
        await self._desks.change(SYSTEM, lambda desk: self._refused(desk, what, why))
        return Receipt(is_quarantined=True)

    def _refused(self, desk: Desk, what: Said | Bounced, why: UserError) -> None:
        intake.refuse(desk, self._source, what, why)
        _let_go(desk, what)

    async def take_sent(self, raw: bytes) -> Receipt:
        """Takes in a mail one of us has sent by a program of their own; what answers no ticket is not kept."""
        mail = await asyncio.to_thread(read, raw)
        if self._box.proof.is_own_id(mail.message_id):
            return Receipt(is_repeat=True)
        came = Came(self._desks.clock())
        answered = await asyncio.to_thread(inbound.answered, mail, self._box, came)
        if not await self._desks.read(SYSTEM, lambda desk: intake.answers_something(desk, self._source, answered)):
            return Receipt()
        taken = await asyncio.to_thread(lambda: self._stored(inbound.parcels(mail, raw)))

        def keep(desk: Desk) -> Answered:
            return replace(answered, files=tuple(files.keep_all(desk, taken)))

        whole = await self._desks.change(SYSTEM, keep)
        return await intake.take_in(self._desks, self._source, whole)


def _all_meant(desk: Desk, ready: Sequence[_Read]) -> list[Said | Bounced]:
    """What mails say, with all their files noted in the same transaction."""
    ids = iter(files.keep_all(desk, [each for one in ready for each in one.files]))
    return [_meant(desk, each, tuple(islice(ids, len(each.files)))) for each in ready]


def _meant(desk: Desk, each: _Read, kept: tuple[int, ...]) -> Said | Bounced:
    if isinstance(each.says, Bounced):
        return each.says
    if each.passed_on is not None and _is_agents(desk, each.passed_on):
        return replace(each.passed_on, files=kept)
    return replace(each.says, files=kept)


def _is_agents(desk: Desk, passed_on: Said) -> bool:
    letter = passed_on.letter
    return letter is not None and teams.agent_of_address(desk, letter.forwarder) is not None


def _let_go(desk: Desk, what: Said | Bounced) -> None:
    """What came again needs no files once more."""
    if isinstance(what, Said):
        files.let_go(desk, what.files)


def _tell(waiting: _Waiting, receipt: Receipt) -> None:
    if not waiting.done.done():
        waiting.done.set_result(receipt)


def _tell_all(batch: Sequence[_Waiting], error: Exception) -> None:
    for each in batch:
        if not each.done.done():
            each.done.set_exception(error)

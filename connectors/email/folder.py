"""Reads one folder of a mailbox: what is new by UID, from the last one read; a mail counts as read when it is kept."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from connectors.email.connection import Connection
from connectors.email.imap import Head, Selected
from connectors.email.place import Place, arrived_since, day, portions
from connectors.email.reading import LARGEST, read
from connectors.email.taking import Take, Taking
from connectors.email.troubles import NotGiven
from core import kept
from core.actor import SYSTEM
from core.receipt import Receipt
from core.store import Desks

log = logging.getLogger(__name__)

A_BATCH, MATCHED = 50, 1_000
"""How many mails are noted as read together; how many are looked at where a server counts anew."""
_TOGETHER = 8 * 1024 * 1024
_TRIES = 3
Told = Callable[[int, int], Awaitable[None]]
"""Hears how many mails were taken, and how many still wait."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read, and what becomes of it."""

    channel_id: int
    folder: str
    take: Take
    since: date | None = None
    """Older mails from this day on are taken, too."""
    marks_seen: bool = False
    notes_large: bool = True
    """Whether somebody is told of a mail that is too large."""


class Folder:
    """One folder."""

    def __init__(self, reading: Reading, taking: Taking, desks: Desks, told: Told) -> None:
        self._reading, self._taking, self._desks, self._told = reading, taking, desks, told
        self._name = f"mailbox:{reading.channel_id}:{reading.folder}"
        self._refused: Counter[int] = Counter()

    @property
    def name(self) -> str:
        """What its server calls it."""
        return self._reading.folder

    async def look(self, connection: Connection) -> None:
        """Takes all that is new, then older mails where these are wanted."""
        place = await self._new(connection, await self._opened(connection))
        while not place.is_old_done:
            place = await self._new(connection, await self._old(connection, place))

    async def is_moved(self, connection: Connection) -> bool:
        """Whether something is new there, while another folder is open."""
        validity, following = await connection.do(lambda link: link.ahead(self.name))
        place = await self._place()
        return place is None or place.validity != validity or not following or following > place.last + 1

    async def _opened(self, connection: Connection) -> Place:
        reading = self._reading
        selected = await connection.do(
            lambda link: (
                link.selected
                if link.selected is not None and link.selected.folder == reading.folder
                else link.select(reading.folder, writes=reading.marks_seen)
            )
        )
        place = await self._place()
        if place is None:
            place = await self._keep(Place(selected.validity, selected.last, self._desks.clock()))
        if place.validity != selected.validity:
            place = await self._matched(connection, place, selected)
        if place.since != day(reading.since):
            end = place.last if reading.since else 0
            place = await self._keep(replace(place, since=day(reading.since), old_at=0, old_end=end))
        return place

    async def _place(self) -> Place | None:
        said = await self._desks.read(SYSTEM, lambda desk: kept.read(desk, self._name))
        return Place.unpacked(said) if said else None

    async def _keep(self, place: Place) -> Place:
        await self._desks.change(SYSTEM, lambda desk: kept.keep(desk, self._name, place.packed()))
        return place

    async def _new(self, connection: Connection, place: Place) -> Place:
        while uids := await connection.do(lambda link: link.after(place.last)):  # noqa: B023 (asked at once)
            batch = uids[:A_BATCH]
            await self._take_all(connection, batch, self._reading.take, place.validity)
            place = await self._keep(replace(place, last=batch[-1]))
            await self._told(len(batch), len(uids) - len(batch))
        return place

    async def _old(self, connection: Connection, place: Place) -> Place:
        """A batch of those that were there before."""
        since = self._reading.since
        assert since is not None
        uids = await connection.do(lambda link: link.between(place.old_at, place.old_end, since))
        batch = uids[:A_BATCH]
        await self._take_all(connection, batch, self._taking.take_old, place.validity)
        await self._told(len(batch), 0)
        return await self._keep(replace(place, old_at=batch[-1] if batch else place.old_end))

    async def _matched(self, connection: Connection, place: Place, selected: Selected) -> Place:
        """The server counts anew: of the last mails those are taken that came since we watch and are not known."""
        uids = (await connection.do(lambda link: link.after(0)))[-MATCHED:]
        heads = await connection.do(lambda link: link.heads(uids)) if uids else {}
        new = await self._unknown(heads, place)
        log.warning("a mailbox counts anew: %d mails looked at, %d of them new", len(heads), len(new))
        for begin in range(0, len(new), A_BATCH):
            await self._take_all(connection, new[begin : begin + A_BATCH], self._reading.take, selected.validity)
        last = max([selected.last, *uids])
        return await self._keep(Place(selected.validity, last, place.began, place.since, 0, last if place.since else 0))

    async def _unknown(self, heads: dict[int, Head], place: Place) -> list[int]:
        mails = {uid: read(head.raw) for uid, head in heads.items()}
        unknown = await self._taking.unknown([mail.message_id for mail in mails.values()])
        return [
            uid
            for uid, mail in sorted(mails.items())
            if mail.message_id in unknown and arrived_since(place.began, heads[uid].arrived, mail.date)
        ]

    async def _take_all(self, connection: Connection, uids: Sequence[int], take: Take, validity: int) -> None:
        """Takes mails in their order; those that vanished meanwhile are nobody's loss.

        Only what was taken is marked as read: what is too large or is not given waits for somebody to look at it there.
        """
        if not uids:
            return
        sizes = await connection.do(lambda link: link.sizes(uids))
        for uid in [uid for uid, size in sizes.items() if size > LARGEST]:
            await self._too_large(connection, uid, sizes.pop(uid))
        for portion in portions([uid for uid in uids if uid in sizes], sizes, _TOGETHER):
            found = await self._fetched(connection, portion, validity)
            await _together([take(raw) for raw in found.values()])
            for uid in found:
                self._refused.pop(uid, None)
            if self._reading.marks_seen and found:
                taken = list(found)
                await connection.do(lambda link: link.mark_seen(taken))  # noqa: B023 (asked at once)

    async def _too_large(self, connection: Connection, uid: int, size: int) -> None:
        if self._reading.notes_large:
            head = (await connection.do(lambda link: link.heads([uid], whole=True))).get(uid)
            await self._taking.too_large(head.raw if head else b"", size)

    async def _fetched(self, connection: Connection, uids: Sequence[int], validity: int) -> dict[int, bytes]:
        """The mails in their order; where the server refuses one, each is asked for alone."""
        try:
            found = await connection.do(lambda link: link.mails(uids))
        except NotGiven:
            found = {}
        missing = [uid for uid in uids if uid not in found]
        for uid in missing:
            found |= await self._alone(connection, uid, validity)
        return dict(sorted(found.items()))

    async def _alone(self, connection: Connection, uid: int, validity: int) -> dict[int, bytes]:
        """One mail; nothing where it is gone. One that is not given three times is noted and passed by."""
        try:
            found = await connection.do(lambda link: link.mails([uid]))
            if found or not await connection.do(lambda link: link.sizes([uid])):
                return found
            raise NotGiven(uid)
        except NotGiven as error:
            self._refused[uid] += 1
            if self._refused[uid] < _TRIES:
                raise
            await self._taking.not_given(validity, uid, error.said)
            return {}


async def _together(takings: Sequence[Awaitable[Receipt]]) -> None:
    """Waits for mails that are taken in together, begun in their order; raises what the first of them failed with."""
    for each in await asyncio.gather(*takings, return_exceptions=True):
        if isinstance(each, BaseException):
            raise each

"""Takes mails in so that none is lost and none stands in the way: what cannot even be tried is put aside with why."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

from connectors.email.reading import LARGEST, read
from core import intake
from core.actor import SYSTEM
from core.connector import Described
from core.desk import Desk
from core.errors import DeskbellError, TemporaryError, Unreadable
from core.receipt import Receipt, Source
from core.show import Text, text
from core.store import Desks

log = logging.getLogger(__name__)

_FULL = timedelta(seconds=30)
Take = Callable[[bytes], Awaitable[Receipt]]


class Receives(Protocol):
    """What takes the mails of a mailbox in."""

    async def take(self, raw: bytes, *, history: bool = False) -> Receipt:
        """Takes one mail in, once; raises TemporaryError where it must be tried again."""

    async def take_sent(self, raw: bytes) -> Receipt:
        """Takes in what was answered from a mail program; nothing comes of what answers no ticket."""


class Taking:
    """The way in of one mailbox."""

    def __init__(self, channel: Described, desks: Desks, receiving: Receives) -> None:
        self._source, self._desks = Source(channel.id, channel.kind, channel.team_id), desks
        self._receiving = receiving

    async def take(self, raw: bytes) -> Receipt:
        """Takes a mail in; raises only TemporaryError."""
        return await self._taken(self._receiving.take, raw)

    async def take_old(self, raw: bytes) -> Receipt:
        """The same for one that came before the mailbox was watched."""
        return await self._taken(lambda mail: self._receiving.take(mail, history=True), raw)

    async def take_sent(self, raw: bytes) -> Receipt:
        """The same for one that somebody sent from a mail program."""
        return await self._taken(self._receiving.take_sent, raw)

    async def _taken(self, take: Take, raw: bytes) -> Receipt:
        if len(raw) > LARGEST:
            return await self.too_large(raw[:65_536], len(raw))
        try:
            return await take(raw)
        except (OSError, MemoryError) as error:
            said = text("A mail cannot be kept now ({why}).", why=type(error).__name__)
            raise TemporaryError(said, retry_after=_FULL) from error
        except TemporaryError:
            raise
        except Exception as error:
            log.exception("a mail of channel %s is put aside", self._source.channel_id)
            return await self._aside(f"raw:{hashlib.sha256(raw).hexdigest()}", raw, error)

    async def too_large(self, head: bytes, size: int) -> Receipt:
        """Notes a mail that is too large to be fetched; it stays in its mailbox."""
        said = text(
            "A mail of {size} MB is too large to be taken in; it is still in the mailbox.",
            size=-(-size // (1024 * 1024)),
        )
        return await self._aside(read(head).message_id, head, Unreadable(said))

    async def not_given(self, validity: int, uid: int, why: Text) -> Receipt:
        """Notes a mail the server does not give."""
        return await self._aside(f"unfetched:{validity}:{uid}", b"", Unreadable(why))

    async def _aside(self, key: str, raw: bytes, error: Exception) -> Receipt:
        why = error if isinstance(error, DeskbellError) else Unreadable(_why(error))
        await self._desks.change(SYSTEM, lambda desk: intake.put_aside(desk, self._source, key, raw, why))
        return Receipt(is_quarantined=True)

    async def unknown(self, ids: Sequence[str]) -> set[str]:
        """Those of these Message-IDs that never came in."""

        def body(desk: Desk) -> set[str]:
            return {each for each in ids if not intake.is_known(desk, self._source, each)}

        return await self._desks.read(SYSTEM, body)


def _why(error: Exception) -> Text:
    return text("It could not be read ({why}).", why=type(error).__name__)

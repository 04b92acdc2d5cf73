"""Fetches the files customers send; their links hold the bot's token and are shown to nobody."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from telegram import Bot
from telegram.error import TimedOut

from connectors.telegram.contents import FileRef
from connectors.telegram.troubles import TelegramAway, asking
from core import files
from core.actor import SYSTEM
from core.errors import PermanentError
from core.files import Store
from core.store import Desks

log = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
"""Bytes of a file a bot may fetch (Bot API, getFile)."""
_AT_ONCE = 3
_PATIENCE_S = 60.0
_MOST_TRIES = 5


class Fetching:
    """The files of one bot."""

    def __init__(self, bot: Bot, desks: Desks, store: Store) -> None:
        self._bot, self._desks, self._store = bot, desks, store
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._failed: Counter[str] = Counter()

    async def fetch(self, refs: Sequence[FileRef]) -> tuple[list[int], list[str]]:
        """The ids under which files are kept now, and the names of those that are too large or gone.

        Raises TemporaryError while Telegram is away.
        """
        kept: list[int] = []
        left_out: list[str] = []
        for ref in refs:
            name, content = files.clean_name(ref.name), await self._content(ref)
            if content is None:
                left_out.append(name)
                continue
            taken = await asyncio.to_thread(self._store.take, content)
            kept.append(await self._desks.change(SYSTEM, lambda desk, t=taken, n=name: files.keep(desk, t, n)))  # type: ignore[misc]
        return kept, left_out

    async def _content(self, ref: FileRef) -> bytes | None:
        if ref.size > LARGEST:
            return None
        async with self._turns:
            try:
                with asking():
                    found = await self._bot.get_file(ref.id)
                    return bytes(await found.download_as_bytearray(read_timeout=_PATIENCE_S))
            except PermanentError as error:
                log.info("a file cannot be fetched: %s", error)
                return None
            except (TelegramAway, TimedOut):
                self._give_up_or_try_again(ref)
                return None

    def _give_up_or_try_again(self, ref: FileRef) -> None:
        """A file that cannot be fetched again and again holds up nothing behind it. Raises TelegramAway before that."""
        self._failed[ref.id] += 1
        if self._failed[ref.id] < _MOST_TRIES:
            raise TelegramAway
        del self._failed[ref.id]

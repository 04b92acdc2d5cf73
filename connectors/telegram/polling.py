"""Asks Telegram for what was said: an update is confirmed by asking for what comes after it, once it is committed."""

import asyncio
import logging
import time
from collections.abc import Sequence

from telegram import Bot
from telegram.error import TimedOut

from connectors.telegram.albums import ALBUM_S
from connectors.telegram.troubles import AnotherPolls, asking
from connectors.telegram.updates import Raw, Take, album_of, is_update
from core.errors import TemporaryError

log = logging.getLogger(__name__)

_GET_UPDATES = "getupdates"
"""Asked for raw: the library's own call reads all updates or none, and one out of shape would hide the others. Names of
methods may be written in any case (Bot API); written as its own call is, the library would advise that one."""
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"]
POLL_S, A_BATCH = 25, 100
_SOON_S = 1.0
"""An answer that fails at once is not asked for again at once."""


class Polling:
    """Our own loop."""

    def __init__(self, bot: Bot, take: Take) -> None:
        self._bot, self._take = bot, take

    async def run(self) -> None:
        """Asks until cancelled. Raises AnotherPolls where somebody else asks, too, and what is refused for good."""
        with asking():
            await self._bot.delete_webhook(drop_pending_updates=False)
        offset: int | None = None
        while True:
            updates = await self._updates(offset)
            if any(map(album_of, updates)):
                await asyncio.sleep(ALBUM_S)
                updates = _whole(await self._updates(offset, wait_s=0))
            if updates and await self._is_taken(updates):
                offset = max(offset or 0, max(each["update_id"] for each in updates) + 1)

    async def _is_taken(self, updates: Sequence[Raw]) -> bool:
        """Whether they are committed; else they come again, and what of them is known then is known."""
        try:
            await self._take(updates)
        except TemporaryError as error:
            log.warning("messages cannot be taken in now: %s", error)
            await asyncio.sleep(error.retry_after.total_seconds())
            return False
        return True

    async def _updates(self, offset: int | None, *, wait_s: int = POLL_S) -> list[Raw]:
        asked = {"offset": offset, "timeout": wait_s, "limit": A_BATCH, "allowed_updates": ALLOWED}
        given = {name: value for name, value in asked.items() if value is not None}
        began = time.monotonic()
        try:
            with asking():
                found = await self._bot.do_api_request(_GET_UPDATES, api_kwargs=given, read_timeout=wait_s + 10)
        except AnotherPolls:
            raise
        except TimedOut:
            await asyncio.sleep(max(0.0, _SOON_S - (time.monotonic() - began)))
            return []
        except TemporaryError as error:
            log.warning("messages cannot be asked for: %s", error)
            await asyncio.sleep(error.retry_after.total_seconds())
            return []
        return [each for each in found if is_update(each)] if isinstance(found, list) else []


def _whole(updates: list[Raw]) -> list[Raw]:
    """A full batch may end in the middle of an album: its parts there are left for the next one."""
    last = album_of(updates[-1]) if len(updates) == A_BATCH else ""
    whole = [each for each in updates if album_of(each) != last] if last else updates
    return whole or updates

"""How many people read along in a group."""

import logging
import time
from dataclasses import dataclass

from telegram import Bot
from telegram.error import TelegramError

from connectors.telegram.troubles import asking
from core.errors import DeskbellError

log = logging.getLogger(__name__)

_KNOWN_S = 600.0


@dataclass(frozen=True, slots=True)
class _Count:
    many: str
    at_s: float


class Members:
    """The groups a bot was asked in lately."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._counts: dict[int, _Count] = {}

    async def count(self, group: int) -> str:
        """How many are in a group, as of ten minutes ago at most; `?` where nobody can say."""
        known = self._counts.get(group)
        if known is None or time.monotonic() - known.at_s > _KNOWN_S:
            known = _Count(await self._asked(group) or (known.many if known else "?"), time.monotonic())
            self._counts[group] = known
        return known.many

    async def _asked(self, group: int) -> str:
        try:
            with asking():
                return str(await self._bot.get_chat_member_count(group))
        except (DeskbellError, TelegramError) as error:
            log.info("group %s cannot be counted: %s", group, type(error).__name__)
            return ""

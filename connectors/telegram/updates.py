"""Updates as they come: read one by one, so that one out of shape hides no other; such a one is kept raw."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from telegram import Bot, Update
from telegram.error import TelegramError

from connectors.telegram.addresses import KIND, Me
from connectors.telegram.inbound import Heard, Unknown, read
from core import intake
from core.actor import SYSTEM
from core.connector import Described, Sender
from core.errors import Unreadable
from core.receipt import Source
from core.show import text
from core.store import Desks

log = logging.getLogger(__name__)

Raw = dict[str, Any]
"""An update as JSON."""
Take = Callable[[Sequence[Raw]], Awaitable[None]]
"""Takes updates in; returns when they are committed."""
_LARGEST_NUMBER = 2**63
_LARGEST_KEPT = 256 * 1024
"""Bytes of an update that are kept raw."""


class Updates:
    """What comes to one bot."""

    def __init__(self, bot: Bot, channel: Described, desks: Desks) -> None:
        self._bot, self._desks = bot, desks
        self._source = Source(channel.id, channel.kind, channel.team_id)

    async def heard(self, updates: Iterable[Raw], me: Me) -> list[Heard]:
        """What they say, in their order."""
        found: list[Heard] = []
        for update in sorted(updates, key=lambda each: int(each["update_id"])):
            found += await self._one(update, me)
        return found

    async def _one(self, update: Raw, me: Me) -> list[Heard]:
        try:
            return read(Update.de_json(dict(update), self._bot), me)
        except Unknown as error:
            said = text("The customer sent something of a kind we do not know: {kind}", kind=str(error)[:100])
            await self._put_aside(update, Unreadable(said))
        except (KeyError, TypeError, ValueError, AttributeError, TelegramError, OverflowError, OSError) as error:
            log.error("update %s cannot be read: %s", update["update_id"], type(error).__name__)
            await self._put_aside(update, Unreadable(text("Telegram sent something that cannot be read.")))
        return []

    async def _put_aside(self, update: Raw, error: Unreadable) -> None:
        raw, key = json.dumps({"update": update}).encode()[:_LARGEST_KEPT], f"update:{update['update_id']}"
        writer = _writer(update)
        who = Sender(KIND, writer) if writer else None
        await self._desks.change(SYSTEM, lambda desk: intake.put_aside(desk, self._source, key, raw, error, who=who))


def _writer(update: Raw) -> str:
    """Whose it is, as far as that can be read: it is forgotten together with them."""
    for content in update.values():
        number = _id(content, "from")
        if number:
            return str(number)
    return ""


def _id(content: object, name: str) -> int:
    found = content.get(name) if isinstance(content, dict) else None
    number = found.get("id") if isinstance(found, dict) else None
    return number if isinstance(number, int) else 0


def whose(update: Raw) -> tuple[int, str]:
    """In which chat it was written, and by whom, as far as that can be read: what has to stay in its order."""
    return next(filter(None, (_id(each, "chat") for each in update.values())), 0), _writer(update)


def is_update(found: object) -> bool:
    """Whether it is an update at all: anything with a number of its own."""
    number = found.get("update_id") if isinstance(found, dict) else None
    return isinstance(number, int) and 0 <= number < _LARGEST_NUMBER


def album_of(update: Raw) -> str:
    """The album a message is a part of."""
    message = update.get("message")
    return str(message.get("media_group_id") or "") if isinstance(message, dict) else ""

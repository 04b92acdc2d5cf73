"""Updates as they come: read one by one, so that one out of shape hides no other; such a one is kept raw."""

import json
import logging
from collections.abc import Iterable
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
        writer = content.get("from") if isinstance(content, dict) else None
        number = writer.get("id") if isinstance(writer, dict) else None
        if isinstance(number, int):
            return str(number)
    return ""


def is_update(found: object) -> bool:
    """Whether it is an update at all: anything with a number of its own."""
    return isinstance(found, dict) and isinstance(found.get("update_id"), int)


def album_of(update: Raw) -> str:
    """The album a message is a part of."""
    message = update.get("message")
    return str(message.get("media_group_id") or "") if isinstance(message, dict) else ""

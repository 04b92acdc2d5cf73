"""One bot: asks Telegram for what was said, or is called, hands it in and confirms it only when it is committed."""

import asyncio
import hashlib
import hmac
import json
import logging
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from telegram import Bot, BotCommand, Update
from telegram.error import TelegramError, TimedOut
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from connectors.telegram.inbound import Heard, Me, grouped, read
from connectors.telegram.receiving import Receiving
from connectors.telegram.sending import Sending
from connectors.telegram.settings import Section
from connectors.telegram.troubles import TelegramAway, asking
from core.connector import Described, Finding, Found, Outgoing, Sent, Severity, Wish
from core.errors import DeskbellError, PermanentError, TemporaryError
from core.files import Store
from core.render import LANGUAGES, Voice
from core.show import text
from core.store import Desks

log = logging.getLogger(__name__)
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'", category=PTBUserWarning)
# one update out of shape would hide all others there, so we read them ourselves

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"]
_POLL_S, _A_BATCH = 25, 100
ALBUM_S = 1.0
"""The parts of an album come within this time (platform's habit)."""
_PER_CHAT, _PER_BOT = timedelta(seconds=1), timedelta(seconds=1 / 25)
"""One message a second to a chat, thirty to all (Bot API FAQ); a little less is surely let through."""
_COMMANDS = {
    Wish.NEW: text("Begin a new matter"),
    Wish.STATUS: text("See how things stand"),
    Wish.END: text("End the conversation"),
    Wish.LANGUAGE: text("Change the language"),
    Wish.HELP: text("What you can send"),
}

Doors = dict[str, Callable[[bytes], Awaitable[None]]]
"""Who takes what Telegram brings to a channel's address."""


class TelegramLine:
    """The line of one channel."""

    def __init__(
        self, section: Section, channel: Described, desks: Desks, store: Store, doors: Doors, secret: str
    ) -> None:
        token = str(channel.settings.get("bot_token", ""))
        if ":" not in token:
            raise PermanentError(
                text("Channel {name} has no bot token. Try: deskbell connect telegram", name=channel.name)
            )
        self._section, self._channel, self._doors = section, channel, doors
        self._secret = str(channel.settings.get("webhook_secret") or "") or _made_secret(secret, channel.name)
        self._request = HTTPXRequest(connection_pool_size=16, read_timeout=20, connect_timeout=5, pool_timeout=5)
        self._polling = HTTPXRequest(connection_pool_size=2, read_timeout=_POLL_S + 10, connect_timeout=5)
        self._bot = Bot(
            token, base_url=section.api_url, base_file_url=section.file_url, request=self._request,
            get_updates_request=self._polling,
        )  # fmt: skip
        self._is_open = False
        self._opening = asyncio.Lock()
        self._sending = Sending(self._bot, store)
        self._receiving = Receiving(self._bot, channel, desks, store)
        self._albums = asyncio.Lock()
        self._parts: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Works until cancelled; raises what the supervisor shows."""
        try:
            me = await self._begin()
            if self._section.webhook_url:
                await self._be_called(me)
            else:
                await self._ask(me)
        finally:
            await self._close()

    async def _open(self) -> None:
        async with self._opening:
            if not self._is_open:
                await self._request.initialize()
                await self._polling.initialize()
                self._is_open = True

    async def _close(self) -> None:
        self._doors.pop(self._channel.name, None)
        async with self._opening:
            if self._is_open:
                self._is_open = False
                await self._request.shutdown()
                await self._polling.shutdown()

    async def _begin(self) -> Me:
        await self._open()
        me = await self._me()
        for language in LANGUAGES:
            say = Voice(language).say
            commands = [BotCommand(wish.value, say(said)) for wish, said in _COMMANDS.items()]
            with asking():
                await self._bot.set_my_commands(commands, language_code=None if language == LANGUAGES[0] else language)
        return me

    async def _me(self) -> Me:
        try:
            with asking():
                found = await self._bot.get_me()
        except TimedOut:
            raise TelegramAway from None
        return Me(found.id, found.username or "")

    async def _ask(self, me: Me) -> None:
        """Our own loop: an update is confirmed by asking for what comes after it, once it is committed."""
        with asking():
            await self._bot.delete_webhook(drop_pending_updates=False)
        offset: int | None = None
        while True:
            updates = await self._updates(offset)
            if updates and _ends_in_album(updates[-1]):
                await asyncio.sleep(ALBUM_S)
                updates = await self._updates(offset, wait_s=0)
            if updates:
                await self._take(updates, me)
                offset = max(offset or 0, max(each["update_id"] for each in updates) + 1)

    async def _updates(self, offset: int | None, *, wait_s: int = _POLL_S) -> list[dict[str, Any]]:
        """What waits, as it comes: one that is out of shape must not hide the others."""
        asked = {"offset": offset, "timeout": wait_s, "limit": _A_BATCH, "allowed_updates": ALLOWED}
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            with asking():
                found = await self._bot.do_api_request("getUpdates", api_kwargs=given, read_timeout=wait_s + 10)
        except TimedOut:
            return []
        except TemporaryError as error:
            log.warning("%s: %s", self._channel.name, error)
            await asyncio.sleep(error.retry_after.total_seconds())
            return []
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("update_id"), int)]

    async def _take(self, updates: Sequence[dict[str, Any]], me: Me) -> None:
        """Hands updates in: those of one chat in their order, chats side by side."""
        heard: list[Heard] = []
        for update in sorted(updates, key=lambda each: each["update_id"]):
            heard += await self._read(update, me)
        await self._receiving.take(grouped(heard))

    async def _read(self, update: dict[str, Any], me: Me) -> list[Heard]:
        try:
            return read(Update.de_json(dict(update), self._bot), me)
        except (KeyError, TypeError, ValueError, AttributeError, TelegramError, OverflowError) as error:
            await self._receiving.put_aside(update, error)
            return []

    async def _be_called(self, me: Me) -> None:
        """Telegram calls us: the address is told to it, and everything comes by `called`."""
        address = f"{self._section.webhook_url.rstrip('/')}/telegram/{self._channel.name}"
        with asking():
            await self._bot.set_webhook(
                address, secret_token=self._secret, allowed_updates=ALLOWED, drop_pending_updates=False
            )
        self._doors[self._channel.name] = lambda body: self._called(body, me)
        await asyncio.Event().wait()

    def is_telegram(self, shown: str) -> bool:
        """Whether who calls has shown the secret."""
        return hmac.compare_digest(shown.encode(), self._secret.encode())

    async def _called(self, body: bytes, me: Me) -> None:
        """Returns when what was brought is committed; an album is waited for, so that it is said as one."""
        update = json.loads(body)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return
        if not _ends_in_album(update):
            await self._take([update], me)
            return
        self._parts.append(update)
        await asyncio.sleep(ALBUM_S)
        async with self._albums:
            parts, self._parts = self._parts, []
            if parts:
                await self._take(parts, me)

    def rest(self, bucket: str) -> timedelta:
        """A chat rests for a second, the bot for a moment."""
        return _PER_CHAT if bucket.count(":") == 2 else _PER_BOT

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing."""
        await self._open()
        return await self._sending.send(outgoing)

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """Telegram cannot be asked what it has sent."""
        return Found.UNKNOWN

    async def try_keys(self) -> Sequence[Finding]:
        """Asks Telegram who we are."""
        await self._open()
        try:
            me = await self._me()
        except DeskbellError as error:
            return (Finding(Severity.ERROR, error.said, "TELEGRAM_BOT_TOKEN"),)
        finally:
            await self._close()
        return (Finding(Severity.ON, text("The bot is @{name}.", name=me.username), "TELEGRAM_BOT_TOKEN"),)


def _ends_in_album(update: Mapping[str, Any]) -> bool:
    message = update.get("message")
    return isinstance(message, dict) and bool(message.get("media_group_id"))


def _made_secret(secret: str, name: str) -> str:
    return hashlib.sha256(f"telegram:{name}:{secret}".encode()).hexdigest()

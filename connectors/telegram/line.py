"""One bot: hears by asking or by being called, and sends."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, BotCommand
from telegram.error import TimedOut

from connectors.telegram.addresses import Me
from connectors.telegram.arriving import Arriving
from connectors.telegram.gate import A_BOT_S, A_CHAT_S, Gate
from connectors.telegram.polling import ALLOWED, Polling
from connectors.telegram.receiving import Receiving
from connectors.telegram.requests import Requests
from connectors.telegram.sending import Sending, may_repeat
from connectors.telegram.settings import Section
from connectors.telegram.troubles import TelegramAway, asking
from connectors.telegram.updates import Raw, Take, Updates, is_update
from core import channels, privately
from core.actor import SYSTEM
from core.bus import Bus
from core.connector import Described, Found, Outgoing, Sent, Wish
from core.desk import Desk
from core.errors import PermanentError
from core.files import Store
from core.render import LANGUAGES, Voice
from core.show import text
from core.store import Desks

_COMMANDS = {
    Wish.NEW: text("Begin a new matter"),
    Wish.STATUS: text("See how things stand"),
    Wish.END: text("End the conversation"),
    Wish.LANGUAGE: text("Change the language"),
    Wish.HELP: text("What you can send"),
}

Doors = dict[str, "TelegramLine"]
"""Who takes what Telegram brings to a channel's address, by the channel's name."""


class TelegramLine:
    """The line of one channel."""

    def __init__(
        self, section: Section, channel: Described, desks: Desks, store: Store, bus: Bus, doors: Doors, secret: str
    ) -> None:  # fmt: skip
        token = str(channel.settings.get("bot_token", ""))
        if ":" not in token:
            raise PermanentError(
                text("Channel {name} has no bot token. Try: deskbell connect telegram", name=channel.name)
            )
        self._section, self._channel, self._desks, self._doors = section, channel, desks, doors
        self._secret = str(channel.settings.get("webhook_secret") or "") or _made_secret(secret, channel.name)
        self._request = Requests(connection_pool_size=16, read_timeout=20, connect_timeout=5, pool_timeout=5)
        self._bot = Bot(
            token, base_url=section.api_url, base_file_url=section.file_url, request=self._request,
            get_updates_request=self._request,
        )  # fmt: skip
        self._is_open = False
        self._opening = asyncio.Lock()
        gate = Gate()
        self._sending = Sending(self._bot, gate, desks, store)
        self._receiving = Receiving(self._bot, gate, channel, desks, store)
        self._updates, self._arriving = Updates(self._bot, channel, desks), Arriving(desks, bus, channel.id)
        doors[channel.name] = self

    async def run(self) -> None:
        """Works until cancelled; raises what the supervisor shows, and may then be run again: sending goes on."""
        me = await self._begin()

        async def take(updates: Sequence[Raw]) -> None:
            await self._receiving.take(await self._updates.heard(updates, me))

        if self._section.webhook_url:
            await self._be_called(take)
        else:
            await self._arriving.finish(take)
            await Polling(self._bot, take).run()

    async def _open(self) -> None:
        async with self._opening:
            if not self._is_open:
                await self._request.initialize()
                self._is_open = True

    async def close(self) -> None:
        """Lets go of its connections; nothing is taken from Telegram any more."""
        if self._doors.get(self._channel.name) is self:
            del self._doors[self._channel.name]
        async with self._opening:
            if self._is_open:
                self._is_open = False
                await self._request.shutdown()

    async def _begin(self) -> Me:
        """Says what customers may type, and notes where they begin to talk to us."""
        await self._open()
        me = await self._me()
        for language in LANGUAGES:
            say = Voice(language).say
            commands = [BotCommand(wish.value, say(said)) for wish, said in _COMMANDS.items()]
            with asking():
                await self._bot.set_my_commands(commands, language_code=None if language == LANGUAGES[0] else language)
        await self._note(f"https://t.me/{me.username}?start=", list(self._channel.settings.get("topics", ())))
        return me

    async def _note(self, link: str, topics: list[str]) -> None:
        """Notes what the desk has to know of the bot; the store is only written to where that is new."""

        def is_noted(desk: Desk) -> bool:
            known = channels.named(desk, self._channel.name).settings.get("topics", [])
            return privately.link_of(desk, self._channel.id) == link and known == topics

        def note(desk: Desk) -> None:
            privately.note_link(desk, self._channel.id, link)
            channels.configure(desk, channels.named(desk, self._channel.name), {"topics": topics})

        if not await self._desks.read(SYSTEM, is_noted):
            await self._desks.change(SYSTEM, note)

    async def _me(self) -> Me:
        try:
            with asking():
                found = await self._bot.get_me()
        except TimedOut:
            raise TelegramAway from None
        return Me(found.id, found.username or "")

    async def _be_called(self, take: Take) -> None:
        """Telegram calls us: the address is told to it, and what it brings to any process is taken in by this one."""
        address = f"{self._section.webhook_url.rstrip('/')}/telegram/{self._channel.name}"
        with asking():
            await self._bot.set_webhook(
                address, secret_token=self._secret, allowed_updates=ALLOWED, drop_pending_updates=False
            )
        await self._arriving.run(take)

    async def called(self, body: bytes) -> None:
        """Returns when what Telegram brought is kept. Raises ValueError for what is no JSON."""
        update = json.loads(body)
        if is_update(update):
            await self._arriving.keep(update)

    def is_telegram(self, shown: str) -> bool:
        """Whether who calls has shown the secret."""
        return hmac.compare_digest(shown.encode(), self._secret.encode())

    def rest(self, bucket: str) -> timedelta:
        """A chat rests for a second, the bot for a moment."""
        return timedelta(seconds=A_CHAT_S if bucket.count(":") == 2 else A_BOT_S)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends one thing."""
        await self._open()
        return await self._sending.send(outgoing)

    async def find(self, outgoing: Outgoing) -> Sent | Found:
        """Telegram cannot be asked what it has sent; what may be done twice just is."""
        return Found.ABSENT if may_repeat(outgoing) else Found.UNKNOWN


def _made_secret(secret: str, name: str) -> str:
    return hashlib.sha256(f"telegram:{name}:{secret}".encode()).hexdigest()

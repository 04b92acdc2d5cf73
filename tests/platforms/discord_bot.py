"""A bot made with the real discord.py, to prove the fake with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.platforms.fake_discord import FakeDiscord


class Bot(discord.Client):
    """A client that writes down what it hears."""

    def __init__(self, intents: discord.Intents | None = None, **more: Any) -> None:
        super().__init__(intents=intents or discord.Intents.all(), guild_ready_timeout=0.02, **more)
        self.tree = app_commands.CommandTree(self)
        self.came = asyncio.Event()
        self.heard: list[str] = []
        self.messages: list[discord.Message] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identifies again at once; discord.py would wait five seconds."""

    async def on_ready(self) -> None:
        """Is connected and knows the server."""
        self.came.set()

    async def on_message(self, message: discord.Message) -> None:
        """Hears a message, its own too."""
        self.messages.append(message)

    async def on_socket_event_type(self, name: str) -> None:
        """Hears any event."""
        self.heard.append(name)

    async def asks(self, method: str, path: str, body: Any = None) -> Any:
        """Sends a request as it is, past the library's own checks."""
        more = {} if body is None else {"json": body}
        return await self.http.request(Route(method, path), **more)

    @property
    def said(self) -> list[str]:
        """The texts of all messages heard."""
        return [message.content for message in self.messages]


@contextlib.asynccontextmanager
async def running(fake: FakeDiscord, bot: Bot) -> AsyncIterator[Bot]:
    """The bot while it is connected; raises what stops it from connecting."""
    Route.BASE = fake.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.gateway_url)
    task = asyncio.create_task(bot.start(fake.token))
    ready = asyncio.create_task(bot.came.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        if task.done():
            task.result()
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)  # the events of closing are tasks of their own

"""Listens at Discord's gateway: one process at a time, every event in its channel's order, nothing lost in gaps."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import discord

from bot.discord.rest import Wire
from bot.discord.settings import Section
from bot.discord.troubles import Away, MissingIntents, WrongToken

log = logging.getLogger(__name__)

_IDENTIFY_EVERY_S = 5.0
_BAD_TOKEN, _BAD_INTENTS = 4004, (4013, 4014)
Take = Callable[[str, Wire], None]
"""Takes an event by its name, at once and without waiting."""


class Gateway(discord.Client):
    """discord.py's connection; we read its events as they come and keep nothing of the server in memory."""

    def __init__(self, take: Take) -> None:
        intents = discord.Intents(
            guilds=True, members=True, guild_messages=True, guild_reactions=True, dm_messages=True, message_content=True
        )
        super().__init__(
            intents=intents, max_messages=None, chunk_guilds_at_startup=False, enable_debug_events=True,
            member_cache_flags=discord.MemberCacheFlags.none(), guild_ready_timeout=0.5,
        )  # fmt: skip
        self._take = take
        self._identified_at = -_IDENTIFY_EVERY_S

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord takes one identify in five seconds."""
        await asyncio.sleep(max(0.0, self._identified_at + _IDENTIFY_EVERY_S - time.monotonic()))
        self._identified_at = time.monotonic()

    async def on_socket_raw_receive(self, frame: str) -> None:
        """Every frame, in its order."""
        said = json.loads(frame)
        if said.get("op") == 0 and said.get("t"):
            self._take(str(said["t"]), said.get("d") or {})

    async def on_disconnect(self) -> None:
        """The line is lost; what comes meanwhile is replayed or has to be read."""
        self._take("DISCONNECTED", {})

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """discord.py's own reading of an event failed; ours is apart from it."""
        log.error("discord: reading %s failed", event_method)


async def listen(section: Section, take: Take) -> None:
    """Listens until cancelled. Raises WrongToken, MissingIntents, or what broke the connection for good."""
    client = Gateway(take)
    try:
        await client.login(section.token)
        await client.connect(reconnect=True)
    except discord.LoginFailure:
        raise WrongToken from None
    except discord.PrivilegedIntentsRequired:
        raise MissingIntents from None
    except discord.ConnectionClosed as closed:
        if closed.code == _BAD_TOKEN:
            raise WrongToken from None
        if closed.code in _BAD_INTENTS:
            raise MissingIntents from None
        raise Away from None
    except (discord.HTTPException, discord.GatewayNotFound, OSError, TimeoutError):
        raise Away from None
    finally:
        await client.close()

"""Talks to Discord's REST API: discord.py's own client with its rate limits, without retries nobody may know of."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.carrying import PATIENCE, FileRef, Parcel, content_of
from bot.discord.settings import Section
from bot.discord.troubles import Away, Unanswered, WrongToken, meaning, wait
from core.errors import ConfigurationError, UserError
from core.show import text

Wire = dict[str, Any]
"""JSON as Discord sends and takes it."""
_PATIENCE_S = 20.0
"""Shorter than a sender's patience."""
_INSIDE_S = 16.0
"""How long discord.py may wait for a rate by itself: longer than any window of a bucket (15 s), far shorter than the
ten minutes for a third rename."""
_NOTICED_S = 0.75
"""A post that would have to wait longer for its rate is put off, so that it holds up no other."""
_REPEATED = frozenset((500, 502, 504, 524))
"""What discord.py would repeat by itself, though a post may have arrived."""


def point_at(section: Section) -> None:
    """Says where Discord is; before any call."""
    Route.BASE = section.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(section.gateway_url)
    Asset.BASE = section.cdn_url
    logging.getLogger("discord").setLevel(logging.CRITICAL)  # it prints addresses with secrets in them, and traces


class Rest:
    """One bot's REST API; connected when it is first needed."""

    def __init__(self, section: Section) -> None:
        point_at(section)
        self._token, self._guild_id = section.token, section.guild_id
        self._http: HTTPClient | None = None
        self._me: Wire = {}
        self._opening = asyncio.Lock()
        self._full: dict[str, float] = {}
        """Until when nothing more may be posted at an address."""

    async def ask(
        self, method: str, path: str, *, body: Any = None, files: Sequence[Parcel] = (), needs: str = "", **parts: Any
    ) -> Any:
        """Sends one request. `needs` names the permission it takes, for whoever has to give it.

        Raises what `troubles.meaning` says for refusals; TemporaryError for what surely was not done; anything else
        where nobody knows.
        """
        http, route = await self._opened(), Route(method, path, **parts)
        self._refuse_hurry(route)
        more: Wire = {"form": _form(body, files)} if files else {} if body is None else {"json": body}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await http.request(route, **more)
        except discord.RateLimited as error:
            raise wait(error.retry_after) from None
        except discord.HTTPException as error:
            known = meaning(error, needs)
            if known is not None:
                raise known from None
            raise
        except aiohttp.ClientConnectorError:
            raise Away from None

    def _refuse_hurry(self, route: Route) -> None:
        free_at, now = self._full.get(route.url, 0.0), time.monotonic()
        if free_at <= now:
            self._full.pop(route.url, None)
        elif route.method == "POST" and free_at - now > _NOTICED_S:
            raise wait(free_at - now)

    async def _opened(self) -> HTTPClient:
        async with self._opening:
            if self._http is None:
                self._http = await self._logged_in()
            return self._http

    async def _logged_in(self) -> HTTPClient:
        http = HTTPClient(asyncio.get_running_loop(), http_trace=self._trace())
        http.max_ratelimit_timeout = _INSIDE_S  # its constructor takes nothing below 30 s
        try:
            async with asyncio.timeout(_PATIENCE_S):
                self._me = dict(await http.static_login(self._token))
        except BaseException as error:
            await http.close()
            match error:
                case discord.LoginFailure():
                    raise WrongToken from None
                case discord.HTTPException() | discord.RateLimited() | aiohttp.ClientError() | TimeoutError():
                    raise Away from None
                case Unanswered():
                    raise Away from None
            raise
        return http

    def _trace(self) -> aiohttp.TraceConfig:
        """discord.py repeats what failed on Discord's side, up to five times; we ask first whether it arrived."""

        async def look(
            session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
        ) -> None:
            if end.response.status in _REPEATED:
                end.response.close()
                raise Unanswered(end.response.status)
            if end.method == "POST" and end.response.headers.get("X-RateLimit-Remaining") == "0":
                self._full[str(end.url)] = time.monotonic() + _seconds(end.response)

        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(look)
        return trace

    async def me(self) -> str:
        """The bot's own id."""
        await self._opened()
        return str(self._me["id"])

    async def guild(self) -> str:
        """The server's id: the one that is set, else the only one the bot is on. Raises ConfigurationError."""
        if not self._guild_id:
            found = await self.ask("GET", "/users/@me/guilds")
            if len(found) != 1:
                said = text("The bot is on {count} servers. Name yours in DISCORD_GUILD_ID.", count=len(found))
                raise ConfigurationError(said)
            self._guild_id = str(found[0]["id"])
        return self._guild_id

    async def fetch(self, ref: FileRef, largest: int) -> Parcel:
        """A file people sent. Raises UserError for one that is too large or gone, TemporaryError for no answer."""
        try:
            async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(ref.address) as answer:
                if answer.status >= 500:
                    raise Away
                if answer.status != 200:
                    raise UserError(text("The file could not be fetched from Discord. Please send it again."))
                return Parcel(ref.name, await content_of(answer, largest))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away from error

    async def close(self) -> None:
        """Closes the connections; who asks afterwards gets new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()


def _form(body: Any, files: Sequence[Parcel]) -> list[Wire]:
    """A request with files: the JSON beside them names each by its place."""
    form: list[Wire] = [{"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"}]
    for place, each in enumerate(files):
        form.append(
            {
                "name": f"files[{place}]", "value": each.content, "filename": each.name,
                "content_type": "application/octet-stream",
            }
        )  # fmt: skip
    return form


def _seconds(answer: aiohttp.ClientResponse) -> float:
    """How long until a bucket is empty again."""
    try:
        return float(answer.headers.get("X-RateLimit-Reset-After", 0))
    except ValueError:
        return 0.0

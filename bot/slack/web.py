"""Talks to Slack's Web API: the real SDK's client without retries of its own, and who we are there."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.settings import Section
from bot.slack.troubles import SlackAway, meaning
from bot.slack.words import Wire
from core.errors import TemporaryError

_TIMEOUT_S = 15
"""Shorter than a sender's patience."""


def quiet_logger() -> logging.Logger:
    """The SDK's own logger: it names addresses with secrets in them and prints traces, so only we speak of it."""
    log = logging.getLogger("bot.slack.sdk")
    log.setLevel(logging.CRITICAL)
    return log


@dataclass(frozen=True, slots=True)
class Me:
    """The app in its workspace."""

    team: str
    user: str
    bot: str
    url: str
    """The workspace's address: `https://acme.slack.com/`."""

    def link(self, place: str, ts: str, root: str = "") -> str:
        """The address of a message."""
        inside = f"?thread_ts={root}&cid={place}" if root and root != ts else ""
        return f"{self.url}archives/{place}/p{ts.replace('.', '')}{inside}"

    def is_ours(self, message: Wire) -> bool:
        """Whether the app itself posted a message."""
        return message.get("user") == self.user or (bool(self.bot) and message.get("bot_id") == self.bot)


class Web:
    """The Web API, with one pool of connections; made when it is first needed, closed with the room."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._client: AsyncWebClient | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client. Without retries: a post that may have arrived is asked for, never blindly repeated."""
        if self._client is None or self._client.session is None or self._client.session.closed:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
            session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=40))
            self._client = made_client(self._section, session)
        return self._client

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool itself, for addresses Slack gives us: uploads, private files, response_urls."""
        session = self.client.session
        assert session is not None
        return session

    @property
    def token(self) -> str:
        """The bot token, for private files."""
        return self._section.bot_token

    async def close(self) -> None:
        """Closes the connections; who asks afterwards gets new ones."""
        client, self._client = self._client, None
        if client is not None and client.session is not None:
            await client.session.close()

    async def me(self) -> Me:
        """Who we are. Raises as `asking`."""
        async with asking():
            answer = await self.client.auth_test()
        url = str(answer["url"])
        return Me(str(answer["team_id"]), str(answer["user_id"]), str(answer.get("bot_id", "")), f"{url.rstrip('/')}/")


def made_client(section: Section, session: aiohttp.ClientSession | None = None, token: str = "") -> AsyncWebClient:
    """A client for this Slack; without a session each call has its own."""
    return AsyncWebClient(
        token or section.bot_token, base_url=section.api_url, session=session, retry_handlers=[], timeout=_TIMEOUT_S,
        logger=quiet_logger(),
    )  # fmt: skip


UNKNOWN = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What leaves open whether Slack did what it was asked for."""
PASSING = (TemporaryError, OSError, *UNKNOWN)
"""What passes by itself: Slack is to repeat what met it. Lost connections are OSErrors, or their library's."""


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Turns Slack's refusals into our errors.

    What surely did not arrive is TemporaryError; where nobody knows, the SDK's or network's own error goes through.
    """
    try:
        yield
    except SlackApiError as error:
        known = meaning(error)
        if known is not None:
            raise known from None
        raise
    except aiohttp.ClientConnectorError as error:
        raise SlackAway from error


async def pages(method: Any, key: str, *, most: int, **arguments: Any) -> AsyncIterator[list[Any]]:
    """Goes through a paged method, at most so many pages; raises as `asking`."""
    cursor = ""
    for _ in range(most):
        async with asking():
            answer = await method(**arguments, **({"cursor": cursor} if cursor else {}))
        yield list(answer.get(key) or [])
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return

"""Two Socket Mode connections, so that one can be renewed while the other hears; deaf ones are replaced.

The SDK pings each connection and replaces one that does not answer. One that answers and still brings nothing is
found by reading: where the catch-up finds lines nobody has told us, the connections are replaced.
"""

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

from bot.slack.settings import Section
from bot.slack.troubles import MissingScope, WrongAppToken, WrongKeys, code_of, meaning
from bot.slack.web import made_client, quiet_logger
from bot.slack.words import Wire
from core.errors import PermanentError

log = logging.getLogger(__name__)

COUNT = 2
_GOODBYE_S = 1.0
PING_S = 5.0
"""A connection without an answer for four times as long is replaced."""


async def knock(section: Section) -> None:
    """Asks once whether Slack opens connections for the app-level token: the SDK keeps a refusal to itself.

    Raises WrongAppToken. Where Slack is away or asks to wait nothing is said: opening waits as long as it takes.
    """
    try:
        await made_client(section).apps_connections_open(app_token=section.app_token)
    except SlackApiError as error:
        match meaning(error):
            case WrongKeys() | MissingScope() | PermanentError():
                raise WrongAppToken(code_of(error)) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        log.info("slack opens no connection yet: %s", type(error).__name__)


class Sockets:
    """The connections, and when anything last came by one of them."""

    def __init__(self, app: AsyncApp, section: Section, on_hello: Callable[[], None]) -> None:
        self._on_hello, self._section = on_hello, section
        self._handlers = [
            AsyncSocketModeHandler(
                app, section.app_token, logger=quiet_logger(), web_client=made_client(section), ping_interval=PING_S
            )
            for _ in range(COUNT)
        ]
        self.heard_at_s = time.monotonic()
        for handler in self._handlers:
            handler.client.message_listeners.append(self._heard)

    async def _heard(self, client: AsyncBaseSocketModeClient, message: Wire, raw: str | None) -> None:
        self.heard_at_s = time.monotonic()
        if message.get("type") == "hello":
            self._on_hello()
        elif message.get("type") == "disconnect":
            log.info("slack renews a connection: %s", message.get("reason"))

    async def open(self) -> None:
        """Connects all of them; waits for Slack as long as it takes."""
        for handler in self._handlers:
            await handler.client.connect()  # type: ignore[no-untyped-call]

    async def are_open(self) -> bool:
        """Whether Slack can bring us anything."""
        return any([await handler.client.is_connected() for handler in self._handlers])

    async def replace(self) -> None:
        """Connects all of them anew."""
        for handler in self._handlers:
            await handler.client.connect_to_new_endpoint(force=True)

    async def close(self) -> None:
        """Closes all of them, also where Slack does not say goodbye."""
        await asyncio.gather(*(_close(handler) for handler in self._handlers))


async def _close(handler: AsyncSocketModeHandler) -> None:
    client = handler.client
    try:
        async with asyncio.timeout(_GOODBYE_S):
            await client.close()  # type: ignore[no-untyped-call]
    except TimeoutError:
        for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
            if task is not None:
                task.cancel()
    finally:
        await client.aiohttp_client_session.close()

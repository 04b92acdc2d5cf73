"""Telegram's wiring: the bots' lines, and the address Telegram calls where it is to call. No decision."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.telegram.line import Doors, TelegramLine
from connectors.telegram.settings import Section
from core.bus import Bus
from core.connector import Described, Finding, Line, Severity
from core.errors import TemporaryError
from core.files import Store
from core.show import text
from core.store import Desks

_LARGEST = 1024 * 1024
"""Bytes of one update; Telegram's are some thousand."""

for _name in ("httpx", "telegram"):  # they log addresses, and these hold the token
    logging.getLogger(_name).setLevel(logging.WARNING)


class Telegram:
    """All bots of the desk."""

    kind = "telegram"

    def __init__(self, desks: Desks, store: Store, bus: Bus, secret: str) -> None:
        self.section = Section()
        self._desks, self._store, self._bus, self._secret = desks, store, bus, secret
        self._doors: Doors = {}

    def routes(self) -> Sequence[Any]:
        """Where Telegram calls us."""
        return (Route("/telegram/{name:str}", self._called, methods=["POST"]),) if self.section.webhook_url else ()

    async def run(self) -> None:
        """Each bot has a line of its own."""

    async def check(self) -> Sequence[Finding]:
        """Whether `.env` describes a bot, and how it hears."""
        if not self.section.on:
            return ()
        if not self.section.webhook_url:
            return (Finding(Severity.ON, text("Telegram is on; the bot asks for its messages."), "TELEGRAM_BOT_TOKEN"),)
        return (Finding(Severity.ON, text("Telegram is on; it calls this desk."), "TELEGRAM_WEBHOOK_URL"),)

    def own(self) -> tuple[str, Mapping[str, Any]] | None:
        """The bot `.env` describes."""
        return (self.section.name, self.section.given()) if self.section.on else None

    def line(self, channel: Described) -> Line:
        """The line of one bot."""
        return TelegramLine(
            self.section, channel, self._desks, self._store, self._bus, self._doors, self._secret
        )  # fmt: skip

    async def _called(self, request: Request) -> Response:
        """Telegram brings an update, to any process of this desk: it is acknowledged when it is kept, else it is
        brought again.
        """
        line = self._doors.get(request.path_params["name"])
        if line is None or not line.is_telegram(request.headers.get("x-telegram-bot-api-secret-token", "")):
            return PlainTextResponse("forbidden", 403)
        size = request.headers.get("content-length", "")
        if not size.isdigit() or int(size) > _LARGEST:
            return PlainTextResponse("too large", 413)
        try:
            await line.called(await request.body())
        except ValueError:
            return PlainTextResponse("not JSON", 400)
        except TemporaryError:
            return PlainTextResponse("busy", 503)
        return PlainTextResponse("ok")

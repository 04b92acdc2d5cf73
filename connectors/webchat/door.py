"""The way in of every request: which channel, from which page, whose visitor, how often; refuses what may not pass."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from connectors.webchat.inbound import parsed
from connectors.webchat.settings import Options, Section
from connectors.webchat.visitors import Visitor, Visitors
from core import pages
from core.actor import SYSTEM
from core.bus import Bus
from core.desk import Desk
from core.limits import Limit
from core.receipt import Source
from core.render import Voice, language_of
from core.show import Text, text
from core.store import Desks

_LARGEST_BODY = 256 * 1024
_FRESH_S = 5.0


class Closed(Exception):
    """A request that may not pass: its HTTP status, its code and its sentence."""

    def __init__(self, status: int, code: str, said: Text, *, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.said, self.retry_after_s = status, code, said, retry_after_s


NO_CHANNEL = text("This chat is not available.")
FOREIGN = text("This page may not use the chat. Its owner can allow it: WEBCHAT_ORIGINS")
TOO_OFTEN = text("That was a lot at once. Please wait a moment.")
SIGNED_OUT = text("Your session is over. Please reload the page.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that may pass."""

    source: Source
    options: Options
    origin: str
    voice: Voice


@dataclass
class Door:
    """Knows the channels and their options; looks them up again every few seconds."""

    desks: Desks
    bus: Bus
    visitors: Visitors
    section: Section
    _known: dict[str, tuple[float, Source, Options]] = field(default_factory=dict)
    _sessions: Limit = field(init=False)
    _requests: Limit = field(init=False)

    def __post_init__(self) -> None:
        most = self.desks.pace.visitors_per_minute
        self._sessions = Limit(burst=most, per_minute=most)
        self._requests = Limit(burst=4 * most, per_minute=10 * most)

    async def enter(
        self, request: HTTPConnection, channel: str, language: str = "", *, is_session: bool = False
    ) -> Entry:
        """Lets a request in, or raises Closed."""
        speaker = Voice(language_of(language or _preferred(request.headers)))
        address = request.client.host if request.client else ""
        wait_s = (self._sessions if is_session else self._requests).wait_s(address, time.monotonic())
        if wait_s > 0:
            raise Closed(429, "too_many", TOO_OFTEN, retry_after_s=wait_s)
        source, options = await self._channel(channel)
        origin = request.headers.get("origin", "")
        if not options.allows(origin, own_origin(request)):
            raise Closed(403, "origin", FOREIGN)
        return Entry(source, options, origin, speaker)

    async def _channel(self, name: str) -> tuple[Source, Options]:
        known = self._known.get(name)
        if known is not None and known[0] > time.monotonic():
            return known[1], known[2]
        found = await self.desks.read(SYSTEM, lambda desk: _channel(desk, name))
        if found is None:
            self._known.pop(name, None)
            raise Closed(404, "channel", NO_CHANNEL)
        source, settings = found
        given = self.section.given() if name == self.section.name else {}
        options = Options.model_validate(settings | given)
        self._known[name] = (time.monotonic() + _FRESH_S, source, options)
        return source, options

    def visitor(self, entry: Entry, channel: str, token: object) -> Visitor:
        """The visitor of a token; raises Closed when it is nobody's."""
        found = self.visitors.read(token, channel, entry.voice.language)
        if found is None:
            raise Closed(401, "signed_out", SIGNED_OUT)
        return found


def _channel(desk: Desk, name: str) -> tuple[Source, dict[str, Any]] | None:
    channel = pages.channel(desk, "webchat", name)
    return None if channel is None else (Source.of(channel), channel.settings)


def own_origin(request: HTTPConnection) -> str:
    """The origin of our own pages, as the browser would call it."""
    scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
    return f"{scheme}://{request.headers.get('host', '')}"


def _preferred(headers: Mapping[str, str]) -> str:
    return headers.get("accept-language", "")[:2]


def bearer(request: Request) -> str:
    """The token in a request's Authorization header."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def body(request: Request, most: int = _LARGEST_BODY) -> bytes:
    """A request's body, read no further than allowed; raises Closed when there is more."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise Closed(413, "too_long", text("That is too large: at most {most} MB.", most=max(1, most // 2**20)))
        parts.append(part)
    return b"".join(parts)


async def json_body(request: Request) -> dict[str, Any]:
    """A request's JSON object; raises Closed for anything else."""
    found = parsed(await body(request))
    if found is None:
        raise Closed(400, "unreadable", text("That could not be understood. Please reload the page."))
    return found


def with_cors(response: Response, origin: str) -> Response:
    """Lets the page that asked read the answer; its origin has been checked before."""
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
    return response


def closed_response(closed: Closed, voice: Voice) -> Response:
    """Why a request may not pass, as the protocol says it."""
    answer = JSONResponse({"error": {"code": closed.code, "text": voice.say(closed.said)}}, status_code=closed.status)
    if closed.retry_after_s is not None:
        answer.headers["Retry-After"] = str(max(1, round(closed.retry_after_s)))
    return answer

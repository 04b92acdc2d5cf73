"""The web chat's wiring: its HTTP routes, and what every page shares. It decides nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from connectors.webchat import door, inbound, reading
from connectors.webchat.available import Available
from connectors.webchat.conversation import NO_DIALOG, Conversation, Works
from connectors.webchat.door import Closed, Door, Entry
from connectors.webchat.present import Leaving, Present
from connectors.webchat.reading import Cursor, Page
from connectors.webchat.settings import Options, Section
from connectors.webchat.socket import PATIENCE_S, PING_S, Socket
from connectors.webchat.visitors import Visitor, Visitors
from core import contacts, files
from core.actor import SYSTEM
from core.bus import Bus
from core.connector import Finding, Severity
from core.desk import Desk
from core.errors import NotAllowed, TemporaryError
from core.limits import Limit
from core.render import Voice, language_of
from core.show import text
from core.store import Desks
from core.teams import is_somebody_there
from core.typing import Typing

_STATIC = Path(__file__).parent / "static"
_LONGEST_WAIT_S = 25.0
_MOST_FRAMES = 20
_UPLOADS_AT_ONCE = 4

Answering = Callable[[Request, Entry], Awaitable[Response]]


class WebChat:
    """All web chat channels of the desk."""

    kind = "webchat"

    def __init__(self, desks: Desks, bus: Bus, typing: Typing, store: files.Store, secret: str) -> None:
        self.section = Section()
        self._desks, self._bus, self._store = desks, bus, store
        self.visitors = Visitors(secret, desks.clock)
        said = Limit(burst=20, per_minute=desks.pace.messages_per_minute)
        self._works = Works(desks, bus, typing, self.visitors, said, Present(), Leaving(), Available(bus))
        self._door = Door(desks, bus, self.visitors, self.section)
        self._uploading = asyncio.Semaphore(_UPLOADS_AT_ONCE)

    @property
    def visitors_here(self) -> int:
        """How many visitors have a page open."""
        return self._works.present.count

    def routes(self) -> Sequence[Any]:
        """The widget, the shop page that shows it, and the protocol's addresses."""
        return (
            Route("/", self._shop, methods=["GET"]),
            Route("/chat/session", self._entered(self._session), methods=["POST", "OPTIONS"]),
            Route("/chat/frames", self._entered(self._frames), methods=["POST", "OPTIONS"]),
            Route("/chat/files", self._entered(self._file), methods=["POST", "OPTIONS"]),
            Route("/chat/transcript", self._entered(self._transcript), methods=["GET", "OPTIONS"]),
            WebSocketRoute("/chat/ws", self._socket),
            Route("/chat/{name:str}", self._static, methods=["GET"]),
        )

    async def run(self) -> None:
        """Tells the store which pages are open, and them who is there. Cancelled, it lets go of those that leave."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._works.present.run(self._desks))
                tasks.create_task(self._works.available.run(self._desks))
        finally:
            self._works.leaving.cancel()

    async def check(self) -> Sequence[Finding]:
        """Whether there is a chat, and where it may be embedded."""
        if not self.section.on:
            return (Finding(Severity.OFF, text("The web chat is off."), "WEBCHAT_ON"),)
        found = [Finding(Severity.ON, text("The web chat {name} is on.", name=self.section.name), "WEBCHAT_ON")]
        options = Options.model_validate(self.section.given())
        if not options.origins:
            said = text("Only this desk's own pages may embed the chat. Name your shop's address to embed it there.")
            found.append(Finding(Severity.WARNING, said, "WEBCHAT_ORIGINS"))
        return tuple(found)

    async def _shop(self, request: Request) -> Response:
        return FileResponse(_STATIC / "shop.html", headers={"Cache-Control": "no-cache"} | _OWN_CSP)

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        path = _STATIC / name
        if name not in _SERVED or not path.exists():
            return PlainTextResponse("Not found", 404)
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return FileResponse(path, headers=headers | {"Cross-Origin-Resource-Policy": "cross-origin"})

    def _entered(self, answer: Answering) -> Callable[[Request], Awaitable[Response]]:
        """A route behind the door: origin, channel and rate are checked, trouble is answered as the protocol says."""

        async def answered(request: Request) -> Response:
            speaker, origin = Voice(language_of(request.headers.get("accept-language", ""))), ""
            try:
                if request.method == "OPTIONS":
                    return door.with_cors(_preflight(), request.headers.get("origin", ""))
                entry = await self._door.enter(
                    request, await _channel_of(request), is_session=request.url.path == "/chat/session"
                )
                speaker, origin = entry.voice, entry.origin
                response = await answer(request, entry)
            except Closed as closed:
                response = door.closed_response(closed, speaker)
                origin = request.headers.get("origin", "")  # even a foreign page may read why it is refused
            except TemporaryError as error:
                wait_s = error.retry_after.total_seconds()
                response = door.closed_response(Closed(503, "busy", error.said, retry_after_s=wait_s), speaker)
            return door.with_cors(response, origin)

        return answered

    async def _session(self, request: Request, entry: Entry) -> Response:
        asked = request.state.json
        channel, language = str(asked.get("channel")), _language(asked, entry)
        visitor = self.visitors.read(asked.get("token"), channel, language)
        visitor = visitor or self.visitors.newcomer(channel, language)
        if isinstance(asked.get("identify"), str) and asked["identify"]:
            visitor = self._identified(visitor, asked["identify"])
        page = Page(entry.source, visitor, self._store)

        def body(desk: Any) -> tuple[bool, int | None]:
            dialog = reading.latest(desk, page)
            return is_somebody_there(desk, entry.source.team_id), None if dialog is None else dialog.id

        available, dialog = await self._desks.read(SYSTEM, body)
        config = _config(entry.options, language, self._desks.pace)
        told = {"token": self.visitors.token(visitor), "config": config, "available": available, "dialog": dialog}
        return JSONResponse(told | {"name": visitor.name})

    def _identified(self, visitor: Visitor, signed: str) -> Visitor:
        try:
            return self.visitors.identified(visitor, signed, self._desks.clock().timestamp())
        except NotAllowed as error:
            raise Closed(403, "identify", error.said) from error

    async def _frames(self, request: Request, entry: Entry) -> Response:
        asked = request.state.json
        visitor = self._door.visitor(entry, str(asked.get("channel")), asked.get("token"))
        page = Page(entry.source, visitor, self._store)
        typists = asked.get("typing") if isinstance(asked.get("typing"), str) else ""
        conversation = Conversation(self._works, page, Cursor(*inbound.cursor(asked)), typists or "")
        frames = asked.get("frames")
        frames = [each for each in frames if isinstance(each, dict)] if isinstance(frames, list) else []
        conversation.come()
        try:
            answers = [answer for frame in frames[:_MOST_FRAMES] for answer in await conversation.handle(frame)]
            news = await self._awaited(conversation, 0.0 if answers or frames else _wait_s(asked))
        finally:
            self._works.leaving.spawn(conversation.go())
        return JSONResponse({"frames": answers + news})

    async def _awaited(self, conversation: Conversation, wait_s: float) -> list[dict[str, Any]]:
        """News now, or what comes within the time a page is willing to wait; how its dialog stands in any case."""
        async with self._bus.listening(*conversation.topics()) as ear:
            frames = await conversation.news()
            if self._bus.move(ear, conversation.topics()):
                frames += await conversation.news()
            if len(frames) == 1 and await ear.wait(wait_s):
                frames += await conversation.news()
            return frames

    async def _file(self, request: Request, entry: Entry) -> Response:
        visitor = self._door.visitor(entry, request.query_params.get("channel", ""), door.bearer(request))
        if self._works.said_limit.wait_s(f"file:{visitor.address}", time.monotonic()) > 0:
            raise Closed(429, "too_many", door.TOO_OFTEN, retry_after_s=10)
        async with self._uploading:
            content = await door.body(request, self._desks.pace.largest_file)
            taken = await asyncio.to_thread(self._store.take, content)
        name = files.clean_name(request.query_params.get("name", ""))
        file_id = await self._desks.change(SYSTEM, lambda desk: _keep(desk, taken, name, visitor))
        told = {"id": self.visitors.file_token(file_id, visitor), "name": name, "size": taken.size}
        return JSONResponse(told | {"type": taken.media_type, "width": taken.width, "height": taken.height})

    async def _transcript(self, request: Request, entry: Entry) -> Response:
        visitor = self._door.visitor(entry, request.query_params.get("channel", ""), door.bearer(request))
        page = Page(entry.source, visitor, self._store)
        number, zone = request.query_params.get("dialog", ""), request.query_params.get("zone", "")
        zone = zone if zone in available_timezones() else "UTC"

        def body(desk: Any) -> str | None:
            dialog = reading.own(desk, page, int(number)) if number.isdecimal() and len(number) < 16 else None
            speaker = reading.voice(desk, visitor.language, zone)
            return None if dialog is None else reading.transcript(desk, dialog, speaker)

        found = await self._desks.read(SYSTEM, body)
        if found is None:
            raise Closed(404, "dialog", NO_DIALOG)
        return PlainTextResponse(found)

    async def _socket(self, websocket: WebSocket) -> None:
        await Socket(websocket, self._door, self._works, self._store).run()


_SERVED = frozenset(("widget.js", "shop.css", "shop.js"))
_OWN_CSP = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}


def _keep(desk: Desk, taken: files.Taken, name: str, visitor: Visitor) -> int:
    """Notes whose file it is, where the desk knows them already: it is forgotten together with them."""
    known = contacts.seen_before(desk, visitor.sender)
    return files.keep(desk, taken, name, identity_id=None if known is None else known.identity_id)


async def _channel_of(request: Request) -> str:
    """The channel a request names: in its JSON body, which is read once and kept, or in its address."""
    if request.url.path in ("/chat/session", "/chat/frames"):
        request.state.json = await door.json_body(request)
        return str(request.state.json.get("channel", ""))
    return request.query_params.get("channel", "")


def _preflight() -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


def _language(asked: dict[str, Any], entry: Entry) -> str:
    wanted = asked.get("language")
    return language_of(wanted[:16]) if isinstance(wanted, str) and wanted else entry.voice.language


def _wait_s(asked: dict[str, Any]) -> float:
    wait = asked.get("wait")
    return min(max(float(wait), 0.0), _LONGEST_WAIT_S) if isinstance(wait, int | float) and wait == wait else 0.0


def _config(options: Options, language: str, pace: Any) -> dict[str, Any]:
    return {
        "name": options.title,
        "language": language,
        "colour": options.colour,
        "position": options.position,
        "greeting": options.greeting or Voice(language).say(text("Hello! How can we help?")),
        "ask_name": options.ask_name,
        "ask_email": options.ask_email or options.demand_email,
        "demand_email": options.demand_email,
        "texts": options.texts,
        "limits": {"text": pace.longest_text, "file": pace.largest_file, "files": pace.files_per_message},
        "alive": {"ping": PING_S, "patience": PATIENCE_S},
    }

"""The team room's wiring: its pages, its socket, its files. Agents' deeds go through the same commands as anywhere."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.commands.registry import Command
from bot.console import places
from bot.console.channels import ChannelPages
from bot.console.live import ALIVE, Page
from bot.console.places import Looking
from bot.console.signin import HEADERS, SignIn, is_from_us, signed_in
from bot.console.tab import Shared
from bot.console.words import SCRIPT_WORDS, html, voice
from core import files
from core.bus import Bus
from core.connector import Finding, Found, Sent, Severity
from core.errors import PermanentError
from core.models import Role
from core.room import Posting
from core.show import text
from core.store import Desks
from core.typing import Typing

_STATIC = Path(__file__).parent / "static"
_SERVED = frozenset(("room.js", "room.css", "channels.js", "channels.css", "bell.svg"))


class TeamRoom:
    """The built-in room. It is pulled: its pages read the store."""

    name = "console"
    is_pushed = False

    def __init__(
        self, desks: Desks, bus: Bus, typing: Typing, store: files.Store, commands: Sequence[Command],
        pages: ChannelPages,
    ) -> None:  # fmt: skip
        self._desks, self._store, self._pages = desks, store, pages
        self._shared = Shared(desks, bus, typing, store, commands)
        self._sign_in = SignIn(desks)

    def routes(self) -> Sequence[Any]:
        """The room's page, its socket, sign-in and files."""
        return (
            Route("/room", self._room, methods=["GET"]),
            *self._sign_in.routes(),
            *self._pages.routes(),
            Route("/room/files", self._file, methods=["POST"]),
            Route("/room/static/{name}", self._static, methods=["GET"]),
            WebSocketRoute("/room/ws", self._socket),
        )

    async def run(self) -> None:
        """Waits: agents come by themselves."""
        await asyncio.Event().wait()

    async def is_connected(self) -> bool:
        """It is a part of this process."""
        return True

    def rest(self, bucket: str) -> timedelta:
        """Nothing is sent to it."""
        return timedelta()

    async def send(self, posting: Posting) -> Sent:
        """Never called: the page reads the store."""
        raise PermanentError(text("The team room is read by its pages; nothing is sent to it."))

    async def find(self, posting: Posting) -> Sent | Found:
        """Nothing is ever on its way."""
        return Found.ABSENT

    async def check(self) -> Sequence[Finding]:
        """It is always there."""
        return (Finding(Severity.ON, text("The team room is on: /room")),)

    async def connect(self) -> Sequence[Finding]:
        """There is no platform to try."""
        return ()

    async def _room(self, request: Request) -> Response:
        who = await signed_in(self._desks, request)
        if who is None:
            return RedirectResponse("/room/sign-in", 303)
        view, thread = request.query_params.get("view", places.LIVE), request.query_params.get("thread", "")
        looking = Looking(view[:200], thread[:40])
        around = await self._desks.read(
            who.actor, lambda desk: (places.side(desk, looking), places.feed(desk, looking), places.told(desk))
        )
        speaker = voice(who.actor, self._desks.clock())
        regions = {fragment.region: fragment.html for fragment in around}
        said = {name: speaker.say(each) for name, each in SCRIPT_WORDS.items()}
        page = html(
            "room.html",
            speaker,
            looking=looking,
            me=who.actor,
            is_admin=who.actor.role is Role.ADMIN,
            script_words=said,
            alive=ALIVE,
            **regions,
        )
        return HTMLResponse(page, headers=HEADERS)

    async def _socket(self, websocket: WebSocket) -> None:
        who = await signed_in(self._desks, websocket)
        if who is None or not is_from_us(websocket):
            await websocket.accept()
            await websocket.close(4401)
            return
        await Page(websocket, self._shared, who).run()

    async def _file(self, request: Request) -> Response:
        who = await signed_in(self._desks, request)
        if who is None or not is_from_us(request):
            return JSONResponse({"error": "signed out"}, 403)
        content, most = b"", self._desks.pace.largest_file
        async for part in request.stream():
            content += part
            if len(content) > most:
                said = text("A file may have at most {most} MB.", most=most // 2**20)
                return JSONResponse({"error": voice(who.actor, self._desks.clock()).say(said)}, 413)
        taken = await asyncio.to_thread(self._store.take, content)
        name = files.clean_name(request.query_params.get("name", ""))
        agent_id = who.actor.id
        file_id = await self._desks.change(who.actor, lambda desk: files.keep(desk, taken, name, agent_id=agent_id))
        return JSONResponse({"id": file_id, "name": name, "size": taken.size, "type": taken.media_type})

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _SERVED:
            return PlainTextResponse("Not found", 404)
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return FileResponse(_STATIC / name, headers=headers)

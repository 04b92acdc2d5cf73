"""The WebSocket of one page: reads its frames, and sends what it lacks whenever the desk has changed."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.webchat import inbound
from connectors.webchat.conversation import Conversation, Works
from connectors.webchat.door import Closed, Door
from connectors.webchat.inbound import Hello, Refused
from connectors.webchat.reading import Cursor, Page
from core.bus import Ear
from core.errors import TemporaryError
from core.files import Store
from core.limits import Limit
from core.render import language_of
from core.typing import LASTS_S

_HELLO_S = 10
_SILENCE_S = 70
PING_S, PATIENCE_S = 25, 15
"""How often a page asks whether it is still heard, and how long it waits for any answer before it connects anew."""
_LONGEST = 96 * 1024
_CLOSE_CODES = {"origin": 4403, "channel": 4404, "too_many": 4429, "signed_out": 4401, "version": 4409}


class Socket:
    """One page's WebSocket."""

    def __init__(self, websocket: WebSocket, door: Door, works: Works, store: Store) -> None:
        self._websocket = websocket
        self._door = door
        self._works = works
        self._store = store
        self._frames = Limit(burst=120, per_minute=600)

    async def run(self) -> None:
        """Serves the page until it goes away."""
        try:
            conversation = await self._greeted()
        except Closed as closed:
            await self._refuse(closed)
            return
        except (TimeoutError, WebSocketDisconnect):
            return
        conversation.come()
        try:
            await self._serve(conversation)
        finally:
            self._works.leaving.spawn(conversation.go())

    async def _refuse(self, closed: Closed) -> None:
        await self._websocket.accept()
        await self._websocket.close(_CLOSE_CODES.get(closed.code, 4400), closed.code)

    async def _greeted(self) -> Conversation:
        channel = self._websocket.query_params.get("channel", "")
        entry = await self._door.enter(self._websocket, channel)
        await self._websocket.accept()
        async with asyncio.timeout(_HELLO_S):
            hello = inbound.read(await self._next())
        match hello:
            case Hello(token, dialog, seq, earlier, language):
                visitor = self._door.visitors.read(token, channel, language_of(language or entry.voice.language))
            case Refused(code="version"):
                await self._websocket.close(4409, "version")
                raise WebSocketDisconnect(4409)
            case _:
                await self._websocket.close(4400, "unreadable")
                raise WebSocketDisconnect(4400)
        if visitor is None:
            await self._websocket.close(4401, "signed_out")
            raise WebSocketDisconnect(4401)
        return Conversation(self._works, Page(entry.source, visitor, self._store), Cursor(dialog, seq, earlier))

    async def _next(self) -> dict[str, Any]:
        """The next frame; what is no JSON object reads as an empty one, which is refused."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        raw = message.get("text") or message.get("bytes") or ""
        return (inbound.parsed(raw) or {}) if len(raw) <= _LONGEST else {}

    async def _serve(self, conversation: Conversation) -> None:
        async with self._works.bus.listening(*conversation.topics()) as ear:
            telling = asyncio.create_task(self._tell(conversation, ear))
            hearing = asyncio.create_task(self._hear(conversation))
            done, rest = await asyncio.wait((telling, hearing), return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            for task in done:
                task.result()

    async def _hear(self, conversation: Conversation) -> None:
        while True:
            try:
                async with asyncio.timeout(_SILENCE_S):
                    frame = await self._next()
            except (TimeoutError, WebSocketDisconnect):
                return
            if self._frames.wait_s("", time.monotonic()) > 0:
                await asyncio.sleep(1)
            await self._send(await conversation.handle(frame))

    async def _tell(self, conversation: Conversation, ear: Ear) -> None:
        """Sends news after each change; while somebody types, looks again when that would have ended."""
        typing = True
        while True:
            try:
                frames = await conversation.news()
            except TemporaryError:
                await asyncio.sleep(1)
                continue
            if not await self._send(frames):
                return
            if self._works.bus.move(ear, conversation.topics()):
                continue  # what happened there before we listened is read now
            typing = any(frame["type"] == "typing" and frame["on"] for frame in frames) or (typing and not frames)
            await ear.wait(LASTS_S if typing else None)

    async def _send(self, frames: Iterable[dict[str, Any]]) -> bool:
        try:
            for frame in frames:
                await self._websocket.send_json(frame)
        except (WebSocketDisconnect, RuntimeError):
            return False
        return True

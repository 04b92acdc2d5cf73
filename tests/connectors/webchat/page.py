"""A page that speaks the web chat's protocol by hand."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.server import Server


@dataclass
class Visitor:
    """A page that speaks the protocol by hand."""

    base: str
    token: str

    @asynccontextmanager
    async def socket(self, **hello: Any) -> AsyncIterator[ClientConnection]:
        """A greeted socket."""
        async with connect(f"{self.base.replace('http', 'ws')}/chat/ws?channel=shop") as opened:
            greeting = {"type": "hello", "version": 1, "token": self.token, "dialog": None, "seq": 0}
            await opened.send(json.dumps(greeting | hello))
            yield opened

    async def says(self, socket: ClientConnection, words: str, **more: Any) -> dict[str, Any]:
        """Says something and waits for what comes of it."""
        client_id = more.pop("client_id", uuid.uuid4().hex)
        await socket.send(json.dumps({"type": "say", "client_id": client_id, "text": words, "files": []} | more))
        return await until(socket, "said", "refused")

    async def read(self) -> list[str]:
        """The words of the whole conversation, as a new page gets them."""
        async with self.socket() as socket:
            return [message["text"] for message in (await until(socket, "messages"))["messages"]]

    async def frames(self, *frames: dict[str, Any], wait: float = 0) -> list[dict[str, Any]]:
        """The same without a socket."""
        asked = {"channel": "shop", "token": self.token, "dialog": None, "seq": 0, "wait": wait, "frames": frames}
        async with httpx.AsyncClient(base_url=self.base) as web:
            answer = await web.post("/chat/frames", json=asked)
            assert answer.status_code == 200
            found: list[dict[str, Any]] = answer.json()["frames"]
            return found


async def until(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next frame of one of these kinds; a desk whose store is locked gives up after 5 s, and so does what waits."""
    async with asyncio.timeout(20):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] in kinds:
                return frame


async def visitor(desk: Server) -> Visitor:
    """Somebody new."""
    async with httpx.AsyncClient(base_url=desk.base) as web:
        told = (await web.post("/chat/session", json={"channel": "shop", "token": None, "language": "en"})).json()
    return Visitor(desk.base, told["token"])

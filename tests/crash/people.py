"""Customers and agents who talk over the real protocols, come back after every crash, and remember what they saw."""

import asyncio
import contextlib
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

TROUBLE = (OSError, WebSocketException, httpx.HTTPError, TimeoutError, EOFError)


@dataclass
class Customer:
    """A page with a chat: says things, repeats them until they are stored, reads from its cursor on."""

    base: str
    name: str
    chance: random.Random
    pause_s: float = 0.25
    """At most so long between two messages."""
    token: str = ""
    dialog: int | None = None
    seq: int = 0
    earlier: int = 0
    unsent: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    seen: dict[tuple[int, int], str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    talks: bool = True

    async def live(self) -> None:
        """Comes back whenever it can, until cancelled."""
        while True:
            with contextlib.suppress(*TROUBLE):
                await self._session()
                async with connect(f"{self.base.replace('http', 'ws')}/chat/ws?channel=shop", open_timeout=3) as socket:
                    await self._chat(socket)
            await asyncio.sleep(0.05 + self.chance.random() * 0.2)

    async def _session(self) -> None:
        if not self.token:
            async with httpx.AsyncClient(base_url=self.base) as web:
                answer = await web.post("/chat/session", json={"channel": "shop", "token": None, "language": "en"})
                self.token = answer.json()["token"]

    async def _chat(self, socket: ClientConnection) -> None:
        hello = {"type": "hello", "version": 1, "token": self.token, "dialog": self.dialog, "seq": self.seq}
        hello["earlier"] = self.earlier
        await socket.send(json.dumps(hello))
        for say in self.unsent.values():
            await socket.send(json.dumps(say))
        talking = asyncio.create_task(self._talk(socket))
        try:
            async for raw in socket:
                self._hear(json.loads(raw))
        finally:
            talking.cancel()

    async def _talk(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(self.chance.random() * self.pause_s)
            if not self.talks:
                continue
            client_id = uuid.uuid4().hex
            say = {"type": "say", "client_id": client_id, "text": f"{self.name} says {len(self.said)}", "files": []}
            self.said.append(client_id)
            self.unsent[client_id] = say
            with contextlib.suppress(*TROUBLE):
                await socket.send(json.dumps(say))

    def _hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "said":
            self.unsent.pop(frame["client_id"], None)
        elif frame["type"] == "messages":
            if frame["dialog"] == self.dialog and frame["seq"] < self.seq:
                self.doubled.append(f"{self.name}: the cursor went back from {self.seq} to {frame['seq']}")
            self.dialog, self.seq, self.earlier = frame["dialog"], frame["seq"], frame["earlier"]
            for message in frame["messages"]:
                self._read(message)

    def _read(self, message: dict[str, Any]) -> None:
        place = (message["dialog"], message["seq"])
        if place in self.seen and message["dialog"] == self.dialog:
            self.doubled.append(f"{self.name}: {place} came twice")
        self.seen[place] = message["text"]
        self.unsent.pop(message["client_id"], None)


@dataclass
class Agent:
    """Somebody in the team room: takes what waits, answers everybody, repeats what was not confirmed."""

    base: str
    cookie: str
    chance: random.Random
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    talks: bool = True

    async def live(self) -> None:
        """Comes back whenever it can, until cancelled."""
        headers = {"Cookie": f"deskbell={self.cookie}", "Origin": self.base}
        while True:
            with contextlib.suppress(*TROUBLE):
                async with connect(
                    f"{self.base.replace('http', 'ws')}/room/ws", additional_headers=headers, open_timeout=3
                ) as socket:
                    await self._work(socket)
            await asyncio.sleep(0.05 + self.chance.random() * 0.2)

    async def _work(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "open", "view": "live", "thread": ""}))
        for frame in self.pending.values():
            await socket.send(json.dumps(frame))
        talking = asyncio.create_task(self._talk(socket))
        try:
            async for raw in socket:
                self._hear(json.loads(raw))
        finally:
            talking.cancel()

    async def _talk(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(self.chance.random() * 0.3)
            frame = self._deed() if self.talks else None
            if frame is not None:
                self.pending[frame["key"]] = frame
                with contextlib.suppress(*TROUBLE):
                    await socket.send(json.dumps(frame))

    def _deed(self) -> dict[str, Any] | None:
        key = uuid.uuid4().hex
        if self.waiting:
            dialog = self.waiting.pop()
            self.taken.append(dialog)
            return {"type": "press", "line": f"dialog take {dialog}", "thread": "", "key": key}
        if not self.taken:
            return None
        self.lines.append(key)
        thread = f"dialog:{self.chance.choice(self.taken)}"
        return {"type": "line", "thread": thread, "text": f"Answer {len(self.lines)}", "key": key, "files": []}

    def _hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] in ("done", "refused", "answer") and frame.get("key"):
            self.pending.pop(frame["key"], None)
        if frame["type"] == "html" and frame["region"] == "feed":
            for part in frame["html"].split('data-line="dialog take ')[1:]:
                dialog = int(part.partition('"')[0])
                if dialog not in self.taken:
                    self.waiting.add(dialog)

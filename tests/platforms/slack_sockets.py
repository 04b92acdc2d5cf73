"""Socket Mode: single-use URLs, up to ten sockets, each envelope to one of them, acknowledged by its id."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMessage, WSMsgType, web

from tests.platforms.slack_delivery import Parcel, Undelivered
from tests.platforms.slack_world import Wire

MOST_SOCKETS = 10


@dataclass(eq=False)
class Socket:
    """A connection of the app. `is_deaf`: it is open, and nothing comes or goes; `answers_pings` even then."""

    ws: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, "asyncio.Future[Wire]"] = field(default_factory=dict)
    is_leaving: bool = False
    is_deaf: bool = False
    answers_pings: bool = True

    async def send(self, frame: Wire) -> None:
        """Sends a frame; a deaf socket swallows it."""
        if not self.is_deaf and not self.ws.closed:
            await self.ws.send_str(json.dumps(frame))


@dataclass
class Sockets:
    """The sockets of the app."""

    app_id: str
    base_url: str = ""
    tickets: set[str] = field(default_factory=set)
    open: list[Socket] = field(default_factory=list)
    acks_to_lose: int = 0
    to_send_twice: int = 0
    turn: int = 0

    def new_url(self) -> str:
        """Where to connect, once."""
        ticket = secrets.token_hex(12)
        self.tickets.add(ticket)
        return f"{self.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self.app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A connection from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=403, text="Forbidden")
        self.tickets.remove(ticket)
        socket = Socket(web.WebSocketResponse(autoping=False, timeout=0.2), request)
        await socket.ws.prepare(request)
        if len(self.open) >= MOST_SOCKETS:
            await socket.send(self._goodbye("too_many_websockets"))
            await socket.ws.close()
            return socket.ws
        self.open.append(socket)
        await socket.send(self._hello())
        try:
            async for message in socket.ws:
                await self._hear(socket, message)
        finally:
            self._forget(socket)
        return socket.ws

    def _hello(self) -> Wire:
        debug = {"host": "applink-0", "build_number": 1, "approximate_connection_time": 18_060}
        connection = {"app_id": self.app_id}
        return {"type": "hello", "num_connections": len(self.open), "debug_info": debug, "connection_info": connection}

    def _goodbye(self, reason: str) -> Wire:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-0"}}

    async def _hear(self, socket: Socket, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and socket.answers_pings:
            await socket.ws.pong(message.data)
        if message.type is not WSMsgType.TEXT or socket.is_deaf:
            return
        ack = json.loads(message.data)
        waiting = socket.waiting.get(ack.get("envelope_id", ""))
        if waiting is None or waiting.done():
            return
        if self.acks_to_lose:
            self.acks_to_lose -= 1
            return
        waiting.set_result(ack.get("payload") or {})

    def _forget(self, socket: Socket) -> None:
        if socket in self.open:
            self.open.remove(socket)
        for waiting in socket.waiting.values():
            if not waiting.done():
                waiting.set_exception(Undelivered("connection_failed"))

    async def carry(self, parcel: Parcel, patience_s: float) -> Wire:
        """Sends an envelope by the next socket and waits for its acknowledgement."""
        ready = [socket for socket in self.open if not socket.is_leaving]
        if not ready:
            raise Undelivered("connection_failed")
        self.turn += 1
        socket = ready[self.turn % len(ready)]
        envelope = _envelope(parcel)
        waiting = socket.waiting[envelope["envelope_id"]] = asyncio.get_running_loop().create_future()
        try:
            await self._send(socket, envelope)
            async with asyncio.timeout(patience_s):
                return await waiting
        except TimeoutError as error:
            raise Undelivered("timeout") from error
        except ConnectionError as error:
            raise Undelivered("connection_failed") from error
        finally:
            del socket.waiting[envelope["envelope_id"]]

    async def _send(self, socket: Socket, envelope: Wire) -> None:
        await socket.send(envelope)
        if self.to_send_twice:
            self.to_send_twice -= 1
            await socket.send(envelope)

    async def disconnect(self, reason: str, *, grace_s: float) -> None:
        """Tells all sockets to go; they get nothing more, and are closed after a while."""
        leaving = list(self.open)
        for socket in leaving:
            socket.is_leaving = True
            await socket.send(self._goodbye(reason))
        if leaving:
            await asyncio.sleep(grace_s)
        for socket in leaving:
            await socket.ws.close()

    def deafen(self, *, pongs: bool) -> None:
        """Lets the sockets that are open now stay open and be silent."""
        for socket in self.open:
            socket.is_deaf, socket.answers_pings = True, pongs

    def drop(self) -> None:
        """Cuts all connections without a word."""
        for socket in list(self.open):
            if socket.request.transport is not None:
                socket.request.transport.abort()

    async def close(self) -> None:
        """Closes all sockets, as a server that stops."""
        await asyncio.gather(*(socket.ws.close() for socket in list(self.open)))


def _envelope(parcel: Parcel) -> Wire:
    envelope = {
        "envelope_id": secrets.token_hex(16), "payload": parcel.payload, "type": parcel.kind,
        "accepts_response_payload": parcel.kind != "events_api",
    }  # fmt: skip
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
    return envelope

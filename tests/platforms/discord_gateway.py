"""The gateway: sessions that identify, hear events, beat, lose their line and resume where they were."""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.platforms.discord_errors import Json
from tests.platforms.discord_intents import KNOWN_BITS, PRIVILEGED, Intent, hears, reads, without_content
from tests.platforms.discord_payloads import channel_json, member_json, role_json, thread_json, user_json
from tests.platforms.discord_permissions import sees
from tests.platforms.discord_world import Event, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
KEPT_EVENTS = 10_000
SENDS_PER_MINUTE = 120


@dataclass(eq=False)
class Line:
    """One open websocket; frames leave it in the order they were put."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport
    frames: "asyncio.Queue[Json | int]" = field(default_factory=asyncio.Queue)
    session: "Session | None" = None
    closed_by_us: bool = False
    sent_at: "deque[float]" = field(default_factory=deque)

    def put(self, op: int, data: Any = None, *, seq: int | None = None, name: str | None = None) -> None:
        """Sends a frame."""
        self.frames.put_nowait({"op": op, "d": data, "s": seq, "t": name})

    def close(self, code: int) -> None:
        """Closes after what is already on its way."""
        self.closed_by_us = True
        self.frames.put_nowait(code)

    async def pump(self) -> None:
        """Sends until the line is closed."""
        while not self.socket.closed:
            match await self.frames.get():
                case int(code):
                    await self.socket.close(code=code)
                case frame:
                    await self.socket.send_str(json.dumps(frame))


@dataclass(eq=False)
class Session:
    """What a client identified for; it hears on while its line is down, until the window to resume is over."""

    id: str
    intents: int
    line: Line | None
    seq: int = 0
    kept: "deque[tuple[int, str, Json]]" = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    lost_at: float | None = None

    def say(self, name: str, payload: Json) -> None:
        """Dispatches an event, now or after a resume."""
        self.seq += 1
        self.kept.append((self.seq, name, payload))
        if self.line is not None:
            self.line.put(DISPATCH, payload, seq=self.seq, name=name)


@dataclass
class Gateway:
    """All sessions, and what a test may do to them."""

    world: World
    token: str
    url: str = ""
    granted: Intent = PRIVILEGED
    resume_window_s: float = 120.0
    heartbeat_s: float = 41.25
    counts_sends: bool = False
    sessions: dict[str, Session] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    identifies: int = 0
    resumes: int = 0
    closes: list[int] = field(default_factory=list)
    """The codes the gateway closed lines with."""
    doubled: dict[str, int] = field(default_factory=dict)
    """How many more events of a name are sent twice."""

    @property
    def connected(self) -> list[Session]:
        """The sessions with a line."""
        return [session for session in self.sessions.values() if session.line is not None]

    def hear(self, event: Event) -> None:
        """Dispatches an event to all who may hear it."""
        times = 2 if self.doubled.get(event.name, 0) > 0 else 1
        self.doubled[event.name] = self.doubled.get(event.name, 0) - (times - 1)
        self.sessions = {session.id: session for session in self.sessions.values() if not self._is_over(session)}
        for session in self.sessions.values():
            if not hears(self.world, session.intents, event):
                continue
            for _ in range(times):
                session.say(event.name, self._payload(session, event))

    def _payload(self, session: Session, event: Event) -> Json:
        unread = event.message is not None and not reads(self.world, event.message)
        hidden = unread and not session.intents & Intent.MESSAGE_CONTENT
        return without_content(event.payload) if hidden else event.payload

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        line = Line(socket, request.transport)
        self.lines.append(line)
        line.put(HELLO, {"heartbeat_interval": int(self.heartbeat_s * 1000)})
        pump = asyncio.create_task(line.pump())
        try:
            if request.query.get("v") != "10":
                self._close(line, 4012)
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._take(line, frame.data)
        finally:
            pump.cancel()
            self._lost(line, socket.close_code)
        return socket

    def _lost(self, line: Line, code: int | None) -> None:
        self.lines.remove(line)
        session = line.session
        if session is None or session.line is not line:
            return
        session.line, session.lost_at = None, self.world.clock.now()
        if code in (1000, 1001) and not line.closed_by_us:
            self.sessions.pop(session.id, None)

    def _close(self, line: Line, code: int) -> None:
        self.closes.append(code)
        line.close(code)

    def _take(self, line: Line, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return self._close(line, 4002)
        if self.counts_sends and self._sends_too_much(line):
            return self._close(line, 4008)
        match frame.get("op"):
            case 1:
                line.put(HEARTBEAT_ACK)
            case 2:
                self._identify(line, frame["d"])
            case 6:
                self._resume(line, frame["d"])
            case _ if line.session is None:
                self._close(line, 4003)
            case 8:
                self._send_members(line.session, frame["d"])
            case 3 | 4 | 31:
                pass
            case _:
                self._close(line, 4001)
        return None

    def _sends_too_much(self, line: Line) -> bool:
        now = self.world.clock.now()
        line.sent_at.append(now)
        while line.sent_at[0] < now - 60:
            line.sent_at.popleft()
        return len(line.sent_at) > SENDS_PER_MINUTE

    def _identify(self, line: Line, wish: Json) -> None:
        self.identifies += 1
        intents = wish.get("intents", 0)
        if line.session is not None:
            return self._close(line, 4005)
        if wish.get("token") != self.token:
            return self._close(line, 4004)
        if intents & ~KNOWN_BITS:
            return self._close(line, 4013)
        if intents & PRIVILEGED & ~self.granted:
            return self._close(line, 4014)
        session = Session(secrets.token_hex(16), intents, line)
        self.sessions[session.id] = line.session = session
        line.session = session
        self._greet(session)
        return None

    def _greet(self, session: Session) -> None:
        world = self.world
        ready = {
            "v": 10,
            "user": user_json(world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(world.id), "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [0, 1],
            "private_channels": [],
            "application": {"id": str(world.bot.id), "flags": self.application_flags},
        }
        session.say("READY", ready)
        if session.intents & Intent.GUILDS:
            session.say("GUILD_CREATE", self.guild_json(session.intents))

    @property
    def application_flags(self) -> int:
        """The application's flags that say which privileged intents it has."""
        flags = {Intent.PRESENCES: 1 << 13, Intent.GUILD_MEMBERS: 1 << 15, Intent.MESSAGE_CONTENT: 1 << 19}
        return sum(flag for intent, flag in flags.items() if intent in self.granted)

    def guild_json(self, intents: int = 0) -> Json:
        """The server; all members come only with the members' and presences' intents, else by request."""
        world = self.world
        everybody = Intent.GUILD_MEMBERS | Intent.PRESENCES
        members = list(world.members.values()) if intents & everybody == everybody else [world.bot]
        threads = [thread for thread in world.active_threads() if sees(world, world.bot, thread)]
        said = {
            "id": str(world.id),
            "name": world.name,
            "owner_id": str(world.owner_id),
            "unavailable": False,
            "member_count": len(world.members),
            "large": False,
            "joined_at": world.bot.joined_at,
            "preferred_locale": "en-US",
            "features": ["COMMUNITY"],
            "roles": [role_json(role) for role in world.roles.values()],
            "members": [member_json(world, member) for member in members],
            "channels": [channel_json(world, each) for each in world.channels.values() if not each.is_thread],
            "threads": [thread_json(world, thread) for thread in threads],
        }
        empty: list[Any] = []
        return said | dict.fromkeys(("emojis", "stickers", "voice_states", "presences", "stage_instances"), empty)

    def _send_members(self, session: Session, wish: Json) -> None:
        query, ids = wish.get("query"), [int(number) for number in wish.get("user_ids") or []]
        if query == "" and not session.intents & Intent.GUILD_MEMBERS:
            return
        found = [
            member
            for member in self.world.members.values()
            if (member.id in ids if ids else member.name.lower().startswith(str(query or "").lower()))
        ]
        found = found[: wish.get("limit") or None]
        chunk = {"guild_id": str(self.world.id), "members": [member_json(self.world, member) for member in found]}
        nonce = {"nonce": wish["nonce"]} if wish.get("nonce") else {}
        session.say("GUILD_MEMBERS_CHUNK", chunk | nonce | {"chunk_index": 0, "chunk_count": 1, "not_found": []})

    def _resume(self, line: Line, wish: Json) -> None:
        session = self.sessions.get(wish.get("session_id") or "")
        if wish.get("token") != self.token:
            return self._close(line, 4004)
        if session is None or self._is_over(session):
            return line.put(INVALID_SESSION, False)
        if (wish.get("seq") or 0) > session.seq:
            return self._close(line, 4007)
        self.resumes += 1
        session.line, session.lost_at, line.session = line, None, session
        for seq, name, payload in session.kept:
            if seq > (wish.get("seq") or 0):
                line.put(DISPATCH, payload, seq=seq, name=name)
        session.say("RESUMED", {"_trace": ["fake"]})
        return None

    def _is_over(self, session: Session) -> bool:
        lost = session.lost_at
        return lost is not None and self.world.clock.now() - lost > self.resume_window_s

    def drop(self, code: int | None = None) -> None:
        """Cuts all lines: with a close code, or without a word as a broken network does."""
        for line in list(self.lines):
            if code is None:
                line.transport.abort()
            else:
                self._close(line, code)

    def ask_to_reconnect(self) -> None:
        """Sends RECONNECT on all lines."""
        for line in self.lines:
            line.put(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Sends INVALID_SESSION on all lines; the sessions are gone unless resumable."""
        for line in self.lines:
            line.put(INVALID_SESSION, resumable)
        if not resumable:
            self.sessions.clear()

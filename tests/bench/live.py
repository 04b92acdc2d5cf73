"""A running desk: how soon a customer's words are in the team room, what an open widget costs, how it starts."""

import asyncio
import importlib.metadata
import json
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from tests.bench.tables import Row, at_most, limit
from tests.server import Server, free_port

_BARE = """
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

create_async_engine("sqlite+aiosqlite://")

async def well(request):
    return PlainTextResponse("ok")

async def echo(socket):
    await socket.accept()
    while True:
        await socket.send_text(await socket.receive_text())

app = Starlette(routes=[Route("/healthz", well), WebSocketRoute("/chat/ws", echo)])
uvicorn.run(app, port=PORT, log_level="error", ws_per_message_deflate=False, lifespan="off")
"""
RATE, SECONDS = 100, 12


def _memory_kb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def _until_answered(base: str) -> float:
    began = time.perf_counter()
    while True:
        try:
            if httpx.get(f"{base}/healthz").status_code == 200:
                return time.perf_counter() - began
        except httpx.HTTPError:
            time.sleep(0.01)


def _bare_started() -> tuple["subprocess.Popen[bytes]", str, float]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _BARE.replace("PORT", str(port))])
    base = f"http://127.0.0.1:{port}"
    return process, base, _until_answered(base)


async def _idle_sockets(base: str, count: int, greet: Callable[[], Any], pid: int) -> float:
    """Kilobytes per idle connection."""
    before = _memory_kb(pid)
    sockets = []
    for _ in range(count):
        socket = await connect(f"{base.replace('http', 'ws')}/chat/ws?channel=shop", compression=None)
        hello = await greet()
        if hello:
            await socket.send(hello)
            await socket.recv()
        sockets.append(socket)
    await asyncio.sleep(2)
    used = (_memory_kb(pid) - before) / count
    for socket in sockets:
        socket.transport.abort()
    return used


async def _nothing() -> str:
    return ""


def _greeting(server: Server, channel: str = "shop") -> Callable[[], Any]:
    async def greet() -> str:
        async with httpx.AsyncClient(base_url=server.base) as web:
            told = await web.post("/chat/session", json={"channel": channel})
        return json.dumps({"type": "hello", "version": 1, "token": told.json()["token"], "dialog": None, "seq": 0})

    return greet


async def _seen_in_room(server: Server) -> tuple[list[float], float]:
    """Milliseconds from a customer's send to the words in the open thread; and the generator's share of a core."""
    async with httpx.AsyncClient(headers={"Origin": server.base}) as web:
        cookie = (await web.post(server.sign_in_link())).cookies["deskbell"]
    headers = {"Cookie": f"deskbell={cookie}", "Origin": server.base}
    wire = server.base.replace("http", "ws")
    async with connect(f"{wire}/room/ws", additional_headers=headers, max_size=None) as room:
        await room.send(json.dumps({"type": "open", "view": "live", "thread": ""}))
        await room.recv()
        customers = [await customer(server) for _ in range(20)]
        await room.send(json.dumps({"type": "open", "view": "live", "thread": f"dialog:{customers[0][1]}"}))
        sent: dict[str, float] = {}
        delays: list[float] = []
        watching = asyncio.create_task(_watch(room, sent, delays))
        draining = [asyncio.create_task(drain(socket)) for socket, _ in customers]
        cpu, began = _cpu_s(), time.perf_counter()
        for number in range(RATE * SECONDS):
            socket = customers[number % 20][0]
            words = f"mark-{uuid.uuid4().hex}"
            if number % 20 == 0:
                sent[words] = time.perf_counter()
            await say(socket, words)
            await asyncio.sleep(max(0.0, began + (number + 1) / RATE - time.perf_counter()))
        await asyncio.sleep(1)
        share = (_cpu_s() - cpu) / (time.perf_counter() - began)
        for task in (watching, *draining):
            task.cancel()
    return delays, share


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def customer(server: Server, channel: str = "shop") -> tuple[Any, int]:
    """Somebody who has said hello in the web chat: their socket and their dialog."""
    socket = await connect(f"{server.base.replace('http', 'ws')}/chat/ws?channel={channel}")
    await socket.send(await _greeting(server, channel)())
    await say(socket, "Hello")
    while True:
        frame = json.loads(await socket.recv())
        if frame["type"] == "said":
            return socket, frame["dialog"]


async def say(socket: Any, words: str) -> None:
    """Sends a customer's words."""
    await socket.send(json.dumps({"type": "say", "client_id": uuid.uuid4().hex, "text": words, "files": []}))


async def drain(socket: Any) -> None:
    """Reads a socket and forgets it."""
    async for _ in socket:
        pass


async def _watch(room: Any, sent: dict[str, float], delays: list[float]) -> None:
    async for raw in room:
        for words in [words for words in sent if words in raw]:
            delays.append((time.perf_counter() - sent.pop(words)) * 1000)


def _installed_mb() -> float:
    """The size of the base install: the distributions it needs, without extras."""
    wanted, seen, size = ["deskbell"], set(), 0
    while wanted:
        name = re.split(r"[^A-Za-z0-9_.-]", wanted.pop())[0].lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        size += sum(p.stat().st_size for f in found.files or () if (p := Path(str(f.locate()))).is_file())
        wanted += [each for each in found.requires or () if "extra ==" not in each]
    return size / 2**20


def measured(*, widgets: int) -> list[Row]:
    """Starts the desk and the bare stack side by side."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "MESSAGES_PER_MINUTE": "100000",
            "VISITORS_PER_MINUTE": "100000",
            "PRESENT": "5h",
            "CALL_OUT": "5h",
            "GIVE_UP": "5h",
        }
        server = Server(Path(folder), settings)
        server.start()
        server.end()
        ours, bare = [], []
        for _ in range(5):
            began = time.perf_counter()
            server.start()
            ours.append(time.perf_counter() - began)
            server.end(signal.SIGKILL)
            process, _, seconds = _bare_started()
            bare.append(seconds)
            process.kill()
            process.wait()
        rows = [at_most("From start to the first answer, to the bare stack", _mid(ours), _mid(bare), 2.5, " s")]
        server.start()
        assert server.process is not None
        time.sleep(3)
        rows.append(limit("Memory of the idle desk", _memory_kb(server.process.pid) / 1024, 150, " MB"))
        rows.append(limit("Base install", _installed_mb(), 250, " MB"))
        rows += _connections(server, widgets)
        delays, share = asyncio.run(_seen_in_room(server))
        p95 = statistics.quantiles(delays, n=20)[-1]
        rows.append(
            limit(f"Words in the team room at {RATE}/s, p95 (generator: {share:.0%} of a core)", p95, 100, " ms")
        )
        server.end(signal.SIGKILL)
    return rows


_mid = statistics.median


def _connections(server: Server, widgets: int) -> list[Row]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert server.process is not None
    ours = asyncio.run(_idle_sockets(server.base, widgets, _greeting(server), server.process.pid))
    process, base, _ = _bare_started()
    bare = asyncio.run(_idle_sockets(base, widgets, _nothing, process.pid))
    process.kill()
    process.wait()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return [at_most(f"Memory of each of {widgets:,} idle widgets, to the bare server", ours, bare, 1.5, " KB")]

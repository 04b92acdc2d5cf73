"""The desk as its owner runs it, in a process that can be killed."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.crash.people import TROUBLE

_PATIENT = {
    "HOLD_CHAT": "1s", "STILL_THERE": "5h", "GONE_GRACE": "5h", "CALL_OUT": "5h", "GIVE_UP": "5h",
    "MESSAGES_PER_MINUTE": "100000", "LOG_LEVEL": "ERROR",
}  # fmt: skip


@dataclass
class Server:
    """A desk on a folder of its own."""

    folder: Path
    url: str
    port: int
    more: dict[str, str] = field(default_factory=dict)
    """Settings beside the patient ones."""
    process: asyncio.subprocess.Process | None = None

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings it runs with."""
        own = {"DATA_DIR": str(self.folder), "DATABASE_URL": self.url, "HTTP_PORT": str(self.port)}
        return os.environ | _PATIENT | own | self.more

    async def start(self) -> None:
        """Starts it and waits until it answers."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=self.environment(), stdout=asyncio.subprocess.DEVNULL
        )
        async with httpx.AsyncClient() as web:
            for _ in range(600):
                try:
                    if (await web.get(f"{self.base}/healthz")).status_code == 200:
                        return
                except TROUBLE:
                    await asyncio.sleep(0.05)
        raise RuntimeError("the desk does not start")

    async def end(self, how: signal.Signals) -> None:
        """Ends it, by force or kindly."""
        if self.process is not None:
            self.process.send_signal(how)
            await self.process.wait()

    async def sign_in(self) -> str:
        """The cookie of its first agent."""
        made = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "agent",
            "link",
            "admin",
            env=self.environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        link = (await made.communicate())[0].decode().strip()
        async with httpx.AsyncClient() as web:
            answer = await web.post(link, headers={"Origin": self.base})
            return answer.cookies["deskbell"]


def server_in(folder: Path, url: str = "", more: dict[str, str] | None = None) -> Server:
    """A desk on a free port, on SQLite in its folder where no other database is named."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Server(folder, url or f"sqlite:///{folder}/deskbell.db", port, more or {})

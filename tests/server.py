"""The desk as its owner runs it: a process of its own, on a free port and a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

_QUICK = {"HOLD_CHAT": "1s", "LOG_LEVEL": "WARNING"}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Server:
    """A running desk."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    only: str = ""
    """The parts it runs, by commas; all of them by default."""
    process: "subprocess.Popen[str] | None" = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings it runs with; nothing of this machine's own, nor of a developer's `.env` in the checkout."""
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}
        return clean | _QUICK | {"DATA_DIR": str(self.folder / "data"), "HTTP_PORT": str(self.port)} | self.settings

    def start(self) -> None:
        """Starts it and waits until it answers."""
        log = (self.folder / "log").open("a")
        command = [sys.executable, "-m", "bot", "run", "--only", self.only]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), stdout=log, stderr=log, text=True
        )
        for _ in range(2_000):
            try:
                if httpx.get(f"{self.base}/healthz").status_code == 200:
                    return
            except httpx.HTTPError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise RuntimeError(f"the desk does not start: {self.said()[-2000:]}")

    def said(self) -> str:
        """What it wrote to its terminal."""
        return (self.folder / "log").read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=20)

    def ends_well(self) -> None:
        """Ends it, which must succeed, without a word of trouble in all its time."""
        code = self.end()
        said = self.said()
        assert code == 0, said[-3000:]
        assert "Traceback" not in said, said[-3000:]

    def does(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command of the command line on the same folder."""
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def sign_in_link(self, name: str = "admin") -> str:
        """A fresh link for an agent."""
        return self.does("agent", "link", name).stdout.strip()

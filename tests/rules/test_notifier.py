"""What one process tells the others, when telling fails."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import make_url

from core import notifier
from core.notifier import Notifier

_URL = make_url("postgresql+asyncpg://somebody@nowhere/desk")


class Wire:
    """A connection that is lost at its first word, if it is a bad one."""

    def __init__(self, *, is_lost: bool) -> None:
        self.is_lost = is_lost
        self.told: list[list[str]] = []
        self._lost: Any = None
        self.spoken = asyncio.Event()

    async def execute(self, statement: str, channel: str, packed: str) -> None:
        """Sends a notification, or fails to."""
        if self.is_lost:
            raise ConnectionError("gone")
        self.told.append(json.loads(packed)[1])
        self.spoken.set()

    def add_termination_listener(self, lost: Any) -> None:
        """Nothing ends it."""

    async def add_listener(self, channel: str, heard: Any) -> None:
        """Nothing is heard on it."""

    async def close(self, **within: float) -> None:
        """There is nothing to close."""


async def test_what_could_not_be_told_is_told_on_the_next_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    wires = iter((Wire(is_lost=True), good := Wire(is_lost=False)))

    async def connect(dsn: str) -> Wire:
        return next(wires)

    monkeypatch.setattr(notifier.asyncpg, "connect", connect)
    mouth = Notifier(_URL)
    mouth.gather(("ticket:1", "queue"))
    with pytest.raises(ConnectionError):
        await mouth.run(lambda topics: None)
    mouth.gather(("ticket:2",))
    running = asyncio.create_task(mouth.run(lambda topics: None))
    async with asyncio.timeout(20):
        await good.spoken.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert good.told == [["ticket:1", "queue", "ticket:2"]]

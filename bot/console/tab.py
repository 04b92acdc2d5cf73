"""One open browser tab of one agent: what it looks at, and the way its parts read, change and speak."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.websockets import WebSocket

from bot.commands.registry import Command
from bot.console import places
from bot.console.places import Looking
from bot.console.signin import SignedIn
from bot.console.words import voice
from core.actor import Actor
from core.bus import Bus
from core.desk import Desk
from core.files import Store
from core.render import Voice
from core.show import Answer
from core.store import Desks
from core.typing import Typing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shared:
    """What all pages of the room share."""

    desks: Desks
    bus: Bus
    typing: Typing
    store: Store
    commands: Sequence[Command]


@dataclass(slots=True)
class Tab:
    """One tab, for as long as it is open."""

    websocket: WebSocket
    shared: Shared
    who: SignedIn
    looking: Looking = field(default_factory=Looking)

    @property
    def actor(self) -> Actor:
        """Whose tab it is."""
        return self.who.actor

    @property
    def voice(self) -> Voice:
        """How they are spoken to."""
        return voice(self.actor, self.shared.desks.clock())

    async def read(self, work: Callable[[Desk], T]) -> T:
        """Reads in this agent's name."""
        return await self.shared.desks.read(self.actor, work)

    async def change(self, work: Callable[[Desk], T]) -> T:
        """Changes something in this agent's name."""
        return await self.shared.desks.change(self.actor, work)

    async def send(self, frame: dict[str, Any]) -> None:
        """Sends one frame."""
        await self.websocket.send_text(json.dumps(frame, ensure_ascii=False))

    async def answer(self, answer: Answer, key: str, *, in_thread: bool = False) -> None:
        """Shows what a command said back, to its typist alone."""
        said = places.answer(answer, self.actor, self.voice)
        await self.send({"type": "answer", "key": key, "html": said, "thread": in_thread, "go": answer.go})

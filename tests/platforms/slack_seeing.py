"""What somebody sees after a deed: messages, a modal, or that it failed."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.platforms.slack_blocks import buttons, shown
from tests.platforms.slack_world import Message, Sight, User, View, Workspace

QUIET_S = 0.05


class Failed(AssertionError):
    """Slack shows an error of its own, for example because the app did not answer."""


@dataclass(frozen=True)
class Seen:
    """What appeared. `failed` is what Slack itself says, "operation_timeout" when the app did not acknowledge."""

    messages: list[Message] = field(default_factory=list)
    modal: View | None = None
    home: View | None = None
    failed: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """The messages as plain text, each once, as it stands now."""
        return [shown(message, self.names) for message in self.messages]

    @property
    def text(self) -> str:
        """All messages as plain text; the modal's text when there is no message."""
        return "\n".join(self.texts) or (shown(self.modal, self.names) if self.modal else "")

    @property
    def buttons(self) -> list[str]:
        """The buttons of all messages and the modal."""
        return [label for thing in [*self.messages, self.modal] if thing is not None for label in buttons(thing)]


def names(world: Workspace) -> dict[str, str]:
    """Ids in words, for plain text."""
    users = {user.id: f"@{user.name}" for user in world.users.values()}
    return users | {channel.id: f"#{channel.name}" for channel in world.channels.values()}


def sees(world: Workspace, user: User, sight: Sight) -> bool:
    """Whether somebody sees it: it is theirs, or stands in a channel they are in."""
    if sight.user:
        return sight.user == user.id
    return sight.message is not None and user.id in world.channels[sight.message.channel].members


async def look(world: Workspace, user: User, since: int, *, within_s: float, failed: str = "") -> Seen:
    """What the app showed somebody since the sight of that number; waits for a first one, and until no more come."""
    end, count = time.monotonic() + within_s, 0
    while time.monotonic() < end and not failed:
        found = sum(sees(world, user, sight) for sight in world.sights[since:])
        if found and found == count:
            break
        count = found
        await asyncio.sleep(QUIET_S if found else 0.01)
    return gathered(world, user, since, failed)


def gathered(world: Workspace, user: User, since: int, failed: str = "") -> Seen:
    """What the app showed somebody since the sight of that number."""
    mine = [sight for sight in world.sights[since:] if sees(world, user, sight)]
    messages: dict[str, Message] = {s.message.ts: s.message for s in mine if s.message and s.what != "deleted"}
    gone = {s.message.ts for s in mine if s.message and s.what == "deleted"}
    stack = world.modals.get(user.id, [])
    modal = stack[-1] if stack and any(sight.what == "modal" for sight in mine) else None
    home = next((sight.view for sight in mine if sight.what == "home"), None)
    return Seen([m for ts, m in messages.items() if ts not in gone], modal, home, failed, names(world))


async def until(true: Callable[[], object], *, within_s: float = 10.0, what: str = "") -> None:
    """Waits until something is so; fails when it is not in time."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            raise Failed(what or "It did not come in time.")
        await asyncio.sleep(0.005)

"""A call of the Web API: its arguments, however they were sent, and what a method is."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.platforms.slack_world import Channel, Refused, Wire, Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """Arguments of one call; forms bring strings, JSON bodies bring values."""

    args: Wire

    def text(self, name: str) -> str:
        """A string, empty when it was not given."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def needed(self, name: str) -> str:
        """A string that must be given."""
        found = self.text(name)
        if not found:
            said = [f"[ERROR] missing required field: {name}"]
            raise Refused("invalid_arguments", response_metadata={"messages": said})
        return found

    def flag(self, name: str, *, otherwise: bool = False) -> bool:
        """A yes or no: true, 1, "true", "1"."""
        value = self.args.get(name)
        return otherwise if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, otherwise: int) -> int:
        """A whole number."""
        try:
            return int(self.args.get(name) or otherwise)
        except ValueError as error:
            raise Refused("invalid_arguments") from error

    def json(self, name: str, broken: str) -> Any:
        """A structure, sent as JSON text in forms; None when it was not given. Refused as `broken` otherwise."""
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            return None if value == "" else value
        try:
            return json.loads(value)
        except ValueError as error:
            raise Refused(broken) from error


@dataclass(frozen=True)
class Method:
    """What answers a call. `scope` as Slack names it, alternatives by commas; `tier` as in slack_pace;
    `json` whether it reads JSON bodies, which reading methods do not."""

    answer: Callable[[Workspace, Call], Wire]
    scope: str = ""
    tier: int = 3
    json: bool = False


def need(scopes: set[str], scope: str) -> None:
    """Refuses what none of the scopes allows; alternatives by commas."""
    if scope and not set(scope.split(",")) & scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(scopes)))


def seen_channel(world: Workspace, which: str, *, right: str) -> Channel:
    """A channel the app may know of, by its id; private ones only from inside. `right`: history or read."""
    channel = world.channels.get(which)
    if channel is None or (channel.kind != "channel" and world.app.bot_user not in channel.members):
        raise Refused("channel_not_found")
    need(world.app.scopes, f"{channel.scope}:{right}")
    return channel


def inside(world: Workspace, channel: Channel) -> Channel:
    """Refuses channels the app is not in."""
    if world.app.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def page(call: Call, items: Sequence[T], *, most: int = 1_000, otherwise: int = 100) -> tuple[list[T], str]:
    """The part of a list a call asks for by `limit` and `cursor`, and the cursor of the next part."""
    limit = call.number("limit", otherwise)
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    start = _position(call.text("cursor"))
    more = base64.b64encode(f"next:{start + limit}".encode()).decode() if len(items) > start + limit else ""
    return list(items[start : start + limit]), more


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError as error:
        raise Refused("invalid_cursor") from error

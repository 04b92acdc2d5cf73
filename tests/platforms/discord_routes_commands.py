"""REST: the application's commands, everywhere or for the server alone."""

from typing import Any

from tests.platforms.discord_calls import Call
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_registry import EVERYWHERE


def _scope(call: Call) -> int:
    if call.id("application_id") != call.world.bot.id:
        raise Refused(50001)
    if "guild_id" not in call.path:
        return EVERYWHERE
    if call.id("guild_id") != call.world.id:
        raise Refused(50001)
    return call.world.id


def listed(call: Call) -> list[Json]:
    """What is registered."""
    return call.backend.commands.by_scope.get(_scope(call), [])


def replace(call: Call) -> list[Json]:
    """Registers exactly what the body lists."""
    return call.backend.commands.replace(_scope(call), call.body)


def put(call: Call) -> tuple[int, Json]:
    """Registers one command."""
    return 201, call.backend.commands.put(_scope(call), call.body)


def read(call: Call) -> Json:
    """One command."""
    return call.backend.commands.numbered(_scope(call), call.id("command_id"))


def change(call: Call) -> Json:
    """Changes one command."""
    return call.backend.commands.put(_scope(call), read(call) | call.body)


def remove(call: Call) -> None:
    """Takes one command away."""
    call.backend.commands.remove(_scope(call), call.id("command_id"))


def _routes(start: str) -> tuple[tuple[str, str, Any], ...]:
    return (
        ("GET", start, listed),
        ("PUT", start, replace),
        ("POST", start, put),
        ("GET", f"{start}/{{command_id}}", read),
        ("PATCH", f"{start}/{{command_id}}", change),
        ("DELETE", f"{start}/{{command_id}}", remove),
    )


ROUTES = (
    *_routes("/applications/{application_id}/commands"),
    *_routes("/applications/{application_id}/guilds/{guild_id}/commands"),
)

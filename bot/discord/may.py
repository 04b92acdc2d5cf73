"""Who may see a channel: computed as Discord does, from roles and a channel's exceptions; and what the bot needs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.discord.rest import Wire

ADMINISTRATOR, VIEW_CHANNEL = 1 << 3, 1 << 10
ALL = (1 << 53) - 1
NEEDED = {
    "View Channels": VIEW_CHANNEL,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Add Reactions": 1 << 6,
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
    "Manage Threads": 1 << 34,
}
"""What the bot cannot work without, by the names Discord's settings give them."""
INVITED = sum(NEEDED.values())


@dataclass(frozen=True, slots=True)
class Server:
    """The server as far as rights go."""

    id: str
    owner: str
    roles: dict[str, int] = field(default_factory=dict)
    """Each role's permissions; @everyone's is the one with the server's id."""
    names: dict[str, str] = field(default_factory=dict)


def server(guild: Wire) -> Server:
    """A server as Discord describes it."""
    roles = guild.get("roles") or []
    return Server(
        str(guild["id"]), str(guild.get("owner_id", "")), {str(r["id"]): int(r["permissions"]) for r in roles},
        {str(r["id"]): str(r["name"]) for r in roles},
    )  # fmt: skip


def permissions(at: Server, channel: Wire | None, account: str, roles: Iterable[str]) -> int:
    """What somebody with these roles may do in a channel, or in the whole server."""
    mine = [each for each in roles if each in at.roles and each != at.id]
    base = at.roles.get(at.id, 0)
    for each in mine:
        base |= at.roles[each]
    if account == at.owner or base & ADMINISTRATOR:
        return ALL
    return base if channel is None else _in_channel(at, channel, account, mine, base)


def _in_channel(at: Server, channel: Wire, account: str, roles: list[str], base: int) -> int:
    exceptions = {str(each["id"]): each for each in channel.get("permission_overwrites") or ()}
    base = _with(base, [exceptions[at.id]] if at.id in exceptions else [])
    base = _with(base, [exceptions[each] for each in roles if each in exceptions])
    base = _with(base, [exceptions[account]] if account in exceptions else [])
    return base if base & VIEW_CHANNEL else 0


def _with(base: int, exceptions: list[Wire]) -> int:
    allow = deny = 0
    for each in exceptions:
        allow, deny = allow | int(each.get("allow") or 0), deny | int(each.get("deny") or 0)
    return base & ~deny | allow


def sees(at: Server, channel: Wire, member: Wire) -> bool:
    """Whether a member can see a channel."""
    account = str((member.get("user") or {}).get("id", ""))
    return bool(permissions(at, channel, account, map(str, member.get("roles") or ())) & VIEW_CHANNEL)


def is_open(at: Server, channel: Wire) -> bool:
    """Whether @everyone can see a channel."""
    return bool(permissions(at, channel, "", ()) & VIEW_CHANNEL)


def lacking(may: int) -> list[str]:
    """What the bot lacks of what it needs."""
    return [name for name, bit in NEEDED.items() if not may & bit]

"""Who may do what where, computed as Discord does: roles, then @everyone's, the roles' and the member's overwrites."""

from enum import IntFlag

from tests.platforms.discord_world import Account, Channel, World


class May(IntFlag):
    """The permissions the fake knows, by Discord's names and bits."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    PIN_MESSAGES = 1 << 51


ALL = May((1 << 53) - 1)
EVERYONE = (
    May.ADD_REACTIONS | May.VIEW_CHANNEL | May.SEND_MESSAGES | May.EMBED_LINKS | May.ATTACH_FILES
    | May.READ_MESSAGE_HISTORY | May.USE_APPLICATION_COMMANDS | May.CREATE_PUBLIC_THREADS
    | May.CREATE_PRIVATE_THREADS | May.SEND_MESSAGES_IN_THREADS
)  # fmt: skip
"""What @everyone has in a new server."""


def named(*names: str) -> May:
    """It turns `"send_messages", …` into bits."""
    found = May(0)
    for name in names:
        found |= May[name.upper()]
    return found


def permissions(world: World, who: Account, channel: Channel | None = None) -> May:
    """What an account may do in a channel (a thread asks its parent), or in the whole server."""
    if channel is not None and channel.is_dm:
        return ALL if who in channel.recipients else May(0)
    if who.id not in world.members:
        return May(0)
    base = May(world.roles[world.id].permissions)
    for role in who.roles:
        base |= May(world.roles[role].permissions)
    if who.id == world.owner_id or May.ADMINISTRATOR in base:
        return ALL
    return base if channel is None else _in_channel(world, who, channel.parent_of_thread or channel, base)


def sees(world: World, who: Account, channel: Channel) -> bool:
    """Whether a channel is there for an account; a private thread only for its members and for moderators."""
    may = permissions(world, who, channel)
    if May.VIEW_CHANNEL not in may:
        return False
    return not channel.is_private_thread or who.id in channel.thread_members or May.MANAGE_THREADS in may


def _in_channel(world: World, who: Account, channel: Channel, base: May) -> May:
    overwrites = {overwrite.id: overwrite for overwrite in channel.overwrites}
    if everyone := overwrites.get(world.id):
        base = May(base & ~everyone.deny | everyone.allow)
    allow = deny = 0
    for role in who.roles:
        if role in overwrites:
            allow, deny = allow | overwrites[role].allow, deny | overwrites[role].deny
    base = May(base & ~deny | allow)
    if own := overwrites.get(who.id):
        base = May(base & ~own.deny | own.allow)
    return base if May.VIEW_CHANNEL in base else May(0)

"""What happens to the server itself: channels come, change and go, people join, leave and change roles."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.platforms.discord_payloads import (
    channel_json,
    member_json,
    role_json,
    thread_json,
    thread_member_json,
    user_json,
)
from tests.platforms.discord_permissions import EVERYONE, May, sees
from tests.platforms.discord_threads import leave_thread
from tests.platforms.discord_world import Account, Channel, Clock, Kind, Role, World


def found(clock: Clock) -> World:
    """A new server: an owner, the bot with a role of its own, nobody and nothing else."""
    world = World(clock)
    world.id = world.new_id()
    world.roles[world.id] = Role(world.id, "@everyone", int(EVERYONE), position=0)
    owner = Account(world.new_id(), "owner")
    world.owner_id = owner.id
    world.bot = Account(world.new_id(), "Deskbell", bot=True)
    for account in (owner, world.bot):
        join(world, account)
    role = Role(world.new_id(), "Deskbell", 0, bot_id=world.bot.id, position=50)
    world.roles[role.id] = role
    world.bot.roles.add(role.id)
    return world


@contextmanager
def watching_sight(world: World) -> Iterator[None]:
    """Tells the bot of the threads in channels it comes to see meanwhile."""
    before = _seen(world)
    yield
    gained = _seen(world) - before
    if not gained:
        return
    threads = [each for each in world.active_threads() if each.parent in gained and sees(world, world.bot, each)]
    said = {
        "guild_id": str(world.id),
        "channel_ids": [str(channel.id) for channel in gained],
        "threads": [thread_json(world, thread) for thread in threads],
        "members": [thread_member_json(each, world.bot.id) for each in threads if world.bot.id in each.thread_members],
    }
    world.tell("THREAD_LIST_SYNC", said)


def _seen(world: World) -> set[Channel]:
    return {each for each in world.channels.values() if not each.is_thread and sees(world, world.bot, each)}


def add_channel(world: World, channel: Channel) -> Channel:
    """Adds a channel."""
    channel.position = len(world.channels)
    world.channels[channel.id] = channel
    world.tell("CHANNEL_CREATE", channel_json(world, channel))
    return channel


def tell_channel(world: World, channel: Channel) -> None:
    """Tells of a channel's new state."""
    world.tell("CHANNEL_UPDATE", channel_json(world, channel))


def delete_channel(world: World, channel: Channel) -> None:
    """Deletes a channel and the threads in it."""
    for gone in (*world.threads(channel), channel):
        gone.deleted = True
        del world.channels[gone.id]
    for left in world.channels.values():
        if left.parent is channel:
            left.parent = None
    world.tell("CHANNEL_DELETE", channel_json(world, channel))


def join(world: World, account: Account) -> None:
    """Somebody joins the server."""
    account.joined_at = world.clock.stamp()
    world.accounts[account.id] = account
    world.members[account.id] = account
    world.tell("GUILD_MEMBER_ADD", member_json(world, account) | {"guild_id": str(world.id)})


def leave(world: World, account: Account) -> None:
    """Somebody leaves; their messages stay."""
    for thread in world.threads():
        leave_thread(world, thread, account)
    account.roles.clear()
    del world.members[account.id]
    world.tell("GUILD_MEMBER_REMOVE", {"guild_id": str(world.id), "user": user_json(account)})


def give_roles(world: World, account: Account, roles: set[int]) -> None:
    """Sets somebody's roles."""
    with watching_sight(world):
        account.roles = set(roles)
        world.tell("GUILD_MEMBER_UPDATE", member_json(world, account) | {"guild_id": str(world.id)})


def add_role(world: World, role: Role) -> Role:
    """Adds a role."""
    world.roles[role.id] = role
    world.tell("GUILD_ROLE_CREATE", {"guild_id": str(world.id), "role": role_json(role)})
    return role


def allow_role(world: World, role: Role, permissions: May) -> None:
    """Sets what a role may do."""
    with watching_sight(world):
        role.permissions = int(permissions)
        world.tell("GUILD_ROLE_UPDATE", {"guild_id": str(world.id), "role": role_json(role)})


def dm_between(world: World, account: Account) -> Channel:
    """The conversation between the bot and somebody; opened when there is none."""
    if account.id not in world.dms:
        world.dms[account.id] = Channel(world.new_id(), Kind.DM, recipients=[world.bot, account])
    return world.dms[account.id]

"""The conversations.* methods and users.conversations: channels, who is in them, and what was said there."""

from tests.platforms import slack_events as events
from tests.platforms.slack_calls import Call, Method, inside, need, page, seen_channel
from tests.platforms.slack_messages import post, wire
from tests.platforms.slack_world import Channel, Message, Refused, User, Wire, Workspace

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
READ = "channels:read,groups:read,mpim:read,im:read"


def channel_wire(world: Workspace, channel: Channel) -> Wire:
    """A channel as Slack shows it."""
    app_user = world.app.bot_user
    shown = {
        "id": channel.id, "created": 1, "is_archived": channel.is_archived, "is_im": channel.is_im, "is_mpim": False,
        "context_team_id": world.team_id, "is_org_shared": False, "updated": 1,
    }  # fmt: skip
    if channel.is_im:
        other = next(member for member in channel.members if member != app_user)
        return {**shown, "user": other, "is_user_deleted": world.users[other].deleted, "priority": 0}
    return {
        **shown, "name": channel.name, "name_normalized": channel.name, "is_channel": not channel.is_private,
        "is_group": False, "is_private": channel.is_private, "is_general": channel.name == "general",
        "is_shared": channel.is_shared, "is_ext_shared": channel.is_shared, "creator": channel.members[0],
        "is_member": app_user in channel.members, "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0}, "num_members": len(channel.members),
    }  # fmt: skip


def info(world: Workspace, call: Call) -> Wire:
    """One channel."""
    channel = seen_channel(world, call.needed("channel"), right="read")
    shown = channel_wire(world, channel)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def listed(world: Workspace, call: Call) -> Wire:
    """All public channels, and of others those the app is in."""
    return _channels(world, call, member=world.app.bot_user, all_public=True)


def of_user(world: Workspace, call: Call) -> Wire:
    """The channels somebody is in; of private ones only those the app is in, too."""
    member = call.text("user") or world.app.bot_user
    if member not in world.users:
        raise Refused("user_not_found")
    return _channels(world, call, member=member, all_public=False)


def _channels(world: Workspace, call: Call, *, member: str, all_public: bool) -> Wire:
    types = [kind.strip() for kind in (call.text("types") or "public_channel").split(",")]
    if any(kind not in KINDS for kind in types):
        raise Refused("invalid_types")
    kinds = {KINDS[kind] for kind in types}
    for kind, scope in (("channel", "channels:read"), ("group", "groups:read"), ("im", "im:read")):
        if kind in kinds:
            need(world.app.scopes, scope)
    found = [
        channel
        for channel in world.channels.values()
        if channel.kind in kinds
        and (member in channel.members or (all_public and channel.kind == "channel"))
        and (channel.kind == "channel" or world.app.bot_user in channel.members)
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    part, more = page(call, found)
    return {"channels": [channel_wire(world, c) for c in part], "response_metadata": {"next_cursor": more}}


def members(world: Workspace, call: Call) -> Wire:
    """Who is in a channel."""
    channel = seen_channel(world, call.needed("channel"), right="read")
    part, more = page(call, channel.members)
    return {"members": part, "response_metadata": {"next_cursor": more}}


def history(world: Workspace, call: Call) -> Wire:
    """What stands in a channel, newest first; replies only where they were also sent to the channel."""
    channel = inside(world, seen_channel(world, call.needed("channel"), right="history"))
    found = [m for m in reversed(channel.messages) if not m.is_reply or m.subtype == "thread_broadcast"]
    part, more = page(call, _between(call, found), most=999)
    return _messages(world, call, part, more)


def replies(world: Workspace, call: Call) -> Wire:
    """A thread, oldest first; its first message begins every page, whatever `oldest` says."""
    channel = inside(world, seen_channel(world, call.needed("channel"), right="history"))
    thread = channel.thread(call.needed("ts"))
    if not thread:
        raise Refused("thread_not_found")
    root, answers = thread[0], _between(call, thread[1:])
    part, more = page(call, answers, most=1_000, otherwise=1_000)
    return _messages(world, call, [root, *part], more)


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = float(call.text("oldest") or 0), float(call.text("latest") or "inf")
    if call.flag("inclusive"):
        return [m for m in messages if oldest <= float(m.ts) <= latest]
    return [m for m in messages if oldest < float(m.ts) < latest]


def _messages(world: Workspace, call: Call, messages: list[Message], more: str) -> Wire:
    metadata = call.flag("include_all_metadata")
    shown = [wire(world, message, metadata=metadata) for message in messages]
    return {"messages": shown, "has_more": bool(more), "response_metadata": {"next_cursor": more}}


def opened(world: Workspace, call: Call) -> Wire:
    """The direct conversation with somebody."""
    if channel_id := call.text("channel"):
        channel = seen_channel(world, channel_id, right="read")
        return {"channel": channel_wire(world, channel), "no_op": True, "already_open": True}
    users = call.needed("users").split(",")
    if len(users) > 1:
        raise Refused("not_supported")
    user = world.users.get(users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    channel = world.dm(user)
    return {"channel": channel_wire(world, channel) if call.flag("return_im") else {"id": channel.id}}


def join(world: Workspace, call: Call) -> Wire:
    """The app goes into a public channel by itself."""
    channel = world.channels.get(call.needed("channel"))
    if channel is None or (channel.is_private and world.app.bot_user not in channel.members):
        raise Refused("channel_not_found")
    if channel.is_private or channel.is_im:
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    if world.app.bot_user in channel.members:
        return {"channel": channel_wire(world, channel), "warning": "already_in_channel"}
    enter(world, channel, world.users[world.app.bot_user])
    return {"channel": channel_wire(world, channel)}


def enter(world: Workspace, channel: Channel, user: User, *, inviter: str = "") -> None:
    """Somebody comes into a channel, which says so."""
    if user.id in channel.members:
        return
    channel.members.append(user.id)
    post(world, Message(world.new_ts(), channel.id, user.id, f"<@{user.id}> has joined the channel",
                        subtype="channel_join"))  # fmt: skip
    events.came(world, channel, user, inviter=inviter)


def leave(world: Workspace, channel: Channel, user: User, *, actor: str) -> None:
    """Somebody goes or is removed."""
    channel.members.remove(user.id)
    post(world, Message(world.new_ts(), channel.id, user.id, f"<@{user.id}> has left the channel",
                        subtype="channel_leave"))  # fmt: skip
    events.went(world, channel, user, actor=actor)


METHODS = {
    "conversations.info": Method(info),
    "conversations.list": Method(listed, READ, tier=2),
    "conversations.members": Method(members, READ, tier=4),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "conversations.open": Method(opened, "im:write", json=True),
    "conversations.join": Method(join, "channels:join", json=True),
    "users.conversations": Method(of_user, READ),
}

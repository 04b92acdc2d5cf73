"""The payloads of what people do with the app: commands, buttons, choices, forms and shortcuts."""

from tests.platforms.slack_messages import wire
from tests.platforms.slack_state import Values
from tests.platforms.slack_triggers import new_hook, new_trigger
from tests.platforms.slack_views import view_wire
from tests.platforms.slack_world import Channel, Message, User, View, Wire, Workspace


def command(world: Workspace, user: User, channel: Channel, line: str) -> Wire:
    """A slash command; its text is what was typed, with names escaped only if the command asks for it."""
    name, _, text = line.partition(" ")
    return {
        "token": world.app.verification_token, "team_id": world.team_id, "team_domain": world.domain,
        "channel_id": channel.id, "channel_name": _name(channel), "user_id": user.id, "user_name": user.name,
        "command": name, "text": text.strip(), "api_app_id": world.app.id, "is_enterprise_install": "false",
        "response_url": new_hook(world, user, channel.id), "trigger_id": new_trigger(world, user),
    }  # fmt: skip


def _name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def _base(world: Workspace, kind: str, user: User) -> Wire:
    return {
        "type": kind, "token": world.app.verification_token, "api_app_id": world.app.id, "enterprise": None,
        "is_enterprise_install": False, "trigger_id": new_trigger(world, user),
        "team": {"id": world.team_id, "domain": world.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
    }  # fmt: skip


def in_message(world: Workspace, user: User, message: Message, action: Wire, values: Values) -> Wire:
    """Somebody used a button or choice in a message."""
    channel = world.channels[message.channel]
    container = _container(message)
    payload = {
        **_base(world, "block_actions", user), "container": container, "actions": [action], "state": {"values": values},
        "channel": {"id": channel.id, "name": _name(channel)},
        "response_url": new_hook(world, user, channel.id, message),
    }  # fmt: skip
    return payload if message.to else {**payload, "message": wire(world, message)}


def _container(message: Message) -> Wire:
    place = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {**place, **thread, "is_ephemeral": bool(message.to)}


def in_view(world: Workspace, user: User, view: View, action: Wire) -> Wire:
    """Somebody used a button or choice in a modal or home tab."""
    return {
        **_base(world, "block_actions", user), "container": {"type": "view", "view_id": view.id},
        "view": view_wire(world, view), "actions": [action],
    }  # fmt: skip


def submission(world: Workspace, user: User, view: View) -> Wire:
    """Somebody sent a form."""
    return {**_base(world, "view_submission", user), "view": view_wire(world, view), "response_urls": []}


def closed(world: Workspace, user: User, view: View, *, all_of_them: bool) -> Wire:
    """Somebody closed a modal without sending it."""
    payload = {**_base(world, "view_closed", user), "view": view_wire(world, view), "is_cleared": all_of_them}
    del payload["trigger_id"]
    return payload


def shortcut(world: Workspace, user: User, callback_id: str) -> Wire:
    """Somebody used a global shortcut."""
    payload = _base(world, "shortcut", user)
    return {**payload, "callback_id": callback_id, "action_ts": world.new_ts()}


def message_shortcut(world: Workspace, user: User, message: Message, callback_id: str) -> Wire:
    """Somebody used a shortcut of a message."""
    channel = world.channels[message.channel]
    return {
        **_base(world, "message_action", user), "callback_id": callback_id, "action_ts": world.new_ts(),
        "message_ts": message.ts, "message": wire(world, message),
        "channel": {"id": channel.id, "name": _name(channel)},
        "response_url": new_hook(world, user, channel.id, message),
    }  # fmt: skip


def suggestion(world: Workspace, user: User, block: Wire, element: Wire, query: str, *, at: Message | View) -> Wire:
    """Somebody types into a choice whose options the app supplies."""
    payload = {
        **_base(world, "block_suggestion", user), "action_id": element["action_id"], "block_id": block["block_id"],
        "value": query,
    }  # fmt: skip
    del payload["trigger_id"]
    if isinstance(at, View):
        return {**payload, "container": {"type": "view", "view_id": at.id}, "view": view_wire(world, at)}
    channel = world.channels[at.channel]
    place = {"container": _container(at), "channel": {"id": channel.id, "name": _name(channel)}}
    return {**payload, **place, "message": wire(world, at)}

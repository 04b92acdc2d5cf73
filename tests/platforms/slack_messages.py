"""What happens to messages, whoever does it: posted, changed, deleted, reacted to; and how they look on the wire."""

import copy
from dataclasses import replace

from tests.platforms import slack_events as events
from tests.platforms.slack_blocks import pinged
from tests.platforms.slack_world import Channel, File, Message, Refused, Sight, Wire, Workspace


def post(world: Workspace, message: Message) -> Message:
    """Puts a message into its channel and tells the app."""
    channel = world.channels[message.channel]
    channel.messages.append(message)
    for file_id in message.files:
        world.files[file_id].shares.append((channel.id, message.ts))
    if message.app_id:
        world.pings += [(who, message.ts) for who in pinged(world, message)]
        world.sights.append(Sight("posted", message=message))
    event = wire(world, message)
    if message.is_reply:
        root = channel.message(message.thread_ts)
        event["parent_user_id"] = root.user if root else ""
    events.said(world, channel, event)
    says_so = message.subtype in ("channel_join", "channel_leave")
    if f"<@{world.app.bot_user}" in message.text and not message.app_id and not says_so:
        events.mentioned(world, channel, event)
    return message


def edit(world: Workspace, message: Message, *, mark: bool = True, **fields: object) -> Message:
    """Changes fields of a message and tells the app of both states; pings nobody."""
    channel, previous = world.channels[message.channel], wire(world, message)
    for name, value in fields.items():
        setattr(message, name, value)
    if mark:
        message.edited = {"user": message.user or world.app.bot_user, "ts": world.new_ts()}
    if message.app_id:
        world.sights.append(Sight("changed", message=message))
    _changed(world, channel, message, previous)
    return message


def _changed(world: Workspace, channel: Channel, message: Message, previous: Wire) -> None:
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": world.new_ts()}
    events.said(world, channel, {**event, "message": wire(world, message), "previous_message": previous})


def remove(world: Workspace, message: Message) -> None:
    """Deletes a message; the first message of a thread with replies stays as a tombstone, told as a change."""
    channel, previous = world.channels[message.channel], wire(world, message)
    if message.app_id:
        world.sights.append(Sight("deleted", message=message))
    if any(m.is_reply and m.thread_ts == message.ts for m in channel.messages):
        stone = replace(message, text="This message was deleted.", subtype="tombstone", user="USLACKBOT", blocks=[])
        stone.files, stone.attachments, stone.app_id, stone.metadata, stone.reactions = [], [], "", None, {}
        channel.messages[channel.messages.index(message)] = stone
        _changed(world, channel, stone, previous)
        return
    channel.messages.remove(message)
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": world.new_ts()}
    events.said(world, channel, {**event, "deleted_ts": message.ts, "previous_message": previous})


def react(world: Workspace, message: Message, emoji: str, user: str, *, added: bool = True) -> None:
    """Adds or takes away somebody's reaction."""
    users = message.reactions.get(emoji, [])
    if added == (user in users):
        raise Refused("already_reacted" if added else "no_reaction")
    message.reactions[emoji] = [*users, user] if added else [one for one in users if one != user]
    if not message.reactions[emoji]:
        del message.reactions[emoji]
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    reaction = {"user": user, "reaction": emoji, "item_user": message.user, "item": item}
    events.reacted(world, world.channels[message.channel], reaction, added=added)


def wire(world: Workspace, message: Message, *, metadata: bool = False) -> Wire:
    """A message as Slack shows it; `metadata` only when asked for."""
    shown: Wire = {"type": "message", "ts": message.ts, "text": message.text}
    for key in ("user", "subtype", "username", "icons", "edited", "client_msg_id", "blocks", "attachments", "app_id"):
        if value := getattr(message, key):
            shown[key] = copy.deepcopy(value)
    if message.app_id:
        shown |= {"bot_id": world.app.bot_id, "team": world.team_id, "bot_profile": bot_profile(world)}
    elif message.user in world.users:
        shown |= _home_of(world, message.user)
    if message.files:
        shown["files"] = [file_wire(world, world.files[f], to_app=True) for f in message.files]
    if message.reactions:
        shown["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    if not message.to and message.channel in world.channels:
        shown |= _thread(world.channels[message.channel], message)
    elif message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    return shown


def _home_of(world: Workspace, user_id: str) -> Wire:
    team = world.users[user_id].team_id
    return {"team": team} if team == world.team_id else {"team": team, "user_team": team, "source_team": team}


def _thread(channel: Channel, message: Message) -> Wire:
    if message.is_reply:
        return {"thread_ts": message.thread_ts}
    replies = [m for m in channel.messages if m.thread_ts == message.ts and m.is_reply]
    if not replies:
        return {}
    users = list(dict.fromkeys(m.user for m in replies if m.user))
    return {
        "thread_ts": message.ts, "reply_count": len(replies), "reply_users_count": len(users), "reply_users": users,
        "latest_reply": replies[-1].ts, "is_locked": False, "subscribed": False,
    }  # fmt: skip


def bot_profile(world: Workspace) -> Wire:
    """The app as its messages show it."""
    app = world.app
    return {
        "id": app.bot_id, "app_id": app.id, "user_id": app.bot_user, "name": app.name, "icons": {}, "deleted": False,
        "updated": 1, "team_id": world.team_id,
    }  # fmt: skip


def file_wire(world: Workspace, file: File, *, to_app: bool = False) -> Wire:
    """A file as Slack shows it; in messages a stranger's file bears only its id and `check_file_info`."""
    owner = world.users.get(file.user)
    if to_app and owner is not None and owner.is_stranger:
        return {"id": file.id, "created": file.at, "timestamp": file.at, "mode": "file_access",
                "file_access": "check_file_info", "user": file.user}  # fmt: skip
    kind = file.name.rpartition(".")[2].lower()
    private = f"{world.base_url}/files-pri/{world.team_id}-{file.id}"
    shares: Wire = {}
    for channel_id, ts in file.shares:
        channel = world.channels[channel_id]
        root = next((m.thread_ts for m in channel.messages if m.ts == ts), "")
        side = shares.setdefault("private" if channel.kind != "channel" else "public", {})
        side.setdefault(channel_id, []).append({"ts": ts, **({"thread_ts": root} if root else {})})
    return {
        "id": file.id, "created": file.at, "timestamp": file.at, "name": file.name, "title": file.title or file.name,
        "mimetype": mime(kind), "filetype": kind, "pretty_type": kind.upper(), "user": file.user,
        "user_team": owner.team_id if owner else world.team_id, "editable": False, "size": file.size,
        "mode": "hosted", "is_external": False, "external_type": "", "is_public": bool(shares.get("public")),
        "public_url_shared": False, "display_as_bot": False, "username": "", "file_access": "visible",
        "url_private": f"{private}/{file.name}", "url_private_download": f"{private}/download/{file.name}",
        "permalink": f"{world.base_url}/files/{file.user}/{file.id}/{file.name}", "shares": shares,
        "channels": list(shares.get("public", {})), "groups": list(shares.get("private", {})), "ims": [],
    }  # fmt: skip


def mime(kind: str) -> str:
    """The media type of a file's ending."""
    known = {
        "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "pdf": "application/pdf", "txt": "text/plain",
        "csv": "text/csv", "zip": "application/zip",
    }  # fmt: skip
    return known.get(kind, "application/octet-stream")

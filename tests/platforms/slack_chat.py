"""The chat.* methods, and reactions.*: what the app says, changes and takes back."""

from dataclasses import dataclass
from typing import Any

from tests.platforms import slack_rules as rules
from tests.platforms.slack_blocks import filled
from tests.platforms.slack_calls import Call, Method, inside, need
from tests.platforms.slack_messages import edit, post, react, remove, wire
from tests.platforms.slack_world import Channel, Message, Refused, Sight, Wire, Workspace

TEXT, TEXT_OF_UPDATE = 40_000, 4_000


@dataclass(frozen=True)
class Content:
    """What a message says; None where the call said nothing of it."""

    text: str
    blocks: list[Wire] | None
    attachments: list[Wire] | None
    metadata: Wire | None
    warning: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.text or self.blocks or self.attachments)


def read_content(world: Workspace, call: Call) -> Content:
    """Reads and checks what a call wants to say."""
    text, blocks = call.text("text"), call.json("blocks", "invalid_blocks_format")
    attachments, metadata = call.json("attachments", "invalid_attachments"), call.json("metadata", "metadata_invalid")
    if blocks is not None:
        rules.check_message(blocks)
        blocks = filled(world, blocks)
    for number, attachment in enumerate(attachments or []):
        if "blocks" in attachment:
            rules.check_message(attachment["blocks"], f"/attachments/{number}/blocks")
    if len(attachments or []) > 100:
        raise Refused("too_many_attachments")
    _check_metadata(metadata)
    warning = "message_truncated" if len(text) > TEXT else ""
    return Content(text[:TEXT], blocks, attachments, metadata, warning)


def _check_metadata(metadata: Any) -> None:
    if metadata in (None, {}):
        return
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")


def post_message(world: Workspace, call: Call) -> Wire:
    """Posts as the app, or under another name with chat:write.customize."""
    channel = _writable(world, call.needed("channel"))
    content = read_content(world, call)
    if content.is_empty:
        raise Refused("no_text")
    rules.check_total(content.blocks or [])
    message = Message(world.new_ts(), channel.id, world.app.bot_user, content.text, content.blocks or [])
    message.app_id, message.metadata = world.app.id, content.metadata or None
    message.attachments, message.thread_ts = content.attachments or [], _thread(channel, call.text("thread_ts"))
    if message.thread_ts and call.flag("reply_broadcast"):
        message.subtype = "thread_broadcast"
    _customize(world, call, message)
    post(world, message)
    return _said(world, message) | _warned(content)


def _warned(content: Content) -> Wire:
    if not content.warning:
        return {}
    said = f"[WARN] Your message was truncated but still posted. The `text` field accepts up to {TEXT} characters."
    return {"response_metadata": {"warnings": [content.warning], "messages": [said]}}


def _said(world: Workspace, message: Message) -> Wire:
    return {"channel": message.channel, "ts": message.ts, "message": wire(world, message, metadata=True)}


def _customize(world: Workspace, call: Call, message: Message) -> None:
    names = {"username": call.text("username")}
    icons = {"emoji": call.text("icon_emoji"), "image_48": call.text("icon_url")}
    if not any([*names.values(), *icons.values()]):
        return
    need(world.app.scopes, "chat:write.customize")
    message.username, message.icons = names["username"], {k: v for k, v in icons.items() if v}
    message.subtype, message.user = message.subtype or "bot_message", ""


def _writable(world: Workspace, which: str) -> Channel:
    """The channel to post into: an id, a name, or somebody's id for the direct conversation."""
    if which in world.users:
        if world.users[which].deleted or world.users[which].is_bot:
            raise Refused("channel_not_found")
        return world.dm(world.users[which])
    channel = world.channel(which)
    if channel.kind != "channel" and world.app.bot_user not in channel.members:
        raise Refused("channel_not_found")
    if channel.is_archived:
        raise Refused("is_archived")
    return channel if "chat:write.public" in world.app.scopes else inside(world, channel)


def _thread(channel: Channel, ts: str) -> str:
    """The thread a message goes into; a reply's own time is no thread."""
    root = channel.message(ts) if ts else None
    if ts and (root is None or root.is_reply):
        raise Refused("thread_not_found")
    return ts


def update(world: Workspace, call: Call) -> Wire:
    """Changes the app's own message; blocks not given stay as they are."""
    channel = inside(world, _by_id(world, call.needed("channel")))
    message = _own(world, channel, call.needed("ts"), "cant_update_message")
    if channel.is_archived:
        raise Refused("is_inactive")
    content = read_content(world, call)
    if len(call.text("text")) > TEXT_OF_UPDATE:
        raise Refused("msg_too_long")
    if content.is_empty and content.blocks is None and content.attachments is None:
        raise Refused("no_text")
    rules.check_total(content.blocks or [])
    fields: Wire = {"text": content.text}
    for name in ("blocks", "attachments", "metadata"):
        if getattr(content, name) is not None:
            fields[name] = getattr(content, name)
    if not (fields["text"] or fields.get("blocks", message.blocks) or fields.get("attachments", message.attachments)):
        raise Refused("no_text")
    edit(world, message, mark=content.blocks is None, **fields)
    return {**_said(world, message), "text": message.text}


def delete(world: Workspace, call: Call) -> Wire:
    """Deletes the app's own message."""
    channel = _by_id(world, call.needed("channel"))
    message = _own(world, channel, call.needed("ts"), "cant_delete_message")
    remove(world, message)
    return {"channel": channel.id, "ts": message.ts}


def _by_id(world: Workspace, which: str) -> Channel:
    channel = world.channels.get(which)
    if channel is None or (channel.kind != "channel" and world.app.bot_user not in channel.members):
        raise Refused("channel_not_found")
    return channel


def _own(world: Workspace, channel: Channel, ts: str, refusal: str) -> Message:
    message = channel.message(ts)
    if message is None:
        raise Refused("message_not_found")
    if message.app_id != world.app.id:
        raise Refused(refusal)
    return message


def post_ephemeral(world: Workspace, call: Call) -> Wire:
    """Shows something to one member of a channel."""
    channel = inside(world, _by_id(world, call.needed("channel")))
    user, content = call.needed("user"), read_content(world, call)
    if channel.is_archived:
        raise Refused("is_archived")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    if content.is_empty:
        raise Refused("no_text")
    message = whisper(world, channel, user, content, thread_ts=_thread(channel, call.text("thread_ts")))
    return {"message_ts": message.ts}


def whisper(world: Workspace, channel: Channel, user: str, content: Content, *, thread_ts: str = "") -> Message:
    """Puts a message before one reader's eyes."""
    message = Message(world.new_ts(), channel.id, world.app.bot_user, content.text, content.blocks or [], to=user)
    message.attachments, message.thread_ts, message.app_id = content.attachments or [], thread_ts, world.app.id
    world.ephemerals.append(message)
    world.sights.append(Sight("ephemeral", user, message))
    return message


def permalink(world: Workspace, call: Call) -> Wire:
    """The link people follow to a message."""
    channel = _by_id(world, call.needed("channel"))
    message = channel.message(call.needed("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{world.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _reacts(world: Workspace, call: Call, *, added: bool) -> Wire:
    name = call.needed("name").strip(":").split("::")[0]
    if name not in world.emoji:
        raise Refused("invalid_name")
    react(world, _reactable(world, call), name, world.app.bot_user, added=added)
    return {}


def _reactable(world: Workspace, call: Call) -> Message:
    channel = inside(world, _by_id(world, call.needed("channel")))
    message = channel.message(call.needed("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    if channel.is_archived:
        raise Refused("is_archived")
    return message


def add_reaction(world: Workspace, call: Call) -> Wire:
    """Adds the app's reaction."""
    return _reacts(world, call, added=True)


def remove_reaction(world: Workspace, call: Call) -> Wire:
    """Takes the app's reaction away."""
    return _reacts(world, call, added=False)


def reactions(world: Workspace, call: Call) -> Wire:
    """The reactions under a message."""
    message = _reactable(world, call)
    return {"type": "message", "channel": message.channel, "message": wire(world, message)}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write", json=True),
    "chat.update": Method(update, "chat:write", json=True),
    "chat.delete": Method(delete, "chat:write", json=True),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write", tier=4, json=True),
    "chat.getPermalink": Method(permalink, tier=0),
    "reactions.add": Method(add_reaction, "reactions:write", json=True),
    "reactions.remove": Method(remove_reaction, "reactions:write", tier=2, json=True),
    "reactions.get": Method(reactions, "reactions:read"),
}

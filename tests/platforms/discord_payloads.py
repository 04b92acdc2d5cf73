"""How the server's objects read in Discord's JSON."""

import hashlib
from urllib.parse import quote

from tests.platforms.discord_errors import Json
from tests.platforms.discord_world import (
    Account,
    Attachment,
    Channel,
    Kind,
    Message,
    Overwrite,
    Role,
    Tag,
    World,
    iso,
)

LINK_LASTS_S = 24 * 3600
"""How long a signed CDN link works."""


def user_json(account: Account) -> Json:
    """A user."""
    said = {"id": str(account.id), "username": account.name, "discriminator": "0", "avatar": None, "public_flags": 0}
    return said | {"global_name": None if account.bot else account.name.title(), "bot": account.bot}


def member_json(world: World, account: Account, *, with_user: bool = True) -> Json:
    """A membership; with the user inside unless the user stands beside it."""
    said: Json = {
        "roles": [str(role) for role in sorted(account.roles)],
        "joined_at": account.joined_at or iso(world.clock.now()),
        "nick": None,
        "avatar": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    return said | {"user": user_json(account)} if with_user else said


def role_json(role: Role) -> Json:
    """A role."""
    tags = {"tags": {"bot_id": str(role.bot_id)}} if role.bot_id else {}
    return tags | {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": role.position,
        "permissions": str(int(role.permissions)),
        "managed": role.bot_id is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def tag_json(tag: Tag) -> Json:
    """A forum's tag."""
    return {
        "id": str(tag.id),
        "name": tag.name,
        "moderated": tag.moderated,
        "emoji_id": None,
        "emoji_name": tag.emoji,
    }


def overwrite_json(overwrite: Overwrite) -> Json:
    """A channel's exception to the roles' permissions."""
    bits = {"allow": str(int(overwrite.allow)), "deny": str(int(overwrite.deny))}
    return {"id": str(overwrite.id), "type": int(overwrite.is_member)} | bits


def channel_json(world: World, channel: Channel) -> Json:
    """A channel of any kind."""
    if channel.is_dm:
        others = [user_json(account) for account in channel.recipients if account is not world.bot]
        return {"id": str(channel.id), "type": 1, "recipients": others, "last_message_id": _id(channel.last_message_id)}
    if channel.is_thread:
        return thread_json(world, channel)
    said: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "guild_id": str(world.id),
        "name": channel.name,
        "topic": channel.topic,
        "position": channel.position,
        "permission_overwrites": [overwrite_json(overwrite) for overwrite in channel.overwrites],
        "nsfw": False,
        "parent_id": _id(channel.parent.id if channel.parent else None),
        "last_message_id": _id(channel.last_message_id),
        "rate_limit_per_user": channel.slow_s,
        "flags": channel.flags,
    }
    if channel.kind is Kind.FORUM:
        said |= {"available_tags": [tag_json(tag) for tag in channel.available_tags], "default_forum_layout": 0}
        said |= {"default_reaction_emoji": None, "default_sort_order": None}
    if channel.kind is Kind.VOICE:
        said |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
    return said


def thread_json(world: World, thread: Channel) -> Json:
    """A thread; with the bot's membership where it is in it."""
    assert thread.parent is not None
    assert thread.owner is not None
    own = {"member": thread_member_json(thread, world.bot.id)} if world.bot.id in thread.thread_members else {}
    return own | {
        "id": str(thread.id),
        "type": int(thread.kind),
        "guild_id": str(world.id),
        "parent_id": str(thread.parent.id),
        "owner_id": str(thread.owner.id),
        "name": thread.name,
        "last_message_id": _id(thread.last_message_id),
        "rate_limit_per_user": thread.slow_s,
        "message_count": thread.total_sent,
        "total_message_sent": thread.total_sent,
        "member_count": min(len(thread.thread_members), 50),
        "flags": thread.flags,
        "applied_tags": [str(tag) for tag in thread.applied_tags],
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "invitable": thread.invitable,
            "auto_archive_duration": thread.auto_archive_minutes,
            "archive_timestamp": thread.archive_changed_at,
            "create_timestamp": thread.created_at,
        },
    }


def thread_member_json(thread: Channel, account_id: int) -> Json:
    """Somebody's place in a thread."""
    joined = thread.thread_members.get(account_id, thread.created_at)
    return {"id": str(thread.id), "user_id": str(account_id), "join_timestamp": joined, "flags": 1}


def attachment_json(world: World, channel: Channel, attachment: Attachment) -> Json:
    """A file with its link, signed and ending in a day."""
    url = signed_url(world, channel.id, attachment)
    said = {"id": str(attachment.id), "filename": attachment.filename, "size": len(attachment.content)}
    if attachment.description is not None:
        said["description"] = attachment.description
    return said | {"url": url, "proxy_url": url, "content_type": attachment.content_type}


def signed_url(world: World, channel_id: int, attachment: Attachment) -> str:
    """A link to a file, as good as its signature and its end."""
    path = f"/attachments/{channel_id}/{attachment.id}/{quote(attachment.filename)}"
    ends = f"{int(world.clock.now() + LINK_LASTS_S):x}"
    begins = f"{int(world.clock.now()):x}"
    return f"{world.cdn_url}{path}?ex={ends}&is={begins}&hm={signature(attachment.id, ends, begins)}&"


def signature(attachment_id: int, ends: str, begins: str) -> str:
    """What makes a CDN link valid."""
    return hashlib.sha256(f"cdn:{attachment_id}:{ends}:{begins}".encode()).hexdigest()


def emoji_json(emoji: str) -> Json:
    """An emoji: a character, or `name:id`."""
    name, _, number = emoji.partition(":")
    return {"id": number or None, "name": name}


def message_json(world: World, message: Message, *, with_content: bool = True, nested: bool = True) -> Json:
    """A message; without content for those who lack the intent for it."""
    said = _message_head(world, message) | _message_content(world, message, with_content=with_content)
    if message.reactions:
        said["reactions"] = [_reaction_json(world, emoji, who) for emoji, who in message.reactions.items()]
    if message.nonce is not None:
        said["nonce"] = message.nonce
    if message.thread is not None:
        said["thread"] = thread_json(world, message.thread)
    if message.interaction is not None:
        said |= message.interaction
    if message.reply_to is not None:
        said |= _reference_json(world, message, with_content=with_content, nested=nested)
    return said


def _message_head(world: World, message: Message) -> Json:
    author = user_json(message.author)
    if message.webhook is not None:
        author = {"id": str(message.webhook[0]), "username": message.webhook[1], "avatar": None, "bot": True}
        author |= {"discriminator": "0000", "global_name": None}
    said: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": author,
        "type": message.type,
        "timestamp": message.at,
        "edited_timestamp": message.edited_at,
        "tts": False,
        "pinned": message.pinned,
        "flags": message.flags | (32 if message.thread else 0),
        "mention_everyone": message.mentions_everyone,
        "mentions": [_mentioned_json(world, message, account) for account in message.mentions],
        "mention_roles": [str(role.id) for role in message.mentioned_roles],
    }
    if message.webhook is not None:
        said["webhook_id"] = str(message.webhook[0])
    elif message.author is world.bot:
        said["application_id"] = str(world.bot.id)
        said |= {"webhook_id": str(world.bot.id)} if message.interaction else {}
    return said


def _mentioned_json(world: World, message: Message, account: Account) -> Json:
    if message.channel.is_dm or account.id not in world.members:
        return user_json(account)
    return user_json(account) | {"member": member_json(world, account, with_user=False)}


def _message_content(world: World, message: Message, *, with_content: bool) -> Json:
    if not with_content:
        return {"content": "", "embeds": [], "attachments": [], "components": []}
    files = [attachment_json(world, message.channel, file) for file in message.attachments]
    said: Json = {"content": message.content, "embeds": message.embeds, "attachments": files}
    return said | {"components": message.components}


def _reaction_json(world: World, emoji: str, who: list[Account]) -> Json:
    count = {"count": len(who), "count_details": {"burst": 0, "normal": len(who)}, "burst_colors": []}
    return count | {"me": world.bot in who, "me_burst": False, "emoji": emoji_json(emoji)}


def _reference_json(world: World, message: Message, *, with_content: bool, nested: bool) -> Json:
    reference: Json = {"message_id": str(message.reply_to), "channel_id": str(message.channel.id), "type": 0}
    if message.type == 18:
        reference = {"channel_id": str(message.reply_to), "type": 0}
    if message.type == 21 and message.channel.parent is not None:
        reference["channel_id"] = str(message.channel.parent.id)
    if not message.channel.is_dm:
        reference["guild_id"] = str(world.id)
    said: Json = {"message_reference": reference}
    if nested and message.type in (19, 21):
        origin = world.channels.get(int(reference["channel_id"])) or message.channel
        first = origin.message(message.reply_to or 0)
        said["referenced_message"] = first and message_json(world, first, with_content=with_content, nested=False)
    return said


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)

"""What happens to messages, whoever does it: written, changed, deleted, reacted to, pinned; all connected hear it."""

from dataclasses import dataclass, field

from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_mentions import address
from tests.platforms.discord_payloads import emoji_json, member_json, message_json
from tests.platforms.discord_permissions import sees
from tests.platforms.discord_threads import join_thread, revive
from tests.platforms.discord_world import Account, Attachment, Channel, Message, World

SYSTEM_TYPES = (4, 6, 18, 21)
EPHEMERAL, LOADING = 1 << 6, 1 << 7


@dataclass(frozen=True)
class Draft:
    """A message about to be written."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    allowed: Json | None = None
    reply_to: int | None = None
    nonce: str | None = None
    flags: int = 0
    type: int = 0
    interaction: Json | None = None
    webhook: tuple[int, str] | None = None
    message_id: int | None = None


def write(world: World, channel: Channel, author: Account, draft: Draft) -> Message:
    """Puts a message where it belongs; it revives an archived thread and takes its author into the thread."""
    message = Message(
        draft.message_id or world.new_id(), channel, author, draft.content, world.clock.stamp(),
        type=draft.type or (19 if draft.reply_to else 0), flags=draft.flags, embeds=draft.embeds,
        components=numbered(draft.components), attachments=draft.attachments, nonce=draft.nonce,
        reply_to=draft.reply_to, interaction=draft.interaction, webhook=draft.webhook,
    )  # fmt: skip
    world.files |= {file.id: file for file in draft.attachments}
    address(world, message, draft.allowed)
    if message.is_ephemeral:
        return message
    if channel.is_thread:
        _enter_thread(world, message)
    channel.messages.append(message)
    channel.last_message_id = message.id
    world.tell("MESSAGE_CREATE", event_json(world, message), channel=channel, message=message)
    return message


def _enter_thread(world: World, message: Message) -> None:
    thread = message.channel
    revive(world, thread)
    thread.total_sent += message.type not in SYSTEM_TYPES and message.id != thread.id
    thread.active_at = world.clock.now()
    if message.type not in SYSTEM_TYPES and message.webhook is None:
        join_thread(world, thread, message.author, *_named(world, message))


def _named(world: World, message: Message) -> list[Account]:
    """Who is taken into a thread by being mentioned, alone or by a role."""
    roles = {role.id for role in message.mentioned_roles}
    named = [*message.mentions, *(member for member in world.members.values() if member.roles & roles)]
    return [account for account in named if sees(world, account, message.channel.parent or message.channel)]


def numbered(components: list[Json]) -> list[Json]:
    """Components with the ids Discord gives those that have none."""
    taken = iter(range(1, 1_000))

    def number(component: Json) -> Json:
        said: Json = {"id": next(taken), **component}
        for key in ("accessory", "component"):
            if said.get(key):
                said[key] = number(said[key])
        if "components" in said:
            said["components"] = [number(part) for part in said["components"]]
        return said

    return [number(component) for component in components]


def event_json(world: World, message: Message) -> Json:
    """A message as an event carries it: with its server and its author's membership."""
    said = message_json(world, message)
    if message.channel.is_dm:
        return said
    said["guild_id"] = str(world.id)
    if message.webhook is None and message.author.id in world.members:
        said["member"] = member_json(world, message.author, with_user=False)
    return said


def fill(world: World, message: Message, draft: Draft) -> None:
    """Puts contents into a message that stood for "is thinking"; its ephemerality stays."""
    message.content, message.embeds, message.components = draft.content, draft.embeds, numbered(draft.components)
    message.attachments = draft.attachments
    message.flags = message.flags & EPHEMERAL | draft.flags & ~EPHEMERAL
    world.files |= {file.id: file for file in draft.attachments}
    address(world, message, draft.allowed)
    show_again(world, message)


def changed(world: World, message: Message) -> None:
    """Tells of a message's new contents."""
    message.edited_at = world.clock.stamp()
    show_again(world, message)


def show_again(world: World, message: Message) -> None:
    """Tells of a message whose look changed though nobody edited it."""
    if not message.is_ephemeral and not message.deleted:
        world.tell("MESSAGE_UPDATE", event_json(world, message), channel=message.channel, message=message)


def delete(world: World, message: Message) -> None:
    """Takes a message away."""
    message.deleted = True
    if message in message.channel.messages:
        message.channel.messages.remove(message)
        world.tell("MESSAGE_DELETE", _place(world, message, key="id"), channel=message.channel)


def react(world: World, message: Message, who: Account, emoji: str) -> None:
    """Adds a reaction; the same one twice is one. At most 20 different ones fit."""
    given = message.reactions.setdefault(emoji, [])
    if who in given:
        return
    if len(message.reactions) > 20:
        del message.reactions[emoji]
        raise Refused(30010)
    given.append(who)
    _tell_reaction(world, "MESSAGE_REACTION_ADD", message, who, emoji)


def take_back(world: World, message: Message, who: Account, emoji: str) -> None:
    """Removes somebody's reaction, where there is one."""
    if who not in message.reactions.get(emoji, []):
        return
    message.reactions[emoji].remove(who)
    if not message.reactions[emoji]:
        del message.reactions[emoji]
    _tell_reaction(world, "MESSAGE_REACTION_REMOVE", message, who, emoji)


def _tell_reaction(world: World, name: str, message: Message, who: Account, emoji: str) -> None:
    said = _place(world, message, key="message_id") | {"user_id": str(who.id), "emoji": emoji_json(emoji)}
    said |= {"burst": False, "type": 0}
    if name.endswith("ADD"):
        said["message_author_id"] = str(message.author.id)
        if not message.channel.is_dm:
            said["member"] = member_json(world, who)
    world.tell(name, said, channel=message.channel)


def pin(world: World, message: Message, who: Account) -> None:
    """Pins a message; Discord writes so in the channel."""
    if message.pinned:
        return
    message.pinned = True
    show_again(world, message)
    write(world, message.channel, who, Draft(type=6, reply_to=message.id))


def unpin(world: World, message: Message) -> None:
    """Unpins a message."""
    message.pinned = False
    show_again(world, message)


def types_in(world: World, channel: Channel, who: Account) -> None:
    """Tells that somebody is typing."""
    said = {"channel_id": str(channel.id), "user_id": str(who.id), "timestamp": int(world.clock.now())}
    if not channel.is_dm:
        said |= {"guild_id": str(world.id), "member": member_json(world, who)}
    world.tell("TYPING_START", said, channel=channel)


def _place(world: World, message: Message, *, key: str) -> Json:
    said = {key: str(message.id), "channel_id": str(message.channel.id)}
    return said if message.channel.is_dm else said | {"guild_id": str(world.id)}

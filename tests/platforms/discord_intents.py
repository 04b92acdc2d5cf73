"""Which events a session hears, and how much of a message it may read."""

from enum import IntFlag

from tests.platforms.discord_errors import Json
from tests.platforms.discord_permissions import sees
from tests.platforms.discord_world import Event, Message, World


class Intent(IntFlag):
    """The intents the fake knows."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_BITS = (1 << 22) - 1 | 1 << 24 | 1 << 25

_IN_SERVER_AND_DM = {
    "MESSAGE_REACTION": (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    "MESSAGE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "TYPING": (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
}


def hears(world: World, intents: int, event: Event) -> bool:
    """Whether a session with those intents is told of an event: interactions always, else by intent and by sight."""
    if event.name == "INTERACTION_CREATE":
        return True
    if event.channel is not None and not sees(world, world.bot, event.channel):
        return False
    if event.name == "THREAD_MEMBERS_UPDATE":
        return bool(intents & Intent.GUILD_MEMBERS) or (bool(intents & Intent.GUILDS) and _is_about_bot(world, event))
    return bool(intents & _needed(event))


def _needed(event: Event) -> Intent:
    for start, (in_server, in_dm) in _IN_SERVER_AND_DM.items():
        if event.name.startswith(start):
            return in_dm if event.channel is not None and event.channel.is_dm else in_server
    return Intent.GUILD_MEMBERS if event.name.startswith("GUILD_MEMBER") else Intent.GUILDS


def _is_about_bot(world: World, event: Event) -> bool:
    added = [place["user_id"] for place in event.payload.get("added_members", [])]
    return str(world.bot.id) in (*added, *event.payload.get("removed_member_ids", []))


def reads(world: World, message: Message) -> bool:
    """Whether a message's content is given without the intent: the bot's own, in a DM, or with the bot mentioned."""
    return message.author is world.bot or message.channel.is_dm or world.bot in message.mentions


def without_content(payload: Json) -> Json:
    """A message's payload as a bot without the intent gets it."""
    bare = payload | {"content": "", "embeds": [], "attachments": [], "components": []}
    if referenced := payload.get("referenced_message"):
        bare["referenced_message"] = without_content(referenced)
    return bare

"""Whom a message notifies: the people, roles and @everyone it names, as far as allowed_mentions and rights let it."""

import re

from tests.platforms.discord_component_rules import text_of_v2
from tests.platforms.discord_errors import Json
from tests.platforms.discord_permissions import May, permissions, sees
from tests.platforms.discord_world import Account, Channel, Message, World

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_USER, _ROLE, _EVERYONE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>"), re.compile(r"@(everyone|here)\b")
SILENT = 1 << 12


def address(world: World, message: Message, allowed: Json | None) -> None:
    """Fills in whom a new message mentions and notifies; without `allowed` everything it names counts."""
    message.names = names_in(world, message)
    text = _CODE.sub("", "\n".join((message.content, text_of_v2(message.components))))
    may = permissions(world, message.author, message.channel)
    message.mentions = [
        world.accounts[found] for found in _named(_USER, text, allowed, "users") if found in world.accounts
    ]
    message.mentioned_roles = [
        world.roles[found]
        for found in _named(_ROLE, text, allowed, "roles")
        if found in world.roles and (world.roles[found].mentionable or May.MENTION_EVERYONE in may)
    ]
    parses_everyone = allowed is None or "everyone" in (allowed.get("parse") or [])
    named_everyone = bool(_EVERYONE.search(text)) and not message.channel.is_dm
    message.mentions_everyone = named_everyone and parses_everyone and May.MENTION_EVERYONE in may
    _address_replied(message, allowed)
    message.notified = [] if message.flags & SILENT else _notified(world, message)


def names_in(world: World, message: Message) -> dict[str, str]:
    """What a client writes for the people, roles and channels a message names, notified or not."""
    text = "\n".join((message.content, text_of_v2(message.components), str(message.embeds)))
    known: dict[str, str] = {}
    for number in map(int, re.findall(r"<[@#]\D?(\d+)>", text)):
        if named := world.accounts.get(number) or world.roles.get(number) or world.channels.get(number):
            known[str(number)] = named.name
    return known


def _named(pattern: re.Pattern[str], text: str, allowed: Json | None, kind: str) -> list[int]:
    found = list(dict.fromkeys(int(number) for number in pattern.findall(text)))
    if allowed is None or kind in (allowed.get("parse") or []):
        return found
    listed = {int(number) for number in allowed.get(kind) or []}
    return [number for number in found if number in listed]


def _address_replied(message: Message, allowed: Json | None) -> None:
    wanted = True if allowed is None else bool(allowed.get("replied_user"))
    first = message.channel.message(message.reply_to) if message.type == 19 and message.reply_to else None
    if wanted and first is not None and first.author not in message.mentions:
        message.mentions.append(first.author)


def _notified(world: World, message: Message) -> list[Account]:
    if message.channel.is_dm:
        reached = set(message.channel.recipients)
    else:
        reached = set(message.mentions)
        roles = {role.id for role in message.mentioned_roles}
        members = world.members.values()
        reached |= {member for member in members if message.mentions_everyone or member.roles & roles}
        reached = {account for account in reached if sees(world, account, _open(message))}
    reached.discard(message.author)
    return sorted(reached, key=lambda account: account.id)


def _open(message: Message) -> Channel:
    """A mention adds people to a private thread, so its parent decides who is reached."""
    return message.channel.parent_of_thread or message.channel

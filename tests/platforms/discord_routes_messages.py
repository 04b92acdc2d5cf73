"""REST: messages, their reactions and pins."""

import dataclasses
from typing import Any

from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_bodies import drafted, edit, refuse_system
from tests.platforms.discord_calls import NONCE_LASTS_S, Backend, Call
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_payloads import user_json
from tests.platforms.discord_permissions import May
from tests.platforms.discord_world import Channel, Kind, Message


def create(call: Call) -> Json:
    """Sends a message; an enforced nonce used in the last minutes gives back the first one."""
    channel = call.channel()
    _refuse_sending(call, channel)
    if first := _sent_before(call.backend, call.body):
        return call.backend.shows(first)
    draft = drafted(call.body, call.attachments(call.body.get("attachments") or []), call.files)
    draft = dataclasses.replace(draft, reply_to=_replied(call, channel), flags=draft.flags & ~deeds.EPHEMERAL)
    _refuse_contents(call, channel, draft)
    message = deeds.write(call.world, channel, call.world.bot, draft)
    if draft.nonce:
        call.backend.nonces[draft.nonce] = (call.world.clock.now(), message)
    return call.backend.shows(message)


def _refuse_sending(call: Call, channel: Channel) -> None:
    if channel.kind in (Kind.FORUM, Kind.CATEGORY):
        raise Refused(50008)
    if channel.is_dm:
        if any(other.refuses_dms or other.id not in call.world.members for other in channel.recipients):
            raise Refused(50007)
        return
    call.needs(May.SEND_MESSAGES_IN_THREADS if channel.is_thread else May.SEND_MESSAGES, channel)
    if channel.archived and channel.locked:
        raise Refused(50083)
    if channel.locked and May.MANAGE_THREADS not in call.may(channel):
        raise Refused(160005)


def _refuse_contents(call: Call, channel: Channel, draft: deeds.Draft) -> None:
    if draft.attachments:
        call.needs(May.ATTACH_FILES, channel)
    if draft.embeds:
        call.needs(May.EMBED_LINKS, channel)


def _sent_before(backend: Backend, body: Json) -> Message | None:
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    at, message = backend.nonces.get(str(body["nonce"]), (0.0, None))
    return message if at > backend.world.clock.now() - NONCE_LASTS_S else None


def _replied(call: Call, channel: Channel) -> int | None:
    reference = call.body.get("message_reference")
    if not reference:
        return None
    if May.READ_MESSAGE_HISTORY not in call.may(channel):
        raise Refused(160002)
    number = int(reference["message_id"])
    if channel.message(number) is not None:
        return number
    if reference.get("fail_if_not_exists", True):
        problem = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise Refused(50035, errors={"message_reference": {"_errors": [problem]}})
    return None


def read(call: Call) -> Json:
    """One message."""
    channel = call.channel()
    call.needs(May.READ_MESSAGE_HISTORY, channel)
    return call.backend.shows(call.message(channel))


def read_many(call: Call) -> list[Json]:
    """Messages, newest first, before, after or around one; none without the right to read the history."""
    channel = call.channel()
    limit = call.limit(default=50, most=100)
    if channel.kind in (Kind.FORUM, Kind.CATEGORY):
        raise Refused(50008)
    if May.READ_MESSAGE_HISTORY not in call.may(channel):
        return []
    return [call.backend.shows(message) for message in reversed(_page(call, channel.messages, limit))]


def _page(call: Call, messages: list[Message], limit: int) -> list[Message]:
    query = {key: int(call.query[key]) for key in ("before", "after", "around") if key in call.query}
    if "around" in query:
        at = query["around"]
        older = [message for message in messages if message.id < at][-(limit // 2) :]
        return [*older, *[message for message in messages if message.id >= at][: limit - len(older)]]
    if "after" in query:
        return [message for message in messages if message.id > query["after"]][:limit]
    before = query.get("before")
    return [message for message in messages if before is None or message.id < before][-limit:]


def change(call: Call) -> Json:
    """Edits the bot's own message."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot or message.webhook is not None:
        raise Refused(50005)
    refuse_system(message)
    if channel.archived:
        raise Refused(50083)
    edit(call.world, message, call.body, call.attachments(call.body.get("attachments") or []), call.files)
    return call.backend.shows(message)


def remove(call: Call) -> None:
    """Deletes a message; others' with MANAGE_MESSAGES."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.world.bot:
        if channel.is_dm:
            raise Refused(50003)
        call.needs(May.MANAGE_MESSAGES, channel)
    if message.type == 21:
        raise Refused(50021)
    deeds.delete(call.world, message)


def react(call: Call) -> None:
    """Adds the bot's reaction; a new emoji needs ADD_REACTIONS."""
    channel = call.channel()
    message = call.message(channel)
    if channel.archived:
        raise Refused(50083)
    call.needs(May.READ_MESSAGE_HISTORY, channel)
    emoji = _emoji(call)
    if emoji not in message.reactions:
        call.needs(May.ADD_REACTIONS, channel)
    deeds.react(call.world, message, call.world.bot, emoji)


def take_back(call: Call) -> None:
    """Removes a reaction: the bot's, or another's with MANAGE_MESSAGES."""
    channel = call.channel()
    message = call.message(channel)
    if channel.archived:
        raise Refused(50083)
    who = call.world.bot
    if call.path["user_id"] != "@me" and call.id("user_id") != who.id:
        call.needs(May.MANAGE_MESSAGES, channel)
        who = call.world.accounts[call.id("user_id")]
    if who not in message.reactions.get(_emoji(call), []):
        raise Refused(10014)
    deeds.take_back(call.world, message, who, _emoji(call))


def reacted(call: Call) -> list[Json]:
    """Who gave a reaction."""
    return [user_json(who) for who in call.message(call.channel()).reactions.get(_emoji(call), [])]


def _emoji(call: Call) -> str:
    emoji = call.path["emoji"]
    if not any(ord(sign) > 0x2000 or sign in "©®\u20e3" for sign in emoji):
        raise Refused(10014, 400)
    return emoji


def pin(call: Call) -> None:
    """Pins a message."""
    channel = call.channel()
    _refuse_pinning(call, channel)
    deeds.pin(call.world, call.message(channel), call.world.bot)


def unpin(call: Call) -> None:
    """Unpins a message."""
    channel = call.channel()
    _refuse_pinning(call, channel)
    deeds.unpin(call.world, call.message(channel))


def _refuse_pinning(call: Call, channel: Channel) -> None:
    if not call.may(channel) & (May.PIN_MESSAGES | May.MANAGE_MESSAGES):
        raise Refused(50013)


def pinned(call: Call) -> Json:
    """The pinned messages, newest first."""
    found = [message for message in reversed(call.channel().messages) if message.pinned]
    items = [{"pinned_at": message.at, "message": call.backend.shows(message)} for message in found]
    return {"items": items, "has_more": False}


def typing(call: Call) -> None:
    """Shows the bot typing."""
    channel = call.channel()
    _refuse_sending(call, channel)
    deeds.types_in(call.world, channel, call.world.bot)


_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = f"{_MESSAGES}/{{message_id}}"
_REACTION = f"{_MESSAGE}/reactions/{{emoji}}"

ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", f"{_MESSAGES}/pins", pinned),
    ("PUT", f"{_MESSAGES}/pins/{{message_id}}", pin),
    ("DELETE", f"{_MESSAGES}/pins/{{message_id}}", unpin),
    ("PUT", "/channels/{channel_id}/pins/{message_id}", pin),
    ("DELETE", "/channels/{channel_id}/pins/{message_id}", unpin),
    ("POST", _MESSAGES, create),
    ("GET", _MESSAGES, read_many),
    ("GET", _MESSAGE, read),
    ("PATCH", _MESSAGE, change),
    ("DELETE", _MESSAGE, remove),
    ("GET", _REACTION, reacted),
    ("PUT", f"{_REACTION}/@me", react),
    ("DELETE", f"{_REACTION}/{{user_id}}", take_back),
    ("POST", "/channels/{channel_id}/typing", typing),
)

"""REST: answers to interactions, their follow-ups and edits, and plain webhooks."""

import dataclasses
import secrets
from typing import Any

from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_bodies import drafted, edit
from tests.platforms.discord_calls import Call, Webhook
from tests.platforms.discord_command_rules import check_choices
from tests.platforms.discord_component_rules import check_modal
from tests.platforms.discord_errors import Form, Json, Refused
from tests.platforms.discord_interactions import (
    ANSWERS,
    CHOICES,
    COMMAND,
    DEFERRED,
    DEFERRED_UPDATE,
    FORM,
    MESSAGE,
    UPDATE,
    Interaction,
)
from tests.platforms.discord_payloads import user_json
from tests.platforms.discord_permissions import May
from tests.platforms.discord_world import Channel, Kind, Message


def answer(call: Call) -> Json | None:
    """Takes the first and only answer to an interaction."""
    made = call.backend.interactions.awaiting(call.id("interaction_id"), call.path["token"])
    kind, data = call.body.get("type"), call.body.get("data") or {}
    _refuse_answer(made, kind)
    _take(call, made, kind, data)
    made.answered_with = kind
    made.note()
    return _told(call, made, kind) if call.query.get("with_response") in ("true", "True", "1") else None


def _refuse_answer(made: Interaction, kind: Any) -> None:
    allowed = ANSWERS[made.kind]
    if made.source is None:
        allowed = tuple(each for each in allowed if each not in (UPDATE, DEFERRED_UPDATE))
    form = Form()
    form.one_of("type", kind, allowed)
    form.refuse()


def _take(call: Call, made: Interaction, kind: int, data: Json) -> None:
    match kind:
        case 4:
            made.original = _write(call, made, _drafted(call, data, "data."))
        case 5:
            made.thinks = True
            made.original = _think(call, made, int(data.get("flags") or 0) & deeds.EPHEMERAL)
        case 6:
            made.original = made.source
        case 7:
            assert made.source is not None
            edit(call.world, made.source, data, call.attachments(data.get("attachments") or []), call.files)
            made.original = made.source
        case 8:
            form = Form()
            check_choices(form, data.get("choices") or [], "data.choices")
            form.refuse()
            made.choices = data.get("choices") or []
        case 9:
            form = Form()
            check_modal(form, data, path="data")
            form.refuse()
            made.form = {**data, "components": deeds.numbered(data["components"])}


def _drafted(call: Call, body: Json, starts: str = "") -> deeds.Draft:
    return drafted(body, call.attachments(body.get("attachments") or []), call.files, starts=starts)


def _write(call: Call, made: Interaction, draft: deeds.Draft) -> Message:
    kind = {COMMAND: 23 if made.data.get("target_id") else 20}.get(made.kind, 0)
    draft = dataclasses.replace(draft, type=kind, interaction=call.backend.interactions.metadata(made))
    return deeds.write(call.world, made.channel, call.world.bot, draft)


def _think(call: Call, made: Interaction, flags: int) -> Message:
    return _write(call, made, deeds.Draft(flags=flags | deeds.LOADING))


def _told(call: Call, made: Interaction, kind: int) -> Json:
    said: Json = {"interaction": {"id": str(made.id), "type": made.kind}}
    if kind in (DEFERRED, DEFERRED_UPDATE, CHOICES, FORM):
        said["interaction"] |= {"response_message_loading": made.thinks, "response_message_ephemeral": False}
        return said
    assert made.original is not None
    ephemeral = made.original.is_ephemeral
    said["interaction"] |= {"response_message_id": str(made.original.id), "response_message_ephemeral": ephemeral}
    message = call.backend.interactions.shown(made.original)
    return said | {"resource": {"type": MESSAGE if kind == MESSAGE else UPDATE, "message": message}}


def follow_up(call: Call) -> Any:
    """Sends a follow-up (the first one after a deferral is the answer), or a message of a plain webhook."""
    if call.id("webhook_id") != call.world.bot.id:
        return _execute(call)
    made = call.backend.interactions.tokened(call.path["token"])
    if made.thinks:
        return call.backend.interactions.shown(_fill(call, made))
    message = _write(call, made, _drafted(call, call.body))
    made.followups.append(message)
    made.note()
    return call.backend.interactions.shown(message)


def _fill(call: Call, made: Interaction) -> Message:
    """What was thought about is said; whether it is ephemeral was settled by the deferral."""
    assert made.original is not None
    deeds.fill(call.world, made.original, _drafted(call, call.body))
    made.thinks = False
    made.note()
    return made.original


def _sent(call: Call) -> tuple[Interaction | None, Message]:
    """The message a webhook's path means, and its interaction where it has one."""
    which = call.path["message_id"]
    if call.id("webhook_id") != call.world.bot.id:
        return None, _of_webhook(call, which)
    made = call.backend.interactions.tokened(call.path["token"])
    if which == "@original" and made.original is not None and not made.original.deleted:
        return made, made.original
    for message in made.messages():
        if str(message.id) == which:
            return made, message
    raise Refused(10008)


def _of_webhook(call: Call, which: str) -> Message:
    for message in _webhook_channel(call, _webhook(call)).messages:
        if str(message.id) == which and message.webhook is not None:
            return message
    raise Refused(10008)


def read(call: Call) -> Json:
    """The answer, or a follow-up."""
    return call.backend.interactions.shown(_sent(call)[1])


def change(call: Call) -> Json:
    """Edits the answer (filling it in, when it was deferred) or a follow-up."""
    if call.path["message_id"] == "@original" and call.id("webhook_id") == call.world.bot.id:
        made = call.backend.interactions.tokened(call.path["token"])
        if made.thinks:
            return call.backend.interactions.shown(_fill(call, made))
    interaction, message = _sent(call)
    edit(call.world, message, call.body, call.attachments(call.body.get("attachments") or []), call.files)
    if interaction is not None:
        interaction.note()
    return call.backend.interactions.shown(message)


def remove(call: Call) -> None:
    """Deletes the answer or a follow-up."""
    interaction, message = _sent(call)
    deeds.delete(call.world, message)
    if interaction is not None:
        interaction.changed.set()


def create_webhook(call: Call) -> Json:
    """Adds a webhook to a channel."""
    channel = call.channel()
    call.needs(May.MANAGE_WEBHOOKS, channel)
    if sum(each.channel is channel for each in call.backend.webhooks.values()) >= 15:
        raise Refused(30007)
    made = Webhook(call.world.new_id(), secrets.token_urlsafe(32), call.body["name"], channel)
    call.backend.webhooks[made.id] = made
    return _webhook_json(call, made)


def webhooks(call: Call) -> list[Json]:
    """A channel's webhooks."""
    channel = call.channel()
    call.needs(May.MANAGE_WEBHOOKS, channel)
    return [_webhook_json(call, each) for each in call.backend.webhooks.values() if each.channel is channel]


def _webhook_json(call: Call, made: Webhook) -> Json:
    said = {"id": str(made.id), "type": 1, "token": made.token, "name": made.name, "avatar": None}
    said |= {"application_id": str(call.world.bot.id), "user": user_json(call.world.bot)}
    return said | {"guild_id": str(call.world.id), "channel_id": str(made.channel.id)}


def _webhook(call: Call) -> Webhook:
    webhook = call.backend.webhooks.get(call.id("webhook_id"))
    if webhook is None:
        raise Refused(10015)
    if webhook.token != call.path["token"]:
        raise Refused(50027, 401)
    return webhook


def _webhook_channel(call: Call, webhook: Webhook) -> Channel:
    if not call.query.get("thread_id"):
        return webhook.channel
    thread = call.world.channels.get(int(call.query["thread_id"]))
    if thread is None or thread.parent is not webhook.channel:
        raise Refused(10003)
    return thread


def _execute(call: Call) -> Any:
    webhook = _webhook(call)
    channel = _webhook_channel(call, webhook)
    if channel.kind is Kind.FORUM:
        raise Refused(50008)
    draft = drafted(call.body, call.attachments(call.body.get("attachments") or []), call.files)
    worn = call.body.get("username") or webhook.name
    draft = dataclasses.replace(draft, webhook=(webhook.id, worn), flags=draft.flags & ~deeds.EPHEMERAL)
    message = deeds.write(call.world, channel, call.world.bot, draft)
    return call.backend.shows(message) if call.query.get("wait") in ("1", "true") else None


_WEBHOOK = "/webhooks/{webhook_id}/{token}"

ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/interactions/{interaction_id}/{token}/callback", answer),
    ("POST", _WEBHOOK, follow_up),
    ("GET", f"{_WEBHOOK}/messages/{{message_id}}", read),
    ("PATCH", f"{_WEBHOOK}/messages/{{message_id}}", change),
    ("DELETE", f"{_WEBHOOK}/messages/{{message_id}}", remove),
    ("POST", "/channels/{channel_id}/webhooks", create_webhook),
    ("GET", "/channels/{channel_id}/webhooks", webhooks),
)

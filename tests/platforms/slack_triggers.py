"""What an interaction lets the app do for a while: open a modal by its trigger, answer by its response_url."""

import secrets
from dataclasses import replace
from typing import Any

from tests.platforms import slack_rules as rules
from tests.platforms.slack_blocks import filled
from tests.platforms.slack_calls import Call
from tests.platforms.slack_chat import TEXT, Content, whisper
from tests.platforms.slack_messages import edit, post, remove
from tests.platforms.slack_world import Hook, Message, Refused, Sight, Trigger, User, Wire, Workspace

TRIGGER_S, HOOK_S, HOOK_USES = 3.0, 1_800.0, 5


def new_trigger(world: Workspace, user: User) -> str:
    """A trigger_id."""
    trigger = f"{world.new_id('')}.{world.new_id('')}.{secrets.token_hex(8)}"
    world.triggers[trigger] = Trigger(user.id, world.clock())
    return trigger


def redeem(world: Workspace, trigger_id: str) -> Trigger:
    """Uses a trigger up."""
    trigger = world.triggers.get(trigger_id)
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.is_used:
        raise Refused("exchanged_trigger_id")
    if world.clock() - trigger.at > TRIGGER_S:
        raise Refused("expired_trigger_id")
    trigger.is_used = True
    return trigger


def new_hook(world: Workspace, user: User, channel: str, source: Message | None = None) -> str:
    """A response_url."""
    name = secrets.token_hex(12)
    world.hooks[name] = Hook(user.id, channel, world.clock(), source)
    return f"{world.base_url}/actions/{world.team_id}/{name}"


def answer(world: Workspace, name: str, body: Any) -> None:
    """Does what a post to a response_url asks for: five times in thirty minutes."""
    hook = world.hooks.get(name)
    if hook is None:
        raise Refused("no_such_url")
    if world.clock() - hook.at > HOOK_S:
        raise Refused("expired_url")
    if hook.uses >= HOOK_USES:
        raise Refused("used_url")
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    respond(world, hook, body)
    hook.uses += 1


def respond(world: Workspace, hook: Hook, body: Wire) -> None:
    """Shows an answer to an interaction: to its user alone unless `in_channel`, in place of the source if asked."""
    call = Call(body)
    if call.flag("delete_original") and hook.source is not None:
        _forget(world, hook.source)
        return
    content = _content(world, call)
    if content.is_empty:
        raise Refused("no_text")
    if call.flag("replace_original") and hook.source is not None:
        _replace(world, hook.source, content)
    elif call.text("response_type") == "in_channel":
        message = Message(world.new_ts(), hook.channel, world.app.bot_user, content.text, content.blocks or [])
        message.app_id, message.attachments = world.app.id, content.attachments or []
        message.thread_ts = call.text("thread_ts")
        post(world, message)
    else:
        thread_ts = call.text("thread_ts") or (hook.source.thread_ts if hook.source else "")
        whisper(world, world.channels[hook.channel], hook.user, content, thread_ts=thread_ts)


def _content(world: Workspace, call: Call) -> Content:
    blocks = call.json("blocks", "invalid_blocks_format")
    if blocks is not None:
        rules.check_message(blocks)
        blocks = filled(world, blocks)
    return Content(call.text("text")[:TEXT], blocks, call.json("attachments", "invalid_attachments"), None)


def _replace(world: Workspace, source: Message, content: Content) -> None:
    """Replaces all of a message; an ephemeral one stays ephemeral."""
    fields = {"text": content.text, "blocks": content.blocks or [], "attachments": content.attachments or []}
    if not source.to:
        edit(world, source, mark=False, **fields)
        return
    for name, value in fields.items():
        setattr(source, name, value)
    world.sights.append(Sight("ephemeral", source.to, source))


def _forget(world: Workspace, source: Message) -> None:
    if source.to:
        world.ephemerals = [message for message in world.ephemerals if message is not source]
        world.sights.append(Sight("deleted", source.to, replace(source)))
    else:
        remove(world, source)

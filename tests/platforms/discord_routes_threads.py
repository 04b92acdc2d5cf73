"""REST: threads and forum posts, their members and archives."""

import dataclasses
from typing import Any

from tests.platforms import discord_deeds as deeds
from tests.platforms.discord_bodies import drafted
from tests.platforms.discord_calls import Call
from tests.platforms.discord_changes import alter_thread, refuse_tags
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_payloads import channel_json, thread_json, thread_member_json
from tests.platforms.discord_permissions import May, sees
from tests.platforms.discord_rules import check_thread
from tests.platforms.discord_threads import Opening, join_thread, leave_thread, open_thread
from tests.platforms.discord_world import Account, Channel, Kind

_OWNERS_FIELDS = {"name", "archived", "auto_archive_duration", "applied_tags", "invitable"}


def open_(call: Call) -> tuple[int, Json]:
    """Opens a thread without a message, or a forum's post with its first one."""
    parent = call.channel()
    check_thread(call.body, forum=parent.kind is Kind.FORUM)
    return 201, _open_post(call, parent) if parent.kind is Kind.FORUM else _open_bare(call, parent)


def _open_post(call: Call, forum: Channel) -> Json:
    call.needs(May.SEND_MESSAGES, forum)
    body = call.body.get("message")
    if body is None:
        problem = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
        raise Refused(50035, errors={"message": {"_errors": [problem]}})
    tags = [int(tag) for tag in call.body.get("applied_tags") or []]
    refuse_tags(forum, tags)
    _refuse_moderated(call, forum, tags)
    files = call.attachments(body.get("attachments") or [])
    draft = drafted(body, files, call.files, starts="message.")
    thread = open_thread(call.world, forum, _opening(call, tags=tags))
    message = deeds.write(call.world, thread, call.world.bot, _first(draft, thread))
    return thread_json(call.world, thread) | {"message": call.backend.shows(message)}


def _first(draft: deeds.Draft, thread: Channel) -> deeds.Draft:
    return dataclasses.replace(draft, flags=draft.flags & ~deeds.EPHEMERAL, nonce=None, message_id=thread.id)


def _open_bare(call: Call, parent: Channel) -> Json:
    if parent.kind not in (Kind.TEXT, Kind.NEWS):
        raise Refused(50024)
    kind = Kind(call.body.get("type") or Kind.PRIVATE_THREAD)
    call.needs(May.CREATE_PRIVATE_THREADS if kind is Kind.PRIVATE_THREAD else May.CREATE_PUBLIC_THREADS, parent)
    thread = open_thread(call.world, parent, _opening(call, kind=kind))
    if kind is Kind.PUBLIC_THREAD:
        deeds.write(call.world, parent, call.world.bot, deeds.Draft(thread.name, type=18, reply_to=thread.id))
    return thread_json(call.world, thread)


def open_under(call: Call) -> tuple[int, Json]:
    """Opens a thread under a message; once for each message."""
    parent = call.channel()
    check_thread(call.body)
    if parent.kind not in (Kind.TEXT, Kind.NEWS):
        raise Refused(50024)
    starter = call.message(parent)
    call.needs(May.CREATE_PUBLIC_THREADS, parent)
    thread = open_thread(call.world, parent, _opening(call, starter=starter))
    deeds.show_again(call.world, starter)
    deeds.write(call.world, thread, starter.author, deeds.Draft(type=21, reply_to=starter.id))
    return 201, thread_json(call.world, thread)


def _opening(call: Call, **more: Any) -> Opening:
    minutes = call.body.get("auto_archive_duration") or 4320
    return Opening(call.body["name"], call.world.bot, auto_archive_minutes=minutes, **more)


def change(call: Call, thread: Channel) -> Json:
    """Changes a thread: its creator names, tags and archives it, the rest needs MANAGE_THREADS."""
    check_thread(call.body)
    _refuse_change(call, thread)
    if "applied_tags" in call.body and thread.parent is not None:
        tags = {int(tag) for tag in call.body["applied_tags"]}
        _refuse_moderated(call, thread.parent, list(tags ^ set(thread.applied_tags)))
    alter_thread(call.world, thread, call.world.bot, call.body)
    return channel_json(call.world, thread)


def _refuse_change(call: Call, thread: Channel) -> None:
    may = call.may(thread)
    if thread.archived and call.body.get("archived") is not False:
        raise Refused(50083)
    if May.MANAGE_THREADS in may:
        return
    revives = set(call.body) == {"archived"} and call.body["archived"] is False
    if thread.locked:
        raise Refused(50013)
    if revives and May.SEND_MESSAGES_IN_THREADS in may:
        return
    if thread.owner is not call.world.bot or set(call.body) - _OWNERS_FIELDS:
        raise Refused(50013)


def _refuse_moderated(call: Call, forum: Channel, tags: list[int]) -> None:
    moderated = {tag.id for tag in forum.available_tags if tag.moderated}
    if moderated & set(tags):
        call.needs(May.MANAGE_THREADS, forum)


def _who(call: Call) -> Account:
    if call.path["user_id"] == "@me":
        return call.world.bot
    who = call.world.members.get(call.id("user_id"))
    if who is None:
        raise Refused(10007)
    return who


def _thread(call: Call) -> Channel:
    thread = call.channel()
    if not thread.is_thread:
        raise Refused(50024)
    return thread


def add_member(call: Call) -> None:
    """Joins, or adds somebody who can see the channel; not in the archive."""
    thread, who = _thread(call), _who(call)
    if thread.archived:
        raise Refused(50083)
    if who is not call.world.bot:
        call.needs(May.SEND_MESSAGES_IN_THREADS, thread)
        if not sees(call.world, who, thread.parent or thread):
            raise Refused(50001)
    join_thread(call.world, thread, who)


def remove_member(call: Call) -> None:
    """Leaves, or takes somebody out."""
    thread, who = _thread(call), _who(call)
    if thread.archived:
        raise Refused(50083)
    owns = thread.is_private_thread and thread.owner is call.world.bot
    if who is not call.world.bot and not owns:
        call.needs(May.MANAGE_THREADS, thread)
    leave_thread(call.world, thread, who)


def members(call: Call) -> list[Json]:
    """Who is in a thread."""
    thread = _thread(call)
    return [thread_member_json(thread, account) for account in thread.thread_members]


def member(call: Call) -> Json:
    """One member of a thread."""
    thread, who = _thread(call), _who(call)
    if who.id not in thread.thread_members:
        raise Refused(10007)
    return thread_member_json(thread, who.id)


def active(call: Call) -> Json:
    """The server's active threads the bot can see, newest first."""
    threads = [thread for thread in call.world.active_threads() if sees(call.world, call.world.bot, thread)]
    return _listed(call, sorted(threads, key=lambda thread: -thread.id))


def archived_public(call: Call) -> Json:
    """Archived public threads, last archived first."""
    return _archived(call, Kind.PUBLIC_THREAD)


def archived_private(call: Call) -> Json:
    """Archived private threads, for those who may manage threads."""
    call.needs(May.MANAGE_THREADS, call.channel())
    return _archived(call, Kind.PRIVATE_THREAD)


def _archived(call: Call, kind: Kind) -> Json:
    parent = call.channel()
    call.needs(May.READ_MESSAGE_HISTORY, parent)
    limit, before = call.limit(default=50, most=100), call.query.get("before")
    found = [thread for thread in call.world.threads(parent) if thread.archived and thread.kind is kind]
    found = [thread for thread in found if before is None or thread.archive_changed_at < before]
    found.sort(key=lambda thread: thread.archive_changed_at, reverse=True)
    return _listed(call, found[:limit]) | {"has_more": len(found) > limit}


def archived_joined(call: Call) -> Json:
    """Archived private threads the bot is in, by id."""
    parent = call.channel()
    call.needs(May.READ_MESSAGE_HISTORY, parent)
    limit, before = call.limit(default=50, most=100), int(call.query.get("before") or 1 << 63)
    found = [thread for thread in call.world.threads(parent) if thread.archived and thread.is_private_thread]
    found = [thread for thread in found if call.world.bot.id in thread.thread_members and thread.id < before]
    found.sort(key=lambda thread: -thread.id)
    return _listed(call, found[:limit]) | {"has_more": len(found) > limit}


def _listed(call: Call, threads: list[Channel]) -> Json:
    own = [thread_member_json(each, call.world.bot.id) for each in threads if call.world.bot.id in each.thread_members]
    return {"threads": [thread_json(call.world, thread) for thread in threads], "members": own}


_CHANNEL = "/channels/{channel_id}"

ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{_CHANNEL}/threads", open_),
    ("POST", f"{_CHANNEL}/messages/{{message_id}}/threads", open_under),
    ("GET", f"{_CHANNEL}/thread-members", members),
    ("GET", f"{_CHANNEL}/thread-members/{{user_id}}", member),
    ("PUT", f"{_CHANNEL}/thread-members/{{user_id}}", add_member),
    ("DELETE", f"{_CHANNEL}/thread-members/{{user_id}}", remove_member),
    ("GET", "/guilds/{guild_id}/threads/active", active),
    ("GET", f"{_CHANNEL}/threads/archived/public", archived_public),
    ("GET", f"{_CHANNEL}/threads/archived/private", archived_private),
    ("GET", f"{_CHANNEL}/users/@me/threads/archived/private", archived_joined),
)

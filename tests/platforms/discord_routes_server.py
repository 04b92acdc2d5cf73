"""REST: the bot itself, the server, its channels, people and roles."""

from typing import Any

from tests.platforms.discord_calls import Backend, Call
from tests.platforms.discord_changes import alter_channel, overwrites_of, parent_of, tags_of, written
from tests.platforms.discord_errors import Json, Refused
from tests.platforms.discord_intents import Intent
from tests.platforms.discord_payloads import channel_json, member_json, role_json, user_json
from tests.platforms.discord_permissions import May
from tests.platforms.discord_routes_threads import change as change_thread
from tests.platforms.discord_rules import check_channel
from tests.platforms.discord_server import add_channel, delete_channel, dm_between, give_roles
from tests.platforms.discord_threads import delete_thread
from tests.platforms.discord_world import Account, Channel, Kind, Overwrite, Role

CHANNELS_CAP = 500
DMS_IN_TEN_MINUTES = 10


def me(call: Call) -> Json:
    """The bot's own user."""
    return user_json(call.world.bot) | {"verified": True, "mfa_enabled": False, "email": None, "locale": "en-US"}


def application(call: Call) -> Json:
    """The bot's application."""
    owner = call.world.accounts[call.world.owner_id]
    said: Json = {
        "id": str(call.world.bot.id),
        "name": call.world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
    }
    said |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "owner": user_json(owner)}
    return said | {"flags": call.backend.gateway.application_flags, "team": None}


def gateway(call: Call) -> Json:
    """Where the gateway is."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": call.backend.gateway.url, "shards": 1, "session_start_limit": limit}


def my_guilds(call: Call) -> list[Json]:
    """The servers the bot is in."""
    world = call.world
    return [
        {"id": str(world.id), "name": world.name, "icon": None, "owner": False, "permissions": str(int(call.may()))}
    ]


def user(call: Call) -> Json:
    """A user."""
    found = call.world.accounts.get(call.id("user_id"))
    if found is None:
        raise Refused(10013)
    return user_json(found)


def open_dm(call: Call) -> Json:
    """Opens a direct conversation; opening many quickly is refused while limits are on."""
    other = call.world.accounts.get(int(call.body.get("recipient_id") or 0))
    if other is None or other.bot:
        raise Refused(50033)
    if other.id not in call.world.dms:
        _refuse_hurry(call.backend)
    return channel_json(call.world, dm_between(call.world, other))


def _refuse_hurry(backend: Backend) -> None:
    now = backend.world.clock.now()
    backend.dms_opened_at = [at for at in backend.dms_opened_at if at > now - 600]
    if backend.limits and len(backend.dms_opened_at) >= DMS_IN_TEN_MINUTES:
        raise Refused(40003)
    backend.dms_opened_at.append(now)


def _guild(call: Call) -> None:
    if call.id("guild_id") != call.world.id or call.world.bot.id not in call.world.members:
        raise Refused(10004)


def guild(call: Call) -> Json:
    """The server."""
    _guild(call)
    said = call.backend.gateway.guild_json()
    left_out = ("members", "channels", "threads", "joined_at", "member_count", "unavailable")
    return {key: value for key, value in said.items() if key not in left_out}


def channels(call: Call) -> list[Json]:
    """The server's channels, without threads."""
    _guild(call)
    return [channel_json(call.world, channel) for channel in call.world.channels.values() if not channel.is_thread]


def roles(call: Call) -> list[Json]:
    """The server's roles."""
    _guild(call)
    return [role_json(role) for role in call.world.roles.values()]


def _member(call: Call) -> Account:
    _guild(call)
    found = call.world.members.get(call.id("user_id"))
    if found is None:
        raise Refused(10007 if call.id("user_id") in call.world.accounts else 10013)
    return found


def member(call: Call) -> Json:
    """One member."""
    return member_json(call.world, _member(call))


def members(call: Call) -> list[Json]:
    """Members by id, which needs the members' intent."""
    _guild(call)
    if Intent.GUILD_MEMBERS not in call.backend.gateway.granted:
        raise Refused(50001)
    after, limit = int(call.query.get("after") or 0), call.limit(default=1, most=1000)
    found = sorted((each for each in call.world.members.values() if each.id > after), key=lambda each: each.id)
    return [member_json(call.world, each) for each in found[:limit]]


def search_members(call: Call) -> list[Json]:
    """Members whose name starts so."""
    _guild(call)
    start, limit = call.query.get("query", "").lower(), call.limit(default=1, most=1000)
    found = [each for each in call.world.members.values() if each.name.lower().startswith(start)]
    return [member_json(call.world, each) for each in found[:limit]]


def give_role(call: Call) -> None:
    """Gives a role below the bot's own."""
    who, role = _member(call), _role(call)
    give_roles(call.world, who, who.roles | {role.id})


def take_role(call: Call) -> None:
    """Takes a role below the bot's own."""
    who, role = _member(call), _role(call)
    give_roles(call.world, who, who.roles - {role.id})


def _role(call: Call) -> Role:
    role = call.world.roles.get(call.id("role_id"))
    if role is None:
        raise Refused(10011)
    call.needs(May.MANAGE_ROLES)
    if role.position >= max(call.world.roles[own].position for own in call.world.bot.roles):
        raise Refused(50013)
    return role


def create_channel(call: Call) -> tuple[int, Json]:
    """Adds a text channel, forum, voice channel or category."""
    _guild(call)
    check_channel({"name": ""} | call.body)
    call.needs(May.MANAGE_CHANNELS)
    if len(call.world.channels) - len(call.world.threads()) >= CHANNELS_CAP:
        raise Refused(30013)
    kind = Kind(call.body.get("type") or 0)
    made = Channel(
        call.world.new_id(), kind, written(kind, call.body["name"]), topic=call.body.get("topic"),
        parent=parent_of(call.world, call.body), overwrites=_overwrites(call), flags=call.body.get("flags") or 0,
        available_tags=tags_of(call.world, call.body), slow_s=call.body.get("rate_limit_per_user") or 0,
    )  # fmt: skip
    return 201, channel_json(call.world, add_channel(call.world, made))


def _overwrites(call: Call) -> list[Overwrite]:
    overwrites = overwrites_of(call.body)
    for overwrite in overwrites:
        if (overwrite.allow | overwrite.deny) & ~call.may():
            raise Refused(50013)
    return overwrites


def channel(call: Call) -> Json:
    """One channel, thread or direct conversation."""
    return channel_json(call.world, call.channel())


def change_channel(call: Call) -> Json:
    """Changes a channel or thread."""
    found = call.channel()
    if found.is_dm:
        raise Refused(50003)
    if found.is_thread:
        return change_thread(call, found)
    check_channel({"type": found.kind} | call.body)
    call.needs(May.MANAGE_CHANNELS, found)
    if "permission_overwrites" in call.body:
        call.needs(May.MANAGE_ROLES, found)
    alter_channel(call.world, found, call.body)
    return channel_json(call.world, found)


def remove_channel(call: Call) -> Json:
    """Deletes a channel or thread."""
    found = call.channel()
    if found.is_thread:
        call.needs(May.MANAGE_THREADS, found)
        delete_thread(call.world, found)
    elif not found.is_dm:
        call.needs(May.MANAGE_CHANNELS, found)
        delete_channel(call.world, found)
    return channel_json(call.world, found)


def set_overwrite(call: Call) -> None:
    """Allows or denies a role or member something in a channel."""
    found = call.channel()
    call.needs(May.MANAGE_ROLES, found)
    (new,) = overwrites_of({"permission_overwrites": [call.body | {"id": call.id("target")}]})
    _set_overwrites(call, found, [*(each for each in found.overwrites if each.id != new.id), new])


def remove_overwrite(call: Call) -> None:
    """Takes a channel's exception for a role or member away."""
    found = call.channel()
    call.needs(May.MANAGE_ROLES, found)
    _set_overwrites(call, found, [each for each in found.overwrites if each.id != call.id("target")])


def _set_overwrites(call: Call, found: Channel, overwrites: list[Overwrite]) -> None:
    listed = [{"id": each.id, "type": each.is_member, "allow": each.allow, "deny": each.deny} for each in overwrites]
    alter_channel(call.world, found, {"permission_overwrites": listed})


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/users/@me", me),
    ("GET", "/users/@me/guilds", my_guilds),
    ("POST", "/users/@me/channels", open_dm),
    ("GET", "/users/{user_id}", user),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/applications/@me", application),
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway),
    ("GET", "/guilds/{guild_id}", guild),
    ("GET", "/guilds/{guild_id}/channels", channels),
    ("POST", "/guilds/{guild_id}/channels", create_channel),
    ("GET", "/guilds/{guild_id}/roles", roles),
    ("GET", "/guilds/{guild_id}/members", members),
    ("GET", "/guilds/{guild_id}/members/search", search_members),
    ("GET", "/guilds/{guild_id}/members/{user_id}", member),
    ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", give_role),
    ("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", take_role),
    ("GET", "/channels/{channel_id}", channel),
    ("PATCH", "/channels/{channel_id}", change_channel),
    ("DELETE", "/channels/{channel_id}", remove_channel),
    ("PUT", "/channels/{channel_id}/permissions/{target}", set_overwrite),
    ("DELETE", "/channels/{channel_id}/permissions/{target}", remove_overwrite),
)

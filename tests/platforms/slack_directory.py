"""The users.*, usergroups.*, bots.* and auth.* methods: who is there, and who the app is."""

from tests.platforms.slack_calls import Call, Method, page
from tests.platforms.slack_messages import bot_profile
from tests.platforms.slack_world import Refused, User, Wire, Workspace


def auth_test(world: Workspace, call: Call) -> Wire:
    """Whose token it is."""
    return {
        "url": f"https://{world.domain}.slack.com/", "team": world.domain, "user": world.app.name,
        "team_id": world.team_id, "user_id": world.app.bot_user, "bot_id": world.app.bot_id,
        "is_enterprise_install": False,
    }  # fmt: skip


def user_info(world: Workspace, call: Call) -> Wire:
    """One user, strangers the app shares a channel with, too."""
    user = world.users.get(call.needed("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": _shown(world, call, user)}


def user_list(world: Workspace, call: Call) -> Wire:
    """All users of this workspace, deactivated ones and bots, too."""
    found = [user for user in world.users.values() if not user.is_stranger]
    part, more = page(call, found, otherwise=1_000)
    shown = [_shown(world, call, user) for user in part]
    return {"members": shown, "cache_ts": int(world.clock()), "response_metadata": {"next_cursor": more}}


def by_email(world: Workspace, call: Call) -> Wire:
    """The active member with an address."""
    address = call.needed("email").lower()
    for user in world.users.values():
        if user.email.lower() == address and not user.deleted and not user.is_stranger:
            return {"user": _shown(world, call, user)}
    raise Refused("users_not_found")


def _shown(world: Workspace, call: Call, user: User) -> Wire:
    return user.wire(email="users:read.email" in world.app.scopes, locale=call.flag("include_locale"))


def groups(world: Workspace, call: Call) -> Wire:
    """The user groups."""
    shown = []
    for group in world.groups.values():
        users = {"users": group.users} if call.flag("include_users") else {}
        shown.append(
            {"id": group.id, "team_id": world.team_id, "is_usergroup": True, "name": group.handle, "description": "",
             "handle": group.handle, "date_delete": 0, "user_count": len(group.users), **users}
        )  # fmt: skip
    return {"usergroups": shown}


def group_users(world: Workspace, call: Call) -> Wire:
    """Who is in a user group."""
    group = world.groups.get(call.needed("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": group.users}


def bot_info(world: Workspace, call: Call) -> Wire:
    """The app as a bot."""
    if call.needed("bot") != world.app.bot_id:
        raise Refused("bot_not_found")
    return {"bot": bot_profile(world)}


METHODS = {
    "auth.test": Method(auth_test, tier=0, json=True),
    "users.info": Method(user_info, "users:read", tier=4),
    "users.list": Method(user_list, "users:read", tier=2),
    "users.lookupByEmail": Method(by_email, "users:read.email"),
    "usergroups.list": Method(groups, "usergroups:read", tier=2),
    "usergroups.users.list": Method(group_users, "usergroups:read", tier=2),
    "bots.info": Method(bot_info, "users:read"),
}

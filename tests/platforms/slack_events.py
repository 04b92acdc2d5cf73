"""What the app is told of what happens: the event_callback payloads, to those it subscribed to, where it may hear."""

from tests.platforms.slack_world import Channel, User, Wire, Workspace


def tell(world: Workspace, name: str, event: Wire, *, is_shared: bool = False) -> None:
    """Sends an event to the app if it subscribed to `name` and has the scope; `is_shared` with another workspace."""
    app = world.app
    if not app.hears(name):
        return
    own = {"enterprise_id": None, "team_id": world.team_id, "user_id": app.bot_user}
    world.deliver(
        {
            "token": app.verification_token, "team_id": world.team_id, "context_team_id": world.team_id,
            "context_enterprise_id": None, "api_app_id": app.id,
            "event": {**event, "event_ts": event.get("event_ts") or world.new_ts()},
            "type": "event_callback", "event_id": world.new_id("Ev"), "event_time": int(world.clock()),
            "authorizations": [{**own, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": is_shared, "event_context": world.new_id("4-"),
        }
    )  # fmt: skip


def said(world: Workspace, channel: Channel, event: Wire) -> None:
    """A message event of any subtype; the app hears only channels it is in."""
    if world.app.bot_user not in channel.members:
        return
    name = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}[channel.kind]
    place = {"channel": channel.id, "channel_type": channel.kind}
    tell(world, name, {"event_ts": event["ts"], **event, **place}, is_shared=channel.is_shared)


def mentioned(world: Workspace, channel: Channel, event: Wire) -> None:
    """The app's name stands in a message; a second event beside the message's own. Never in direct conversations."""
    if not channel.is_im and world.app.bot_user in channel.members:
        mention = {**event, "type": "app_mention", "channel": channel.id, "event_ts": event["ts"]}
        mention.pop("subtype", None)
        tell(world, "app_mention", mention, is_shared=channel.is_shared)


def reacted(world: Workspace, channel: Channel, reaction: Wire, *, added: bool) -> None:
    """Somebody put a reaction under a message, or took it away."""
    if world.app.bot_user in channel.members:
        name = "reaction_added" if added else "reaction_removed"
        tell(world, name, {"type": name, **reaction})


def came(world: Workspace, channel: Channel, user: User, *, inviter: str = "") -> None:
    """Somebody joined a channel, the app itself perhaps."""
    if world.app.bot_user in channel.members:
        event = {
            "type": "member_joined_channel", "user": user.id, "channel": channel.id, "team": world.team_id,
            "channel_type": "G" if channel.is_private else "C",
        }  # fmt: skip
        tell(world, "member_joined_channel", event | ({"inviter": inviter} if inviter else {}))


def went(world: Workspace, channel: Channel, user: User, *, actor: str) -> None:
    """Somebody left a channel; the app hears of its own removal by another event."""
    if user.id == world.app.bot_user:
        name = "group_left" if channel.is_private else "channel_left"
        tell(world, name, {"type": name, "channel": channel.id, "actor_id": actor})
    elif world.app.bot_user in channel.members:
        event = {
            "type": "member_left_channel", "user": user.id, "channel": channel.id, "team": world.team_id,
            "channel_type": "G" if channel.is_private else "C",
        }  # fmt: skip
        tell(world, "member_left_channel", event)


def channel_changed(world: Workspace, channel: Channel, what: str, user: str) -> None:
    """A channel was `archive`d, `unarchive`d or `deleted`; of private channels only members hear."""
    if channel.is_private and world.app.bot_user not in channel.members:
        return
    name = f"{'group' if channel.is_private else 'channel'}_{what}"
    event: Wire = {"type": name, "channel": channel.id}
    tell(world, name, event if what == "deleted" else {**event, "user": user})


def home_opened(world: Workspace, user: User, tab: str, channel: Channel, view: Wire | None) -> None:
    """Somebody looks at the app's page."""
    event: Wire = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
    tell(world, "app_home_opened", event | ({"view": view} if view else {}))


def user_changed(world: Workspace, user: User) -> None:
    """Somebody's profile, role or membership changed."""
    shown = user.wire(email="users:read.email" in world.app.scopes, locale=True)
    tell(world, "user_change", {"type": "user_change", "user": shown, "cache_ts": int(world.clock())})


def tokens_revoked(world: Workspace) -> None:
    """The app was taken out of the workspace."""
    tell(world, "tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [world.app.bot_user]}})

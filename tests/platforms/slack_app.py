"""The app as its manifest describes it: tokens, scopes, subscribed events and commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCOPES = (
    "app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.customize",
    "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write",
    "reactions:read", "reactions:write", "usergroups:read", "users:read", "users:read.email",
)  # fmt: skip

EVENT_SCOPES = {
    "app_home_opened": "", "app_mention": "app_mentions:read", "app_uninstalled": "", "tokens_revoked": "",
    "message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
    "channel_archive": "channels:read", "channel_deleted": "channels:read", "channel_left": "channels:read",
    "channel_rename": "channels:read", "channel_unarchive": "channels:read",
    "group_archive": "groups:read", "group_deleted": "groups:read", "group_left": "groups:read",
    "group_rename": "groups:read", "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read", "member_left_channel": "channels:read",
    "reaction_added": "reactions:read", "reaction_removed": "reactions:read", "user_change": "users:read",
}  # fmt: skip
"""What a bot may subscribe to, and the scope each event needs."""


@dataclass
class App:
    """The installed app. `commands` says of each command whether Slack escapes names in it; None takes any."""

    name: str = "deskbell"
    id: str = "A0DESKBELL0"
    bot_id: str = "B0DESKBELL0"
    bot_user: str = "U0DESKBELL0"
    bot_token: str = "xoxb-1-2-deskbell"
    app_token: str = "xapp-1-A0DESKBELL0-deskbell"
    verification_token: str = "verification"
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    app_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    events: set[str] = field(default_factory=lambda: set(EVENT_SCOPES))
    commands: dict[str, bool] | None = None
    is_revoked: bool = False

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "App":
        """The app its manifest makes: only the scopes, events and commands listed there."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        return cls(
            name=features.get("bot_user", {}).get("display_name", "deskbell"),
            scopes=set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=set(settings.get("event_subscriptions", {}).get("bot_events", [])),
            commands={c["command"]: bool(c.get("should_escape")) for c in features.get("slash_commands", [])},
        )

    def hears(self, event: str) -> bool:
        """Whether it subscribed to an event and has the scope the event needs."""
        needed = EVENT_SCOPES[event]
        return event in self.events and (not needed or needed in self.scopes)

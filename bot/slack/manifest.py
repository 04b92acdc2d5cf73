"""The Slack app's manifest: its scopes, events, command and shortcuts, for Socket Mode or for a public address.

Format: docs.slack.dev/reference/app-manifest.
"""

import json
import re

from bot.slack.deeds import NEW, SHORTCUT
from bot.slack.words import Wire
from core.errors import UserError
from core.show import Text, text

SCOPES: dict[str, Text] = {
    "app_mentions:read": text("hearing “@deskbell take”"),
    "channels:history": text("reading the threads of public channels"),
    "channels:join": text("joining the channel where “desk setup” is typed"),
    "channels:read": text("knowing who is in a public channel"),
    "chat:write": text("writing cards and threads"),
    "chat:write.customize": text("showing customers' words under their names"),
    "commands": text("the command /ticket and the shortcuts"),
    "files:read": text("taking in files agents send"),
    "files:write": text("showing files customers send"),
    "groups:history": text("reading the threads of private channels"),
    "groups:read": text("knowing who is in a private channel"),
    "im:history": text("hearing what agents write to the app"),
    "im:write": text("telling agents what concerns them"),
    "reactions:read": text("making a ticket by an emoji"),
    "reactions:write": text("marking what became of a line"),
    "usergroups:read": text("teams that are a user group"),
    "users:read": text("telling members from guests"),
    "users:read.email": text("knowing one person in two chats"),
}
"""What the app may do, and what for."""
EVENTS = (
    "app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_left",
    "channel_unarchive", "group_archive", "group_deleted", "group_left", "group_unarchive", "member_joined_channel",
    "member_left_channel", "message.channels", "message.groups", "message.im", "reaction_added", "tokens_revoked",
    "user_change",
)  # fmt: skip


_COMMAND = re.compile(r"[a-z0-9_-]{1,31}")
"""Slack: lower-case, no blanks, at most 32 characters with the slash (api.slack.com/interactivity/slash-commands)."""


def manifest(*, command: str, by_socket: bool, address: str) -> str:
    """The manifest as JSON. `address` is where Slack reaches the desk; not needed in Socket Mode.

    Raises UserError for what Slack takes as no command's name.
    """
    named = command.removeprefix("/")
    if not _COMMAND.fullmatch(named):
        raise UserError(
            text(
                "“{typed}” is no name for a Slack command. Use up to 31 lower-case letters, digits, - and _, for "
                "example: ticket", typed=command[:40],
            )
        )  # fmt: skip
    url = f"{address.rstrip('/')}/slack/events"
    settings: Wire = {
        "event_subscriptions": {"bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False, "socket_mode_enabled": by_socket, "token_rotation_enabled": False,
    }  # fmt: skip
    slash: Wire = {
        "command": f"/{named}", "description": "Work with tickets and dialogs",
        "usage_hint": "list mine | take 42 | reply 42 … | help", "should_escape": True,
    }  # fmt: skip
    if not by_socket:
        settings["event_subscriptions"]["request_url"] = url
        settings["interactivity"] |= {"request_url": url, "message_menu_options_url": url}
        slash["url"] = url
    return json.dumps(_made(slash, settings), indent=2)


def _made(slash: Wire, settings: Wire) -> Wire:
    return {
        "display_information": {
            "name": "Deskbell", "description": "A helpdesk that lives in the team's chat.",
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "deskbell", "always_online": True},
            "shortcuts": [
                {"name": "Create ticket from message", "type": "message", "callback_id": SHORTCUT,
                 "description": "Makes a ticket whose first note is this message"},
                {"name": "New ticket", "type": "global", "callback_id": NEW, "description": "Makes a ticket"},
            ],
            "slash_commands": [slash],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": settings,
    }  # fmt: skip

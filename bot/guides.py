"""How each kind of channel and team chat is connected, by name; nothing else is imported for it."""

from bot import email, telegram, webchat
from bot.connecting import Guide
from bot.discord import guide as discord
from bot.slack import guide as slack
from core.errors import UserError
from core.show import text

GUIDES: dict[str, Guide] = {
    each.name: each for each in (webchat.GUIDE, telegram.GUIDE, email.GUIDE, slack.GUIDE, discord.GUIDE)
}
CHANNELS = tuple(name for name, guide in GUIDES.items() if not guide.is_room)
ROOMS = tuple(name for name, guide in GUIDES.items() if guide.is_room)
SECRETS = {name: guide.secrets for name, guide in GUIDES.items()}
"""What of each kind's settings is kept sealed."""


def of_channel(kind: str) -> Guide:
    """How a kind of channel is connected. Raises UserError where there is no such kind."""
    if kind not in CHANNELS:
        raise UserError(text("“{typed}” is not one of {names}.", typed=kind[:40], names=", ".join(CHANNELS)))
    return GUIDES[kind]

"""How Discord is connected: what is done first, which keys are needed and where each is found."""

from bot.connecting import Guide, Key
from core.show import text

GUIDE = Guide(
    name="discord",
    title=text("Discord"),
    is_room=True,
    before=(
        text("Open discord.com/developers/applications, press New Application and name it Deskbell."),
        text(
            "Under Bot, switch on “Server Members Intent” and “Message Content Intent”, then press Reset Token and "
            "copy the token."
        ),
    ),
    keys=(
        Key(
            "DISCORD_TOKEN", text("The bot's token: Developer Portal, your application, Bot, Reset Token."),
            r"[\w.-]{15,}", label=text("Bot token"),
        ),
        Key(
            "DISCORD_GUILD_ID",
            text("The server's id, where the bot is on several servers: right-click the server, Copy Server ID."),
            r"\d{15,22}", is_optional=True, is_secret=False, label=text("Server id"),
        ),
    ),
    after=(
        text("Invite the bot with the link above; it asks for just the permissions it needs."),
        text("Start the desk, then type “/desk setup” in the channel of your team (in a forum: in any post of it)."),
    ),
)  # fmt: skip

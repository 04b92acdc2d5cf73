"""How a Telegram bot is connected: what is done first, which key is needed and where it is found."""

from bot.connecting import Guide, Key
from core.show import text

GUIDE = Guide(
    name="telegram",
    title=text("Telegram"),
    before=(
        text("In Telegram, write to @BotFather: /newbot. It asks for a name and for a username that ends in “bot”."),
        text("To serve groups as well, let the bot see only what speaks to it: leave its privacy mode on."),
    ),
    keys=(
        Key(
            "TELEGRAM_BOT_TOKEN",
            text("Bot token: @BotFather shows it at the end, and again under /mybots → API Token (like 123456:ABC…)"),
            looks_like=r"\d{3,20}:[A-Za-z0-9_-]{20,100}", label=text("Bot token"),
        ),
        Key(
            "TELEGRAM_WEBHOOK_SECRET",
            text("What Telegram has to show when it calls the desk. Left empty, the desk makes one itself."),
            looks_like=r"[A-Za-z0-9_-]{1,256}", is_optional=True, is_rare=True, label=text("Webhook secret"),
        ),
    ),
    after=(
        text("Start the desk: deskbell run"),
        text("In Telegram, open your bot, press Start and write to it: it appears in the team room at once."),
    ),
)  # fmt: skip

"""Telegram's section of `.env`: the first bot; more are added as channels."""

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseSettings):
    """The bot of the channel `.env` describes; without a token there is none."""

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_", env_file=".env", extra="ignore", frozen=True)

    bot_token: str = Field("", description="Token of the Telegram bot, from @BotFather. Empty: none is described here.")
    name: str = Field("telegram", description="The name of this bot's channel.", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    api_url: str = Field(
        "https://api.telegram.org/bot",
        description="Telegram's Bot API; the token is put behind it.",
        pattern=r"^https?://.+",
    )
    file_url: str = Field(
        "https://api.telegram.org/file/bot",
        description="Where Telegram's files are; the token is put behind it.",
        pattern=r"^https?://.+",
    )
    webhook_url: str = Field(
        "",
        description="Public address of this desk that Telegram calls, for example https://desk.example. "
        "Empty: the bot asks Telegram itself, which needs no public address.",
        pattern=r"^(https?://.+)?$",
    )
    webhook_secret: str = Field(
        "",
        description="What Telegram has to show when it calls. Empty: made from SECRET_KEY.",
        pattern=r"^[A-Za-z0-9_-]{0,256}$",
    )
    topics: str = Field("", description="What a customer may choose from at the start, with commas: Order,Invoice.")

    @property
    def on(self) -> bool:
        """Whether a bot is described here."""
        return bool(self.bot_token)

    def given(self) -> dict[str, Any]:
        """What the channel's line is told."""
        topics = [part.strip()[:40] for part in self.topics.split(",") if part.strip()]
        return {"bot_token": self.bot_token, "webhook_secret": self.webhook_secret, "topics": topics}

"""Slack's section of `.env`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseSettings):
    """The keys of the Slack app; without a bot token Slack is off."""

    model_config = SettingsConfigDict(env_prefix="SLACK_", env_file=".env", extra="ignore", frozen=True)

    bot_token: str = Field("", description="Bot token of the Slack app (xoxb-…). Empty: Slack is off.")
    app_token: str = Field(
        "", description="App-level token (xapp-…): Socket Mode, no public address. Empty: signed HTTP at /slack/events."
    )
    signing_secret: str = Field("", description="Signing secret of the Slack app; needed without an app token.")
    api_url: str = Field(
        "https://slack.com/api/", description="Slack's API, ending in /api/.", pattern=r"^https?://.+/$"
    )

    ticket_emoji: str = Field("ticket", description="The emoji that makes a ticket of the message it is put on.")

    @property
    def on(self) -> bool:
        """Whether the desk works in Slack."""
        return bool(self.bot_token)

    @property
    def by_socket(self) -> bool:
        """Whether Slack is heard over Socket Mode."""
        return bool(self.app_token)

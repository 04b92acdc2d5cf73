"""Discord's section of `.env`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseSettings):
    """The keys of the Discord bot; without a token Discord is off."""

    model_config = SettingsConfigDict(env_prefix="DISCORD_", env_file=".env", extra="ignore", frozen=True)

    token: str = Field("", description="Token of the Discord bot. Empty: Discord is off.")
    guild_id: str = Field("", description="Id of the Discord server the team is on.", pattern=r"^\d*$")
    api_url: str = Field(
        "https://discord.com/api/v10",
        description="Discord's API, ending in /api/v10.",
        pattern=r"^https?://.+/api/v10$",
    )
    gateway_url: str = Field("wss://gateway.discord.gg/", description="Discord's gateway.", pattern=r"^wss?://.+$")
    cdn_url: str = Field(
        "https://cdn.discordapp.com", description="Where Discord keeps files.", pattern=r"^https?://.+$"
    )

    @property
    def on(self) -> bool:
        """Whether the desk works in Discord."""
        return bool(self.token)

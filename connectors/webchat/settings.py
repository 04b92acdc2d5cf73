"""The settings of a web chat channel: the first one's may stand in `.env`, every one's in its row."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Options(BaseModel):
    """How one web chat looks, what it asks and where it may be embedded."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str = Field("Support", max_length=60, description="Name at the head of the chat.")
    colour: str = Field("#0b6b5d", pattern=r"^#[0-9a-fA-F]{6}$", description="Main colour, as #rrggbb.")
    position: Literal["left", "right"] = Field("right", description="Side of the page: left or right.")
    greeting: str = Field("", max_length=300, description="First words the customer reads. Empty: ours.")
    ask_name: bool = Field(False, description="Ask for the name before the first message.")
    ask_email: bool = Field(False, description="Ask for the e-mail address before the first message.")
    demand_email: bool = Field(False, description="No first message without an e-mail address.")
    origins: str = Field(
        "", description="Pages that may embed the chat, by commas: https://shop.example. Empty: only our own; *: all."
    )
    texts: dict[str, str] = Field(
        default_factory=dict, description="Single texts of the widget in other words, as JSON."
    )

    def allows(self, origin: str, own: str) -> bool:
        """Whether a page of this origin may talk to us."""
        if not origin or origin == own:
            return True
        allowed = {part.strip().rstrip("/") for part in self.origins.split(",")}
        return "*" in allowed or origin in allowed


class Section(BaseSettings):
    """The first web chat in the environment and `.env`; what stands there wins over the channel's row."""

    model_config = SettingsConfigDict(env_prefix="WEBCHAT_", env_file=".env", extra="ignore", frozen=True)

    on: bool = Field(True, description="Whether the desk starts with a web chat.")
    name: str = Field("shop", pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="Name of that channel.")
    title: str | None = Field(None, description="Name at the head of the chat.")
    colour: str | None = Field(None, description="Main colour, as #rrggbb.")
    position: str | None = Field(None, description="Side of the page: left or right.")
    greeting: str | None = Field(None, description="First words the customer reads. Empty: ours.")
    ask_name: bool | None = Field(None, description="Ask for the name before the first message.")
    ask_email: bool | None = Field(None, description="Ask for the e-mail address before the first message.")
    demand_email: bool | None = Field(None, description="No first message without an e-mail address.")
    origins: str | None = Field(
        None, description="Pages that may embed the chat, by commas: https://shop.example. Empty: only our own; *: all."
    )

    def given(self) -> dict[str, Any]:
        """Only what stands in the environment."""
        return {name: value for name, value in self if value is not None and name not in ("on", "name")}

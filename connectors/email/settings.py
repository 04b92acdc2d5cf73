"""E-mail's section of `.env`: the first mailbox; more are added as channels."""

from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Section(BaseSettings):
    """The mailbox `.env` describes: mails come in by the desk's own listener, and go out by a server or as files."""

    model_config = SettingsConfigDict(env_prefix="EMAIL_", env_file=".env", extra="ignore", frozen=True)

    address: str = Field("", description="The desk's e-mail address, support@shop.example. Empty: e-mail is off.")
    from_name: str = Field("", description="The name customers see beside the address.", max_length=100)
    name: str = Field("email", description="The name of this mailbox's channel.", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    listen: str = Field(
        "127.0.0.1:2525",
        description="Where the desk takes mails by SMTP, for a mail server to hand them over. Empty: it does not.",
        pattern=r"^([^\s:]+:\d{1,5})?$",
    )
    smtp_url: str = Field(
        "",
        description="The server mails go out by: smtp://user:password@mail.example:587 or smtps://…:465. "
        "Empty: they are written as files into the data folder.",
        pattern=r"^(smtps?://.+)?$",
    )

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        local, at, domain = value.strip().rpartition("@")
        if value and (not at or not local or "." not in domain or any(sign.isspace() for sign in value.strip())):
            raise ValueError("write an address like support@shop.example")
        return value.strip().lower()

    @property
    def on(self) -> bool:
        """Whether a mailbox is described here."""
        return bool(self.address)

    def given(self) -> dict[str, Any]:
        """What the channel's line is told."""
        return {"address": self.address, "from_name": self.from_name, "smtp_url": self.smtp_url}


class Server:
    """A mail server as its URL describes it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.is_sealed = parts.scheme == "smtps"
        self.host, self.port = parts.hostname or "", parts.port or (465 if self.is_sealed else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.seals = "insecure" not in parts.query
        """Whether the connection must be encrypted; `?insecure` is for a server on this machine."""

"""E-mail's section of `.env`: the first mailbox; more are added as channels."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.https import keeps_secrets

_HERE = ("address", "from_name", "imap_url", "smtp_url", "user", "password", "sent_folder", "since", "mark_seen",
         "plus", "ack", "trusted_servers",
         "oauth_token_url", "oauth_client_id", "oauth_client_secret", "oauth_refresh_token", "oauth_scope")  # fmt: skip
"""What a channel of its own may be told under the same names."""


class Section(BaseSettings):
    """The mailbox `.env` describes: mails come in by IMAP or by the desk's own listener, and go out by a server."""

    model_config = SettingsConfigDict(env_prefix="EMAIL_", env_file=".env", extra="ignore", frozen=True)

    address: str = Field("", description="The desk's e-mail address, support@shop.example. Empty: e-mail is off.")
    from_name: str = Field("", description="The name customers see beside the address.", max_length=100)
    name: str = Field("email", description="The name of this mailbox's channel.", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    imap_url: str = Field(
        "",
        description="The mailbox mails are read from: imaps://user:password@imap.example/INBOX, or imap://…:143, which "
        "is encrypted by STARTTLS (imap://…?insecure is not: for a server on this machine). Empty: none is read.",
        pattern=r"^(imaps?://[^/\s]+(/\S*)?)?$",
    )
    smtp_url: str = Field(
        "",
        description="The server mails go out by: smtp://user:password@mail.example:587 or smtps://…:465. "
        "Empty: they are written as files into the data folder.",
        pattern=r"^(smtps?://.+)?$",
    )
    user: str = Field("", description="The user of both servers, where their URLs name none.")
    password: str = Field("", description="The user's password, where the URLs have none.")
    sent_folder: str = Field(
        "",
        description="The folder of sent mails, where the server does not mark one: replies are filed there, and what "
        "is answered from a mail program is noticed there.",
    )
    since: str = Field(
        "", description="Older mails from this day on (2026-01-31) are taken in once, as history. Empty: none."
    )
    mark_seen: bool = Field(
        False, description="Whether mails are marked as read in the mailbox once they are taken in."
    )
    plus: bool = Field(
        False,
        description="Whether mails to support+anything@shop.example come here, too: answers then come to an address of "
        "their ticket's own, and so do reports of what did not arrive.",
    )
    ack: bool = Field(True, description="Whether who begins a ticket by mail is told, once, that it has come.")
    trusted_servers: str = Field(
        "",
        description="The names of your own mail servers as they write them into Authentication-Results: what they "
        "found out about a sender is believed, nobody else's word is.",
    )
    listen: str = Field(
        "127.0.0.1:2525",
        description="Where the desk takes mails by SMTP, for a mail server to hand them over. Empty: it does not.",
        pattern=r"^([^\s:]+:\d{1,5})?$",
    )
    lmtp_listen: str = Field(
        "", description="Where the desk takes mails by LMTP, 127.0.0.1:2424. Empty: it does not.",
        pattern=r"^([^\s:]+:\d{1,5})?$",
    )  # fmt: skip
    oauth_token_url: str = Field(
        "",
        description="Where access tokens are fetched, for servers that take no password (XOAUTH2): "
        "https://oauth2.googleapis.com/token. Empty: the password is used.",
        pattern=r"^(https?://\S+)?$",
    )
    oauth_client_id: str = Field("", description="The id the provider gave this desk.")
    oauth_client_secret: str = Field("", description="The secret that goes with it, where there is one.")
    oauth_refresh_token: str = Field("", description="The token with which the mailbox's owner let the desk in.")
    oauth_scope: str = Field("", description="What is asked for, where the provider wants it said.")

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        local, at, domain = value.strip().rpartition("@")
        if value and (not at or not local or "." not in domain or any(sign.isspace() for sign in value.strip())):
            raise ValueError("write an address like support@shop.example")
        return value.strip().lower()

    @field_validator("since")
    @classmethod
    def _is_day(cls, value: str) -> str:
        if value:
            try:
                date.fromisoformat(value)
            except ValueError:
                raise ValueError("write a day like 2026-01-31") from None
        return value

    @field_validator("imap_url", "smtp_url")
    @classmethod
    def _has_port(cls, value: str) -> str:
        try:
            _ = urlsplit(value).port
        except ValueError:
            raise ValueError("write the port as a number, and signs like / in a password as %2F") from None
        return value

    @field_validator("oauth_token_url")
    @classmethod
    def _keeps_secrets(cls, value: str) -> str:
        if value and not keeps_secrets(value):
            raise ValueError("write an address that begins with https://")
        return value

    @property
    def on(self) -> bool:
        """Whether a mailbox is described here."""
        return bool(self.address)

    def given(self) -> dict[str, Any]:
        """What the channel's line is told."""
        return {name: getattr(self, name) for name in _HERE}

"""A mailbox as its channel's settings describe it: who we are there, its servers, and how we are let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as its URL describes it."""

    host: str
    port: int
    user: str
    password: str
    is_sealed: bool
    """Whether the connection is encrypted from its first byte."""
    seals: bool
    """Whether it must be encrypted later, by STARTTLS; `?insecure` is for a server on this machine."""
    folder: str = ""

    @classmethod
    def at(cls, url: str, *, sealed_port: int, port: int) -> Self | None:
        """The server of a URL; None where there is none."""
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        is_sealed = parts.scheme in ("smtps", "imaps")
        return cls(
            parts.hostname, parts.port or (sealed_port if is_sealed else port), unquote(parts.username or ""),
            unquote(parts.password or ""), is_sealed, "insecure" not in parse_qs(parts.query, keep_blank_values=True),
            unquote(parts.path.strip("/")),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where access tokens are fetched, and with what."""

    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str
    scope: str


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox."""

    address: str
    from_name: str
    imap: Server | None
    smtp: Server | None
    user: str
    password: str
    oauth: OAuth | None
    sent_folder: str
    since: date | None
    mark_seen: bool
    plus: bool
    """Whether mails to the address with something behind a plus come here, too."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """The mailbox of a channel. What cannot be understood of its settings is as if it were not set."""

        def said(name: str) -> str:
            return str(settings.get(name) or "").strip()

        address, url = said("address").lower(), said("oauth_token_url")
        oauth = OAuth(
            url, *(said(f"oauth_{name}") for name in ("client_id", "client_secret", "refresh_token", "scope"))
        )
        return cls(
            address, said("from_name"), _server(said("imap_url"), 993, 143), _server(said("smtp_url"), 465, 587),
            said("user") or address, str(settings.get("password") or ""), oauth if url else None,
            said("sent_folder"), _day(said("since")), _yes(settings.get("mark_seen")), _yes(settings.get("plus")),
        )  # fmt: skip

    def user_at(self, server: Server) -> str:
        """Who we are at a server."""
        return server.user or self.user

    def password_at(self, server: Server) -> str:
        """The password for a server; nothing where a token or nobody at all is let in."""
        return server.password or ("" if self.oauth else self.password)

    @property
    def folder(self) -> str:
        """The folder that is read."""
        return (self.imap.folder if self.imap else "") or INBOX


def _server(url: str, sealed_port: int, port: int) -> Server | None:
    try:
        return Server.at(url, sealed_port=sealed_port, port=port)
    except ValueError:
        return None


def _yes(value: object) -> bool:
    return str(value).lower() in ("true", "1", "yes")


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None

"""Lets a mailbox's owner sign in at their provider, by browser or by a code: the desk gets a refresh token."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.email import ADDRESS, AUTH_URL, CLIENT_ID, CLIENT_SECRET, DEVICE_URL, SCOPE, TOKEN_URL
from core.errors import UserError
from core.https import keeps_secrets
from core.show import Text, text

_PATIENCE_S = 15
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_SHORT_S = 8 * 24 * 3600
"""A refresh token with less life than this belongs to an app that is only being tested (Google: seven days)."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a provider: its addresses, and how an app is registered there."""

    title: str
    values: Mapping[str, str]
    steps: tuple[Text, ...]


_MICROSOFT = "https://login.microsoftonline.com/common/oauth2/v2.0"
PRESETS = {
    "microsoft": Preset(
        "Microsoft 365",
        {
            AUTH_URL: f"{_MICROSOFT}/authorize", TOKEN_URL: f"{_MICROSOFT}/token",
            DEVICE_URL: f"{_MICROSOFT}/devicecode",
            SCOPE: "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send "
            "offline_access",
        },
        (
            text("Open https://entra.microsoft.com, App registrations, New registration; name it Deskbell."),
            text("Under Authentication add the platform Web with the address below, and allow public clients."),
            text("Under Certificates & secrets make a client secret; note the day on which it expires."),
            text("Under API permissions add, of Office 365 Exchange Online: IMAP.AccessAsUser.All and SMTP.Send."),
            text("In the Exchange admin center allow IMAP and authenticated SMTP for this mailbox."),
        ),
    ),
    "google": Preset(
        "Google",
        {
            AUTH_URL: "https://accounts.google.com/o/oauth2/v2/auth", TOKEN_URL: "https://oauth2.googleapis.com/token",
            DEVICE_URL: "", SCOPE: "https://mail.google.com/",
        },
        (
            text("Open https://console.cloud.google.com, make a project, and switch on the Gmail API."),
            text("Set up the consent screen with the scope https://mail.google.com/ (in a Workspace: Internal)."),
            text(
                "Publish the app (Publishing status: In production). While it is in “Testing”, Google ends every "
                "sign-in after seven days, and the mailbox falls silent."
            ),
            text("Under Credentials make an OAuth client, type Web application, with the address below."),
        ),
    ),
}  # fmt: skip


class NotLetIn(UserError):
    """The provider gives no token."""


class NotYet(NotLetIn):
    """Nobody has entered the code at the provider so far."""

    def __init__(self) -> None:
        super().__init__(text("Nobody has entered the code there yet. Do that first, then press the button again."))


@dataclass(frozen=True, slots=True)
class Client:
    """The desk as a provider knows it, and where it is asked."""

    auth_url: str
    token_url: str
    device_url: str
    client_id: str
    client_secret: str
    scope: str
    address: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Client":
        """As it was entered. Raises NotLetIn where something lacks."""
        names = (AUTH_URL, TOKEN_URL, DEVICE_URL, CLIENT_ID, CLIENT_SECRET, SCOPE, ADDRESS)
        made = cls(*(values.get(name, "") for name in names))
        if not made.client_id or not made.token_url:
            raise NotLetIn(text("Enter the OAuth client id the provider gave you first."))
        return made


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider gave."""

    refresh_token: str
    is_short: bool
    """Whether it ends within days."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code somebody enters at the provider, on any device."""

    shown: str
    address: str
    secret: str


def verifier() -> str:
    """A secret that proves that who fetches the token is who asked for it (PKCE)."""
    return secrets.token_urlsafe(48)


def link(client: Client, *, redirect: str, state: str, proof: str) -> str:
    """Where the mailbox's owner signs in."""
    challenge = urlsafe_b64encode(hashlib.sha256(proof.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": redirect, "scope": client.scope,
        "state": state, "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": client.address,
        "access_type": "offline", "prompt": "consent",
    }  # fmt: skip
    return f"{client.auth_url}{'&' if '?' in client.auth_url else '?'}{urlencode(asked)}"


async def granted(client: Client, *, code: str, redirect: str, proof: str) -> Grant:
    """Fetches the token for a code the browser brought back. Raises NotLetIn."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": proof}
    return _grant(await _asked(client, client.token_url, form))


async def code(client: Client) -> Code:
    """A code for signing in on another device. Raises NotLetIn."""
    told = await _asked(client, client.device_url, {"scope": client.scope})
    try:
        address = str(told.get("verification_uri") or told["verification_url"])
        return Code(str(told["user_code"]), address, str(told["device_code"]))
    except KeyError:
        raise NotLetIn(text("The provider answers with something else than a code.")) from None


async def granted_by_code(client: Client, secret: str) -> Grant:
    """Fetches the token once the code was entered. Raises NotYet until then, and NotLetIn."""
    return _grant(await _asked(client, client.token_url, {"grant_type": _DEVICE, "device_code": secret}))


def _grant(told: Mapping[str, Any]) -> Grant:
    token, life = told.get("refresh_token"), str(told.get("refresh_token_expires_in", ""))
    if not isinstance(token, str) or not token:
        raise NotLetIn(text("The provider let us in, but only for an hour: ask for offline access in the OAuth scope."))
    return Grant(token, life.isdecimal() and int(life) < _SHORT_S)


async def _asked(client: Client, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    import aiohttp  # only who signs in waits for it

    if not keeps_secrets(url):
        raise NotLetIn(text("The provider is asked only at an address that begins with https://."))
    given = {**form, "client_id": client.client_id}
    if client.client_secret:
        given["client_secret"] = client.client_secret
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE_S)) as web,
            web.post(url, data=given, allow_redirects=False) as got,
        ):
            told, status = await got.json(content_type=None), got.status
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise NotLetIn(text("The provider cannot be asked ({why}).", why=type(error).__name__)) from None
    if status == 200 and isinstance(told, dict):
        return told
    raise refusal(str(told.get("error", status)) if isinstance(told, dict) else str(status))


def refusal(why: str) -> NotLetIn:
    """What a provider says in place of a token or a code, in words."""
    if why in ("authorization_pending", "slow_down"):
        return NotYet()
    return NotLetIn(_TOLD.get(why) or text("The provider does not let us in ({why}).", why=why[:60]))


_TOLD = {
    "access_denied": text("At the provider somebody said no."),
    "invalid_client": text("The provider does not know this client id and secret."),
    "unauthorized_client": text("The provider does not allow this app to sign in that way."),
    "invalid_grant": text("The code was used already or came too late. Sign in again."),
    "expired_token": text("The code was entered too late. Get another one."),
    "redirect_uri_mismatch": text("The redirect address is not registered at the provider exactly as it stands here."),
}

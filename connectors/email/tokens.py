"""Access tokens for mail servers that take no password: fetched by a refresh token, shared by IMAP and SMTP."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from connectors.email.account import OAuth
from connectors.email.troubles import TokenRefused, TokensAway, TokensUnsafe
from core.https import keeps_secrets
from core.refreshtokens import Keeps

_EARLY_S = 120
"""A token is renewed so long before its end."""
_LIFE_S = 3600
"""What is believed of a token whose end is not told."""
_PATIENCE_S = 15


@dataclass(frozen=True, slots=True)
class _Access:
    token: str
    until_s: float
    """On the clock of `time.monotonic`."""


class Tokens:
    """The access tokens of one mailbox. None of them is ever logged.

    Providers may give a new refresh token each time; without a desk to keep it in, who asked has to (`refresh_token`).
    """

    def __init__(self, oauth: OAuth, keeps: Keeps | None = None) -> None:
        self._oauth, self._keeps = oauth, keeps
        self.refresh_token = oauth.refresh_token
        """The one that is good, as far as is known here."""
        self._access: _Access | None = None
        self._renewing = asyncio.Lock()

    async def token(self, *, refused: str = "") -> str:
        """A token that is good for now; one other than what a server has just refused. Raises MailTrouble."""
        async with self._renewing:
            known = self._access
            if known is not None and known.token != refused and known.until_s > time.monotonic():
                return known.token
            self._access = await self._renewed()
            return self._access.token

    async def _renewed(self) -> _Access:
        began = time.monotonic()
        if self._keeps is not None:
            self.refresh_token = await self._keeps.last(self._oauth.refresh_token)
        told = await self._asked(self.refresh_token)
        token, new = told.get("access_token"), told.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise TokenRefused("no access_token")
        if isinstance(new, str) and new and new != self.refresh_token:
            self.refresh_token = new
            if self._keeps is not None:
                await self._keeps.keep(self._oauth.refresh_token, new)
        said = str(told.get("expires_in"))
        lasts_s = int(said) if said.isdigit() else _LIFE_S
        return _Access(token, began + max(lasts_s - _EARLY_S, lasts_s / 2))

    async def _asked(self, refresh_token: str) -> dict[str, Any]:
        if not keeps_secrets(self._oauth.token_url):
            raise TokensUnsafe
        form = {
            "grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self._oauth.client_id,
            "client_secret": self._oauth.client_secret, "scope": self._oauth.scope,
        }  # fmt: skip
        patience = aiohttp.ClientTimeout(total=_PATIENCE_S)
        given = {name: value for name, value in form.items() if value}
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as web,
                web.post(self._oauth.token_url, data=given, allow_redirects=False) as got,
            ):
                told = await got.json(content_type=None)
                status = got.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise TokensAway(type(error).__name__) from None
        if status >= 500 or status == 429 or not isinstance(told, dict):
            raise TokensAway(str(status))
        if status != 200:
            raise TokenRefused(str(told.get("error", status))[:60])
        return told

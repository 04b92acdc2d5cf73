"""Access tokens for mail servers that take no password: fetched by a refresh token, shared by IMAP and SMTP."""

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from connectors.email.account import OAuth
from connectors.email.troubles import TokenRefused, TokensAway
from core import kept
from core.actor import SYSTEM
from core.desk import Desk
from core.store import Desks
from core.vault import Lost, Vault

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


@dataclass(frozen=True, slots=True)
class Keeps:
    """Where a channel's refresh token is kept when its provider changes it: sealed, under the channel's name."""

    desks: Desks
    vault: Vault
    channel_id: int

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"mail-refresh:{self.channel_id}"


class Tokens:
    """The access tokens of one mailbox. None of them is ever logged.

    Providers may give a new refresh token each time; without a desk to keep it in, it is forgotten.
    """

    def __init__(self, oauth: OAuth, keeps: Keeps | None = None) -> None:
        self._oauth, self._keeps = oauth, keeps
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
        told = await self._asked(await self._refresh_token())
        token, new = told.get("access_token"), told.get("refresh_token")
        if not isinstance(token, str) or not token:
            raise TokenRefused("no access_token")
        if isinstance(new, str) and new:
            await self._keep(new)
        said = str(told.get("expires_in"))
        lasts_s = int(said) if said.isdigit() else _LIFE_S
        return _Access(token, began + max(lasts_s - _EARLY_S, lasts_s / 2))

    async def _asked(self, refresh_token: str) -> dict[str, Any]:
        form = {
            "grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self._oauth.client_id,
            "client_secret": self._oauth.client_secret, "scope": self._oauth.scope,
        }  # fmt: skip
        patience = aiohttp.ClientTimeout(total=_PATIENCE_S)
        given = {name: value for name, value in form.items() if value}
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as web,
                web.post(self._oauth.token_url, data=given) as got,
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

    async def _refresh_token(self) -> str:
        """The last one the provider gave for the one that is set; a newly set one wins."""
        keeps = self._keeps
        if keeps is None:
            return self._oauth.refresh_token
        said = await keeps.desks.read(SYSTEM, lambda desk: kept.read(desk, keeps.name))
        known = json.loads(said) if said else {}
        if known.get("of") != self._of_set():
            return self._oauth.refresh_token
        try:
            return str(keeps.vault.open(keeps.name, known["token"]))
        except Lost:
            return self._oauth.refresh_token

    async def _keep(self, token: str) -> None:
        keeps = self._keeps
        if keeps is None or token == await self._refresh_token():
            return

        def body(desk: Desk) -> None:
            sealed = keeps.vault.seal(token, desk.now)
            kept.keep(desk, keeps.name, json.dumps({"of": self._of_set(), "token": sealed}))

        await keeps.desks.change(SYSTEM, body)

    def _of_set(self) -> str:
        return hashlib.sha256(self._oauth.refresh_token.encode()).hexdigest()

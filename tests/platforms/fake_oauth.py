"""An OAuth server of our own on 127.0.0.1: it signs in whoever comes, by browser or by a code.

async with FakeOAuth() as provider:
    ...                                  # the product is told provider.auth_url, token_url, device_url
    back = provider.signs_in(link)       # where the owner's browser is sent after they said yes
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

CLIENT_ID, CLIENT_SECRET = "desk-client", "desk-client-secret"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class FakeOAuth:
    """A provider with one app registered; `redirect` is the address registered for it."""

    redirect: str = ""
    refresh_token: str = "refresh-token-of-the-mailbox"
    lasts_s: int | None = None
    """How long the refresh token lasts, where the provider says so."""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Codes that were given: the address they went to and the challenge they answer."""
    is_entered: bool = False
    """Whether the owner has entered the device's code."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.post("/token", self._token), web.post("/device", self._device)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def settings(self) -> dict[str, str]:
        """What the product is told of it."""
        return {
            "EMAIL_OAUTH_AUTH_URL": f"{self.base}/authorize", "EMAIL_OAUTH_TOKEN_URL": f"{self.base}/token",
            "EMAIL_OAUTH_DEVICE_URL": f"{self.base}/device", "EMAIL_OAUTH_CLIENT_ID": CLIENT_ID,
            "EMAIL_OAUTH_CLIENT_SECRET": CLIENT_SECRET, "EMAIL_OAUTH_SCOPE": "mail offline_access",
        }  # fmt: skip

    def signs_in(self, link: str, *, says_yes: bool = True) -> str:
        """The owner follows a link and decides; returns where their browser is sent."""
        asked = {name: each[0] for name, each in parse_qs(urlsplit(link).query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256"
        assert self.redirect in ("", asked["redirect_uri"]), "redirect_uri_mismatch"
        if not says_yes:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["redirect_uri"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    async def _device(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("client_id") != CLIENT_ID:
            return _no("invalid_client")
        told = {"device_code": "device-secret", "user_code": "ABCD-EFGH", "verification_uri": f"{self.base}/enter"}
        return web.json_response({**told, "expires_in": 900, "interval": 1})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _no("invalid_client")
        if form["grant_type"] == _DEVICE:
            good = form["device_code"] == "device-secret"
            return self._grant() if self.is_entered and good else _no("authorization_pending")
        redirect, challenge = self.codes.pop(form.get("code", ""), ("", ""))
        proof = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if not redirect or (redirect, challenge) != (form["redirect_uri"], proof):
            return _no("invalid_grant")
        return self._grant()

    def _grant(self) -> web.Response:
        told: dict[str, Any] = {"access_token": "access", "expires_in": 3600, "refresh_token": self.refresh_token}
        return web.json_response(told | ({"refresh_token_expires_in": self.lasts_s} if self.lasts_s else {}))


def _no(why: str) -> web.Response:
    return web.json_response({"error": why}, status=400)

"""Delivery by HTTP instead of sockets: every request signed, events and interactions to one URL."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from tests.platforms.slack_delivery import Parcel, Undelivered
from tests.platforms.slack_world import Wire

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class Signed:
    """The app's request URL. `skew_s` dates requests into the past, `is_forged` signs with another secret."""

    url: str
    secret: str
    session: aiohttp.ClientSession
    skew_s: float = 0.0
    is_forged: bool = False
    to_send_twice: int = 0

    async def verify(self) -> bool:
        """Sends the url_verification challenge; whether it came back."""
        body = {"type": "url_verification", "token": "verification", "challenge": "3eZbrw1aBm2rZgRN"}
        status, _, answer = await self._post(json.dumps(body).encode(), JSON, {}, 3.0)
        return status == 200 and "3eZbrw1aBm2rZgRN" in answer

    async def carry(self, parcel: Parcel, patience_s: float) -> Wire:
        """Posts a parcel; what the answer says is the acknowledgement's payload."""
        body, kind = _body(parcel)
        headers = {}
        if parcel.attempt:
            headers = {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": parcel.reason}
        if self.to_send_twice:
            self.to_send_twice -= 1
            await self._try(body, kind, headers, patience_s)
        return await self._try(body, kind, headers, patience_s)

    async def _try(self, body: bytes, kind: str, headers: dict[str, str], patience_s: float) -> Wire:
        try:
            status, answered, text = await self._post(body, kind, headers, patience_s)
        except TimeoutError as error:
            raise Undelivered("http_timeout") from error
        except aiohttp.ClientError as error:
            raise Undelivered("connection_failed") from error
        if not 200 <= status < 300:
            raise Undelivered("http_error", is_final=answered.get("x-slack-no-retry") == "1")
        return json.loads(text) if text.startswith("{") else {"text": text} if text else {}

    async def _post(
        self, body: bytes, kind: str, headers: dict[str, str], patience_s: float
    ) -> tuple[int, dict[str, str], str]:
        at = str(int(time.time() - self.skew_s))
        secret = "another" if self.is_forged else self.secret
        signature = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        signed = {
            "Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signature}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", **headers,
        }  # fmt: skip
        async with asyncio.timeout(patience_s), self.session.post(self.url, data=body, headers=signed) as response:
            return response.status, {k.lower(): v for k, v in response.headers.items()}, await response.text()


def _body(parcel: Parcel) -> tuple[bytes, str]:
    match parcel.kind:
        case "slash_commands":
            return urlencode(parcel.payload).encode(), FORM
        case "interactive":
            return urlencode({"payload": json.dumps(parcel.payload)}).encode(), FORM
        case _:
            return json.dumps(parcel.payload).encode(), JSON

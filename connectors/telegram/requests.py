"""How the bot's calls go out: the library's own way, but that a pause Telegram asks for is read by us.

The library's error for it warns at every one of a way of writing such pauses, which we do not use.
"""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from telegram.request import HTTPXRequest

from connectors.telegram.troubles import AskedToWait

_UNSAID = timedelta(seconds=5)
"""A pause of a length nobody says."""


class Requests(HTTPXRequest):
    """The way out to the Bot API."""

    async def do_request(self, *about: Any, **more: Any) -> tuple[int, bytes]:
        """Makes a call. Raises AskedToWait."""
        code, answer = await super().do_request(*about, **more)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            raise AskedToWait(_pause(answer))
        return code, answer


def _pause(answer: bytes) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(answer)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError, OverflowError):
        return _UNSAID

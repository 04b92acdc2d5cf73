"""Signed tokens that expire: what the desk gives out and believes again when it comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from core.errors import NotAllowed
from core.show import text

_LONGEST = 2_000


class Tokens:
    """Tokens of one kind; those of another kind are not believed."""

    def __init__(self, secret: str, kind: str, life: timedelta) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt=kind)
        self._life = life

    def made(self, value: Any) -> str:
        """A value of JSON, signed; its bearer can read it."""
        return self._signer.dumps(value)

    def read(self, token: object) -> Any:
        """The value of a token of ours. Raises NotAllowed when it is none, forged, or too old.

        One from the future is ours, too: the clock was set back since.
        """
        try:
            if not isinstance(token, str) or len(token) > _LONGEST:
                raise BadSignature("no token")
            value, signed_at = self._signer.loads(token, return_timestamp=True)
            if datetime.now(UTC) - signed_at > self._life:
                raise SignatureExpired("too old")
        except (BadSignature, ValueError, TypeError) as error:
            raise NotAllowed(text("This is not valid, or no longer.")) from error
        return value

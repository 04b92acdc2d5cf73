"""Signed tokens that expire: what the desk gives out and believes again when it comes back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from core.errors import NotAllowed
from core.show import text

_LONGEST = 2_000


class _Signer(TimestampSigner):
    """A signer whose clock is given to it."""

    def __init__(self, *args: Any, clock: Callable[[], datetime], **options: Any) -> None:
        super().__init__(*args, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock().timestamp())


class Tokens:
    """Tokens of one kind; those of another kind are not believed."""

    def __init__(self, secret: str, kind: str, life: timedelta, clock: Callable[[], datetime]) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt=kind, signer=_Signer, signer_kwargs={"clock": clock})
        self._life, self._clock = life, clock

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
            if self._clock() - signed_at > self._life:
                raise SignatureExpired("too old")
        except (BadSignature, ValueError, TypeError) as error:
            raise NotAllowed(text("This is not valid, or no longer.")) from error
        return value

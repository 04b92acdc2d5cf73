"""Who a page belongs to: a signed token of ours, and a customer id signed by the shop's own server."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.connector import Sender
from core.errors import NotAllowed
from core.show import text
from core.store import Clock, utc_now
from core.tokens import Tokens

TOKEN_LIFE = timedelta(days=180)
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser, or one customer the shop vouches for, on one channel."""

    channel: str
    key: str
    customer: str = ""
    name: str = ""
    language: str = "en"

    @property
    def sender(self) -> Sender:
        """How the desk knows them: by the shop's customer id where it vouches for one, else by their browser."""
        if self.customer:
            return Sender("customer-id", f"{self.channel}/{self.customer}", self.name, language=self.language)
        return Sender("webchat", self.key, language=self.language)

    @property
    def address(self) -> str:
        """The identity's address."""
        return self.sender.address


class Visitors:
    """Makes and reads visitors' tokens."""

    def __init__(self, secret: str, clock: Clock = utc_now) -> None:
        self._secret = secret
        self._tokens = Tokens(secret, "visitor", TOKEN_LIFE, clock)
        self._files = Tokens(secret, "visitor-file", timedelta(days=1), clock)

    def token(self, visitor: Visitor) -> str:
        """A visitor's token, valid for half a year."""
        return self._tokens.made([visitor.channel, visitor.key, visitor.customer, visitor.name])

    def read(self, token: object, channel: str, language: str) -> Visitor | None:
        """Whose token this is; nobody's when it is forged, too old or another channel's."""
        try:
            of, key, customer, name = self._tokens.read(token)
        except NotAllowed:
            return None
        return Visitor(channel, key, customer, name, language) if of == channel else None

    def newcomer(self, channel: str, language: str) -> Visitor:
        """Somebody we have not seen."""
        return Visitor(channel, secrets.token_urlsafe(12), language=language)

    def file_token(self, file_id: int, visitor: Visitor) -> str:
        """What a page calls a file it has sent up; of no use to another visitor."""
        return self._files.made([file_id, visitor.address])

    def file_id(self, token: object, visitor: Visitor) -> int | None:
        """The file of a token, when it is this visitor's."""
        try:
            file_id, address = self._files.read(token)
        except NotAllowed:
            return None
        return int(file_id) if address == visitor.address else None

    def identify_key(self, channel: str) -> str:
        """The key with which a shop's server signs its customers' ids for this channel."""
        return hmac.new(self._secret.encode(), f"identify:{channel}".encode(), hashlib.sha256).hexdigest()

    def identified(self, visitor: Visitor, signed: str, now_s: float) -> Visitor:
        """The customer a shop's server vouches for: base64url of JSON (`id`, `name`, `exp`), a dot, its HMAC-SHA256.

        Raises NotAllowed when the signature is wrong or `exp` (seconds since 1970) has passed.
        """
        claims = _signed_claims(signed, self.identify_key(visitor.channel))
        customer, expires = claims.get("id"), claims.get("exp")
        if not isinstance(customer, str | int) or not str(customer) or not isinstance(expires, int | float):
            raise NotAllowed(text("The signed customer id lacks id or exp."))
        if expires < now_s:
            raise NotAllowed(text("The signed customer id has expired."))
        return Visitor(
            visitor.channel, visitor.key, str(customer)[:120], str(claims.get("name", ""))[:120], visitor.language
        )


def _signed_claims(signed: str, key: str) -> dict[str, Any]:
    packed, _, mark = signed[:_LONGEST].partition(".")
    right = hmac.new(key.encode(), packed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), mark.encode("utf-8", "replace")):
        raise NotAllowed(text("The signature of the customer id is wrong."))
    try:
        claims = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (binascii.Error, ValueError) as error:
        raise NotAllowed(text("The signed customer id cannot be read.")) from error
    if not isinstance(claims, dict):
        raise NotAllowed(text("The signed customer id cannot be read."))
    return claims

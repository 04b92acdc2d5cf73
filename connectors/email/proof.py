"""What only this desk can have written: reply addresses, message ids, the mark on what it sends by machine."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r"t(\d{1,15})\.([0-9a-f]{24})\Z")


class Proof:
    """The desk's signs on mails, made with its own key."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def _of(self, said: str) -> str:
        return hmac.new(self._key, f"mail:{said}".encode(), hashlib.sha256).hexdigest()

    @property
    def instance(self) -> str:
        """By which this desk knows what it has sent by machine."""
        return self._of("instance")[:16]

    def message_id(self, nonce: str, address: str) -> str:
        """What a mail is called by: the same for every try, and nobody can guess it."""
        return f"<{nonce}.{self._of(nonce)[:32]}@{address.rpartition('@')[2]}>"

    def is_own_id(self, message_id: str) -> bool:
        """Whether this desk has made a message id."""
        local = message_id.strip("<>").partition("@")[0]
        nonce, dot, proof = local.rpartition(".")
        return bool(dot) and hmac.compare_digest(proof.encode(), self._of(nonce)[:32].encode())

    def deliveries(self, message_ids: Iterable[str]) -> Iterator[int]:
        """Which deliveries of ours these stand for; what is not ours stands for none."""
        for each in message_ids:
            number = each.strip("<>").partition(".")[0].rpartition("-")[2]
            if self.is_own_id(each) and number.isascii() and number.isdigit():
                yield int(number)

    def reply_address(self, ticket: int, address: str) -> str:
        """The address answers about a ticket come to, where a mailbox takes what stands behind a plus."""
        local, _, domain = address.rpartition("@")
        return f"{local}+t{ticket}.{self._of(f'reply:{ticket}')[:24]}@{domain}"

    def ticket_of(self, addresses: Iterable[str], own: str) -> int | None:
        """The ticket a mail came for, by the first of these that is a reply address of this mailbox."""
        for address in addresses:
            local, _, domain = address.lower().rpartition("@")
            name, _, token = local.partition("+")
            found = _TOKEN.match(token)
            if found is None or f"{name}@{domain}" != own.lower():
                continue
            proof = self._of(f"reply:{int(found[1])}")[:24]
            if hmac.compare_digest(found[2].encode(), proof.encode()):
                return int(found[1])
        return None

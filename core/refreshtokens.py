"""Keeps the refresh token a provider gives in place of the one that was set, where every process finds it: sealed."""

import hashlib
import json
from dataclasses import dataclass

from core import kept
from core.actor import SYSTEM
from core.desk import Desk
from core.store import Desks
from core.vault import Lost, Vault


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

    async def last(self, given: str) -> str:
        """The last refresh token the provider gave in place of the one that is set; that one, where it gave none."""
        said = await self.desks.read(SYSTEM, lambda desk: kept.read(desk, self.name))
        known = json.loads(said) if said else {}
        if known.get("of") != _name_of(given):
            return given
        try:
            return str(self.vault.open(self.name, known["token"]))
        except Lost:
            return given

    async def keep(self, given: str, token: str) -> None:
        """Keeps one the provider gave in place of the one that is set."""

        def body(desk: Desk) -> None:
            sealed = self.vault.seal(token, desk.now)
            kept.keep(desk, self.name, json.dumps({"of": _name_of(given), "token": sealed}))

        await self.desks.change(SYSTEM, body)


def _name_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

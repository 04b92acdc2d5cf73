"""Signing a mailbox's owner in at their provider: what the page shows for it, and what comes back is kept sealed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from bot import oauth
from bot.connecting import Connection
from bot.console.deeds import Asked
from bot.console.keys import Entered
from bot.email import AUTH_URL, REFRESH_TOKEN, TOKEN_URL
from bot.guides import GUIDES
from bot.oauth import Client, Grant, NotLetIn, Preset
from core import channels
from core.actor import Actor
from core.desk import Desk
from core.refreshtokens import Keeps
from core.show import text
from core.store import Desks
from core.vault import Vault

PATH = "/room/mail-sign-in"
"""Where the provider sends the browser back to."""
_ELSEWHERE = "http://localhost/"
"""Where it lands in place of a desk that providers refuse (no https): its address is pasted then."""
_LASTS_S = 900
_EMAIL = GUIDES["email"]


@dataclass(frozen=True, slots=True)
class Way:
    """How the owner goes on: a link, or a code to be entered somewhere."""

    address: str
    code: str = ""
    carried: str = ""
    """What the page carries until they come back; only this desk can read it."""


def preset_of(values: Mapping[str, str]) -> Preset | None:
    """The known provider whose addresses these are."""
    return next((each for each in oauth.PRESETS.values() if each.values[TOKEN_URL] == values.get(TOKEN_URL)), None)


def redirect_of(base: str) -> str:
    """The redirect address to be registered: the desk's own where providers take it."""
    parts = urlsplit(base)
    is_taken = parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")
    return f"{base}{PATH}" if is_taken else _ELSEWHERE


class Provider:
    """Signs in and keeps what comes of it."""

    def __init__(self, desks: Desks, vault: Vault) -> None:
        self._desks, self._vault = desks, vault

    def by_link(self, asked: Asked, values: Mapping[str, str]) -> Way:
        """A link that leads to the provider and back. Raises NotLetIn where something lacks."""
        client, proof, redirect = Client.of(values), oauth.verifier(), redirect_of(asked.base)
        if not values.get(AUTH_URL):
            raise NotLetIn(text("Enter the OAuth sign-in address first."))
        state = self._vault.wrapped(json.dumps([asked.subject.name, asked.actor.id, proof, redirect]))
        return Way(oauth.link(client, redirect=redirect, state=state, proof=proof))

    async def by_code(self, asked: Asked, values: Mapping[str, str]) -> Way:
        """A code to be entered on any device. Raises NotLetIn."""
        found = await oauth.code(Client.of(values))
        carried = self._vault.wrapped(json.dumps([asked.subject.name, asked.actor.id, found.secret, ""]))
        return Way(found.address, found.shown, carried)

    async def pasted(self, actor: Actor, address: str) -> str:
        """The browser ended elsewhere, and its address was pasted. Returns the channel's name. Raises NotLetIn."""
        try:
            said = parse_qs(urlsplit(address).query)
        except ValueError:
            said = {}
        return await self.came_back(actor, {name: each[0] for name, each in said.items()})

    async def tried(self, asked: Asked, connection: Connection, entered: Entered) -> Entered:
        """Tries a mailbox's keys; a refresh token its provider gives anew is the only one that is good from then on.

        It is kept at once, or carried along with what was entered where it stands for one that is not saved.
        """
        values = {} if asked.subject.is_whole else dict(entered.values)
        if REFRESH_TOKEN not in entered.changed and connection.tried_kept is not None:
            channel_id = await self._desks.read(asked.actor, lambda desk: channels.named(desk, asked.subject.name).id)
            keeps = Keeps(self._desks, self._vault, channel_id)
            odd = connection.checked(values) if values else ()
            return replace(entered, findings=odd or await connection.tried_kept(values, keeps))
        findings = await connection.tried(values)
        renewed = {REFRESH_TOKEN: values[REFRESH_TOKEN]}
        return replace(entered, values=values, changed={**entered.changed, **renewed}, findings=findings)

    async def came_back(self, actor: Actor, said: Mapping[str, str]) -> str:
        """The browser is back from the provider. Returns the channel's name. Raises NotLetIn."""
        name, proof, redirect = self._unpacked(actor, said.get("state", ""))
        if "code" not in said:
            raise oauth.refusal(said.get("error", "no code"))
        client = Client.of(await self._values(actor, name))
        return await self._keep(
            actor, name, await oauth.granted(client, code=said["code"], redirect=redirect, proof=proof)
        )

    async def coded(self, actor: Actor, carried: str) -> str:
        """The code was entered. Returns the channel's name. Raises NotYet and NotLetIn."""
        name, secret, _ = self._unpacked(actor, carried)
        client = Client.of(await self._values(actor, name))
        return await self._keep(actor, name, await oauth.granted_by_code(client, secret))

    def _unpacked(self, actor: Actor, carried: str) -> tuple[str, str, str]:
        told = self._vault.unwrapped(carried, lasts_s=_LASTS_S) if carried else None
        name, who, secret, redirect = json.loads(told) if told else ("", 0, "", "")
        if not name or who != actor.id:
            raise NotLetIn(text("This sign-in was begun elsewhere, or too long ago. Begin again."))
        return name, secret, redirect

    async def _values(self, actor: Actor, name: str) -> dict[str, str]:
        settings = await self._desks.read(actor, lambda desk: channels.named(desk, name).settings)
        return _EMAIL.as_set(self._vault.opened(settings))

    async def _keep(self, actor: Actor, name: str, grant: Grant) -> str:
        def body(desk: Desk) -> None:
            sealed = self._vault.seal(grant.refresh_token, desk.now)
            channels.set_up(desk, channels.named(desk, name), {_EMAIL.field(REFRESH_TOKEN): sealed})

        await self._desks.change(actor, body)
        if grant.is_short:
            raise NotLetIn(_SHORT)
        return name


_SHORT = text(
    "Signed in, but only for seven days: the app is still in “Testing” at Google. Publish it (In production), then "
    "sign in again."
)

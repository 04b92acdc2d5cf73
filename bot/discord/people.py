"""Who is who on the server: channels and people as the desk knows them, and who comes to or leaves a team's channel."""

import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence

from bot.commands.call import Group, Surroundings
from bot.discord import may
from bot.discord.channels import Channels
from bot.discord.inbound import MENTION, is_thread, named, person
from bot.discord.losses import ROOM
from bot.discord.rest import Rest, Wire
from bot.discord.troubles import UNKNOWN_MEMBER, UNKNOWN_USER, Refused, Shut
from bot.hearing import Hearing
from bot.saying import asked, asks
from bot.wiring import Wiring
from core import accounts, places
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import DeskbellError, UserError
from core.models import Place, Purpose
from core.places import Channel
from core.show import text

log = logging.getLogger(__name__)

_PAGE, _MOST_PAGES, _FRESH_S = 1_000, 20, 60.0
_MOST_ROLES = 200


class People:
    """Asks Discord who is who, and keeps in mind who belongs to which of our channels."""

    def __init__(self, rest: Rest, wiring: Wiring, channels: Channels) -> None:
        self._rest, self._desks, self._channels = rest, wiring.desks, channels
        self._belong: dict[str, set[str]] = {}
        self._server: tuple[float, may.Server | None] = (0.0, None)
        self.locales: dict[str, str] = {}
        """The language somebody's Discord speaks, as it last said."""

    async def server(self) -> may.Server:
        """The server's roles and owner, remembered for a minute."""
        at, found = self._server
        if found is None or time.monotonic() - at > _FRESH_S:
            described = await self._rest.ask("GET", "/guilds/{guild_id}", guild_id=await self._rest.guild())
            found = may.server(described)
            self._server = (time.monotonic(), found)
        return found

    async def member(self, account: str) -> Wire | None:
        """A member; None where they are not on the server."""
        try:
            guild = await self._rest.guild()
            found: Wire = await self._rest.ask(
                "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=account
            )
        except Refused as error:
            if error.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
                return None
            raise
        return found

    async def _all(self) -> AsyncIterator[Wire]:
        """Everybody on the server, up to 20,000. Bots too."""
        after, guild = "0", await self._rest.guild()
        for _ in range(_MOST_PAGES):
            path = f"/guilds/{{guild_id}}/members?limit={_PAGE}&after={after}"
            page = await self._rest.ask("GET", path, guild_id=guild, needs="Server Members Intent")
            for member in page:
                yield member
            if len(page) < _PAGE:
                return
            after = str(page[-1]["user"]["id"])

    async def describe(self, place: str, account: str, with_people: bool) -> Surroundings:
        """A channel and who typed in it. Raises UserError where the bot does not see the channel."""
        if with_people:
            self._server = (0.0, None)  # a role that was made a moment ago counts
        channel, server, typist = await self._seen(place), await self.server(), await self.member(account)
        if typist is None:
            raise UserError(text("Type this on the server whose channel is to be the team's."))
        open_ = may.is_open(server, channel)
        people = await self._inside(server, channel, is_open=open_) if with_people else []
        rights = may.permissions(server, None, account, map(str, typist.get("roles") or ()))
        return Surroundings(
            Channel(ROOM, place, f"#{channel.get('name', '?')}"), self._person(typist),
            bool(rights & may.ADMINISTRATOR), is_open=open_, members=tuple(map(self._person, people)),
            roles=_groups(server, people),
        )  # fmt: skip

    async def _inside(self, server: may.Server, channel: Wire, *, is_open: bool) -> list[Wire]:
        """Who sees a channel; of one that everybody sees, who has any role."""
        people = [member async for member in self._all() if not (member.get("user") or {}).get("bot")]
        if is_open:
            return [member for member in people if member.get("roles")]
        return [member for member in people if may.sees(server, channel, member)]

    def _person(self, member: Wire) -> accounts.Person:
        found = person(member)
        language = self.locales.get(found.external_id, "")
        return accounts.Person(
            external_id=found.external_id, handle=found.handle, name=found.name, language=language,
            is_full=found.is_full,
        )  # fmt: skip

    async def _seen(self, place: str) -> Wire:
        if not place:
            raise UserError(text("Type this in the channel of your team chat that is to be the team's."))
        try:
            channel = await self._channels.one(place)
        except (Refused, Shut) as error:
            said = text("The bot does not see this channel. Add it in the channel's settings under Permissions.")
            raise UserError(said) from error
        if is_thread(channel) or "guild_id" not in channel:
            raise UserError(text("Type this in the channel of your team chat that is to be the team's."))
        return channel

    async def read(self, words: str, known: Mapping[str, str], *, is_command: bool) -> str:
        """Words with names for who is mentioned: agents by their handles, others by theirs in Discord; where somebody
        is asked who is no agent, by their account, too."""
        accounts_ = set(MENTION.findall(words))
        if not accounts_:
            return words

        def body(desk: Desk) -> dict[str, str]:
            found = ((each, accounts.agent_at(desk, ROOM, each)) for each in accounts_)
            return {each: agent.name for each, agent in found if agent is not None}

        agents = await self._desks.read(SYSTEM, body)
        others = {each: known.get(each) or await self._name(each) for each in accounts_ - agents.keys()}
        if is_command and asks(words):
            whom = {each: asked(ROOM, each, name) for each, name in others.items()}
            words = MENTION.sub(lambda found: whom.get(found[1], found[0]), words, count=1)
        return named(words, {each: name for each, name in others.items() if name} | agents)

    async def _name(self, account: str) -> str:
        """What somebody is called on the server; nothing for who is not there."""
        try:
            member = await self.member(account)
        except (DeskbellError, TimeoutError):
            return ""
        return "" if member is None else self._person(member).name

    async def recount(self, hearing: Hearing) -> None:
        """Finds out who belongs to our channels now, and lets those go who left while nobody listened."""
        ours, self._server = await self._ours(), (0.0, None)
        if not ours:
            self._belong.clear()
            return
        server, members = await self.server(), [member async for member in self._all()]
        for place in ours:
            try:
                channel = await self._channels.one(place.place)
            except (Refused, Shut):
                continue
            inside = {_id(member) for member in members if _belongs(server, channel, place, member)}
            self._belong[place.place] = inside
            for account in await self._desks.read(SYSTEM, lambda desk, at=place: accounts.of_place(desk, at)):  # type: ignore[misc]
                if account not in inside:
                    await self._look_again(server, channel, place, account, hearing)

    async def _look_again(
        self, server: may.Server, channel: Wire, place: Place, account: str, hearing: Hearing
    ) -> None:
        """Nobody is sent away because a list was too long to be read to its end."""
        member = await self.member(account)
        if member is not None and _belongs(server, channel, place, member):
            self._belong[place.place].add(account)
        elif member is None or not await self._is_beside(server, place, member):
            await hearing.left(place.place, account)

    async def _is_beside(self, server: may.Server, place: Place, member: Wire) -> bool:
        """Whether somebody is in another channel of the same team, or in one nobody can look into now."""
        for other in await self._ours():
            if other.team_id != place.team_id or other.place == place.place:
                continue
            try:
                channel = await self._channels.one(other.place)
            except (Refused, Shut):
                return True
            if _belongs(server, channel, other, member):
                return True
        return False

    async def is_ours(self, place: str) -> bool:
        """Whether a channel is a team's."""
        return any(each.place == place for each in await self._ours())

    async def _ours(self) -> Sequence[Place]:
        def body(desk: Desk) -> list[Place]:
            return [each for each in places.in_room(desk, ROOM) if each.purpose == Purpose.TEAM.value]

        return await self._desks.read(SYSTEM, body)

    async def changed(self, member: Wire, hearing: Hearing) -> None:
        """Somebody joined, or their roles changed: they may have come to our channels, or left them."""
        ours = await self._ours()
        server = await self.server() if ours else None
        for place in ours:
            if server is None:
                return
            channel = await self._channels.one(place.place)
            await self._settle(place, member, hearing, is_inside=_belongs(server, channel, place, member))

    async def belongs(self, place: Place, member: Wire) -> bool:
        """Whether somebody is of a channel's team, by the server's roles and rights."""
        return _belongs(await self.server(), await self._channels.one(place.place), place, member)

    async def _settle(self, place: Place, member: Wire, hearing: Hearing, *, is_inside: bool) -> None:
        inside, account = self._belong.setdefault(place.place, set()), _id(member)
        if is_inside and account not in inside:
            inside.add(account)
            await hearing.came(place.place, self._person(member))
        elif not is_inside and account in inside:
            inside.discard(account)
            if not await self._is_beside(await self.server(), place, member):
                await hearing.left(place.place, account)

    async def gone(self, account: str, hearing: Hearing) -> None:
        """Somebody is not on the server any more."""
        for place in await self._ours():
            self._belong.get(place.place, set()).discard(account)
            await hearing.left(place.place, account)


def _id(member: Wire) -> str:
    return str((member.get("user") or {}).get("id", ""))


def _belongs(server: may.Server, channel: Wire, place: Place, member: Wire) -> bool:
    """Whether somebody is of a channel's team: who has its role, or sees the private channel."""
    if place.role:
        return place.role in map(str, member.get("roles") or ())
    return may.sees(server, channel, member)


def _groups(server: may.Server, people: Sequence[Wire]) -> tuple[Group, ...]:
    """The server's roles with people in them; a name has no blanks, so that it can be typed."""
    found: dict[str, set[str]] = {}
    for member in people:
        for role in map(str, member.get("roles") or ()):
            found.setdefault(role, set()).add(_id(member))
    named = [(role, "-".join(server.names.get(role, "").split())) for role in found if role != server.id]
    return tuple(Group(role, name, frozenset(found[role])) for role, name in named[:_MOST_ROLES] if name)

"""Who is who in Slack: people and channels as the desk knows them, asked for in bounded numbers."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.call import Group, Surroundings
from bot.slack.web import Me, Web, asking, pages
from bot.slack.words import Wire, clean
from core.accounts import Person
from core.errors import DeskbellError, PermanentError, UserError
from core.places import Channel
from core.render import LANGUAGES, language_of
from core.show import text

_FRESH_S = 300.0
_AT_ONCE = 8
_MOST_MEMBERS = 1_000
_ONE_BY_ONE = 40
"""Up to so many people are asked for singly; more by the workspace's list."""
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody, and whether they administer the workspace."""

    person: Person
    is_admin: bool


def known(user: Wire, me: Me) -> Known:
    """Somebody as Slack describes them: full members are of this workspace, no guest, no bot, not switched off."""
    profile = user.get("profile") or {}
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name") or "?"
    is_full = not any(
        user.get(each) for each in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
    )
    is_full = is_full and user.get("team_id", me.team) == me.team and user.get("id") != "USLACKBOT"
    language = language_of(user["locale"]) if user.get("locale") else ""
    person = Person(
        external_id=user["id"], handle=clean(profile.get("display_name") or user.get("name") or "")[:60],
        name=clean(name)[:60], email=profile.get("email", ""), language=language if language in LANGUAGES else "",
        zone=user.get("tz") or "", is_full=is_full,
    )  # fmt: skip
    admin = any(user.get(each) for each in ("is_admin", "is_owner", "is_primary_owner"))
    return Known(person, bool(admin) and is_full)


class People:
    """Asks Slack who is who, and remembers it for five minutes."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._remembered: dict[str, tuple[float, Known]] = {}

    async def one(self, account: str, me: Me) -> Known:
        """Somebody by their account. Raises as `web.asking`."""
        at, found = self._remembered.get(account, (0.0, None))
        if found is None or time.monotonic() - at > _FRESH_S:
            async with asking():
                answer = await self._web.client.users_info(user=account, include_locale=True)
            found = self.remember(answer["user"], me)
        return found

    def remember(self, user: Wire, me: Me) -> Known:
        """Notes what Slack has just said of somebody."""
        found = known(user, me)
        if len(self._remembered) > 5_000:
            self._remembered.clear()
        self._remembered[user["id"]] = (time.monotonic(), found)
        return found

    async def name(self, account: str, me: Me) -> str:
        """What somebody is called; their account where Slack does not say."""
        try:
            return (await self.one(account, me)).person.handle or account
        except DeskbellError:
            return account

    async def describe(self, place: str, account: str, me: Me, *, with_people: bool) -> Surroundings:
        """A channel and who typed in it. Raises UserError where the app is not in the channel and cannot join."""
        channel, typist = await self._channel(place, joins=with_people), await self.one(account, me)
        members = await self._members(place) if with_people else []
        found = await self._all(members, me)
        return Surroundings(
            Channel("slack", place, f"#{channel.get('name', '?')}"), typist.person, typist.is_admin,
            is_open=bool(channel.get("is_general")), members=tuple(each.person for each in found),
            roles=await self._groups(members) if with_people else (),
        )  # fmt: skip

    async def _channel(self, place: str, *, joins: bool) -> Wire:
        if not place.startswith(("C", "G")):
            raise UserError(text("Type this in the channel of your team chat that is to be the team's."))
        try:
            async with asking():
                channel: Wire = (await self._web.client.conversations_info(channel=place))["channel"]
            if joins and not channel.get("is_member"):
                async with asking():
                    await self._web.client.conversations_join(channel=place)
        except DeskbellError as error:
            raise UserError(
                text("The app is not in this channel. Type “/invite @deskbell” here first, then this again.")
            ) from error
        return channel

    async def _members(self, place: str) -> list[str]:
        found: list[str] = []
        members = self._web.client.conversations_members
        async for page in pages(members, "members", most=_MOST_MEMBERS // 200, channel=place, limit=200):
            found += page
        return found

    async def _all(self, accounts: Sequence[str], me: Me) -> list[Known]:
        if len(accounts) > _ONE_BY_ONE:
            await self._read_all(set(accounts), me)
        turn = asyncio.Semaphore(_AT_ONCE)

        async def ask(account: str) -> Known | None:
            async with turn:
                try:
                    return await self.one(account, me)
                except PermanentError:
                    return None  # Slack lists them, and knows them no more

        found = await asyncio.gather(*(ask(account) for account in accounts if account != me.user))
        return [each for each in found if each is not None]

    async def _read_all(self, wanted: set[str], me: Me) -> None:
        """Remembers many people by few questions."""
        listing = self._web.client.users_list
        async for page in pages(listing, "members", most=_MOST_PAGES, limit=200, include_locale=True):
            for user in page:
                self.remember(user, me)
                wanted.discard(user["id"])
            if not wanted:
                return

    async def _groups(self, members: Sequence[str]) -> tuple[Group, ...]:
        """The user groups with somebody of the channel in them; none where the app may not know."""
        try:
            async with asking():
                found = (await self._web.client.usergroups_list(include_users=True))["usergroups"]
        except DeskbellError:
            return ()
        inside = set(members)
        groups = (Group(each["id"], each["handle"], frozenset(each.get("users") or ())) for each in found)
        return tuple(group for group in groups if group.accounts & inside)

"""Channels as Discord describes them, remembered for a minute; the tags of forums; rooms made among active threads."""

import logging
import time
from collections.abc import Sequence

from bot.discord.losses import ROOM
from bot.discord.rest import Rest, Wire
from bot.discord.troubles import Refused, Shut
from bot.discord.words import single
from bot.wiring import Wiring
from core import outbox, places, pushed, threads
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import DeskbellError
from core.show import texts

log = logging.getLogger(__name__)

FORUM, MEDIA = 15, 16
_FRESH_S, _SHUT_S = 60.0, 600.0
_MOST_TAGS, _MOST_APPLIED, _TAG = 20, 5, 20
_NEEDS_TAG = 1 << 4
_AT_ONCE = 20
"""Threads that are archived together when there is no room for another."""
_CAP, _BEFORE = 1_000, 40
"""Active threads a server may have, and how long before we make room."""
_LOOKED_EVERY = 25


class Channels:
    """What a forum or channel offers to a post."""

    def __init__(self, rest: Rest, wiring: Wiring) -> None:
        self._rest, self._desks = rest, wiring.desks
        self._known: dict[str, tuple[float, Wire]] = {}
        self._no_tags_until: dict[str, float] = {}
        self._opened = 0

    async def one(self, place: str) -> Wire:
        """A channel. Raises as `Rest.ask`."""
        at, found = self._known.get(place, (0.0, {}))
        if not found or time.monotonic() - at > _FRESH_S:
            found = self.remember(await self._rest.ask("GET", "/channels/{channel_id}", channel_id=place))
        return found

    def remember(self, channel: Wire) -> Wire:
        """Notes what Discord has just said of a channel."""
        self._known[str(channel["id"])] = (time.monotonic(), channel)
        return channel

    def forget(self, place: str) -> None:
        """It has changed."""
        self._known.pop(place, None)

    async def is_forum(self, place: str) -> bool:
        """Whether its threads are posts."""
        return (await self.one(place)).get("type") in (FORUM, MEDIA)

    async def tags(self, place: str, names: Sequence[str]) -> list[str]:
        """The ids of up to five of a forum's tags for ours; what it lacks is added where the bot may."""
        wanted = [single(name, _TAG).lower() for name in names]
        forum = await self.one(place)
        known = {str(tag["name"]).lower(): str(tag["id"]) for tag in forum.get("available_tags") or ()}
        missing = [name for name in dict.fromkeys(wanted) if name not in known]
        if missing and self._no_tags_until.get(place, 0.0) < time.monotonic():
            known = await self._added(forum, missing) or known
        found = [known[name] for name in dict.fromkeys(wanted) if name in known][:_MOST_APPLIED]
        needs_one = not found and int(forum.get("flags") or 0) & _NEEDS_TAG
        return list(known.values())[:1] if needs_one else found

    async def _added(self, forum: Wire, names: Sequence[str]) -> dict[str, str]:
        """A forum's tags with those it lacked; nothing where the bot may not add any, or it is full."""
        place, tags = str(forum["id"]), list(forum.get("available_tags") or ())
        fresh = [{"name": name} for name in names[: _MOST_TAGS - len(tags)]]
        if not fresh:
            return {}
        try:
            changed = await self._rest.ask(
                "PATCH", "/channels/{channel_id}", channel_id=place, body={"available_tags": [*tags, *fresh]}
            )
        except (Shut, Refused):
            self._no_tags_until[place] = time.monotonic() + _SHUT_S
            return {}
        self.remember(changed)
        return {str(tag["name"]).lower(): str(tag["id"]) for tag in changed.get("available_tags") or ()}

    async def active(self) -> list[Wire]:
        """The server's active threads that the bot sees."""
        guild = await self._rest.guild()
        return list((await self._rest.ask("GET", "/guilds/{guild_id}/threads/active", guild_id=guild))["threads"])

    async def opened(self, place: str) -> None:
        """A thread was opened: now and then we look how many there are, and make room before it is needed."""
        self._opened += 1
        if self._opened % _LOOKED_EVERY == 0 and len(await self.active()) > _CAP - _BEFORE:
            await self.make_room(place)

    async def make_room(self, place: str) -> bool:
        """Archives the quietest of our threads, and says so in the channel; False where none of ours is active.

        `place` is the channel, or the root of one of its threads.
        """
        ours = {each.root for each in await self._desks.read(SYSTEM, lambda desk: threads.cursors(desk, ROOM))}
        found = [each for each in await self.active() if str(each["id"]) in ours]
        found.sort(key=lambda each: int(each.get("last_message_id") or each["id"]))
        count = 0
        for each in found[:_AT_ONCE]:
            count += await self.archive(str(each["id"]))
        if count:
            log.warning("discord: %s threads archived to make room", count)
            await self._desks.change(SYSTEM, lambda desk: _tell(desk, place, count))
        return count > 0

    async def archive(self, root: str, *, archived: bool = True) -> bool:
        """Archives a thread, never locked, or wakes it; False where that cannot be done."""
        body = {"archived": archived}
        try:
            await self._rest.ask(
                "PATCH", "/channels/{channel_id}", channel_id=root, body=body, needs="Manage Threads"
            )  # fmt: skip
        except DeskbellError:
            return False
        return True


def _tell(desk: Desk, place: str, count: int) -> None:
    found = places.at(desk, ROOM, place) or places.at(desk, ROOM, threads.place_of(desk, ROOM, place) or "")
    if found is None:
        return
    said = texts(
        "Discord has no room for more active threads: the quietest one was archived. It wakes up when somebody writes "
        "in it.",
        "Discord has no room for more active threads: the {count} quietest were archived. They wake up when somebody "
        "writes in them.", count=count,
    )  # fmt: skip
    outbox.put(desk, pushed.call(found, said))

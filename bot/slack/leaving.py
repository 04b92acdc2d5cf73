"""Finds who left our channels, and lets those go who are in none of their team's any more."""

import logging

from bot.slack.losses import ROOM
from bot.slack.parts import Parts
from bot.slack.troubles import MissingScope, ShutChannel
from bot.slack.web import Web, pages
from core import accounts, places
from core.actor import SYSTEM
from core.desk import Desk
from core.errors import PermanentError
from core.models import Purpose

log = logging.getLogger(__name__)

_A_PAGE, _MOST_PAGES = 200, 50


async def recount(parts: Parts) -> None:
    """Compares each team's channel with its agents. Raises as `web.asking`; repeating is safe."""
    known = await parts.wiring.desks.read(SYSTEM, _known)
    inside = {place: await _inside(parts.web, place) for place, accounts_ in known.items() if accounts_}
    for place, there in inside.items():
        beside = await parts.wiring.desks.read(SYSTEM, lambda desk, at=place: places.beside(desk, ROOM, at))  # type: ignore[misc]
        others = [inside.get(each) for each in beside]
        if there is None or None in others:
            continue
        for account in sorted(known[place] - there.union(*filter(None, others))):
            await parts.hearing.left(place, account)


async def went(parts: Parts, place: str, account: str) -> None:
    """Somebody left a channel: they are out unless they are in another one of the team, or nobody can say so."""
    for other in await parts.wiring.desks.read(SYSTEM, lambda desk: places.beside(desk, ROOM, place)):
        there = await _inside(parts.web, other)
        if there is None or account in there:
            return
    await parts.hearing.left(place, account)


async def _inside(web: Web, place: str) -> set[str] | None:
    """Who is in a channel; None where that cannot be read to its end: then nobody is sent away."""
    found: set[str] = set()
    count, members = 0, web.client.conversations_members
    try:
        async for page in pages(members, "members", most=_MOST_PAGES, channel=place, limit=_A_PAGE):
            count += 1
            found |= set(page)
    except (ShutChannel, MissingScope, PermanentError) as error:
        log.warning("who is in the slack channel %s cannot be read: %s", place, type(error).__name__)
        return None
    return found if count < _MOST_PAGES else None


def _known(desk: Desk) -> dict[str, set[str]]:
    """The accounts of each team channel's agents."""
    found: dict[str, set[str]] = {}
    for place in places.in_room(desk, ROOM):
        if place.purpose == Purpose.TEAM:
            found.setdefault(place.place, set()).update(accounts.of_place(desk, place))
    return found

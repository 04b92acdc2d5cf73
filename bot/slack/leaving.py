"""Finds who left our channels while nobody listened, and lets them go."""

import logging

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
    for place, known in (await parts.wiring.desks.read(SYSTEM, _known)).items():
        try:
            gone = known - await _inside(parts.web, place) if known else set()
        except (ShutChannel, MissingScope, PermanentError, _TooMany) as error:
            log.warning("who is in the slack channel %s cannot be read: %s", place, type(error).__name__)
            continue
        for account in sorted(gone):
            await parts.hearing.left(place, account)


class _TooMany(Exception):
    """A channel has more members than are read: nobody is sent away because a list was not read to its end."""


async def _inside(web: Web, place: str) -> set[str]:
    found: set[str] = set()
    count, members = 0, web.client.conversations_members
    async for page in pages(members, "members", most=_MOST_PAGES, channel=place, limit=_A_PAGE):
        count += 1
        found |= set(page)
    if count == _MOST_PAGES:
        raise _TooMany
    return found


def _known(desk: Desk) -> dict[str, set[str]]:
    """The accounts of each team channel's agents."""
    found: dict[str, set[str]] = {}
    for place in places.in_room(desk, "slack"):
        if place.purpose == Purpose.TEAM:
            found.setdefault(place.place, set()).update(accounts.of_place(desk, place))
    return found

"""Whether somebody is there for the open pages: looked at every few seconds, told to them when it changes."""

import asyncio
import logging

from core import teams
from core.actor import SYSTEM
from core.bus import Bus
from core.desk import Desk, Topic
from core.errors import TemporaryError
from core.store import Desks

_LOOK_S = 5.0
"""Agents come and go by the clock, too: when their page was closed or their time away is over."""

log = logging.getLogger(__name__)


def topic(team_id: int) -> Topic:
    """What the bus calls whether somebody of a team is there."""
    return f"there:{team_id}"


class Available:
    """Which teams the open pages of this process ask for, and what they were told last."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._told: dict[int, bool] = {}

    def note(self, team_id: int, *, is_there: bool) -> None:
        """Notes what a page was told; the others hear of it when they were told something else."""
        before, self._told[team_id] = self._told.get(team_id), is_there
        if before not in (None, is_there):
            self._bus.publish((topic(team_id),))

    async def run(self, desks: Desks) -> None:
        """Looks again and again, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.look(desks)
            except TemporaryError as error:
                log.warning("who is there is looked at later: %s", error)

    async def look(self, desks: Desks) -> None:
        """Tells the pages of the teams where it changed."""
        asked = sorted(self._told)
        if not asked:
            return

        def body(desk: Desk) -> dict[int, bool]:
            return {team_id: teams.is_somebody_there(desk, team_id) for team_id in asked}

        for team_id, is_there in (await desks.read(SYSTEM, body)).items():
            self.note(team_id, is_there=is_there)

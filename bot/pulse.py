"""Says again and again that a team chat is there, for as long as it is: what falls silent is found to be away."""

import asyncio
import logging

from core import outages
from core.actor import SYSTEM
from core.errors import TemporaryError
from core.room import Room
from core.store import Desks

log = logging.getLogger(__name__)

EVERY_S = 15.0
"""Well within `outages.PATIENCE`, so that one beat may be missed."""
_SOON_S = 1.0


async def beat(desks: Desks, room: Room) -> None:
    """Beats until cancelled."""
    while True:
        is_there = await room.is_connected()
        if is_there:
            try:
                await desks.change(SYSTEM, lambda desk: outages.heard(desk, room.name))
            except TemporaryError as error:
                log.warning("%s is there, but that cannot be noted: %s", room.name, error)
        await asyncio.sleep(EVERY_S if is_there else _SOON_S)

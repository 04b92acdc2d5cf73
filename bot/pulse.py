"""Says again and again that a team chat is there, for as long as it is: what falls silent is found to be away."""

import asyncio
import logging
import time

from core import outages, parts
from core.actor import SYSTEM
from core.connector import Severity
from core.errors import TemporaryError
from core.room import Room
from core.store import Desks

log = logging.getLogger(__name__)

EVERY_S = 15.0
"""Well within `outages.PATIENCE`, so that one beat may be missed."""
_SOON_S = 1.0
_TOLD_S = 30.0
"""Why it is not there is noted again after so long."""


async def beat(desks: Desks, room: Room) -> None:
    """Beats until cancelled; while it is not there, it is noted what stands in its way."""
    tell_at_s = 0.0
    while True:
        is_there = await room.is_connected()
        if is_there:
            try:
                await desks.change(SYSTEM, lambda desk: outages.heard(desk, room.name))
            except TemporaryError as error:
                log.warning("%s is there, but that cannot be noted: %s", room.name, error)
        elif time.monotonic() >= tell_at_s and await _told(desks, room):
            tell_at_s = time.monotonic() + _TOLD_S
        await asyncio.sleep(EVERY_S if is_there else _SOON_S)


async def _told(desks: Desks, room: Room) -> bool:
    """Notes why a team chat is not there, as far as it is known here."""
    try:
        said = next((each.text for each in await room.check() if each.severity is Severity.ERROR), None)
        if said is not None:
            await desks.change(SYSTEM, lambda desk: parts.failed(desk, room.name, said.id, said))
    except TemporaryError as error:
        log.warning("why %s is not there cannot be noted: %s", room.name, error)
        return False
    return said is not None

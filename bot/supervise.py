"""Keeps the desk's parts running: a part that fails is shown with its error and started again, later each time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

_FIRST_S, _LONGEST_S = 0.5, 60.0
_HEALTHY_S = 120.0
"""A part that ran so long before it failed starts again at once."""


@dataclass(slots=True)
class Part:
    """One part: its name, how to run it, and what went wrong last."""

    name: str
    run: Callable[[], Awaitable[None]]
    error: str = ""
    restarts: int = 0


async def keep_running(part: Part) -> None:
    """Runs a part until cancelled. A part that returns has done its work."""
    pause_s = _FIRST_S
    while True:
        started = time.monotonic()
        try:
            await part.run()
        except Exception as error:
            part.error, part.restarts = f"{type(error).__name__}: {error}"[:300], part.restarts + 1
            log.exception("part %s failed and is started again", part.name)
        else:
            part.error = ""
            return
        if time.monotonic() - started > _HEALTHY_S:
            pause_s = _FIRST_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_S)

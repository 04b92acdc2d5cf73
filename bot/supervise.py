"""Keeps the desk's parts running: a part that fails is shown with its error and started again, later each time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.errors import DeskbellError, TemporaryError
from core.show import Text

log = logging.getLogger(__name__)

_FIRST_S, _LONGEST_S = 0.5, 60.0
_UP_S = 5.0
"""A part that was started again counts as up once it has run for so long."""
_HEALTHY_S = 120.0
"""A part that ran so long before it failed starts again at once."""
_TELL_S = 5.0


async def _nobody(part: "Part") -> None:
    """For parts whose failures nobody keeps."""


@dataclass(slots=True)
class Part:
    """One part: its name, how to run it, whether it runs, and what went wrong last."""

    name: str
    run: Callable[[], Awaitable[None]]
    is_down: bool = False
    error: str = ""
    said: Text | None = None
    """What went wrong in words for people, where there are some."""
    again_in_s: float = 0.0
    """How long it rests before it is started again."""
    restarts: int = 0
    on_failure: Callable[["Part"], Awaitable[None]] = _nobody


async def keep_running(part: Part) -> None:
    """Runs a part until cancelled. A part that returns has done its work."""
    pause_s = _FIRST_S
    while True:
        started = time.monotonic()
        up = asyncio.get_running_loop().call_later(_UP_S, _is_up, part)
        try:
            await part.run()
        except Exception as error:
            part.error, part.restarts = f"{type(error).__name__}: {error}"[:300], part.restarts + 1
            part.said = error.said if isinstance(error, DeskbellError) else None
            wanted_s = error.retry_after.total_seconds() if isinstance(error, TemporaryError) else 0.0
            log.exception("part %s failed and is started again", part.name)
        else:
            _is_up(part)
            return
        finally:
            up.cancel()
        if time.monotonic() - started > _HEALTHY_S:
            pause_s = _FIRST_S
        part.is_down, part.again_in_s = True, max(pause_s, wanted_s)
        await _tell(part)
        await asyncio.sleep(part.again_in_s)
        pause_s = min(pause_s * 2, _LONGEST_S)


def _is_up(part: Part) -> None:
    part.is_down = False


async def _tell(part: Part) -> None:
    """Has the failure kept; where that cannot be done now, the log has it."""
    try:
        async with asyncio.timeout(_TELL_S):
            await part.on_failure(part)
    except Exception as error:
        log.warning("the failure of part %s could not be kept: %s", part.name, type(error).__name__)

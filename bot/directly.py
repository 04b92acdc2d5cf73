"""Looks for what one person was sent alone: among their direct messages, else in the thread it is about."""

from collections.abc import Awaitable, Callable

from core.connector import Found, Sent
from core.errors import PermanentError
from core.room import Line

Look = Callable[[str, str], Awaitable[Sent | Found]]
"""Looks in a place, or in a thread of it, for what is asked for."""


async def find(shown: Line, dm: Callable[[], Awaitable[str]], look: Look) -> Sent | Found:
    """Where it arrived. `dm` gives their direct conversation; whoever takes none was called in the thread."""
    try:
        found = await look(await dm(), "")
    except PermanentError:
        found = Found.ABSENT
    if found is Found.ABSENT and shown.link is not None:
        return await look(*shown.link)
    return found

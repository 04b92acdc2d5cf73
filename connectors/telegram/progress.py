"""How far something that takes several posts has come: kept after each, so that any later try goes on behind it."""

import asyncio

from connectors.telegram.outbound import There
from core import carrying
from core.actor import SYSTEM
from core.errors import TemporaryError
from core.store import Desks


class NotKept(Exception):
    """A post is there and nobody could write that down: whether it is sent once more is for an agent to say."""


async def keep(desks: Desks, delivery_id: int, there: There) -> None:
    """Keeps what is there, also when whoever sends is stopped meanwhile. Raises NotKept."""
    keeping = desks.change(SYSTEM, lambda desk: carrying.so_far(desk, delivery_id, there.words, there.files))
    try:
        await asyncio.shield(asyncio.ensure_future(keeping))
    except TemporaryError:
        raise NotKept from None

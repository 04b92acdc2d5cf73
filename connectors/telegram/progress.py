"""How far a delivery of several posts has come when it is cut short, kept so that any later try goes on behind it."""

import json

from core import kept
from core.actor import SYSTEM
from core.store import Desks


async def read(desks: Desks, delivery_id: int) -> list[list[str]]:
    """The ids of the posts that are there already, post by post."""
    found = await desks.read(SYSTEM, lambda desk: kept.read(desk, _name(delivery_id)))
    said: list[list[str]] = json.loads(found) if found else []
    return said


async def keep(desks: Desks, delivery_id: int, said: list[list[str]]) -> None:
    """Keeps what is there; nothing where nothing is."""
    if said:
        await desks.change(SYSTEM, lambda desk: kept.keep(desk, _name(delivery_id), json.dumps(said)))


async def forget(desks: Desks, delivery_id: int) -> None:
    """It has arrived as a whole."""
    await desks.change(SYSTEM, lambda desk: kept.forget(desk, _name(delivery_id)))


def _name(delivery_id: int) -> str:
    return f"telegram-progress:{delivery_id}"

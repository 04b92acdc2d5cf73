"""What a pushed room is given to work with."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.registry import Command
from core import files
from core.bus import Bus
from core.store import Desks


@dataclass(frozen=True, slots=True)
class Wiring:
    """The desk as a room needs it."""

    desks: Desks
    bus: Bus
    store: files.Store
    commands: Sequence[Command]
    address: str
    """Where people reach this desk's web pages."""
    is_embedded: bool
    """Whether the desk runs alone on a database of its own, so that no other process can hold anything."""

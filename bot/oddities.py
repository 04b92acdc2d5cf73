"""Keeps in quarantine what happened in a team chat and failed for its own content, and does it again when asked."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.wiring import Wiring
from core import dialogs, places, quarantine, threads, tickets
from core.actor import SYSTEM
from core.desk import Desk
from core.models import Quarantined
from core.quarantine import Odd

log = logging.getLogger(__name__)

Again = Callable[[dict[str, Any]], Awaitable[None]]
"""Does once more what happened; raises what it fails with."""
_LOOK_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened in a team chat, as the chat told it."""

    key: str
    """The same each time the chat tells of it."""
    event: dict[str, Any]
    words: str = ""
    place: str = ""
    root: str = ""


class Oddities:
    """One room's odd things. `passing` are the errors that pass by themselves: nothing of theirs comes here."""

    def __init__(self, wiring: Wiring, room: str, passing: tuple[type[Exception], ...]) -> None:
        self._desks, self._bus = wiring.desks, wiring.bus
        self._room, self._source, self.passing = room, f"room:{room}", passing

    async def keep(self, what: Happening, error: Exception) -> None:
        """Keeps something raw with the reason why; the same again is kept once."""
        log.error("%s: %s goes to quarantine: %s", self._room, what.key, type(error).__name__, exc_info=error)
        await self._desks.change(SYSTEM, lambda desk: quarantine.keep(desk, self._odd(desk, what, error)))

    def _odd(self, desk: Desk, what: Happening, error: Exception) -> Odd:
        place = places.at(desk, self._room, what.place)
        raw = quarantine.packed_event(what.words, what.event)
        return Odd(
            self._source, what.key, raw, quarantine.why(error), None if place is None else place.team_id,
            self._whose(desk, what), sender="", files=(),
        )  # fmt: skip

    def _whose(self, desk: Desk, what: Happening) -> int | None:
        """The customer it speaks of: it is forgotten together with them."""
        spot = threads.at(desk, self._room, what.place, what.root)
        if spot is None:
            return None
        if spot.ticket_id is not None:
            return tickets.read(desk, spot.ticket_id).contact_id
        return None if spot.dialog_id is None else dialogs.read(desk, spot.dialog_id).contact_id

    async def do_again(self, again: Again) -> None:
        """Does, until cancelled, what somebody wants done again."""
        async with self._bus.listening(self._source) as ear:
            while True:
                for kept_id, event in await self._desks.read(SYSTEM, self._asked):
                    await self._one(kept_id, event, again)
                await ear.wait(_LOOK_S)

    def _asked(self, desk: Desk) -> list[tuple[int, dict[str, Any]]]:
        return [(each.id, quarantine.event_of(each)) for each in quarantine.asked_again(desk, self._source)]

    async def _one(self, kept_id: int, event: dict[str, Any], again: Again) -> None:
        """Settles one; what meets trouble that passes stays to be done."""
        failed: Exception | None = None
        try:
            await again(event)
        except self.passing as error:
            log.warning("%s: what quarantine holds as %s waits: %s", self._room, kept_id, type(error).__name__)
            return
        except Exception as error:
            failed = error

        def body(desk: Desk) -> None:
            kept = desk.session.get_one(Quarantined, kept_id)
            if failed is None:
                quarantine.accepted(desk, kept)
            else:
                quarantine.put_back(desk, kept, quarantine.why(failed))

        await self._desks.change(SYSTEM, body)

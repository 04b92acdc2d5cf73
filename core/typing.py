"""Who is typing right now: kept in memory for a few seconds, since nothing depends on it."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from core.bus import Bus
from core.desk import Topic

LASTS_S = 6.0
_TOLD = "typed:"
"""Before what one process tells the others: the dialog, the typist's key and name, and whether they go on."""


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody at a keyboard: `customer`, or an agent's id and the name the other side sees."""

    key: str
    name: str


class Typing:
    """Per dialog, who typed lately; open pages are told by the topic `typing:17`."""

    def __init__(self, bus: Bus, tell_others: Callable[[Collection[Topic]], None]) -> None:
        self._bus, self._tell_others = bus, tell_others
        self._until: dict[int, dict[Typist, float]] = {}

    def note(self, dialog_id: int, who: Typist, *, on: bool, now_s: float) -> None:
        """Somebody types, or has stopped; the pages of other processes hear of it, too. Who did not type is no news."""
        if not on and who not in self._until.get(dialog_id, {}):
            return
        self._note(dialog_id, who, on=on, now_s=now_s)
        self._tell_others((_TOLD + json.dumps([dialog_id, who.key, who.name, on]),))

    def hear(self, topics: Iterable[Topic], *, now_s: float) -> None:
        """What another process told, among whatever else it did."""
        for told in topics:
            if told.startswith(_TOLD):
                dialog_id, key, name, on = json.loads(told.removeprefix(_TOLD))
                self._note(dialog_id, Typist(key, name), on=on, now_s=now_s)

    def _note(self, dialog_id: int, who: Typist, *, on: bool, now_s: float) -> None:
        self._forget_silent(now_s)
        typists = self._until.setdefault(dialog_id, {})
        if on:
            typists[who] = now_s + LASTS_S
        else:
            typists.pop(who, None)
        if not typists:
            self._until.pop(dialog_id, None)
        self._bus.publish((topic(dialog_id),))

    def _forget_silent(self, now_s: float) -> None:
        """Most people never say that they have stopped."""
        for dialog_id, typists in list(self._until.items()):
            if max(typists.values()) <= now_s:
                del self._until[dialog_id]

    def in_dialog(self, dialog_id: int, *, besides: str, now_s: float) -> list[Typist]:
        """Who types in a dialog, besides the one who asks."""
        typists = self._until.get(dialog_id, {})
        return [who for who, until in typists.items() if until > now_s and who.key != besides]


def topic(dialog_id: int) -> str:
    """What the bus calls the typing in a dialog."""
    return f"typing:{dialog_id}"

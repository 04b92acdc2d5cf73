"""Who is typing right now: kept in memory for a few seconds, since nothing depends on it."""

from dataclasses import dataclass

from core.bus import Bus

LASTS_S = 6.0


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody at a keyboard: `customer`, or an agent's id and the name the other side sees."""

    key: str
    name: str


class Typing:
    """Per dialog, who typed lately; open pages are told by the topic `typing:17`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._until: dict[int, dict[Typist, float]] = {}

    def note(self, dialog_id: int, who: Typist, *, on: bool, now_s: float) -> None:
        """Somebody types, or has stopped."""
        typists = self._until.setdefault(dialog_id, {})
        if on:
            typists[who] = now_s + LASTS_S
        else:
            typists.pop(who, None)
        if not typists:
            self._until.pop(dialog_id, None)
        self._bus.publish((topic(dialog_id),))

    def in_dialog(self, dialog_id: int, *, besides: str, now_s: float) -> list[Typist]:
        """Who types in a dialog, besides the one who asks."""
        typists = self._until.get(dialog_id, {})
        for who in [who for who, until in typists.items() if until <= now_s]:
            del typists[who]
        return [who for who in typists if who.key != besides]


def topic(dialog_id: int) -> str:
    """What the bus calls the typing in a dialog."""
    return f"typing:{dialog_id}"

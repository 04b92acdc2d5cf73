"""Calendar days as people type them; which moments they are, the reader's clock and zone decide."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_YEARS = range(1971, 2200)

WORDS = (*_NEAR, *(name[:3] for name in _WEEKDAYS))
"""The days that have names."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day or month: `2026-11-03`, `2026-11`, `today`, `mon`."""

    word: str

    def span(self, now: datetime, zone: str, *, ahead: bool) -> tuple[datetime, datetime]:
        """Its first moment and the first one after it; a weekday is the last one, or with `ahead` the next."""
        local = ZoneInfo(zone)
        first, after = self._dates(now.astimezone(local).date(), ahead=ahead)
        return _midnight(first, local), _midnight(after, local)

    def _dates(self, today: date, *, ahead: bool) -> tuple[date, date]:
        if self.word in _NEAR:
            first = today + timedelta(days=_NEAR[self.word])
        elif (weekday := _weekday(self.word)) is not None:
            away = (weekday - today.weekday()) % 7
            first = today + timedelta(days=away if ahead or away == 0 else away - 7)
        elif len(self.word) == 7:
            first = date.fromisoformat(f"{self.word}-01")
            return first, (first + timedelta(days=31)).replace(day=1)
        else:
            first = date.fromisoformat(self.word)
        return first, first + timedelta(days=1)


def read_day(typed: str) -> Day | None:
    """The day somebody typed; None when it is none, or lies before 1971 or behind 2199."""
    word = typed.lower()
    if word in _NEAR or _weekday(word) is not None:
        return Day(word)
    match = _DATE.fullmatch(word)
    if match is None or not word.isascii():
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
    return Day(word) if day.year in _YEARS else None


def _weekday(word: str) -> int | None:
    names = [at for at, name in enumerate(_WEEKDAYS) if word in (name, name[:3])]
    return names[0] if names else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)

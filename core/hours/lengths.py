"""Lengths of time as people type them: `2h`, `3 tage`, `in 2 weeks`, `1d 4h`, `3 working days`."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_UNITS = {
    "seconds": "s sec secs second seconds sek sekunde sekunden",
    "minutes": "m min mins minute minutes minuten",
    "hours": "h hr hrs hour hours std stunde stunden",
    "days": "d t day days tag tage tagen",
    "weeks": "w week weeks woche wochen",
    "months": "month months monat monate monaten",
    "years": "year years jahr jahre jahren",
    "working days": "workingday workingdays",
    "working hours": "workinghour workinghours",
}
_KNOWN = {name: unit for unit, names in _UNITS.items() for name in names.split()}
_COUNTS = {
    name: number
    for number, names in enumerate(
        ("a an one ein eine einem einen einer", "two zwei", "three drei", "four vier", "five fünf", "six sechs",
         "seven sieben", "eight acht", "nine neun", "ten zehn"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_GLUED = re.compile(r"([0-9]+)([a-zäöü]+)")
_LEADING, _BETWEEN = ("in", "nach", "after"), ("and", "und")
_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Length:
    """A length in the units it was typed in: the calendar's, the clock's, and those of open time."""

    months: int = 0
    days: int = 0
    clock: timedelta = timedelta()
    working_days: int = 0
    working: timedelta = timedelta()

    @property
    def is_days(self) -> bool:
        """Whether it leads to a day, at the same time of it or another."""
        return not self.clock and not self.working

    def after(self, day: date) -> date:
        """The day so many months and days later; the last of a month that is too short for it."""
        month = day.year * 12 + day.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days=self.days)


def read(words: list[str]) -> Length | None:
    """The length these words mean, at most ten years; None when they mean none."""
    parts = _GLUED.sub(r"\1 \2 ", " ".join(words)).split()
    if parts and parts[0] in _LEADING:
        parts = parts[1:]
    parts = [part for part in parts if part not in _BETWEEN]
    if not parts or len(parts) % 2:
        return None
    found = dict.fromkeys(_UNITS, 0)
    for typed, name in zip(parts[::2], parts[1::2], strict=True):
        count, unit = _count(typed), _KNOWN.get(name)
        if count is None or unit is None:
            return None
        found[unit] += count
    return _length(found)


def _count(typed: str) -> int | None:
    if typed.isascii() and typed.isdigit() and len(typed) <= 6:
        return int(typed)
    return _COUNTS.get(typed)


def _length(found: dict[str, int]) -> Length:
    clock = timedelta(seconds=found["seconds"], minutes=found["minutes"], hours=found["hours"])
    return Length(
        months=min(found["months"] + 12 * found["years"], 120),
        days=min(found["days"] + 7 * found["weeks"], _MOST_DAYS),
        clock=min(clock, timedelta(days=_MOST_DAYS)),
        working_days=min(found["working days"], _MOST_DAYS),
        working=min(timedelta(hours=found["working hours"]), timedelta(days=_MOST_DAYS)),
    )

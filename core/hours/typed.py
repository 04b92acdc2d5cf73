"""Moments as people type them, in English and German: `2h`, `fri 12:00`, `morgen 14 uhr`, `3 working days`, `eod`.

A time without a day is the next such time; a day without a time is its morning, 9:00, and today, once that is over, its
end. What could be several moments is the next one still to come; a time that a clock skips is the moment it skips it.
Days, weeks and months keep the time of day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.hours import dayparts, lengths, workdays
from core.hours.dayparts import Clock, Part
from core.hours.lengths import Length
from core.hours.mistakes import NeverOpens, Past
from core.hours.plain import plain
from core.hours.values import YEARS, Hours
from core.hours.wall import first_shown, shown_again
from core.hours.working import add, closes_at, next_opening

_MORNING, _A_DAY = time(9), timedelta(days=1)
_MOST_WORDS = 8


def read(words: str, now: datetime, zone: str, hours: Hours) -> datetime | None:
    """The moment words mean to somebody in a zone, UTC; None when they mean none.

    Working days and hours, and the end of a day, are those of `hours`. Raises Past for a moment that is over, and
    NeverOpens where hours are asked for what does not come before 2200.
    """
    found, _ = _read(words, _Reader(now, ZoneInfo(zone), hours))
    return found


def read_open(words: str, now: datetime, zone: str, hours: Hours) -> datetime | None:
    """The same; a length of time (`2d`, `in 3 hours`) that would end in closed time goes on until the next opening."""
    found, is_length = _read(words, _Reader(now, ZoneInfo(zone), hours))
    return next_opening(hours, found) if found is not None and is_length else found


def leading(line: str, now: datetime, zone: str, hours: Hours) -> tuple[str, str] | None:
    """A line cut behind the longest time it begins with, and the rest; None when it begins with none."""
    words = line.split(" ")
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        typed = " ".join(words[:count])
        if _is_time(typed, now, zone, hours):
            return typed, " ".join(words[count:]).strip()
    return None


def _is_time(typed: str, now: datetime, zone: str, hours: Hours) -> bool:
    try:
        return read(typed, now, zone, hours) is not None
    except (Past, NeverOpens):
        return True


def _read(words: str, reader: "_Reader") -> tuple[datetime | None, bool]:
    """The moment, and whether it was told as a length of time from now."""
    said = plain(words)
    length = lengths.read(said)
    try:
        found = reader.day_and_clock(said) if length is None else reader.later(length)
    except OverflowError:  # a day at the edge of what dates can hold
        return None, False
    if found is not None and length is None and found <= reader.now:
        raise Past(words)
    return found if found is None or found.year in YEARS else None, length is not None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who asks, and when."""

    now: datetime
    zone: ZoneInfo
    hours: Hours

    def later(self, length: Length) -> datetime:
        """The moment a length of time from now."""
        local = self.now.astimezone(self.zone)
        day = length.after(local.date())
        found = self.now if day == local.date() else self._shown(day, local.time())
        if length.working_days:
            found = workdays.after(self.hours, found, length.working_days)
        return add(self.hours, found.astimezone(UTC) + length.clock, length.working)

    def day_and_clock(self, words: list[str]) -> datetime | None:
        """A day, a time of day, or both in either order."""
        if words == ["nextworkingday"]:
            return workdays.next_morning(self.hours, self.now)
        alone = dayparts.clock(words, is_alone=True)
        if alone is not None:
            return self._next(alone)
        for cut in range(len(words), 0, -1):
            clock = dayparts.clock(words[cut:], is_alone=False) if words[cut:] else Part.MORNING
            found = None if clock is None else self._on(words[:cut], clock)
            if found is not None:
                return found
        first = dayparts.clock(words[:1], is_alone=True)
        return None if first is None else self._on(words[1:], first)

    def _next(self, clock: Clock) -> datetime:
        """The next such time of day."""
        if clock is Part.CLOSING and not self._is_always_open():
            return workdays.next_closing(self.hours, self.now)
        found = self._at(self._today(), clock)
        return found if found > self.now else self._at(self._today() + _A_DAY, clock)

    def _on(self, words: list[str], clock: Clock) -> datetime | None:
        """The first moment of those meant that is still to come, or the last of them."""
        found = None
        for day in self._days(words, clock):
            found = self._at(day, clock)
            if found > self.now:
                break
        return found

    def _days(self, words: list[str], clock: Clock) -> list[date]:
        today = self._today()
        is_timed = clock is not Part.MORNING
        length = lengths.read(words) if is_timed else None
        if length is None or not length.is_days:
            return list(dayparts.days(words, today, is_today_left=is_timed))
        if not length.working_days:
            return [length.after(today)]
        return [workdays.after(self.hours, self.now, length.working_days).astimezone(self.zone).date()]

    def _at(self, day: date, clock: Clock) -> datetime:
        if isinstance(clock, time):
            return self._shown(day, clock)
        if clock is Part.MORNING:
            return self._morning(day)
        return self._midnight_after(day) if self._is_always_open() else workdays.closing(self.hours, day)

    def _morning(self, day: date) -> datetime:
        """A day's morning; today, once that is over, its end: the closing, or midnight."""
        morning = self._shown(day, _MORNING)
        if day != self._today() or morning > self.now:
            return morning
        closing = self._at(day, Part.CLOSING)
        return closing if self.now < closing < self._midnight_after(day) else self._midnight_after(day)

    def _midnight_after(self, day: date) -> datetime:
        return self._shown(day + _A_DAY, time())

    def _shown(self, day: date, clock: time) -> datetime:
        wall = datetime.combine(day, clock)
        first = first_shown(wall, self.zone)
        return first if first > self.now else shown_again(wall, self.zone)

    def _is_always_open(self) -> bool:
        return closes_at(self.hours, self.now) is None

    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

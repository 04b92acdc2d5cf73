"""Hours as open stretches of real time, worked out a year at a time and kept."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from core.hours import public
from core.hours.values import YEARS, Hours, Interval
from core.hours.wall import first_shown

_EPOCH, _MICROSECOND, _ONE_DAY = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), timedelta(days=1)
Stretch: TypeAlias = tuple[int, int]
"""From and until, in microseconds since 1970 UTC."""


def micros(at: datetime) -> int:
    """Microseconds from 1970 UTC to a moment."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The other way round."""
    return _EPOCH + timedelta(microseconds=at)


class Year:
    """The open stretches of one year of UTC, in order and apart from each other."""

    __slots__ = ("_before", "ends", "starts", "total")

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self.starts, self.ends, self._before = array("q"), array("q"), array("q")
        self.total = 0
        for start, end in stretches:
            self.starts.append(start)
            self.ends.append(end)
            self._before.append(self.total)
            self.total += end - start

    def passed(self, at: int) -> int:
        """How much of its open time lies before a moment."""
        index = bisect_right(self.starts, at) - 1
        return 0 if index < 0 else self._before[index] + min(at, self.ends[index]) - self.starts[index]

    def when(self, passed: int) -> int:
        """The first moment by which so much of its open time, more than 0 and at most `total`, has passed."""
        index = bisect_left(self._before, passed) - 1
        return self.starts[index] + passed - self._before[index]

    def ending_after(self, at: int) -> int:
        """The index of the first stretch that ends after a moment: it is open, or opens next."""
        return bisect_right(self.ends, at)


_CLOSED = Year(())


class Timeline:
    """The open time of some hours, from 1970 to 2199."""

    def __init__(self, hours: Hours) -> None:
        self.zone = ZoneInfo(hours.zone)
        self._hours, self._own = hours, {tuple(day.on): day.open for day in hours.own}
        self._years: dict[int, Year] = {}

    def year(self, number: int) -> Year:
        """A year's open stretches; years outside have none."""
        if number not in self._years:
            if number not in YEARS:
                return _CLOSED
            self._years[number] = Year(self._in_year(number))
        return self._years[number]

    def openings(self, day: date) -> list[Stretch]:
        """What opens on a day of the hours' own zone; nothing when it is no working day."""
        midnight = datetime.combine(day, time())
        found = [(self._at(midnight, each.opens), self._at(midnight, each.closes)) for each in self._intervals(day)]
        return [(start, end) for start, end in found if start < end]

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        own = self._own.get((day.year, day.month, day.day))
        if own is None:
            own = self._own.get((0, day.month, day.day))
        if own is not None:
            return own
        is_holiday = any(day in public.days(code, day.year) for code in self._hours.holidays)
        return () if is_holiday else self._hours.week[day.weekday()]

    def _at(self, midnight: datetime, minute: int) -> int:
        return micros(first_shown(midnight + timedelta(minutes=minute), self.zone))

    def _in_year(self, number: int) -> Iterator[Stretch]:
        first, after = micros(datetime(number, 1, 1, tzinfo=UTC)), micros(datetime(number + 1, 1, 1, tzinfo=UTC))
        for start, end in _apart(self._around(number)):
            if end > first and start < after:
                yield max(start, first), min(end, after)

    def _around(self, number: int) -> Iterator[Stretch]:
        """All that opens in a year, or so near to it that its clock or a night may reach into it."""
        day, last = date(number, 1, 1) - 3 * _ONE_DAY, date(number + 1, 1, 3)
        while day <= last:
            yield from self.openings(day)
            day += _ONE_DAY


def _apart(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The same time as stretches in order, those that touch or overlap made one."""
    start = end = None
    for each in sorted(stretches):
        if start is None or end is None:
            start, end = each
        elif each[0] <= end:
            end = max(end, each[1])
        else:
            yield start, end
            start, end = each
    if start is not None and end is not None:
        yield start, end


@lru_cache(maxsize=256)
def timeline(hours: Hours) -> Timeline:
    """The timeline of some hours; equal hours share one."""
    return Timeline(hours)

"""Arithmetic with open time: how much lies between two moments, and when so much will have passed.

Moments are aware, answers are UTC. Before 1970 and after 2199 everything is closed.
"""

from datetime import UTC, datetime, timedelta

from core.hours.mistakes import NeverOpens
from core.hours.timeline import micros, moment, timeline
from core.hours.values import YEARS, Hours


def open_between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """The open time from one moment to another; negative when the other comes first."""
    line, start, end = timeline(hours), start.astimezone(UTC), end.astimezone(UTC)
    if end < start:
        return -open_between(hours, end, start)
    passed = line.year(end.year).passed(micros(end)) - line.year(start.year).passed(micros(start))
    years = range(max(start.year, YEARS.start), min(end.year, YEARS.stop))
    return timedelta(microseconds=passed + sum(line.year(year).total for year in years))


def add(hours: Hours, start: datetime, span: timedelta) -> datetime:
    """The first moment by which a span of open time has passed since `start`.

    A span that ends with an opening ends when it closes, not when it opens again; no span at all ends at `start`, be it
    open or closed. Raises NeverOpens when it would end after 2199, ValueError for a span below zero.
    """
    if span < timedelta():
        raise ValueError(f"a span of open time cannot be negative: {span}")
    line, start = timeline(hours), start.astimezone(UTC)
    if not span:
        return start
    left = span // timedelta(microseconds=1) + line.year(start.year).passed(micros(start))
    for number in range(max(start.year, YEARS.start), YEARS.stop):
        year = line.year(number)
        if left <= year.total:
            return moment(year.when(left))
        left -= year.total
    raise NeverOpens


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether a moment lies in open time; the one of opening does, the one of closing does not."""
    at = at.astimezone(UTC)
    year, now = timeline(hours).year(at.year), micros(at)
    index = year.ending_after(now)
    return index < len(year.starts) and year.starts[index] <= now


def next_opening(hours: Hours, at: datetime) -> datetime:
    """The moment itself when it is open, else the next that is. Raises NeverOpens when there is none until 2199."""
    return _stretch(hours, at)[0]


def closes_at(hours: Hours, at: datetime) -> datetime | None:
    """When what is open at a moment, or opens next, closes; None when that stays open for a year or more.

    Raises NeverOpens when nothing opens until 2199.
    """
    start, end = _stretch(hours, at)
    line, latest = timeline(hours), start + timedelta(days=365)
    while end < latest:
        following = line.year(end.year)
        index = following.ending_after(micros(end))
        if index >= len(following.starts) or following.starts[index] != micros(end):
            return end
        end = moment(following.ends[index])
    return None


def _stretch(hours: Hours, at: datetime) -> tuple[datetime, datetime]:
    """What is left of the opening a moment lies in, or the next one, as far as it lies in one year of UTC."""
    line, at = timeline(hours), at.astimezone(UTC)
    for number in range(max(at.year, YEARS.start), YEARS.stop):
        year = line.year(number)
        index = year.ending_after(micros(at))
        if index < len(year.starts):
            return max(at, moment(year.starts[index])), moment(year.ends[index])
    raise NeverOpens

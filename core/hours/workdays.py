"""Working days: those of the hours' own zone on which something opens."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.hours.mistakes import NeverOpens
from core.hours.timeline import Stretch, moment, timeline
from core.hours.values import YEARS, Hours
from core.hours.wall import first_shown
from core.hours.working import next_opening

_A_DAY = timedelta(days=1)


def after(hours: Hours, start: datetime, count: int) -> datetime:
    """The same time of day so many working days, at least one, later; where that is closed, the next opening."""
    line = timeline(hours)
    local = start.astimezone(line.zone)
    day, _ = _nth(hours, local.date() + _A_DAY, count)
    return next_opening(hours, first_shown(datetime.combine(day, local.time()), line.zone))


def next_morning(hours: Hours, start: datetime) -> datetime:
    """When the next working day after a moment's own day opens."""
    _, openings = _nth(hours, start.astimezone(timeline(hours).zone).date() + _A_DAY, 1)
    return moment(openings[0][0])


def closing(hours: Hours, day: date) -> datetime:
    """When the last opening of a day closes, or, should it be no working day, of the next that is one."""
    _, openings = _nth(hours, day, 1)
    return moment(openings[-1][1])


def next_closing(hours: Hours, at: datetime) -> datetime:
    """The next moment at which a working day's last opening closes."""
    day = at.astimezone(timeline(hours).zone).date() - _A_DAY
    while (found := closing(hours, day)) <= at:
        day += _A_DAY
    return found


def _nth(hours: Hours, first: date, count: int) -> tuple[date, list[Stretch]]:
    """The working day so many on, counted from a day that may be the first of them, and what opens on it."""
    line = timeline(hours)
    for day in _from(first):
        openings = line.openings(day)
        count -= bool(openings)
        if count == 0:
            return day, openings
    raise NeverOpens


def _from(day: date) -> Iterator[date]:
    while day.year in YEARS:
        yield day
        day += _A_DAY

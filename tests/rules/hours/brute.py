"""The same questions answered the slow way: minute by minute, by what the clock on the wall shows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from core.hours import Hours, Interval

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def open_time(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much of a stretch is open, its first and last minute as far as they lie in it."""
    total = timedelta()
    for minute, is_open in minutes(hours, start, end):
        if is_open:
            total += min(end, minute + MINUTE) - max(start, minute)
    return total


def minutes(hours: Hours, start: datetime, end: datetime) -> Iterator[tuple[datetime, bool]]:
    """Every minute of a stretch, and whether it is open.

    What counts is the latest time the clock has shown so far: an hour it shows again does not open or close anew.
    """
    zone, at = ZoneInfo(hours.zone), start.replace(second=0, microsecond=0) - 2 * DAY
    shown = datetime.min
    while at < end:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        if at + MINUTE > start:
            yield at, _is_open(hours, shown)
        at += MINUTE


def _is_open(hours: Hours, shown: datetime) -> bool:
    minute = shown.hour * 60 + shown.minute
    today = any(each.opens <= minute < each.closes for each in _intervals(hours, shown.date()))
    return today or any(minute < each.closes - 1440 for each in _intervals(hours, shown.date() - DAY))


@cache
def _intervals(hours: Hours, day: date) -> tuple[Interval, ...]:
    for year in (day.year, 0):
        for own in hours.own:
            if own.on == (year, day.month, day.day):
                return own.open
    for code in hours.holidays:
        country, _, part = code.partition("-")
        if day in holidays.country_holidays(country, subdiv=part or None):
            return ()
    return hours.week[day.weekday()]


def moment(zone: str, *wall: int) -> datetime:
    """What a zone's clock shows, as UTC."""
    year, month, day, hour, minute = (*wall, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)

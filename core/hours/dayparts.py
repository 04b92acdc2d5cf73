"""Days and times of a day as people type them: `fri`, `1.12.`, `dec 24`, `next week`; `14 uhr`, `3pm`, `eod`."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeAlias

from core.hours import weekdays


class Part(StrEnum):
    """Times of a day that depend on who asks."""

    CLOSING = "eod"
    """When the day's last opening closes."""
    MORNING = "morning"
    """Nothing was said: its morning."""


Clock: TypeAlias = time | Part

_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(uhr|am|pm)?", re.ASCII)
_NAMED: dict[str, Clock] = {
    **dict.fromkeys(("morning", "morgen", "früh", "frueh", "vormittag", "vormittags"), time(9)),
    **dict.fromkeys(("noon", "midday", "mittag", "mittags"), time(12)),
    **dict.fromkeys(("afternoon", "nachmittag", "nachmittags"), time(14)),
    **dict.fromkeys(("evening", "abend", "abends"), time(18)),
    "eod": Part.CLOSING,
}
_ALONE = ("eod", "noon", "mittag", "mittags")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_GERMAN = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})(?:\.(?: ?([0-9]{4}|[0-9]{2}))?)?", re.ASCII)
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)? ?([a-zä]{3,9})\.?(?: ([0-9]{4}))?")
_MONTH_DAY = re.compile(r"([a-zä]{3,9})\.? ([0-9]{1,2})(?:\.|st|nd|rd|th)?(?: ([0-9]{4}))?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january januar jänner", "feb february februar", "mar march mär mrz märz", "apr april", "may mai",
         "jun june juni", "jul july juli", "aug august", "sep sept september", "oct october okt oktober",
         "nov november", "dec december dez dezember"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LEAP_CYCLE = 9


def clock(words: list[str], *, is_alone: bool) -> Clock | None:
    """A time of day; alone it must look like one: `9:00`, `14 uhr`, `3pm`, `eod`, but not `9` or `morning`."""
    if len(words) != 1 or (is_alone and words[0] in _NAMED and words[0] not in _ALONE):
        return None
    if words[0] in _NAMED:
        return _NAMED[words[0]]
    match = _CLOCK.fullmatch(words[0])
    if match is None or (is_alone and not match[3] and ":" not in words[0]):
        return None
    return _time(int(match[1]), int(match[2] or 0), match[3] or "")


def days(words: list[str], today: date, *, is_today_left: bool) -> Iterator[date]:
    """The days these words may mean, the earliest first; none when they mean none.

    A weekday is never today, unless `is_today_left`: a time was said with it.
    """
    said = " ".join(words)
    ahead = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2}.get(said)
    weekday = weekdays.number(said) if len(words) == 1 else None
    if ahead is not None:
        yield today + timedelta(days=ahead)
    elif weekday is not None:
        yield from _weekday(weekday, today, is_today_left=is_today_left)
    elif "nextweek" in words:
        yield from _next_week([word for word in words if word != "nextweek"], today)
    elif said == "nextmonth":
        yield (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    else:
        yield from _dated(said, today)


def _time(hour: int, minute: int, half: str) -> time | None:
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _weekday(weekday: int, today: date, *, is_today_left: bool) -> Iterator[date]:
    ahead = (weekday - today.weekday()) % 7
    if ahead or is_today_left:
        yield today + timedelta(days=ahead)
    yield today + timedelta(days=ahead + 7)


def _next_week(others: list[str], today: date) -> Iterator[date]:
    weekday = weekdays.number(others[0]) if len(others) == 1 else None
    if not others or weekday is not None:
        yield today + timedelta(days=7 - today.weekday() + (weekday or 0))


def _dated(said: str, today: date) -> Iterator[date]:
    if match := _ISO.fullmatch(said):
        yield from _dates(int(match[1]), int(match[2]), int(match[3]), today)
    elif match := _GERMAN.fullmatch(said):
        yield from _dates(_year(match[3]), int(match[2]), int(match[1]), today)
    elif (match := _DAY_MONTH.fullmatch(said)) and match[2] in _MONTHS:
        yield from _dates(_year(match[3]), _MONTHS[match[2]], int(match[1]), today)
    elif (match := _MONTH_DAY.fullmatch(said)) and match[1] in _MONTHS:
        yield from _dates(_year(match[3]), _MONTHS[match[1]], int(match[2]), today)


def _year(typed: str | None) -> int | None:
    if not typed:
        return None
    return int(typed) if len(typed) == 4 else 2000 + int(typed)


def _dates(year: int | None, month: int, day: int, today: date) -> Iterator[date]:
    """The date, or without a year every one from this year on, as far as the next 29th of February may be."""
    for each in [year] if year is not None else range(today.year, today.year + _LEAP_CYCLE):
        try:
            yield date(each, month, day)
        except ValueError:
            continue

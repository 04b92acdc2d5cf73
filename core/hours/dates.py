"""Own days as people write them: `2026-12-24`, `12-31`, `24.12.`, `12-24..01-02`."""

import re
from calendar import monthrange
from datetime import date, timedelta

from core.hours.mistakes import HoursError
from core.hours.tokens import Token
from core.hours.values import YEARS, Date
from core.show import text

_ISO = re.compile(r"(?:([12][0-9]{3})-)?([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([12][0-9]{3})?)?", re.ASCII)
_LONGEST = 366
_LEAP = 2024
"""Stands for every year."""


def read(token: Token, typed: str) -> list[Date]:
    """The days of `2026-12-24,2026-12-31` or `12-24..01-02`. Raises HoursError."""
    return [day for each in typed.split(",") for day in _part(token, each)]


def write(days: list[Date]) -> str:
    """Days in their order, those that follow each other as one range."""
    runs: list[list[Date]] = []
    for day in days:
        if runs and (runs[-1][-1].year > 0) == (day.year > 0) and _after(runs[-1][-1]) == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join("..".join(write_one(day) for day in dict.fromkeys((run[0], run[-1]))) for run in runs)


def write_one(day: Date) -> str:
    """A day as it is printed: `2026-12-24`, and of every year `12-24`."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}" if day.year else f"{day.month:02}-{day.day:02}"


def _part(token: Token, typed: str) -> list[Date]:
    first, separator, last = typed.partition("..")
    days = [_one(token, first, typed)]
    end = _one(token, last, typed) if separator else days[0]
    if (end.year > 0) != (days[0].year > 0) or (end.year > 0 and end < days[0]):
        raise HoursError(text("{typed} runs backwards. It is FIRST..LAST", typed=typed[:40]), token.place)
    while days[-1] != end:
        if len(days) == _LONGEST:
            raise HoursError(text("{typed} is longer than a year.", typed=typed[:40]), token.place)
        days.append(_after(days[-1]))
    return days


def _one(token: Token, typed: str, whole: str) -> Date:
    if match := _ISO.fullmatch(typed):
        found = Date(int(match[1] or 0), int(match[2]), int(match[3]))
    elif match := _GERMAN.fullmatch(typed):
        found = Date(int(match[3] or 0), int(match[2]), int(match[1]))
    else:
        found = Date(0, 0, 0)
    if not _is_real(found):
        said = text("“{typed}” is no day. Write for example 2026-12-24, or 12-24 for every year", typed=whole[:40])
        raise HoursError(said, token.place)
    return found


def _is_real(day: Date) -> bool:
    if day.year not in YEARS and day.year != 0:
        return False
    return 1 <= day.month <= 12 and 1 <= day.day <= monthrange(day.year or _LEAP, day.month)[1]


def _after(day: Date) -> Date:
    following = date(day.year or _LEAP, day.month, day.day) + timedelta(days=1)
    return Date(following.year if day.year else 0, following.month, following.day)

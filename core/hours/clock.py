"""Intervals of a day as people write them: `9:00-12:30,13:30-18:00`, `22:00-6:00`."""

import re
from itertools import pairwise

from core.hours.mistakes import HoursError
from core.hours.tokens import Token
from core.hours.values import DAY, Interval
from core.show import text

MOST = 8
"""Intervals a day may have."""
_LONGEST_NIGHT = 16 * 60
_INTERVAL = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?-([0-9]{1,2})(?:[:.]([0-9]{2}))?", re.ASCII)


def read(token: Token, typed: str) -> tuple[Interval, ...]:
    """The intervals of a day in their order, those that touch made one. Raises HoursError."""
    found = [_interval(token, each) for each in typed.split(",", MOST)]
    if len(found) > MOST:
        raise HoursError(text("A day has at most {most} intervals.", most=MOST), token.place)
    return in_order(token, found)


def in_order(token: Token, found: list[Interval]) -> tuple[Interval, ...]:
    """Intervals of one day sorted. Raises HoursError where two overlap."""
    ordered = sorted(found)
    for one, other in pairwise(ordered):
        if other.opens < one.closes:
            raise overlapping(token, one, other)
    joined: list[Interval] = []
    for each in ordered:
        if joined and joined[-1].closes == each.opens and each.closes <= DAY:
            joined[-1] = Interval(joined[-1].opens, each.closes)
        else:
            joined.append(each)
    return tuple(joined)


def overlapping(token: Token, one: Interval, other: Interval) -> HoursError:
    """What to say of two intervals that overlap."""
    return HoursError(text("{one} and {other} overlap.", one=write(one), other=write(other)), token.place)


def write(interval: Interval) -> str:
    """An interval as it is printed: `9:00-12:30`."""
    closes = interval.closes if interval.closes <= DAY else interval.closes - DAY
    return f"{_minute(interval.opens)}-{_minute(closes)}"


def _minute(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _interval(token: Token, typed: str) -> Interval:
    match = _INTERVAL.fullmatch(typed)
    opens, closes = (_read(match[1], match[2]), _read(match[3], match[4])) if match else (None, None)
    if opens is None or closes is None or opens == DAY:
        said = text("“{typed}” is no interval. Write for example 9:00-17:30", typed=typed[:40] or "…")
        raise HoursError(said, token.place)
    if closes <= opens:
        return _over_midnight(token, Interval(opens, closes))
    return Interval(opens, closes)


def _over_midnight(token: Token, typed: Interval) -> Interval:
    opens, closes = typed
    if opens == closes:
        said = text("{typed} has no length. All day is {near}", typed=write(typed), near="0:00-24:00")
        raise HoursError(said, token.place)
    if closes and closes + DAY - opens > _LONGEST_NIGHT:
        near = write(Interval(closes, opens))
        said = text("{typed} runs backwards. Did you mean {near}?", typed=write(typed), near=near)
        raise HoursError(said, token.place)
    return Interval(opens, closes + DAY)


def _read(hour: str, minute: str | None) -> int | None:
    found = int(hour) * 60 + int(minute or 0)
    return found if found <= DAY and int(minute or 0) < 60 else None

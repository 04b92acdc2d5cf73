"""Spans and moments as people type them: `2h`, `3d 30m`, `mon 9:00`, `tomorrow`, `2026-12-24 10:00`."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "std": 3600, "d": 86400, "t": 86400, "w": 604800}
_PART = re.compile(r"(\d{1,6})\s*(std|s|min|m|h|d|t|w)", re.IGNORECASE)
_SPAN = re.compile(rf"\s*(?:{_PART.pattern}\s*)+", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?:\s*uhr)?", re.IGNORECASE)
_DAYS = {
    name: number
    for number, names in enumerate(
        ("mon monday mo montag", "tue tuesday di dienstag", "wed wednesday mi mittwoch", "thu thursday do donnerstag",
         "fri friday fr freitag", "sat saturday sa samstag", "sun sunday so sonntag")
    )
    for name in names.split()
}  # fmt: skip
_MORNING = time(9)
_LONGEST = timedelta(days=3650)


def read_span(typed: str) -> timedelta | None:
    """A length of time: `90s`, `30m`, `2h`, `1d 4h`, `2w`; None when it is none, at most ten years."""
    if not _SPAN.fullmatch(typed):
        return None
    seconds = sum(int(count) * _UNITS[unit.lower()] for count, unit in _PART.findall(typed))
    return min(timedelta(seconds=seconds), _LONGEST)


def read_moment(typed: str, now: datetime, zone: str) -> datetime | None:
    """A moment in somebody's own zone: a span from now, a day, a clock time, or both; None when it is none.

    A day without a time is its morning, 9:00; a clock time that has passed today is tomorrow's.
    """
    plain = " ".join(typed.lower().split())
    span = read_span(plain)
    if span is not None:
        return now + span
    local = now.astimezone(ZoneInfo(zone))
    first, _, rest = plain.partition(" ")
    day = _day(first, local.date())
    if day is None:
        return _next_clock(plain, local)
    clock = _clock(rest) if rest else _MORNING
    return None if clock is None else _at(day, clock, local)


def _day(word: str, today: date) -> date | None:
    if word in _DAYS:
        return today + timedelta(days=(_DAYS[word] - today.weekday() - 1) % 7 + 1)
    named: dict[str, Callable[[], date]] = {
        "today": lambda: today,
        "heute": lambda: today,
        "tomorrow": lambda: today + timedelta(days=1),
        "morgen": lambda: today + timedelta(days=1),
    }
    if word in named:
        return named[word]()
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _clock(typed: str) -> time | None:
    match = _CLOCK.fullmatch(typed.strip())
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return time(int(match[1]), int(match[2] or 0))


def _next_clock(typed: str, local: datetime) -> datetime | None:
    if ":" not in typed:
        return None
    clock = _clock(typed)
    if clock is None:
        return None
    moment = _at(local.date(), clock, local)
    return moment if moment > local else _at(local.date() + timedelta(days=1), clock, local)


def _at(day: date, clock: time, local: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=local.tzinfo).astimezone(ZoneInfo("UTC"))

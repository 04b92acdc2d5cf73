"""Hours as the line that means them; reading it gives the same hours."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from core.hours import clock, dates, weekdays
from core.hours.values import FULL_WEEK, Date, Hours, Interval

_Day = TypeVar("_Day", int, Date)


def write_line(name: str, hours: Hours) -> str:
    """The whole line: `hours office = mon-fri 9:00-17:00 Europe/Berlin`."""
    return f"hours {name} = {write(hours)}"


def write(hours: Hours) -> str:
    """What stands behind the `=`: `mon-fri 9:00-17:00 Europe/Berlin holidays:DE-BY`."""
    return " ".join([*_week(hours), hours.zone, *_holidays(hours), *_own(hours)])


def _week(hours: Hours) -> Iterator[str]:
    if hours.week == FULL_WEEK:
        yield "24/7"
        return
    for times, days in _alike(enumerate(hours.week)).items():
        if times:
            yield weekdays.write(days)
            yield _times(times)


def _holidays(hours: Hours) -> Iterator[str]:
    if hours.holidays:
        yield f"holidays:{','.join(hours.holidays)}"


def _own(hours: Hours) -> Iterator[str]:
    for times, days in sorted(_alike((day.on, day.open) for day in hours.own).items()):
        yield f"open:{dates.write(days)}={_times(times)}" if times else f"closed:{dates.write(days)}"


def _alike(days: Iterable[tuple[_Day, tuple[Interval, ...]]]) -> dict[tuple[Interval, ...], list[_Day]]:
    """Days by their intervals, in the order they come."""
    found: dict[tuple[Interval, ...], list[_Day]] = {}
    for day, times in days:
        found.setdefault(times, []).append(day)
    return found


def _times(times: tuple[Interval, ...]) -> str:
    return ",".join(clock.write(each) for each in times)

"""Reads hours from a line; a mistake is answered with its place, the reason and what would be right."""

import difflib
import re
from datetime import datetime, timedelta

from core import zones
from core.errors import UserError
from core.hours import clock, dates, public, weekdays
from core.hours.mistakes import HoursError, NeverOpens
from core.hours.tokens import Token, tokens
from core.hours.values import ALL_DAY, DAY, FULL_WEEK, Date, Hours, Interval, OwnDay
from core.hours.working import next_opening
from core.hours.writing import write
from core.show import Text, text

_LONGEST, _LONGEST_ZONE, _MOST_DAYS = 2_000, 60, 500
_EXAMPLE = "hours office = mon-fri 9:00-17:00 Europe/Berlin"
_LINE = re.compile(r"\s*hours\s+([a-z][a-z0-9_-]{0,39})\s*=", re.IGNORECASE)
_CLOSED = ("closed", "geschlossen", "zu")
_A_YEAR = timedelta(days=366)


def parse_line(line: str) -> tuple[str, Hours]:
    """The name and the hours of a whole line, `hours office = …`. Raises HoursError."""
    match = _LINE.match(line[:_LONGEST])
    if match is None:
        raise HoursError(text("Hours have a name. Write for example {example}", example=_EXAMPLE), 0)
    return match[1].lower(), parse(line[match.end() :], at=match.end())


def accept(line: str, now: datetime, *, at: int = 0) -> Hours:
    """The hours of a line to be used from now on. Raises HoursError, also when they do not open within a year."""
    hours = parse(line, at=at)
    try:
        is_soon = next_opening(hours, now) - now <= _A_YEAR
    except NeverOpens:
        is_soon = False
    if not is_soon:
        raise HoursError(text("These hours do not open within a year, so nothing would ever be due."), at)
    return hours


def parse(line: str, *, at: int = 0) -> Hours:
    """The hours a line means; `at` is where it begins, for the columns. Raises HoursError.

    Limit: 2,000 characters, as typed and as printed, so that what was read can be read again.
    """
    if len(line) > _LONGEST:
        raise _too_long(at)
    reader = _Reader()
    for token in tokens(line, at):
        reader.take(token)
    hours = reader.finish(at + len(line))
    if len(write(hours)) > _LONGEST:
        raise _too_long(at)
    return hours


class _Reader:
    """Goes once through the tokens."""

    def __init__(self) -> None:
        self._week: dict[int, tuple[Interval, ...]] = {}
        self._places: dict[int, Token] = {}
        self._waiting: Token | None = None
        """Days whose times have not come yet."""
        self._days: tuple[int, ...] = ()
        self._zone: str | None = None
        self._holidays: set[str] = set()
        self._own: dict[Date, tuple[Interval, ...]] = {}

    def take(self, token: Token) -> None:
        """Takes the next part of a line."""
        if token.typed == "24/7":
            self._named_days(token, tuple(range(7)))
            self._times(token, (ALL_DAY,))
        elif token.typed[0] in "0123456789":
            self._times(token, clock.read(token, token.typed))
        elif (days := weekdays.read(token.typed)) is not None:
            self._named_days(token, days)
        elif token.typed.lower() in _CLOSED:
            self._times(token, ())
        elif ":" in token.typed:
            self._option(token)
        else:
            self._in_zone(token)

    def finish(self, end: int) -> Hours:
        """The hours, when they are whole."""
        self._must_have_times()
        self._must_not_overlap()
        week = tuple(self._week.get(day, ()) for day in range(7))
        own = tuple(OwnDay(day, self._own[day]) for day in sorted(self._own))
        if not any(week) and not any(day.open for day in own):
            raise HoursError(text("These hours never open. Write for example {example}", example=_EXAMPLE), end)
        if self._zone is None and (week != FULL_WEEK or self._holidays or own):
            raise HoursError(text("The time zone is missing. Write for example {example}", example=_EXAMPLE), end)
        return Hours(week, self._zone or "UTC", tuple(sorted(self._holidays)), own)

    def _named_days(self, token: Token, days: tuple[int, ...]) -> None:
        self._must_have_times()
        for at, day in enumerate(days):
            if day in self._places or day in days[:at]:
                said = text("{day} stands twice. Give all its intervals at once.", day=weekdays.NAMES[day])
                raise HoursError(said, token.place)
        self._waiting, self._days = token, days

    def _times(self, token: Token, times: tuple[Interval, ...]) -> None:
        if not self._days:
            said = text("Say first on which days. Write for example {example}", example=_EXAMPLE)
            raise HoursError(said, token.place)
        for day in self._days:
            self._week[day] = clock.in_order(token, [*self._week.get(day, ()), *times])
            self._places[day] = token
        if len(self._week[self._days[0]]) > clock.MOST:
            raise HoursError(text("A day has at most {most} intervals.", most=clock.MOST), token.place)
        self._waiting = None

    def _must_have_times(self) -> None:
        if self._waiting is not None:
            said = text("{days} has no times. Write for example 9:00-17:30", days=self._waiting.typed[:40])
            raise HoursError(said, self._waiting.place)

    def _must_not_overlap(self) -> None:
        """What goes over midnight must end before the next day opens."""
        for day, times in self._week.items():
            following = self._week.get((day + 1) % 7, ())
            if times and following and times[-1].closes - DAY > following[0].opens:
                raise clock.overlapping(self._places[day], times[-1], following[0])

    def _option(self, token: Token) -> None:
        name, _, value = token.typed.partition(":")
        match name.lower():
            case "holidays":
                self._holidays.update(_holiday(token, each) for each in value.split(","))
            case "closed":
                self._own_days(token, value, ())
            case "open":
                days, _, times = value.partition("=")
                self._own_days(token, days, clock.read(token, times))
            case _:
                raise _unknown(token, name)

    def _own_days(self, token: Token, typed: str, times: tuple[Interval, ...]) -> None:
        for day in dates.read(token, typed):
            if self._own.setdefault(day, times) != times:
                said = text("{day} has two different hours.", day=dates.write_one(day))
                raise HoursError(said, token.place)
        if len(self._own) > _MOST_DAYS:
            raise HoursError(text("Hours have at most {most} days of their own.", most=_MOST_DAYS), token.place)

    def _in_zone(self, token: Token) -> None:
        try:
            zone = zones.named(token.typed[:_LONGEST_ZONE])
        except UserError as wrong:
            meant = None if "/" in token.typed else weekdays.near(token.typed)
            raise HoursError(_no_word(token, meant) if meant else wrong.said, token.place) from wrong
        if self._zone not in (None, zone):
            said = text("There are two time zones, {one} and {other}. Keep one.", one=self._zone, other=zone)
            raise HoursError(said, token.place)
        self._zone = zone


def _too_long(at: int) -> HoursError:
    return HoursError(text("Hours have at most {most} characters.", most=_LONGEST), at + _LONGEST)


def _holiday(token: Token, typed: str) -> str:
    country, _, part = typed.lower().partition("-")
    code = public.countries().get(country)
    if code is None:
        near = _nearest(country, public.countries(), cutoff=0.6)
        raise _no_holidays(token, typed, near or "DE-BY")
    if not part:
        return code
    known = public.parts(code)
    if part not in known:
        near = _nearest(part, known, cutoff=0.5)
        raise _no_holidays(token, typed, f"{code}-{near}" if near else code)
    return f"{code}-{known[part]}"


def _nearest(typed: str, known: dict[str, str], *, cutoff: float) -> str | None:
    """What a name that is not known may mean; rather one that begins alike."""
    near = difflib.get_close_matches(typed[:40], known, n=5, cutoff=cutoff)
    meant = min(near, key=lambda name: name[:1] != typed[:1], default=None)
    return None if meant is None else known[meant]


def _no_holidays(token: Token, typed: str, near: str) -> HoursError:
    said = text("No holidays are known for “{typed}”. Did you mean {near}?", typed=typed[:40], near=f"holidays:{near}")
    return HoursError(said, token.place)


def _unknown(token: Token, name: str) -> HoursError:
    near = difflib.get_close_matches(name.lower()[:40], ("holidays", "closed", "open"), n=1)
    return HoursError(_no_word(token, f"{near[0] if near else 'holidays'}:"), token.place)


def _no_word(token: Token, near: str) -> Text:
    return text("“{typed}” means nothing here. Did you mean {near}?", typed=token.typed[:40], near=near)

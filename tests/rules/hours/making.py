"""Makes hours, and moments where clocks and calendars do something."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from core.hours import Date, Hours, Interval, OwnDay

TURNS = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Europe/Berlin", date(2026, 12, 31)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 24)),
    ("Antarctica/Troll", date(2026, 3, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("UTC", date(2027, 1, 1)),
)
"""Zones and days: clocks change by an hour, half of one or two, at night or midnight; a day is skipped; leap days."""
_NIGHT = 22 * 60


def _day(cuts: list[int]) -> tuple[Interval, ...]:
    cuts = sorted(cuts[: len(cuts) // 2 * 2])
    return tuple(Interval(opens, closes) for opens, closes in zip(cuts[::2], cuts[1::2], strict=True))


days = st.lists(st.integers(0, 96).map(lambda quarter: quarter * 15), max_size=6, unique=True).map(_day)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[Interval, ...], ...]:
    """Seven days, at least one of them open, some with a night that ends before the next day opens."""
    week = [draw(days) for _ in range(7)]
    if not any(week):
        week[draw(st.integers(0, 6))] = (Interval(540, 1020),)
    for at in range(7):
        following = week[(at + 1) % 7]
        latest = min(following[0].opens if following else 720, 720)
        if latest and draw(st.booleans()) and all(each.closes < _NIGHT for each in week[at]):
            week[at] = (*week[at], Interval(_NIGHT, 1440 + draw(st.integers(1, latest))))
    return tuple(week)


@st.composite
def hours(draw: st.DrawFn, turn: tuple[str, date] | None = None) -> Hours:
    """Any hours; with a turn in its zone, and with own days about it."""
    zone, about = turn or draw(st.sampled_from(TURNS))
    near = st.integers(-3, 3).map(lambda ahead: about + timedelta(days=ahead))
    own = {}
    for day, is_yearly in draw(st.lists(st.tuples(near, st.booleans()), max_size=3)):
        own[Date(0 if is_yearly else day.year, day.month, day.day)] = draw(days)
    codes = draw(st.lists(st.sampled_from(("AT", "DE-BY", "US")), max_size=2, unique=True))
    kept = tuple(OwnDay(day, own[day]) for day in sorted(own))
    return Hours(draw(weeks()), zone, tuple(sorted(codes)), kept)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Hours, datetime, datetime]:
    """Hours and up to three days about a turn in their zone."""
    turn = draw(st.sampled_from(TURNS))
    middle = datetime.combine(turn[1], datetime.min.time(), tzinfo=UTC)
    start = middle + timedelta(seconds=draw(st.integers(-100_000, 100_000)))
    return draw(hours(turn)), start, start + timedelta(seconds=draw(st.integers(0, 250_000)))


moments = st.datetimes(datetime(2016, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(), timedelta(days=200))
open_spans = st.timedeltas(timedelta(), timedelta(days=5))
"""Of open time; the least there is are 15 minutes a week, which takes them through nine years."""

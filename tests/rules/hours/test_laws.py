"""What holds of open time whatever the hours: it agrees with counting minutes, adds up, and has an inverse."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.hours import ALWAYS, Hours, add, closes_at, is_open, next_opening, open_between
from tests.rules.hours import brute
from tests.rules.hours.making import hours, moments, open_spans, spans, stretches

TICK, NOTHING = timedelta(microseconds=1), timedelta()
slow = settings(max_examples=60, deadline=None)
quick = settings(max_examples=150, deadline=None)


@slow
@given(stretches())
def test_open_time_is_what_counting_minutes_gives(case: tuple[Hours, datetime, datetime]) -> None:
    office, start, end = case
    assert open_between(office, start, end) == brute.open_time(office, start, end)


@slow
@given(stretches())
def test_a_moment_is_open_when_its_minute_is(case: tuple[Hours, datetime, datetime]) -> None:
    office, start, end = case
    for minute, opened in brute.minutes(office, start, min(end, start + timedelta(days=1))):
        assert is_open(office, minute) == opened, minute


@slow
@given(stretches())
def test_the_next_opening_and_its_closing_are_where_the_minutes_change(case: tuple[Hours, datetime, datetime]) -> None:
    office, start, end = case
    start = start.replace(second=0)
    states = list(brute.minutes(office, start, end))
    opens = next((minute for minute, opened in states if opened), None)
    if opens is not None:
        assert next_opening(office, start) == opens
        closes = next((minute for minute, opened in states if minute > opens and not opened), None)
        if closes is not None:
            assert closes_at(office, start) == closes


@quick
@given(hours(), moments, moments, moments)
def test_open_time_adds_up(office: Hours, first: datetime, second: datetime, third: datetime) -> None:
    whole = open_between(office, first, third)
    assert whole == open_between(office, first, second) + open_between(office, second, third)
    assert open_between(office, third, first) == -whole


@quick
@given(hours(), moments, moments, spans)
def test_open_time_grows_with_time_and_never_faster(
    office: Hours, since: datetime, at: datetime, span: timedelta
) -> None:
    grown = open_between(office, since, at + span) - open_between(office, since, at)
    assert NOTHING <= grown <= span


@quick
@given(hours(), moments, open_spans)
def test_adding_leads_to_the_first_moment_with_so_much_open_time(office: Hours, at: datetime, span: timedelta) -> None:
    due = add(office, at, span)
    assert open_between(office, at, due) == span
    assert span == NOTHING or open_between(office, at, due - TICK) < span


@quick
@given(hours(), moments, spans)
def test_adding_what_lies_between_leads_back(office: Hours, at: datetime, real: timedelta) -> None:
    end = at + real
    due = add(office, at, open_between(office, at, end))
    assert due <= end
    assert open_between(office, due, end) == NOTHING
    if is_open(office, end):
        assert due == end or next_opening(office, due) == end


@quick
@given(hours(), moments, open_spans, open_spans)
def test_adding_twice_is_adding_the_sum(office: Hours, at: datetime, one: timedelta, other: timedelta) -> None:
    assert add(office, add(office, at, one), other) == add(office, at, one + other)


@quick
@given(hours(), moments)
def test_the_next_opening_is_open_and_its_own_next(office: Hours, at: datetime) -> None:
    opens = next_opening(office, at)
    assert opens >= at
    assert is_open(office, opens)
    assert next_opening(office, opens) == opens
    assert open_between(office, at, opens) == NOTHING
    assert (opens == at) == is_open(office, at)


@quick
@given(hours(), moments)
def test_what_closes_was_open_all_the_time(office: Hours, at: datetime) -> None:
    opens, closes = next_opening(office, at), closes_at(office, at)
    if closes is None:
        assert open_between(office, opens, opens + timedelta(days=365)) == timedelta(days=365)
    else:
        assert not is_open(office, closes)
        assert is_open(office, closes - TICK)
        assert open_between(office, opens, closes) == closes - opens


@quick
@given(moments, st.timedeltas(timedelta(), timedelta(days=4000)))
def test_around_the_clock_open_time_is_time(at: datetime, span: timedelta) -> None:
    assert add(ALWAYS, at, span) == at + span
    assert open_between(ALWAYS, at, at + span) == span
    assert closes_at(ALWAYS, at) is None


def test_no_time_at_all_ends_where_it_began_even_when_it_is_closed() -> None:
    office = Hours((*ALWAYS.week[:5], (), ()), "UTC")
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert add(office, sunday, NOTHING) == sunday
    assert add(office, sunday, TICK) == datetime(2026, 11, 23, tzinfo=UTC) + TICK

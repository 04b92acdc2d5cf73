"""Times as people type them, read in their zone and by their team's hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hours import ALWAYS, NeverOpens, Past, parse
from core.hours.typed import leading, read, read_open
from core.spans import read_moment
from tests.rules.hours.brute import moment

BERLIN = "Europe/Berlin"
OFFICE = parse(f"mon-fri 9:00-12:30,13:30-18:00 {BERLIN} holidays:DE-BY")
NOW = moment(BERLIN, 2026, 11, 25, 11, 17)
"""A Wednesday."""

MEANT = (
    ("2h", "2026-11-25 13:17"),
    ("2h30m", "2026-11-25 13:47"),
    ("1d 4h", "2026-11-26 15:17"),
    ("in 2 hours", "2026-11-25 13:17"),
    ("half an hour", "2026-11-25 11:47"),
    ("in einer halben Stunde", "2026-11-25 11:47"),
    ("in einer Stunde und 10 Minuten", "2026-11-25 12:27"),
    ("3d", "2026-11-28 11:17"),
    ("in 3 tagen", "2026-11-28 11:17"),
    ("in 3 Tagen um 9 Uhr", "2026-11-28 09:00"),
    ("in a week", "2026-12-02 11:17"),
    ("2 wochen", "2026-12-09 11:17"),
    ("in einem Monat", "2026-12-25 11:17"),
    ("3 months", "2027-02-25 11:17"),
    ("fri 12:00", "2026-11-27 12:00"),
    ("Friday at 3 pm", "2026-11-27 15:00"),
    ("am Freitag um 9", "2026-11-27 09:00"),
    ("9 uhr freitag", "2026-11-27 09:00"),
    ("monday 9", "2026-11-30 09:00"),
    ("freitag morgen", "2026-11-27 09:00"),
    ("nächsten Freitag", "2026-11-27 09:00"),
    ("until next friday", "2026-11-27 09:00"),
    ("wed", "2026-12-02 09:00"),  # a weekday is not today …
    ("wed 12:00", "2026-11-25 12:00"),  # … unless its time is still to come
    ("wed 9:00", "2026-12-02 09:00"),
    ("9:00", "2026-11-26 09:00"),
    ("17:30", "2026-11-25 17:30"),
    ("14 Uhr 30", "2026-11-25 14:30"),
    ("um 14", "2026-11-25 14:00"),
    ("noon", "2026-11-25 12:00"),
    ("tomorrow", "2026-11-26 09:00"),
    ("morgen 14 uhr", "2026-11-26 14:00"),
    ("morgen früh", "2026-11-26 09:00"),
    ("9 am tomorrow", "2026-11-26 09:00"),
    ("übermorgen", "2026-11-27 09:00"),
    ("day after tomorrow 8:15", "2026-11-27 08:15"),
    ("heute 16 uhr", "2026-11-25 16:00"),
    ("tonight", "2026-11-25 18:00"),
    ("today", "2026-11-25 18:00"),  # its morning is over, its closing is not
    ("next week", "2026-11-30 09:00"),
    ("nächste Woche", "2026-11-30 09:00"),
    ("Mittwoch nächste Woche 10:00", "2026-12-02 10:00"),
    ("next month", "2026-12-01 09:00"),
    ("2026-12-01", "2026-12-01 09:00"),
    ("2026-12-24 10:00", "2026-12-24 10:00"),
    ("1.12. 9:00", "2026-12-01 09:00"),
    ("1.12.", "2026-12-01 09:00"),
    ("24.12.26 8 uhr", "2026-12-24 08:00"),
    ("24.11.", "2027-11-24 09:00"),  # this year's is over
    ("25.11. 9:00", "2027-11-25 09:00"),
    ("29.2.", "2028-02-29 09:00"),  # 2027 has none
    ("1. Dezember", "2026-12-01 09:00"),
    ("dec 24 9pm", "2026-12-24 21:00"),
    ("24th december 2027", "2027-12-24 09:00"),
    ("eod", "2026-11-25 18:00"),
    ("Feierabend", "2026-11-25 18:00"),
    ("fri eod", "2026-11-27 18:00"),
    ("end of day tomorrow", "2026-11-26 18:00"),
    ("2026-12-25 eod", "2026-12-28 18:00"),  # Christmas on a Friday; the next that closes is Monday
    ("3 working days", "2026-11-30 11:17"),  # Thursday, Friday, Monday
    ("3 Werktage", "2026-11-30 11:17"),
    ("in 3 arbeitstagen um 10 uhr", "2026-11-30 10:00"),
    ("next working day", "2026-11-26 09:00"),
    ("4 working hours", "2026-11-25 16:17"),  # lunch does not count
    ("8 arbeitsstunden", "2026-11-26 11:17"),
)


@pytest.mark.parametrize(("words", "expected"), MEANT)
def test_what_people_type_is_the_moment_they_mean(words: str, expected: str) -> None:
    found = read(words, NOW, BERLIN, OFFICE)
    assert found is not None
    assert f"{found.astimezone(ZoneInfo(BERLIN)):%Y-%m-%d %H:%M}" == expected


NONE = (
    "", " ", "foo", "gestern", "14", "9", "morning", "mon 25:00", "mon 9:60", "31.2.", "30.2.2028", "1.5h", "mon-fri",
    "fri at the", "2026-13-01", "9999-12-31", "²h", "3", "h", "in", "next", "tomorrow tomorrow", "13pm", "fri 0am",
    "in 3", "2 foo", "x" * 500,
)  # fmt: skip


@pytest.mark.parametrize("words", NONE, ids=[each[:12] for each in NONE])
def test_what_is_no_time_is_none(words: str) -> None:
    assert read(words, NOW, BERLIN, OFFICE) is None


@pytest.mark.parametrize(
    "words", ["2026-01-01", "today 9:00", "heute früh", "1.1.2020", "24.11.2026 eod", "1970-01-01"]
)
def test_a_moment_that_is_over_is_said_to_be(words: str) -> None:
    with pytest.raises(Past):
        read(words, NOW, BERLIN, OFFICE)


def test_times_are_read_in_the_typists_zone_and_working_ones_by_the_teams_hours() -> None:
    assert read("fri 12:00", NOW, "America/New_York", OFFICE) == moment("America/New_York", 2026, 11, 27, 12)
    assert read("eod", NOW, "America/New_York", OFFICE) == moment(BERLIN, 2026, 11, 25, 18)


def test_working_days_skip_weekends_and_holidays_and_end_in_open_time() -> None:
    friday_night = moment(BERLIN, 2026, 11, 20, 20)  # Monday, Tuesday, Wednesday 20:00 is closed: Thursday
    assert read("3 working days", friday_night, BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 26, 9)
    lunch = moment(BERLIN, 2026, 12, 23, 13)  # Thursday 24; the 25th is a holiday; Monday 28 at lunch: 13:30
    assert read("2 werktage", lunch, BERLIN, OFFICE) == moment(BERLIN, 2026, 12, 28, 13, 30)
    assert read("nächster werktag", moment(BERLIN, 2026, 12, 24, 8), BERLIN, OFFICE) == moment(BERLIN, 2026, 12, 28, 9)


def test_a_length_may_go_on_to_the_next_opening_but_a_named_time_stays() -> None:
    assert read("3d", NOW, BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 28, 11, 17)  # a Saturday
    assert read_open("3d", NOW, BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 30, 9)
    assert read_open("2h", NOW, BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 25, 13, 30)  # 13:17 is lunch
    assert read_open("sat 11:00", NOW, BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 28, 11)
    assert read_open("foo", NOW, BERLIN, OFFICE) is None


def test_the_end_of_a_day_without_closing_is_the_typists_midnight() -> None:
    assert read("eod", NOW, BERLIN, ALWAYS) == moment(BERLIN, 2026, 11, 26)
    assert read("fri eod", NOW, BERLIN, ALWAYS) == moment(BERLIN, 2026, 11, 28)


def test_the_end_of_today_is_midnight_when_it_has_closed_and_on_a_free_day() -> None:
    assert read("today", moment(BERLIN, 2026, 11, 25, 20), BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 26)
    assert read("today", moment(BERLIN, 2026, 11, 28, 14), BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 29)


def test_the_end_of_the_day_is_the_next_closing_when_this_one_is_over() -> None:
    assert read("eod", moment(BERLIN, 2026, 11, 27, 18), BERLIN, OFFICE) == moment(BERLIN, 2026, 11, 30, 18)
    assert read("fri eod", moment(BERLIN, 2026, 11, 27, 20), BERLIN, OFFICE) == moment(BERLIN, 2026, 12, 4, 18)
    nights = parse(f"daily 22-6 {BERLIN}")
    assert read("eod", moment(BERLIN, 2026, 11, 27, 3), BERLIN, nights) == moment(BERLIN, 2026, 11, 27, 6)


def test_a_time_that_a_clock_skips_is_the_moment_it_skips_it() -> None:
    before = moment(BERLIN, 2026, 3, 28, 12)
    assert read("sun 2:30", before, BERLIN, ALWAYS) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert read("30.12.2011 9:00", moment("Pacific/Apia", 2011, 12, 28), "Pacific/Apia", ALWAYS) == moment(
        "Pacific/Apia", 2011, 12, 31
    )


def test_a_time_that_comes_twice_is_the_one_still_to_come() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert read("2:30", first - timedelta(minutes=1), BERLIN, ALWAYS) == first
    assert read("2:30", first + timedelta(minutes=1), BERLIN, ALWAYS) == second
    assert read("2:30", second + timedelta(minutes=1), BERLIN, ALWAYS) == moment(BERLIN, 2026, 10, 26, 2, 30)


def test_days_keep_the_time_of_day_and_hours_their_length_when_clocks_change() -> None:
    saturday = moment(BERLIN, 2026, 10, 24, 12)
    assert read("1d", saturday, BERLIN, ALWAYS) == moment(BERLIN, 2026, 10, 25, 12)
    assert read("24h", saturday, BERLIN, ALWAYS) == moment(BERLIN, 2026, 10, 25, 11)
    assert read("1 month", moment(BERLIN, 2027, 1, 31, 9), BERLIN, ALWAYS) == moment(BERLIN, 2027, 2, 28, 9)


def test_hours_that_never_open_again_are_told_of() -> None:
    once = parse("open:2020-01-01=9-10 UTC")
    for words in ("eod", "3 working days", "2 working hours"):
        with pytest.raises(NeverOpens):
            read(words, NOW, BERLIN, once)


CUT = (
    ("fri at the office", ("fri", "at the office")),
    ("in 3 tagen um 9 uhr wegen der Teile", ("in 3 tagen um 9 uhr", "wegen der Teile")),
    ("2h waiting for parts", ("2h", "waiting for parts")),
    ("2020-01-01 12:00 too late", ("2020-01-01 12:00", "too late")),
    ("tomorrow", ("tomorrow", "")),
    ("waiting for friday", None),
    ("", None),
)


@pytest.mark.parametrize(("line", "expected"), CUT)
def test_a_line_is_cut_behind_the_longest_time_it_begins_with(line: str, expected: tuple[str, str] | None) -> None:
    assert leading(line, NOW, BERLIN, OFFICE) == expected


OLD = st.one_of(
    st.builds("{}{}".format, st.integers(0, 400), st.sampled_from(("s", "m", "min", "h", "d", "t", "w", " h"))),
    st.builds("{}d {}h".format, st.integers(1, 9), st.integers(1, 99)),
    st.builds(
        "{}{}".format,
        st.sampled_from(("mon", "dienstag", "Mi", "thursday", "fr", "sat", "so", "tomorrow", "morgen", "2030-02-28")),
        st.sampled_from(("", " 9", " 9:00", " 17:45", " 8 uhr", " 0:05")),
    ),
    st.builds("{}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
)


@settings(max_examples=200, deadline=None)
@given(OLD, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_all_that_was_read_so_far_is_read_alike_but_a_later_time_on_the_same_weekday(typed: str, now: datetime) -> None:
    zone = "Asia/Tokyo"  # no clocks change
    old, new = read_moment(typed, now, zone), read(typed, now, zone, OFFICE)
    assert old is not None
    assert new == old or (new == old - timedelta(days=7) and new > now and " " in typed)


PIECES = (
    *"in 3 tagen next week monat fri eod 9:00 um uhr 24.12. dec 2026-12-01".split(),
    *"working days am pm 99999 h m 29.2. 0001-01-01 half an hour".split(),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=6).map(" ".join),
    st.sampled_from(("Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe")),
    st.datetimes(datetime(1975, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),
)
def test_anything_typed_is_a_moment_to_come_or_none(typed: str, zone: str, now: datetime) -> None:
    try:
        found = read(typed, now, zone, OFFICE)
    except (Past, NeverOpens):
        return
    assert found is None or found >= now

"""Hours as lines: what is read, how it is printed, and what a mistake is answered with."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hours import (
    ALWAYS,
    Date,
    Hours,
    HoursError,
    Interval,
    OwnDay,
    accept,
    next_opening,
    parse,
    parse_line,
    write,
    write_line,
)
from core.render import Voice
from tests.rules.hours.making import hours

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
NINE_TO_FIVE = (Interval(540, 1020),)
LINE = "hours office = mon-fri 9:00-12:30,13:30-18:00 Europe/Berlin holidays:DE-BY"


def test_the_line_of_an_office_is_read_and_printed_as_it_was() -> None:
    day = (Interval(540, 750), Interval(810, 1080))
    assert parse_line(LINE) == ("office", Hours((day,) * 5 + ((), ()), "Europe/Berlin", ("DE-BY",)))
    assert write_line(*parse_line(LINE)) == LINE


def test_own_days_are_closed_or_have_other_hours_once_or_every_year() -> None:
    office = parse("mon 9-17 UTC closed:2026-12-24 open:2026-12-27=10:00-14:00 closed:12-31")
    assert office.own == (
        OwnDay(Date(0, 12, 31), ()),
        OwnDay(Date(2026, 12, 24), ()),
        OwnDay(Date(2026, 12, 27), (Interval(600, 840),)),
    )


PRINTED = (
    ("mon-fri 9-17 UTC", "mon-fri 9:00-17:00 UTC"),
    ("mon-thu 9-17 fri 9-15 UTC", "mon-thu 9:00-17:00 fri 9:00-15:00 UTC"),
    ("Mo–Fr: 9.00 – 12.30, 13.30–18.00 Europe/Berlin", "mon-fri 9:00-12:30,13:30-18:00 Europe/Berlin"),
    ("Montag-Mittwoch,Fr. 08:00-12:00 UTC", "mon-wed,fri 8:00-12:00 UTC"),
    ("UTC holidays:AT fri-mon 9-17", "mon,fri-sun 9:00-17:00 UTC holidays:AT"),
    ("fri 9-15 mon-thu 13-17 9-12 UTC", "mon-thu 9:00-12:00,13:00-17:00 fri 9:00-15:00 UTC"),
    ("mon-fri 22:00-6:00 UTC", "mon-fri 22:00-6:00 UTC"),
    ("mon-fri 16-0 UTC", "mon-fri 16:00-24:00 UTC"),
    ("mon 9-12,12-15 UTC", "mon 9:00-15:00 UTC"),
    ("daily 6-14,14-22,22-6 UTC", "mon-sun 6:00-22:00,22:00-6:00 UTC"),
    ("weekdays 9-17 UTC sun closed", "mon-fri 9:00-17:00 UTC"),
    ("täglich 0-24 UTC", "24/7 UTC"),
    ("24/7", "24/7 UTC"),
    ("24/7 Europe/Berlin closed:12-25", "24/7 Europe/Berlin closed:12-25"),
    ("mon 9-17 UTC holidays:de-bayern,AT", "mon 9:00-17:00 UTC holidays:AT,DE-BY"),
    ("mon 9-17 UTC holidays:Germany holidays:Österreich", "mon 9:00-17:00 UTC holidays:AT,DE"),
    ("mon 9-17 UTC holidays:CH-Stadt_Zurich", "mon 9:00-17:00 UTC holidays:CH-Stadt_Zurich"),
    ("mon 9-17 UTC closed:24.12.,31.12.2026", "mon 9:00-17:00 UTC closed:12-24,2026-12-31"),
    ("mon 9-17 UTC closed:12-24..01-02", "mon 9:00-17:00 UTC closed:01-01..01-02,12-24..12-31"),
    ("mon 9-17 UTC closed:2026-12-30..2027-01-02", "mon 9:00-17:00 UTC closed:2026-12-30..2027-01-02"),
    ("mon 9-17 UTC closed:12-24 closed:12-24..12-25", "mon 9:00-17:00 UTC closed:12-24..12-25"),
    ("mon 9-17 UTC closed:02-28..03-01", "mon 9:00-17:00 UTC closed:02-28..03-01"),
    ("open:2026-12-27,12-24=9-10 UTC", "UTC open:12-24,2026-12-27=9:00-10:00"),
)


@pytest.mark.parametrize(("typed", "printed"), PRINTED)
def test_hours_are_printed_in_one_way_however_they_were_typed(typed: str, printed: str) -> None:
    assert write(parse(typed)) == printed
    assert parse(printed) == parse(typed)


@settings(max_examples=150, deadline=None)
@given(hours())
def test_what_is_printed_reads_as_the_same_hours(office: Hours) -> None:
    assert parse(write(office)) == office
    assert parse_line(write_line("office", office)) == ("office", office)


WRONG = (
    ("mon-fri 9-17 Europe/Berln", "Column 14: There is no time zone Europe/Berln. Try for example Europe/Berlin, "),
    ("mon-fri 9-17 berlin", "Column 14: There is no time zone berlin. Try for example Europe/Berlin, "),
    ("mon-fri 9-17", "Column 13: The time zone is missing. Write for example hours office = "),
    ("mon-fri 9-17 UTC Europe/Berlin", "Column 18: There are two time zones, UTC and Europe/Berlin. Keep one."),
    ("munday 9-17 UTC", "Column 1: “munday” means nothing here. Did you mean mon?"),
    ("mon-fir 9-17 UTC", "Column 1: “mon-fir” means nothing here. Did you mean mon-fri?"),
    ("mon 9-12,11-13 UTC", "Column 5: 9:00-12:00 and 11:00-13:00 overlap."),
    ("mon 9-12 11-13 UTC", "Column 10: 9:00-12:00 and 11:00-13:00 overlap."),
    ("mon 22-6 tue 5-9 UTC", "Column 5: 22:00-6:00 and 5:00-9:00 overlap."),
    ("mon 5-9 sun 22-6 UTC", "Column 13: 22:00-6:00 and 5:00-9:00 overlap."),
    ("mon 18:00-17:00 UTC", "Column 5: 18:00-17:00 runs backwards. Did you mean 17:00-18:00?"),
    ("mon 9-9 UTC", "Column 5: 9:00-9:00 has no length. All day is 0:00-24:00"),
    ("mon 9-25 UTC", "Column 5: “9-25” is no interval. Write for example 9:00-17:30"),
    ("mon 9:60-10 UTC", "Column 5: “9:60-10” is no interval. Write for example 9:00-17:30"),
    ("mon 9:00 UTC", "Column 5: “9:00” is no interval. Write for example 9:00-17:30"),
    ("mon 9-10, UTC", "Column 5: “UTC” is no interval. Write for example 9:00-17:30"),
    ("mon 1-2,3-4,5-6,7-8,9-10,11-12,13-14,15-16,17-18 UTC", "Column 5: A day has at most 8 intervals."),
    ("mon-fri 9-17 fri 9-15 UTC", "Column 14: fri stands twice. Give all its intervals at once."),
    ("mon-fri,wed 9-17 UTC", "Column 1: wed stands twice. Give all its intervals at once."),
    ("mon-fri UTC", "Column 1: mon-fri has no times. Write for example 9:00-17:30"),
    ("mon-thu fri 9-17 UTC", "Column 1: mon-thu has no times. Write for example 9:00-17:30"),
    ("9-17 UTC", "Column 1: Say first on which days. Write for example hours office = "),
    ("UTC", "Column 4: These hours never open. Write for example hours office = "),
    ("", "Column 1: These hours never open. Write for example hours office = "),
    ("mon closed UTC closed:12-24", "Column 28: These hours never open. Write for example hours office = "),
    ("mon 9-17 UTC holidays:Germny", "Column 14: No holidays are known for “Germny”. Did you mean holidays:DE?"),
    ("mon 9-17 UTC holidays:DE-BX", "Column 14: No holidays are known for “DE-BX”. Did you mean holidays:DE-B"),
    ("mon 9-17 UTC holidays:ZZZZZZ", "Column 14: No holidays are known for “ZZZZZZ”. Did you mean holidays:DE-BY?"),
    ("mon 9-17 UTC holidays:", "Column 14: No holidays are known for “”. Did you mean holidays:DE-BY?"),
    ("mon 9-17 UTC holliday:DE", "Column 14: “holliday:DE” means nothing here. Did you mean holidays:?"),
    ("mon 9-17 UTC closed:2026-02-30", "Column 14: “2026-02-30” is no day. Write for example 2026-12-24, or 12-24 "),
    ("mon 9-17 UTC closed:1800-01-01", "Column 14: “1800-01-01” is no day."),
    ("mon 9-17 UTC closed:0000-12-24", "Column 14: “0000-12-24” is no day."),
    ("mon 9-17 UTC closed:christmas", "Column 14: “christmas” is no day."),
    (
        "mon 9-17 UTC closed:2026-12-24..2026-12-20",
        "Column 14: 2026-12-24..2026-12-20 runs backwards. It is FIRST..LAST",
    ),
    ("mon 9-17 UTC closed:2026-12-24..12-31", "Column 14: 2026-12-24..12-31 runs backwards. It is FIRST..LAST"),
    ("mon 9-17 UTC closed:2026-01-01..2099-12-31", "Column 14: 2026-01-01..2099-12-31 is longer than a year."),
    ("mon 9-17 UTC closed:12-24 open:12-24=9-12", "Column 27: 12-24 has two different hours."),
    ("mon 9-17 UTC open:12-24", "Column 14: “…” is no interval. Write for example 9:00-17:30"),
    (
        "mon 9-17 UTC closed:2026-01-01..2026-12-31,2027-01-01..2027-12-31",
        "Column 14: Hours have at most 500 days of their own.",
    ),
    ("mon 9-17 UTC " + "x" * 2000, "Column 2001: Hours have at most 2000 characters."),
)


@pytest.mark.parametrize(("typed", "answer"), WRONG, ids=[typed[:50] for typed, _ in WRONG])
def test_a_mistake_is_answered_with_its_place_the_reason_and_what_would_be_right(typed: str, answer: str) -> None:
    with pytest.raises(HoursError) as wrong:
        parse(typed)
    assert Voice("en").say(wrong.value.said).startswith(answer)


def test_hours_whose_printed_line_could_not_be_read_again_are_refused() -> None:
    days = [f"{month}-{day}" for month in range(1, 13) for day in range(1, 28, 2)]
    once = [f"2026-{month}-{day}" for month in range(1, 9) for day in range(2, 28, 2)]
    line = f"mon 9-17 UTC closed:{','.join(days)} open:{','.join(once)}=1-2"
    assert len(line) < 2000
    with pytest.raises(HoursError, match="Column 2001"):
        parse(line)


def test_the_place_of_a_mistake_counts_from_where_the_line_begins() -> None:
    with pytest.raises(HoursError) as wrong:
        parse_line("hours office = mon-fri 9-17 Europe/Berln")
    assert wrong.value.place == 28
    with pytest.raises(HoursError):
        parse_line("office = mon-fri 9-17 UTC")


NEVER = (
    "mon 9-17 UTC closed:01-01..12-31",
    "open:2020-01-01=9-10 UTC",
    "open:2028-12-01=9-10 UTC",
    "mon 9-17 UTC closed:2026-11-01..2027-10-31 closed:2027-11-01..2027-12-31",
)


@pytest.mark.parametrize("line", NEVER)
def test_hours_that_do_not_open_within_a_year_are_refused_but_stay_readable(line: str) -> None:
    parse(line)
    with pytest.raises(HoursError, match="do not open within a year"):
        accept(line, NOW)


def test_hours_that_open_soon_enough_are_accepted() -> None:
    assert accept("24/7", NOW) == ALWAYS
    line = "open:2027-11-20=9-10 UTC"
    assert accept(line, NOW) == parse(line)


PIECES = (
    *"mon tue-fri so–mo daily 24/7 closed closed: open: holidays: holidays:DE-BY holidays:XX DE AT- 9 9-17".split(),
    *"22-6 9:00-12:30,13-18 , - .. = : 12-24 2026-12-24 24.12. 01-01..12-31 UTC Europe/Berlin Mars/Base ²-³".split(),
    " ", "\x00", "\u202e", "9" * 30, "٩-١٧", "a" * 70, "Europe/" * 9, "=9-17", ",,,,", "--",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40), st.sampled_from(("", " ", ",")))
def test_any_line_is_read_or_answered(pieces: list[str], between: str) -> None:
    typed = between.join(pieces)
    found = _accepted(typed)
    if isinstance(found, HoursError):
        assert 0 <= found.place <= len(typed)
        assert Voice("de").say(found.said)
    else:
        assert parse(write(found)) == found
        assert next_opening(found, NOW) >= NOW


def _accepted(typed: str) -> Hours | HoursError:
    try:
        return accept(typed, NOW)
    except HoursError as wrong:
        return wrong


HOSTILE = (
    "mon 9-17 UTC " + "closed:01-01..12-31 " * 98,
    "mon " + "0-1," * 480 + "1-2 UTC",
    "mon," * 480 + "tue 9-17 UTC",
    "fri-thu," * 240 + "fri 9-17 UTC",
    "mon 9-17 UTC closed:" + "01-01..12-31," * 150 + "12-31",
    "mon 9-17 UTC holidays:" + ",".join(["DE-BY"] * 320),
    "mon 9-17 UTC holidays:" + "x" * 1900,
    "mon 9-17 " + "Europe/Berlin" * 150,
    "-" * 1990,
    "a-" * 990,
)


@pytest.mark.parametrize("line", HOSTILE, ids=[line[:30] for line in HOSTILE])
def test_a_hostile_line_is_answered_in_few_words(line: str) -> None:
    found = _accepted(line)
    said = Voice("en").say(found.said) if isinstance(found, HoursError) else write(found)
    assert len(said) < 300

"""Open time worked out by hand: nights, weekends, holidays, clocks that change, leap days and the ends of years."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.hours import NeverOpens, add, closes_at, is_open, next_opening, open_between, parse
from tests.rules.hours.brute import moment

BERLIN, NEW_YORK, VIENNA = "Europe/Berlin", "America/New_York", "Europe/Vienna"
OFFICE = f"mon-fri 9:00-12:30,13:30-18:00 {BERLIN} holidays:DE-BY"  # 3:30 + 4:30 = 8 hours a day
SHOP = f"mon-fri 9:00-17:00 {NEW_YORK} holidays:US"
AUSTRIA = f"mon-fri 9:00-18:00 {VIENNA} holidays:AT"
LONDON = "mon-fri 9:00-17:00 Europe/London"
APIA = "daily 9:00-17:00 Pacific/Apia"
NIGHTS = f"fri-sat 22:00-6:00 {BERLIN} closed:2026-11-28"

DUE = (
    # Friday 17:00: 1 h until 18:00, the weekend, 1 h from Monday 9:00
    (OFFICE, (2026, 11, 20, 17), "2h", (2026, 11, 23, 10)),
    # Wednesday 12:00: 30 min until lunch, 30 min from 13:30
    (OFFICE, (2026, 11, 25, 12), "1h", (2026, 11, 25, 14)),
    # Exactly what is left of the morning, and of the day: it ends when it closes
    (OFFICE, (2026, 11, 25, 12), "30m", (2026, 11, 25, 12, 30)),
    (OFFICE, (2026, 11, 25, 17), "1h", (2026, 11, 25, 18)),
    # Sunday noon counts from Monday 9:00; 7:00 from 9:00
    (OFFICE, (2026, 11, 22, 12), "1h", (2026, 11, 23, 10)),
    (OFFICE, (2026, 11, 25, 7), "8h", (2026, 11, 25, 18)),
    # Wednesday 23 December 16:00: 2 h, and all 8 h of Thursday (Christmas Eve is no public holiday in Bavaria) …
    (OFFICE, (2026, 12, 23, 16), "10h", (2026, 12, 24, 18)),
    # … then Friday 25 (holiday), Saturday 26, Sunday 27; the eleventh hour is Monday's first
    (OFFICE, (2026, 12, 23, 16), "11h", (2026, 12, 28, 10)),
    # Epiphany (Tuesday 6 January) is a holiday in Bavaria, but not in all of Germany
    (OFFICE, (2026, 1, 5, 17), "2h", (2026, 1, 7, 10)),
    (OFFICE.replace("DE-BY", "DE"), (2026, 1, 5, 17), "2h", (2026, 1, 6, 10)),
    # New Year's Eve is a Thursday: 1 h; Friday 1 January, the weekend; 1 h on Monday 4
    (OFFICE, (2026, 12, 31, 17), "2h", (2027, 1, 4, 10)),
    # Easter 2026: Thursday 2 April 17:00, 1 h; Good Friday, weekend, Easter Monday; Tuesday 7 April
    (OFFICE, (2026, 4, 2, 17), "2h", (2026, 4, 7, 10)),
    # A week of 40 h from Monday 9:00 ends on Friday 18:00; one minute more is the next Monday's first
    (OFFICE, (2026, 11, 16, 9), "40h", (2026, 11, 20, 18)),
    (OFFICE, (2026, 11, 16, 9), "40h 1m", (2026, 11, 23, 9, 1)),
    # Thanksgiving, Thursday 26 November: 1 h on Wednesday, 1 h on Friday
    (SHOP, (2026, 11, 25, 16), "2h", (2026, 11, 27, 10)),
    # 4 July 2026 is a Saturday, kept on Friday 3: 30 min on Thursday 2, 30 min on Monday 6
    (SHOP, (2026, 7, 2, 16, 30), "1h", (2026, 7, 6, 9, 30)),
    # Over the weekend New York's clocks change, 8 March: the hours of the office do not. Friday 1 h, Monday 1 h
    (SHOP, (2026, 3, 6, 16), "2h", (2026, 3, 9, 10)),
    # Immaculate Conception, Tuesday 8 December: 30 min on Monday, 30 min on Wednesday
    (AUSTRIA, (2026, 12, 7, 17, 30), "1h", (2026, 12, 9, 9, 30)),
    # National Day, Monday 26 October, behind the weekend on which clocks go back
    (AUSTRIA, (2026, 10, 23, 17), "2h", (2026, 10, 27, 10)),
    # 2028 has a 29 February, a Tuesday of 8 h: 1 h, 8 h, 1 h
    (LONDON, (2028, 2, 28, 16), "10h", (2028, 3, 1, 10)),
    # 2027 has none: Friday 26 February, 1 h; Monday 1 March, 1 h
    (LONDON, (2027, 2, 26, 16), "2h", (2027, 3, 1, 10)),
    # Samoa had no 30 December 2011: 1 h on Thursday 29, 1 h on Saturday 31
    (APIA, (2011, 12, 29, 16), "2h", (2011, 12, 31, 10)),
    # Friday's night goes on into Saturday, also when Saturday is closed; Saturday's own does not take place.
    # Friday 27 November 23:00: 7 h until 6:00; the eighth is Friday 4 December's first, until 23:00
    (NIGHTS, (2026, 11, 27, 23), "7h", (2026, 11, 28, 6)),
    (NIGHTS, (2026, 11, 27, 23), "8h", (2026, 12, 4, 23)),
)
SPANS = {"30m": 30, "40h 1m": 2401}


@pytest.mark.parametrize(("line", "start", "span", "end"), DUE)
def test_a_target_is_due_when_so_much_open_time_has_passed(
    line: str, start: tuple[int, ...], span: str, end: tuple[int, ...]
) -> None:
    office, length = parse(line), timedelta(minutes=SPANS.get(span) or int(span.removesuffix("h")) * 60)
    assert add(office, moment(office.zone, *start), length) == moment(office.zone, *end)
    assert open_between(office, moment(office.zone, *start), moment(office.zone, *end)) == length


NIGHT = "sun 0:00-6:00"
LENGTHS = (
    # Clocks jump from 2:00 to 3:00, and in autumn from 3:00 back to 2:00
    (f"{NIGHT} {BERLIN}", (2026, 3, 29), 5),
    (f"{NIGHT} {BERLIN}", (2026, 10, 25), 7),
    (f"{NIGHT} {BERLIN}", (2026, 11, 22), 6),
    # 2:30 does not exist: it opens when the clock jumps, at 3:00
    (f"sun 2:30-5:00 {BERLIN}", (2026, 3, 29), 2),
    # It closes at 2:30, so when the clock jumps: 1:00-2:00
    (f"sun 1:00-2:30 {BERLIN}", (2026, 3, 29), 1),
    (f"sun 2:10-2:50 {BERLIN}", (2026, 3, 29), 0),
    # 2:30 comes twice, the first counts: 1:00-2:30 are 1.5 h, 2:30-4:00 have the other half hour and one more, 2.5 h
    (f"sun 1:00-2:30 {BERLIN}", (2026, 10, 25), 1.5),
    (f"sun 2:30-4:00 {BERLIN}", (2026, 10, 25), 2.5),
    (f"sun 1:00-2:30,2:30-4:00 {BERLIN}", (2026, 10, 25), 4),
    # New York at 2:00, on 8 March and 1 November
    (f"{NIGHT} {NEW_YORK}", (2026, 3, 8), 5),
    (f"{NIGHT} {NEW_YORK}", (2026, 11, 1), 7),
    # Lord Howe by half an hour: from 2:00 to 2:30 on 4 October, from 2:00 to 1:30 on 5 April
    (f"{NIGHT} Australia/Lord_Howe", (2026, 10, 4), 5.5),
    (f"{NIGHT} Australia/Lord_Howe", (2026, 4, 5), 6.5),
    # São Paulo at midnight: Sunday begins at 1:00; in February Saturday's last hour comes twice
    (f"{NIGHT} America/Sao_Paulo", (2018, 11, 4), 5),
    ("sat 18:00-24:00 America/Sao_Paulo", (2018, 2, 17), 7),
    ("sat 23:00-2:00 America/Sao_Paulo", (2018, 2, 17), 4),
    # Beirut at midnight, too
    (f"{NIGHT} Asia/Beirut", (2026, 3, 29), 5),
    ("sat 18:00-24:00 Asia/Beirut", (2026, 10, 24), 7),
    # Troll by two hours, from 1:00 to 3:00
    (f"{NIGHT} Antarctica/Troll", (2026, 3, 29), 4),
    # A day of 24 h has 23 or 25
    (f"sun 0:00-24:00 {BERLIN}", (2026, 3, 29), 23),
    (f"sun 0:00-24:00 {BERLIN}", (2026, 10, 25), 25),
    # Samoa's 30 December 2011, a Friday, has none
    ("fri 0:00-24:00 Pacific/Apia", (2011, 12, 30), 0),
)


@pytest.mark.parametrize(("line", "day", "length"), LENGTHS)
def test_an_opening_is_as_long_as_it_really_lasts(line: str, day: tuple[int, int, int], length: float) -> None:
    office = parse(line)
    noon = datetime(*day, 12, tzinfo=UTC)
    assert open_between(office, noon - timedelta(days=2), noon + timedelta(days=2)) == timedelta(hours=length)


def test_a_month_and_a_year_are_the_sum_of_their_working_days() -> None:
    office = parse(OFFICE)
    # December 2026 begins on a Tuesday: 4 Mondays and Fridays, 5 of the others, 23 days; less Friday 25
    december = open_between(office, moment(BERLIN, 2026, 12, 1), moment(BERLIN, 2027, 1, 1))
    assert december == timedelta(hours=22 * 8)
    # 2026 has 261 weekdays. Of Bavaria's holidays 9 are weekdays: 1 and 6 January, 3 and 6 April, 1, 14 and 25 May,
    # 4 June, 25 December; 3 October, 1 November and 26 December are not
    year = open_between(office, moment(BERLIN, 2026, 1, 1), moment(BERLIN, 2027, 1, 1))
    assert year == timedelta(hours=252 * 8)


def test_half_hour_zones_open_by_their_own_clock() -> None:
    office = parse("daily 9:00-17:00 Asia/Kathmandu")  # UTC+5:45
    assert next_opening(office, datetime(2026, 11, 22, tzinfo=UTC)) == datetime(2026, 11, 22, 3, 15, tzinfo=UTC)


def test_own_days_beat_holidays_and_one_years_an_every_years() -> None:
    office = parse(f"{OFFICE} closed:12-24 open:12-25=10:00-11:00 open:2026-12-24=9:00-10:00 closed:2027-12-25")
    expected = {
        (2026, 12, 24): 1,  # open in 2026 only
        (2027, 12, 24): 0,
        (2026, 12, 25): 1,  # a holiday, open every year
        (2027, 12, 25): 0,  # a Saturday, closed in 2027 only
        (2028, 12, 25): 1,
    }
    for day, length in expected.items():
        start = moment(BERLIN, *day)
        assert open_between(office, start, start + timedelta(days=1)) == timedelta(hours=length), day


def test_an_own_day_inside_the_night_before_changes_nothing() -> None:
    office = parse(f"fri 22:00-6:00 {BERLIN} open:2026-11-28=1:00-2:00")
    friday, saturday = moment(BERLIN, 2026, 11, 27, 22), moment(BERLIN, 2026, 11, 28, 6)
    assert open_between(office, friday, saturday) == timedelta(hours=8)
    assert closes_at(office, friday) == saturday


def test_the_moment_of_opening_is_open_and_the_one_of_closing_is_not() -> None:
    office = parse(OFFICE)
    opens, lunch, back = (moment(BERLIN, 2026, 11, 25, *at) for at in ((9,), (12, 30), (13, 30)))
    assert (is_open(office, opens), is_open(office, lunch), is_open(office, back)) == (True, False, True)
    assert closes_at(office, opens) == lunch
    assert next_opening(office, lunch) == back
    assert closes_at(office, lunch) == moment(BERLIN, 2026, 11, 25, 18)


def test_what_opens_in_one_year_closes_in_the_next() -> None:
    office = parse("daily 20:00-4:00 UTC")
    eve = datetime(2026, 12, 31, 22, tzinfo=UTC)
    assert closes_at(office, eve) == datetime(2027, 1, 1, 4, tzinfo=UTC)
    assert add(office, eve, timedelta(hours=7)) == datetime(2027, 1, 1, 21, tzinfo=UTC)


def test_moments_may_be_told_by_any_clock() -> None:
    office = parse(OFFICE)
    there = moment(BERLIN, 2026, 11, 25, 9).astimezone(ZoneInfo("Asia/Tokyo"))
    assert add(office, there, timedelta(hours=1)) == moment(BERLIN, 2026, 11, 25, 10)
    assert add(office, there, timedelta(hours=1)).tzinfo is UTC


def test_what_never_opens_says_so_instead_of_searching_for_ever() -> None:
    once = parse("open:2026-11-25=9:00-10:00 UTC")
    before, after = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert add(once, before, timedelta(hours=1)) == datetime(2026, 11, 25, 10, tzinfo=UTC)
    for asked in (lambda: add(once, before, timedelta(hours=2)), lambda: next_opening(once, after)):
        with pytest.raises(NeverOpens):
            asked()
    with pytest.raises(NeverOpens):
        closes_at(once, after)


def test_outside_the_years_that_are_worked_out_everything_is_closed() -> None:
    office = parse(OFFICE)
    first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    assert not is_open(office, first)
    assert open_between(office, first, datetime(1969, 6, 1, tzinfo=UTC)) == timedelta()
    assert open_between(parse("24/7"), first, last) == datetime(2200, 1, 1, tzinfo=UTC) - datetime(
        1970, 1, 1, tzinfo=UTC
    )
    assert next_opening(parse("24/7"), first) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_negative_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        add(parse(OFFICE), datetime(2026, 1, 1, tzinfo=UTC), -timedelta(minutes=1))

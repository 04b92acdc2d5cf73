"""Business hours: a line of text, the value it means, and arithmetic that counts open time only.

`hours office = mon-fri 9:00-12:30,13:30-18:00 Europe/Berlin holidays:DE-BY closed:12-24 open:2026-12-31=9:00-12:00`

An interval runs from the first moment its zone's clock shows its start, or a later time, until the first moment the
clock shows its end, or a later time. So in the hour a zone repeats, the first time counts; what a zone skips has no
length; and what goes over midnight belongs to the day it began on. A moment of opening is open, one of closing closed.
"""

from core.hours.lines import accept, parse, parse_line
from core.hours.mistakes import HoursError, NeverOpens, Past
from core.hours.values import ALWAYS, Date, Hours, Interval, OwnDay
from core.hours.working import add, closes_at, is_open, next_opening, open_between
from core.hours.writing import write, write_line

__all__ = [
    "ALWAYS",
    "Date",
    "Hours",
    "HoursError",
    "Interval",
    "NeverOpens",
    "OwnDay",
    "Past",
    "accept",
    "add",
    "closes_at",
    "is_open",
    "next_opening",
    "open_between",
    "parse",
    "parse_line",
    "write",
    "write_line",
]

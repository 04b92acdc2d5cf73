"""Weekdays by their English and German names."""

import difflib
import re

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are printed."""
_KNOWN = {
    name: number
    for number, names in enumerate(
        (
            "mon mo monday montag mondays montags",
            "tue di tues tuesday dienstag tuesdays dienstags",
            "wed mi wednesday mittwoch wednesdays mittwochs",
            "thu do thur thurs thursday donnerstag thursdays donnerstags",
            "fri fr friday freitag fridays freitags",
            "sat sa saturday samstag sonnabend saturdays samstags",
            "sun so sunday sonntag sundays sonntags",
        )
    )
    for name in names.split()
}
_GROUPS = {"daily": range(7), "täglich": range(7), "weekdays": range(5), "werktags": range(5), "weekend": (5, 6)}
_RANGE = re.compile(r"([a-zäöü]+)\.?-([a-zäöü]+)\.?", re.IGNORECASE)


def number(name: str) -> int | None:
    """0 for Monday; None when it is no weekday."""
    return _KNOWN.get(name.lower().removesuffix("."))


def read(typed: str) -> tuple[int, ...] | None:
    """The days of `mon-fri`, `mo,mi`, `fri-mon`, `daily`; None when a part is none. A day may come twice."""
    found: list[int] = []
    for part in typed.lower().removesuffix(":").split(","):
        days = _part(part)
        if days is None:
            return None
        found += days
    return tuple(found)


def near(typed: str) -> str | None:
    """The weekdays somebody may have meant by `munday`, `mon-fir`; None when a part is like none."""
    parts = re.split(r"([-,])", typed[:40].lower())
    meant = [part if part in "-," else _nearest(part) for part in parts]
    return None if None in meant else "".join(part or "" for part in meant)


def _nearest(name: str) -> str | None:
    found = difflib.get_close_matches(name, _KNOWN, n=3, cutoff=0.7)
    meant = min(found, key=lambda each: each[0] != name[0], default=None)
    return None if meant is None else NAMES[_KNOWN[meant]]


def write(days: list[int]) -> str:
    """Days in their order as `mon-wed,fri`."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(NAMES[run[0]] if len(run) == 1 else f"{NAMES[run[0]]}-{NAMES[run[-1]]}" for run in runs)


def _part(part: str) -> list[int] | None:
    if part in _GROUPS:
        return list(_GROUPS[part])
    match = _RANGE.fullmatch(part)
    first, last = (number(match[1]), number(match[2])) if match else (number(part), number(part))
    if first is None or last is None:
        return None
    return [(first + each) % 7 for each in range((last - first) % 7 + 1)]

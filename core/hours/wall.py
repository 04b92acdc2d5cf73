"""From what a zone's clock shows to the moment it shows it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) a zone's clock shows this time, or a later one where it skips it. `wall` has no zone."""
    earlier, later = _read(wall, zone, fold=0), _read(wall, zone, fold=1)
    return earlier if earlier <= later else _end_of_gap(later, earlier, zone)


def shown_again(wall: datetime, zone: ZoneInfo) -> datetime:
    """The last moment a zone's clock shows this time; the same as the first but in the hour it repeats."""
    return max(first_shown(wall, zone), _read(wall, zone, fold=1))


def _read(wall: datetime, zone: ZoneInfo, *, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock jumped, to the second, between two moments on both sides of it."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after

"""Time zones as people name them."""

import difflib
from functools import cache
from zoneinfo import available_timezones

from core.errors import UserError
from core.show import text

_NEAR = 3


@cache
def _known() -> dict[str, str]:
    """Every zone by its name and, in lower case, by its city alone: `berlin` → `Europe/Berlin`."""
    names = sorted(available_timezones())
    cities = {name.rpartition("/")[2].lower(): name for name in names if "/" in name}
    return cities | {name.lower(): name for name in names}


def named(typed: str) -> str:
    """The zone of this name. Raises UserError, with what it may have meant, for what is none."""
    known = _known()
    if typed in known.values():
        return typed
    near = [known[each] for each in difflib.get_close_matches(typed.lower(), known, n=_NEAR)]
    some = ", ".join(dict.fromkeys(near)) or "Europe/Berlin, UTC"
    raise UserError(text("There is no time zone {zone}. Try for example {some}", zone=typed[:40], some=some))

"""What spam filters on the way wrote into a mail's header."""

import re
from collections.abc import Sequence

from connectors.email.headers import Headers

_NAMES = (
    "x-spam-flag",
    "x-spam-status",
    "x-spam-score",
    "x-spam-level",
    "x-spam",
    "x-spamd-result",
    "x-rspamd-action",
    "x-ms-exchange-organization-scl",
    "x-forefront-antispam-report",
    "x-microsoft-antispam",
    "x-gmx-antispam",
    "x-barracuda-spam-status",
    "x-proofpoint-spam-details",
)
_LEAST_SCL = 5
"""Of Microsoft's spam confidence level, 0 to 9: from here on its own servers call it spam."""
_SCL = re.compile(r"(?:^|scl:)\s*(-?\d+)")
_YES = re.compile(r"yes\b|true\b|(?:add header|rewrite subject|reject)\Z")


def findings(headers: Headers) -> tuple[tuple[str, str], ...]:
    """The filters' fields as they stand, names in small letters."""
    present = [name for name in _NAMES if name in headers]
    return tuple((name, headers.first(name)[:500].decode("utf-8", "replace")) for name in present)


def is_spam(found: Sequence[tuple[str, str]]) -> bool | None:
    """Whether a filter calls it spam; None where none says either. Anybody can write these fields."""
    verdicts = [verdict for name, value in found if (verdict := _verdict(name, value.strip().lower())) is not None]
    return any(verdicts) if verdicts else None


def _verdict(name: str, value: str) -> bool | None:
    match name:
        case "x-ms-exchange-organization-scl" | "x-forefront-antispam-report":
            level = _SCL.search(value)
            return int(level[1]) >= _LEAST_SCL if level else None
        case "x-spam-flag" | "x-spam-status" | "x-spam" | "x-barracuda-spam-status" | "x-rspamd-action":
            return _YES.match(value) is not None
        case _:
            return None

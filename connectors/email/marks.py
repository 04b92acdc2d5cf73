"""What tells one mail from another: its ids, and when it was written."""

import email.utils
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

MOST_REFERENCES = 100
_BRACKETED = re.compile(rb"<([^<>]{1,998})>")
_LONGEST_REFERENCES = 128 * 1024
_LONGEST_DATE = 200
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_MONTHS = {
    "jan": "jan gen ene janv. januar januari",
    "feb": "fév févr. fev lut",
    "mar": "mär mrz mars maart märz",
    "apr": "avr avr. abr kwi",
    "may": "mai mag maj mei",
    "jun": "juin giu juni cze",
    "jul": "juil juil. lug juli lip",
    "aug": "août ago sie",
    "sep": "sept set wrz",
    "oct": "okt ott out paź",
    "nov": "nov. lis",
    "dec": "dez déc déc. dic gru",
}
_ENGLISH = {foreign: month for month, names in _MONTHS.items() for foreign in names.split()}
_WORD = re.compile(r"[^\W\d_]+\.?")


def message_ids(value: bytes) -> tuple[str, ...]:
    """The ids of a field, each as `<id>`, in their order; the last 100 (`MOST_REFERENCES`), none of them twice."""
    value = value[-_LONGEST_REFERENCES:]
    found = [b"".join(match.split()) for match in _BRACKETED.findall(value)]
    if not found:
        found = [word.strip(b"<>,;") for word in value.split()[-MOST_REFERENCES:] if b"@" in word]
    said = dict.fromkeys(f"<{one.decode('utf-8', 'replace')}>" for one in found if one and len(one) < 998)
    return tuple(said)[-MOST_REFERENCES:]


def message_id(values: Iterable[bytes], raw: bytes) -> tuple[str, bool]:
    """The mail's own id, and whether it was made here, from the mail's bytes: the same mail gets the same again."""
    for value in values:
        if found := message_ids(value) or _odd_id(value):
            return found[0], False
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@sha256.invalid>", True


def _odd_id(value: bytes) -> tuple[str, ...]:
    """An id without a sign of one: some machines write a number only."""
    word = value.strip(b"<> \t")[:200]
    return (f"<{word.decode('utf-8', 'replace')}>",) if word and b" " not in word else ()


def date(value: bytes) -> datetime | None:
    """When a mail says that it was written, in UTC; None for what no clock says."""
    said = value[:_LONGEST_DATE].decode("utf-8", "replace").strip()
    found = _by_mail_rules(said) or _by_iso(said) or _by_mail_rules(_WORD.sub(_in_english, said))
    return found if found is not None and _EARLIEST < found < _LATEST else None


def _in_english(word: re.Match[str]) -> str:
    return _ENGLISH.get(word[0].lower(), word[0])


def _by_mail_rules(said: str) -> datetime | None:
    try:
        read = email.utils.parsedate_tz(said)
        if read is None:
            return None
        zone = timezone(timedelta(seconds=read[9] or 0))
        return datetime(*read[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _by_iso(said: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(said)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

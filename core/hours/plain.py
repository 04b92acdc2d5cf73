"""Makes one form of the many a time is typed in: lower case, no filler words, one word for each phrase."""

import re

_LONGEST = 80
_NEXT = r"(?:next|n(?:ä|ae)chste[nrsm]?|kommende[nrsm]?|coming)"
_WORKING = r"(?:working|business|work)[ -]?"
_PHRASES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\b(\d{1,2}) ?uhr ?([0-5]\d)\b", r"\1:\2uhr"),
        (r"\b(\d{1,2}(?:[:.]\d{2})?) (uhr|am|pm)\b", r"\1\2"),
        (r"\b(?:um|at) (\d{1,2})(?=$| )", r"\1uhr"),
        (r"\b(?:half an hour|(?:einer |eine )?halben? stunde)\b", "30 min"),
        (r"\bday after tomorrow\b|\buebermorgen\b", "übermorgen"),
        (r"\b(?:close of business|cob|end of (?:the )?day|ende des tages|feierabend|tagesende)\b", "eod"),
        (rf"\b{_WORKING}(days?|hours?)\b", r"working\1"),
        (r"\b(?:werktage?n?|arbeitstage?n?)\b", "workingday"),
        (r"\barbeitsstunden?\b", "workinghour"),
        (rf"\b{_NEXT} (?:week|woche)\b", "nextweek"),
        (rf"\b{_NEXT} (?:month|monat)\b", "nextmonth"),
        (rf"\b{_NEXT} (?:workingday|werktag)\b", "nextworkingday"),
        (r"\btonight\b", "today evening"),
    )
)
_FILLERS = frozenset("at um on am by the den dem der until bis this next diese diesen dieser dieses zum".split())
_NEXT_DAY = re.compile(_NEXT)


def plain(typed: str) -> list[str]:
    """The words that matter; none when it is too long for a time, or ends with a word that leads to another."""
    said = " ".join(typed[: _LONGEST + 1].lower().replace(",", " ").split())
    if len(said) > _LONGEST or not said or _is_filler(said.rpartition(" ")[2]):
        return []
    for pattern, word in _PHRASES:
        said = pattern.sub(word, said)
    return [word for word in said.split() if not _is_filler(word)]


def _is_filler(word: str) -> bool:
    return word in _FILLERS or _NEXT_DAY.fullmatch(word) is not None

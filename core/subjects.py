"""Subjects of tickets and dialogs: one line, and where nobody gave one, the first that is no greeting."""

from core.pace import Pace

_GREETINGS = frozenset(
    (
        "hi hello hey hallo moin servus guten tag morgen abend good morning afternoon evening day dear grüß gott "
        "greetings liebes lieber liebe team there zusammen sir madam support"
    ).split()
)


_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe0f\uffa0 "))
"""Signs that count as printable and show nothing."""


def of_words(body: str, pace: Pace) -> str:
    """The first line that is no greeting; the first line when all are; nothing for no words."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    for line in lines:
        words = [word.strip(",.!?:;-–").lower() for word in line.split()]
        if not all(word in _GREETINGS for word in words if word):
            return shortened(line, pace)
    return shortened(lines[0], pace) if lines else ""


def shortened(subject: str, pace: Pace) -> str:
    """A subject on one line, at most as long as a subject may be."""
    plain = " ".join(subject.replace("\x00", "").encode("utf-8", "replace").decode().split())
    if not any(each.isprintable() for each in plain.translate(_INVISIBLE)):
        plain = ""
    most = pace.longest_subject
    return plain if len(plain) <= most else plain[: most - 1] + "…"

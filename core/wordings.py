"""The texts customers read by themselves; the desk's owner may put each into other words."""

from functools import lru_cache
from string import Formatter

from sqlalchemy import select

from core.desk import Desk
from core.models import Wording
from core.show import Text, text

NOBODY_THERE = text("Nobody is here just now. Your message is safe with us and we answer as soon as somebody is back.")
NOBODY_BEFORE = text("Nobody is here just now; somebody will be back at {when}. Your message is safe with us.")
NOBODY_FREE = text("Sorry, everybody is busy right now. Your message is safe with us and we answer as soon as we can.")
STILL_THERE = text("Are you still there? If we do not hear from you we will end this conversation in a few minutes.")
ENDED_IDLE = text("We have not heard from you for a while, so this conversation has ended. Just write to come back.")
ON_HOLD = text("One moment please, {name} will be right back with you.")
GOES_ON = text("{name} is back.")
HANDED_OVER = text("{name} is taking over and will be with you in a moment.")
MOVED = text("Another team is taking over and will be with you in a moment.")
TROUBLED = text("Our team's chat has a hiccup right now, so an answer may take a little longer. Your message is safe.")

CUSTOMER_TEXTS: dict[str, Text] = {
    "nobody-there": NOBODY_THERE,
    "nobody-before": NOBODY_BEFORE,
    "nobody-free": NOBODY_FREE,
    "still-there": STILL_THERE,
    "ended-idle": ENDED_IDLE,
    "on-hold": ON_HOLD,
    "goes-on": GOES_ON,
    "handed-over": HANDED_OVER,
    "moved": MOVED,
    "troubled": TROUBLED,
}
"""Name → text; the name is what an owner types: `text still-there de = …`."""


def of_owner(desk: Desk, language: str) -> dict[str, str]:
    """The sentences the desk's owner has put into other words, by the id of ours; what cannot be said is left out."""
    rows = desk.execute(select(Wording.name, Wording.words).where(Wording.language == language))
    return {CUSTOMER_TEXTS[row.name].id: row.words for row in rows if unsayable(row.name, row.words) is None}


def broken(desk: Desk) -> list[Text]:
    """The owner's sentences that cannot be said, each with what is wrong: customers read ours instead."""
    rows = desk.execute(select(Wording.name, Wording.language, Wording.words).order_by(Wording.id)).all()
    return [
        text("Customers read our words for {name} ({language}): {why}", name=row.name, language=row.language, why=why)
        for row in rows
        if (why := unsayable(row.name, row.words)) is not None
    ]


@lru_cache(maxsize=256)
def unsayable(name: str, words: str) -> Text | None:
    """Why these words cannot stand for a text; nothing where they can."""
    if name not in CUSTOMER_TEXTS:
        return text("There is no text {name}. There are: {known}", name=name, known=", ".join(CUSTOMER_TEXTS))
    known = _fields(CUSTOMER_TEXTS[name].id)
    try:
        unknown = [field for field in _fields(words) if field not in known]
    except ValueError:
        return text("A brace stands alone; write {braces} where one is meant.", braces="{{ }}")
    if not unknown:
        return None
    if not known:
        return text("The text {name} has no fields, so {field} cannot stand in it.", name=name, field=unknown[0])
    there = ", ".join(known)
    return text("The text {name} has no field {field}. There are: {known}", name=name, field=unknown[0], known=there)


def _fields(words: str) -> list[str]:
    """The fields of a sentence as they are written, braces and all; raises ValueError where a brace stands alone."""
    return [
        "{" + field + ("!" + turned if turned else "") + (":" + shape if shape else "") + "}"
        for _, field, shape, turned in Formatter().parse(words)
        if field is not None
    ]

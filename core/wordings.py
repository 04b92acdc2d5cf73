"""The texts customers read by themselves; the desk's owner may put each into other words."""

from sqlalchemy import select

from core.desk import Desk
from core.models import Wording
from core.show import Text, text

NOBODY_THERE = text(
    "Nobody is here just now. Your message is safe with us and we answer as soon as somebody is back. "
    "Leave your e-mail address and we can reply there, too."
)
NOBODY_BEFORE = text(
    "Nobody is here just now; somebody will be back at {when}. Your message is safe with us. "
    "Leave your e-mail address and we can reply there, too."
)
NOBODY_FREE = text(
    "Sorry, everybody is busy right now. Your message is safe with us and we answer as soon as we can. "
    "Leave your e-mail address and we can reply there, too."
)
STILL_THERE = text("Are you still there? If we do not hear from you we will end this conversation in a few minutes.")
ENDED_IDLE = text("We have not heard from you for a while, so this conversation has ended. Just write to come back.")
ON_HOLD = text("One moment please, {name} will be right back with you.")
GOES_ON = text("{name} is back.")
HANDED_OVER = text("{name} is taking over and will be with you in a moment.")
MOVED = text("Another team is taking over and will be with you in a moment.")

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
}
"""Name → text; the name is what an owner types: `text still-there de = …`."""


def of_owner(desk: Desk, language: str) -> dict[str, str]:
    """The sentences the desk's owner has put into other words, by the id of ours."""
    rows = desk.execute(select(Wording.name, Wording.words).where(Wording.language == language))
    return {CUSTOMER_TEXTS[row.name].id: row.words for row in rows if row.name in CUSTOMER_TEXTS}

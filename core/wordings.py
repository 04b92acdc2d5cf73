"""The texts customers read by themselves; the desk's owner may put each into other words."""

from functools import lru_cache
from string import Formatter

from sqlalchemy import select

from core.desk import Desk
from core.informal import DU
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
GOT_LETTER = text("Thank you, your message has reached us as #{number}. We answer as soon as we can.")
GOT_LETTER_AWAY = text(
    "Thank you, your message has reached us as #{number}. Nobody is here just now; "
    "we answer as soon as somebody is back."
)
GOT_LETTER_BEFORE = text(
    "Thank you, your message has reached us as #{number}. Nobody is here just now; somebody will be back at {when}."
)
UNREAD = text("You left before you could read our answer:\n\n{lines}\n\nJust answer this mail to go on.")
WELCOME = text("Hello! Write to us here: what is it about?")
GO_AHEAD = text("Go ahead: your next message begins a new matter.")
NOTHING_OPEN = text("Nothing of yours is open with us. Just write if there is something.")
OUR_TURN = text("we are on it")
YOUR_TURN = text("we wait for your answer")
ENDED = text("This conversation has ended. Just write to come back.")
NOTHING_TO_END = text("There is no conversation to end. Just write to begin one.")
COMMANDS = text(
    "Just write to us. You can also send: /new for a new matter, /status for how things stand, /end to end, "
    "/language to change the language."
)
WHICH_LANGUAGE = text("Which language do you prefer?")
LANGUAGE_SET = text("From now on we write to you in English.")
CHOICE_GONE = text("That choice is over. Just write to us.")
THANKS = text("Thank you!")
STILL_ON_IT = text("Sorry to hear that. It is open again, and we go on with it.")
FILE_TOO_LARGE = text(
    "The file {name} did not reach us: it is larger than {most} MB or gone. Please send a smaller one or a link."
)
HOW_WAS_IT = text("How did we do? 5 is best. If it is not solved, tell us.")
NOT_SOLVED = text("Not solved")
COME_PRIVATE = text("We would like to answer you in private. Please open {link} and press Start.")
IN_PRIVATE = text("We go on here, where only you read along. It is about: {subject}")

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
    "got-letter": GOT_LETTER,
    "got-letter-away": GOT_LETTER_AWAY,
    "got-letter-before": GOT_LETTER_BEFORE,
    "unread": UNREAD,
    "welcome": WELCOME,
    "go-ahead": GO_AHEAD,
    "nothing-open": NOTHING_OPEN,
    "our-turn": OUR_TURN,
    "your-turn": YOUR_TURN,
    "ended": ENDED,
    "nothing-to-end": NOTHING_TO_END,
    "commands": COMMANDS,
    "which-language": WHICH_LANGUAGE,
    "language-set": LANGUAGE_SET,
    "choice-gone": CHOICE_GONE,
    "thanks": THANKS,
    "still-on-it": STILL_ON_IT,
    "file-too-large": FILE_TOO_LARGE,
    "how-was-it": HOW_WAS_IT,
    "not-solved": NOT_SOLVED,
    "come-private": COME_PRIVATE,
    "in-private": IN_PRIVATE,
}
"""Name → text; the name is what an owner types: `text still-there de = …`."""


def of_owner(desk: Desk, language: str) -> dict[str, str]:
    """The sentences the desk's owner has put into other words, by the id of ours; what cannot be said is left out."""
    rows = desk.execute(select(Wording.name, Wording.words).where(Wording.language == language))
    own = {CUSTOMER_TEXTS[row.name].id: row.words for row in rows if unsayable(row.name, row.words) is None}
    return {**_informal(), **own} if desk.pace.says_du and language == "de" else own


def _informal() -> dict[str, str]:
    return {CUSTOMER_TEXTS[name].id: words for name, words in DU.items()}


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

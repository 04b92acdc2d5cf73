"""Asks whoever typed a line that was stopped whether it is for the customer: once, however it came to be stopped."""

from dataclasses import dataclass

from bot.commands.ticket.replying import held_answer
from bot.hearing import Heard, Hearing
from core import threads
from core.actor import SYSTEM
from core.desk import Desk
from core.room import Mark, Marked, Posting
from core.show import Answer


@dataclass(frozen=True, slots=True)
class Question:
    """Who is asked, where, and what."""

    account: str
    root: str
    line: str
    heard: Heard


async def question(hearing: Hearing, posting: Posting) -> Question | None:
    """What is asked once a line bears the mark of being stopped; nothing for other postings, or what is decided."""
    shown = posting.shown
    if not isinstance(shown, Marked) or shown.mark is not Mark.STOPPED:
        return None

    def body(desk: Desk) -> tuple[str, str, Answer] | None:
        found = threads.stopped_at(desk, hearing.room, posting.place, shown.line)
        return None if found is None else (found[0], found[1], held_answer(found[2]))

    asked = await hearing.desks.read(SYSTEM, body)
    if asked is None:
        return None
    account, root, answer = asked
    return Question(account, root, shown.line, Heard(await hearing.voice(account, posting.place), answer))

"""Questions on a ticket to people who are no agents: asked alone, answered as a note, chased once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from core import deadlines, mailing, messages, notices, outbox, pushed, tickets
from core.connector import Letter, Said
from core.deadlines import Due
from core.desk import Desk
from core.errors import UserError
from core.mailing import Note
from core.messages import Where, Words
from core.models import Agent, Ask, Author, Delivery, Message, Reader, Ticket
from core.show import Text, text, verbatim

LETTER = "email"
"""In place of a room: who is asked by letter, at their address."""
_ADDS_TO_IT = timedelta(days=7)
MOST_SHOWN = 10
"""Messages of a ticket that are shown along with a question."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody who is no agent: in a team chat, or by letter at their address."""

    room: str
    account: str
    name: str = ""
    """What they are called there, where that is known."""

    @property
    def shown(self) -> str:
        """How the team reads whom it was."""
        return self.name or (self.account if self.room == LETTER else f"@{self.room}:{self.account}")


def ask(desk: Desk, ticket: Ticket, agent: Agent, whom: Whom, question: str, shown: Sequence[int]) -> Ask:
    """Asks somebody in a team chat; they see the question and the chosen messages, and nothing else."""
    made = Ask(
        ticket_id=ticket.id, agent_id=agent.id, room=whom.room, account=whom.account,
        question=messages.bounded(desk, question), shown=list(shown)[:MOST_SHOWN], asked_at=desk.now,
    )  # fmt: skip
    _must_be_of(desk, ticket, made.shown)
    desk.session.add(made)
    desk.flush()
    _put(desk, ticket, agent, made)
    deadlines.put(desk, "ask", made.id, "chase", desk.now + desk.pace.ask_again)
    said = text("Asked {who}: {question}", who=whom.shown, question=made.question)
    written = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=said)
    messages.write(desk, written, Where(ticket_id=ticket.id))
    return made


def _put(desk: Desk, ticket: Ticket, agent: Agent, made: Ask) -> None:
    if made.room != LETTER:
        outbox.put(desk, pushed.question(made))
        return
    note = Note(
        address=made.account, subject=ticket.subject, said=_in_words(desk, made), ask_id=made.id,
        signed=agent.public_name, ticket_id=ticket.id,
    )  # fmt: skip
    letter = mailing.wanted(desk, ticket.team_id, note)
    if letter is None:
        raise UserError(text("This desk has no mailbox yet. An admin connects one: deskbell connect email"))
    outbox.put(desk, letter)


def _in_words(desk: Desk, made: Ask) -> Text:
    """The question with the messages its asker chose; who is asked sees nothing else."""
    chosen = messages.by_ids(desk, made.shown)
    quoted = "\n\n".join(f"> {each.body}".replace("\n", "\n> ") for each in chosen if each.body)
    return verbatim("\n\n".join(filter(None, (made.question, quoted))))


def by_letter(desk: Desk, said: Said, letter: Letter) -> Ask | None:
    """What a letter that answers a question of ours says becomes a note, its files with it; else None.

    A machine's answer is a note, too, and goes on being waited for.
    """
    asked = _of(desk, letter.deliveries)
    if asked is not None:
        name = said.sender.name or said.sender.address
        _answered(desk, asked, name, said.text, files=said.files, counts=not letter.is_automatic)
    return asked


def bounced(desk: Desk, deliveries: Sequence[int], why: str) -> bool:
    """Tells who asked that a question did not arrive; False where it was none."""
    asked = _of(desk, deliveries)
    if asked is None:
        return False
    said = text("Your question about #{number} did not reach {who}: {why}", number=asked.ticket_id, who=asked.account,
                why=why[:200])  # fmt: skip
    notices.give(desk, asked.agent_id, said, ticket_id=asked.ticket_id)
    told = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=said)
    messages.write(desk, told, Where(ticket_id=tickets.standing(desk, asked.ticket_id).id))
    return True


def _of(desk: Desk, deliveries: Sequence[int]) -> Ask | None:
    """The question one of these deliveries was."""
    if not deliveries:
        return None
    sent = select(Delivery.facts).where(Delivery.id.in_(deliveries)).order_by(Delivery.id.desc())
    asked = (facts.get("ask") for facts in desk.execute(sent).scalars())
    found = next(filter(None, asked), None)
    return None if found is None else desk.session.get(Ask, found, with_for_update=desk.locks)


def _must_be_of(desk: Desk, ticket: Ticket, shown: Sequence[int]) -> None:
    found = select(Message.id).where(Message.id.in_(shown), Message.ticket_id == ticket.id)
    strange = set(shown) - set(desk.execute(found).scalars())
    if strange:
        raise UserError(text("Message {id} is not of #{number}.", id=min(strange), number=ticket.id))


def answer(desk: Desk, room: str, account: str, name: str, words: str) -> Ask | None:
    """What somebody who was asked says: a note on the ticket of their newest question; None where nobody asked them.

    For a week after their answer they may add to it.
    """
    lately = or_(Ask.answered_at.is_(None), Ask.answered_at > desk.now - _ADDS_TO_IT)
    theirs = select(Ask).where(Ask.room == room, Ask.account == account, lately)
    statement = theirs.order_by(Ask.id.desc()).limit(1)
    asked = desk.session.scalars(statement.with_for_update()).one_or_none()
    if asked is not None:
        _answered(desk, asked, name, words)
    return asked


def _answered(
    desk: Desk, asked: Ask, name: str, words: str, *, files: tuple[int, ...] = (), counts: bool = True
) -> None:
    body = messages.bounded(desk, words[: desk.pace.longest_text])
    note = Words(author=Author.AGENT, reader=Reader.TEAM, body=body, author_name=name[:60], files=files)
    messages.write(desk, note, Where(ticket_id=tickets.standing(desk, asked.ticket_id).id))
    if counts and asked.answered_at is None:
        asked.answered_at = desk.now
        deadlines.drop(desk, "ask", asked.id, "chase")
        said = text("{who} answered about #{number}.", who=name, number=asked.ticket_id)
        notices.give(desk, asked.agent_id, said, ticket_id=asked.ticket_id)


def chase(desk: Desk, due: Due) -> None:
    """Asks again, once, and tells who asked that nothing has come."""
    asked = desk.session.get(Ask, due.subject_id)
    if asked is None or asked.answered_at is not None:
        return
    _put(desk, tickets.read(desk, asked.ticket_id), desk.session.get_one(Agent, asked.agent_id), asked)
    said = text("Your question about #{number} has no answer yet; it was asked again.", number=asked.ticket_id)
    notices.give(desk, asked.agent_id, said, ticket_id=asked.ticket_id)

"""A ticket is brought before the supervisors of its team: in their channel, or each of them where they have none."""

from sqlalchemy import select

from core import calls, messages, notices
from core.desk import Desk
from core.messages import Where, Words
from core.models import Agent, Author, Member, Reader, Role, Ticket
from core.notices import News
from core.show import text


def escalate(desk: Desk, ticket: Ticket, agent: Agent, why: str) -> int | None:
    """Asks them to look, with why as a note; returns how many were told, None where a channel of theirs was."""
    told = text("{who} asked the supervisors to look at this.", who=agent.public_name)
    here, reason = Where(ticket_id=ticket.id), messages.bounded(desk, why)
    messages.write(desk, Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=told), here)
    if reason:
        messages.note(desk, reason, here)
    said = text("{who} asks the supervisors to look at #{number}.", who=agent.public_name, number=ticket.id)
    if calls.escalate(desk, ticket, said):
        return None
    supervisors = [each for each in _supervisors(desk, ticket.team_id) if each != agent.id]
    notices.give_all(desk, [News(each, said, ticket.id) for each in supervisors])
    return len(supervisors)


def _supervisors(desk: Desk, team_id: int) -> list[int]:
    """The supervisors of a team; else all of them, else the admins."""
    everybody = select(Agent.id).where(Agent.is_active).order_by(Agent.id)
    of_team = everybody.join(Member, Member.agent_id == Agent.id).where(Member.team_id == team_id)
    for some in (
        of_team.where(Agent.role == Role.SUPERVISOR),
        everybody.where(Agent.role == Role.SUPERVISOR),
        everybody.where(Agent.role == Role.ADMIN),
    ):
        found = list(desk.execute(some).scalars())
        if found:
            return found
    return []

"""Somebody is no agent any more: their conversations are called out again, their tickets are the team's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from core import deadlines, dialogs, notices, outbox, pushed, teams, tickets
from core.desk import Desk
from core.models import (
    Account,
    Agent,
    Candidate,
    Deadline,
    Dialog,
    DialogState,
    Member,
    Place,
    Purpose,
    Role,
    Snooze,
    Ticket,
    Watcher,
)
from core.show import Text, text

_NAMED = 20
"""Tickets named to supervisors; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Left:
    """What went back to the team."""

    tickets: tuple[int, ...]
    dialogs: tuple[int, ...]


def leave(desk: Desk, agent: Agent) -> Left:
    """Takes an agent off the desk: no commands, no sessions, no messages; what was theirs waits for the team again."""
    supervisors, channels = _supervisors(desk, agent), _channels(desk, agent)
    teams.remove_agent(desk, agent)
    _withdraw_candidates(desk, agent)
    left = Left(_give_back_tickets(desk, agent), _give_back_dialogs(desk, agent))
    _hand_on_reminders(desk, agent, supervisors)
    for table in (Snooze, Watcher, Member):
        desk.execute(delete(table).where(table.agent_id == agent.id))
    for supervisor in supervisors:
        notices.give(desk, supervisor, _told(agent, left))
    outbox.put(desk, *(pushed.call(channel, _told(agent, left)) for channel in channels))
    return left


def _supervisors(desk: Desk, agent: Agent) -> list[int]:
    """Who is told: the supervisors of the agent's teams, else the admins."""
    mine = select(Member.team_id).where(Member.agent_id == agent.id)
    others = select(Agent.id).where(Agent.is_active, Agent.id != agent.id)
    theirs = others.join(Member, Member.agent_id == Agent.id).where(Member.team_id.in_(mine))
    found = desk.execute(theirs.where(Agent.role == Role.SUPERVISOR).distinct().order_by(Agent.id)).scalars().all()
    return list(found or desk.execute(others.where(Agent.role == Role.ADMIN).order_by(Agent.id)).scalars())


def _channels(desk: Desk, agent: Agent) -> Sequence[Place]:
    """The supervisors' channels of the agent's teams."""
    mine = select(Member.team_id).where(Member.agent_id == agent.id)
    statement = select(Place).where(Place.team_id.in_(mine), Place.purpose == Purpose.SUPERVISORS.value)
    return desk.session.scalars(statement.order_by(Place.id)).all()


def _withdraw_candidates(desk: Desk, agent: Agent) -> None:
    """Who comes back is proposed and accepted again. Their accounts stay known: they are the same agent then."""
    for account in desk.session.scalars(select(Account).where(Account.agent_id == agent.id)).all():
        theirs = (Candidate.room == account.room, Candidate.external_id == account.external_id)
        desk.execute(delete(Candidate).where(*theirs))


def _give_back_tickets(desk: Desk, agent: Agent) -> tuple[int, ...]:
    theirs = select(Ticket).where(Ticket.assignee_id == agent.id, Ticket.is_open).order_by(Ticket.id).with_for_update()
    found = desk.session.scalars(theirs).all()
    for ticket in found:
        tickets.assign(desk, ticket, None)
    return tuple(ticket.id for ticket in found)


def _give_back_dialogs(desk: Desk, agent: Agent) -> tuple[int, ...]:
    theirs = select(Dialog.id).where(Dialog.assignee_id == agent.id, Dialog.state == DialogState.LIVE)
    found = tuple(desk.execute(theirs.order_by(Dialog.id)).scalars())
    for dialog_id in found:
        dialogs.give_back(desk, dialogs.locked(desk, dialog_id))
    return found


def _hand_on_reminders(desk: Desk, agent: Agent, supervisors: list[int]) -> None:
    """Reminders of what is not over go to the first supervisor."""
    theirs = (Deadline.subject == "ticket", Deadline.kind == f"remind:{agent.id}")
    rows = desk.execute(delete(Deadline).where(*theirs).returning(Deadline.subject_id, Deadline.due_at)).all()
    for row in rows if supervisors else ():
        deadlines.put(desk, "ticket", row.subject_id, f"remind:{supervisors[0]}", row.due_at, {"agent": supervisors[0]})


def _told(agent: Agent, left: Left) -> Text:
    named = ", ".join(f"#{number}" for number in left.tickets[:_NAMED]) or "–"
    facts: dict[str, Any] = {"who": agent.public_name, "tickets": named, "count": len(left.tickets)}
    if len(left.tickets) > _NAMED:
        return text("{who} is no agent any more. {count} tickets are back in the queue: {tickets}, …", **facts)
    return text("{who} is no agent any more. Back in the queue: {tickets}", **facts)

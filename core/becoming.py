"""Two agents turn out to be one person: what the one worked on, watched and was to be reminded of is the other's."""

from typing import Any

from sqlalchemy import delete, select, update

from core import teams
from core.desk import Desk
from core.models import (
    Agent,
    Alert,
    Ask,
    Deadline,
    Dialog,
    HeldReply,
    Member,
    Notice,
    OnCall,
    Relay,
    Role,
    Snooze,
    Ticket,
    View,
    Watcher,
)

_PERSONAL = ("remind", "snooze")
"""Kinds of deadlines that carry whose they are behind a colon."""


def become(desk: Desk, was: Agent, agent: Agent) -> None:
    """Makes everything of `was` that of `agent`; `was` is removed, their words in the past stay theirs."""
    for assigned in (Ticket, Dialog):
        desk.execute(update(assigned).where(assigned.assignee_id == was.id).values(assignee_id=agent.id))
    for theirs in (HeldReply, Ask, Notice):
        desk.execute(update(theirs).where(theirs.agent_id == was.id).values(agent_id=agent.id))
    desk.execute(update(Alert).where(Alert.acked_by == was.id).values(acked_by=agent.id))
    _hand_over(desk, Relay, Relay.dialog_id, was, agent)
    _hand_over(desk, Watcher, Watcher.ticket_id, was, agent)
    _hand_over(desk, Snooze, Snooze.ticket_id, was, agent)
    _hand_over(desk, OnCall, OnCall.team_id, was, agent)
    _hand_over(desk, View, View.name, was, agent)
    _deadlines(desk, was, agent)
    for team_id in desk.execute(select(Member.team_id).where(Member.agent_id == was.id)).scalars().all():
        teams.join_team(desk, agent.id, team_id)
    agent.role = max(was.role, agent.role, key=list(Role).index)
    desk.look("*")
    teams.remove_agent(desk, was)


def _hand_over(desk: Desk, model: Any, subject: Any, was: Agent, agent: Agent) -> None:
    """Rows of which each agent has at most one per subject: where both had one, one is left."""
    both = select(subject).where(model.agent_id == agent.id)
    desk.execute(delete(model).where(model.agent_id == was.id, subject.in_(both)))
    desk.execute(update(model).where(model.agent_id == was.id).values(agent_id=agent.id))


def _deadlines(desk: Desk, was: Agent, agent: Agent) -> None:
    for kind in _PERSONAL:
        theirs, ours = f"{kind}:{was.id}", f"{kind}:{agent.id}"
        both = select(Deadline.subject_id).where(Deadline.subject == "ticket", Deadline.kind == ours)
        desk.execute(delete(Deadline).where(Deadline.kind == theirs, Deadline.subject_id.in_(both)))
        desk.execute(update(Deadline).where(Deadline.kind == theirs).values(kind=ours, facts={"agent": agent.id}))

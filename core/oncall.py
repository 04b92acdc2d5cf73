"""Who is on call: the agents whom a team's calls name, in place of everybody."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Select, delete, insert, select

from core.desk import Desk
from core.errors import UserError
from core.models import Agent, Member, OnCall
from core.show import Text, text, verbatim


def put(desk: Desk, team_id: int, agents: Sequence[Agent]) -> None:
    """Names who is on call for a team; nobody means that everybody is called. Raises UserError for who is not of it."""
    members = set(desk.execute(select(Member.agent_id).where(Member.team_id == team_id)).scalars())
    strange = next((each for each in agents if each.id not in members), None)
    if strange is not None:
        raise UserError(text("@{name} is not in this team. Try: desk join @{name} TEAM", name=strange.name))
    desk.execute(delete(OnCall).where(OnCall.team_id == team_id))
    rows = [{"team_id": team_id, "agent_id": each} for each in dict.fromkeys(agent.id for agent in agents)]
    if rows:
        desk.execute(insert(OnCall), rows)


def of_team(desk: Desk, team_id: int) -> Sequence[Agent]:
    """Who is on call for a team, by name: of its people alone, whoever has left it meanwhile."""
    return desk.session.scalars(_named().where(OnCall.team_id == team_id).order_by(Agent.name)).all()


def _named() -> Select[Agent]:
    of_it = (Member.agent_id == OnCall.agent_id) & (Member.team_id == OnCall.team_id)
    return select(Agent).join(OnCall, OnCall.agent_id == Agent.id).join(Member, of_it).where(Agent.is_active)


def called(desk: Desk, teams: Collection[int]) -> dict[int, list[int]]:
    """Whom the calls of these teams name: who is on call and not away. A team without them calls everybody."""
    here = ~Agent.is_away | (Agent.away_until <= desk.now)
    statement = _named().with_only_columns(OnCall.team_id, Agent.id).where(OnCall.team_id.in_(teams), here)
    found: dict[int, list[int]] = defaultdict(list)
    for row in desk.execute(statement.order_by(Agent.id)):
        found[row.team_id].append(row.id)
    return found


def name(desk: Desk, agent_id: int | None) -> Text:
    """What somebody is called who did something with an alert."""
    agent = None if agent_id is None else desk.session.get(Agent, agent_id)
    return text("Deskbell") if agent is None else verbatim(agent.public_name)

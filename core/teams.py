"""Agents and teams: who there is, who is there, and who signs in."""

import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, literal, or_, select, update

from core.actor import Actor, ActorKind
from core.desk import Desk, Topic
from core.errors import NotFound, UserError
from core.models import Account, Agent, Lease, Member, Place, Role, SignIn, SignInLink, Team
from core.models.base import Instant
from core.show import text

LINK_LIFE = timedelta(minutes=30)
SIGN_IN_LIFE = timedelta(days=30)
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


def actor(desk: Desk, agent: Agent) -> Actor:
    """An agent as the doer of what follows."""
    teams = desk.execute(select(Member.team_id).where(Member.agent_id == agent.id)).scalars()
    return Actor(ActorKind.AGENT, agent.id, agent.role, agent.name, frozenset(teams), agent.language, agent.time_zone)


def pages_of(agent_id: int) -> Topic:
    """What an agent's open pages listen to: their news, and whether their session and role still hold."""
    return f"agent:{agent_id}"


def agent_named(desk: Desk, name: str) -> Agent:
    """The active agent of this handle, with or without `@`."""
    found = desk.session.scalars(select(Agent).where(Agent.name == name.lower().lstrip("@"))).one_or_none()
    if found is None or not found.is_active:
        raise NotFound(text("There is no agent {name}. Try: desk agents", name=name))
    return found


def is_handle(name: str) -> bool:
    """Whether an agent or team can be called so."""
    return _HANDLE.fullmatch(name) is not None


def agent_of_address(desk: Desk, address: str) -> Agent | None:
    """The active agent whose e-mail address this is."""
    theirs = (func.lower(Agent.email) == address.strip().lower(), Agent.email != "", Agent.is_active)
    return desk.session.scalars(select(Agent).where(*theirs).order_by(Agent.id).limit(1)).one_or_none()


def agent_by_id(desk: Desk, agent_id: int) -> Agent:
    """The agent of this id."""
    found = desk.session.get(Agent, agent_id)
    if found is None:
        raise NotFound(text("There is no such agent."))
    return found


def is_any_agent(desk: Desk, names: Collection[str]) -> bool:
    """Whether one of these is an agent's handle."""
    return bool(names) and desk.execute(select(Agent.id).where(Agent.name.in_(names)).limit(1)).first() is not None


def add_agent(
    desk: Desk, name: str, *, role: Role, public_name: str = "", email: str = "", team: Team | None = None
) -> Agent:
    """Adds an agent to the desk and to a team, the first where none is named; a removed one of that name comes back."""
    handle = name.lower().lstrip("@")
    if not _HANDLE.fullmatch(handle):
        raise UserError(
            text("{name} cannot be an agent's name: use letters, digits, dot, dash; at most 32.", name=name[:40])
        )
    agent = desk.session.scalars(select(Agent).where(Agent.name == handle)).one_or_none()
    if agent is None:
        agent = Agent(name=handle, public_name=public_name or name.title(), email=email, created_at=desk.now)
        desk.session.add(agent)
        default = team or first_team(desk)
        agent.language, agent.time_zone = default.language, default.time_zone
        desk.flush()
        join_team(desk, agent.id, default.id)
    elif role is not Role.ADMIN:
        _must_leave_an_admin(desk, agent)
    agent.is_active, agent.role = True, role
    desk.flush()
    desk.look(pages_of(agent.id))
    return agent


def remove_agent(desk: Desk, agent: Agent) -> None:
    """Takes an agent off the desk: no commands, no sessions; what they did keeps their name."""
    _must_leave_an_admin(desk, agent)
    agent.is_active = False
    desk.flush()
    desk.execute(delete(SignIn).where(SignIn.agent_id == agent.id))
    desk.execute(delete(SignInLink).where(SignInLink.agent_id == agent.id))
    desk.look(pages_of(agent.id))


def _must_leave_an_admin(desk: Desk, agent: Agent) -> None:
    """Refuses to take the last admin's role: nobody could give it back."""
    if agent.role is not Role.ADMIN or not agent.is_active:
        return
    another = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_active, Agent.id != agent.id).limit(1)
    if desk.execute(another.with_for_update()).first() is None:
        raise UserError(text("@{name} is the last admin. Make somebody else admin first.", name=agent.name))


def agents(desk: Desk) -> Sequence[Agent]:
    """All active agents by name."""
    return desk.session.scalars(select(Agent).where(Agent.is_active).order_by(Agent.name)).all()


def first_team(desk: Desk) -> Team:
    """The desk's first team, made when there is none yet."""
    team = desk.session.scalars(select(Team).where(~Team.is_demo).order_by(Team.id).limit(1)).one_or_none()
    if team is None:
        team = Team(name="support", title="Support")
        desk.session.add(team)
        desk.flush()
    return team


def of_agent(desk: Desk, agent_id: int | None) -> Team:
    """An agent's team: the first one unless they are only in others, then the one they are in longest."""
    first = first_team(desk)
    theirs = select(Team).join(Member, Member.team_id == Team.id).where(Member.agent_id == (agent_id or 0))
    mine = desk.session.scalars(theirs.order_by(Team.id != first.id, Team.id).limit(1)).one_or_none()
    return mine or first


def has_team(desk: Desk) -> bool:
    """Whether the desk has a team of its own."""
    return desk.execute(select(Team.id).where(~Team.is_demo).limit(1)).first() is not None


def known(desk: Desk) -> Sequence[Team]:
    """All teams by name."""
    return desk.session.scalars(select(Team).order_by(Team.name)).all()


def team_named(desk: Desk, name: str) -> Team:
    """The team of this name."""
    team = desk.session.scalars(select(Team).where(Team.name == name.lower())).one_or_none()
    if team is None:
        known = ", ".join(desk.session.scalars(select(Team.name).order_by(Team.name).limit(20)))
        raise NotFound(text("There is no team {name}. The teams are: {known}", name=name, known=known))
    return team


def is_any(desk: Desk, name: str) -> bool:
    """Whether a team has this name."""
    return desk.execute(select(Team.id).where(Team.name == name.lower())).first() is not None


def add_team(desk: Desk, name: str, title: str = "", *, is_demo: bool = False) -> Team:
    """Adds a team; one that exists stays as it is."""
    handle = name.lower()
    if not _HANDLE.fullmatch(handle):
        raise UserError(text("{name} cannot be a team's name: use letters, digits, dot, dash.", name=name[:40]))
    team = desk.session.scalars(select(Team).where(Team.name == handle)).one_or_none()
    if team is None:
        template = first_team(desk)
        team = Team(name=handle, title=title or name.title(), language=template.language, is_demo=is_demo)
        team.time_zone = template.time_zone
        desk.session.add(team)
        desk.flush()
    return team


def join_team(desk: Desk, agent_id: int, team_id: int) -> None:
    """Makes an agent a member of a team; twice is once."""
    if desk.session.get(Member, (team_id, agent_id)) is None:
        desk.session.add(Member(team_id=team_id, agent_id=agent_id))
        desk.flush()
        desk.look(pages_of(agent_id))


def leave_team(desk: Desk, agent_id: int, team_id: int) -> None:
    """Takes an agent out of a team."""
    desk.execute(delete(Member).where(Member.team_id == team_id, Member.agent_id == agent_id))
    desk.look(pages_of(agent_id))


def set_members(desk: Desk, team_id: int, agent_ids: Collection[int]) -> None:
    """Makes exactly these agents the members of a team."""
    others = select(Member).where(Member.team_id == team_id, Member.agent_id.not_in(agent_ids))
    for member in desk.session.scalars(others).all():
        desk.session.delete(member)
    desk.flush()
    for agent_id in sorted(agent_ids):
        join_team(desk, agent_id, team_id)


def is_somebody_there(desk: Desk, team_id: int) -> bool:
    """Whether an agent of the team has a room open now, or is in a connected team chat, and is not away."""
    return bool(desk.execute(_IS_SOMEBODY_THERE, presence(desk, team_id)).scalar_one())


_IN_A_ROOM = (
    select(Account.id)
    .join(Lease, Lease.key == literal("room:") + Account.room)
    .join(Place, (Place.room == Account.room) & (Place.team_id == bindparam("present_team")))
    .where(Account.agent_id == Agent.id, Lease.until > bindparam("present_now", type_=Instant()))
    .correlate(Agent)
    .exists()
)
"""An agent of a team whose team chat is connected is called there, so they count as there until they say otherwise."""

_THERE = (
    select(Agent.id)
    .join(Member, Member.agent_id == Agent.id)
    .where(Member.team_id == bindparam("present_team"), Agent.is_active)
    .where(or_(Agent.seen_at >= bindparam("present_since", type_=Instant()), _IN_A_ROOM))
    .where(or_(~Agent.is_away, Agent.away_until <= bindparam("present_now", type_=Instant())))
)
SOMEBODY_THERE = _THERE.exists()
"""The same within a larger statement, which then takes `presence` among its values."""
_IS_SOMEBODY_THERE = select(SOMEBODY_THERE)


def there(desk: Desk, team_id: int) -> Sequence[Agent]:
    """Who of a team is there now, by name."""
    present = desk.execute(_THERE, presence(desk, team_id)).scalars().all()
    return desk.session.scalars(select(Agent).where(Agent.id.in_(present)).order_by(Agent.name)).all()


def presence(desk: Desk, team_id: int) -> dict[str, Any]:
    """What `SOMEBODY_THERE` needs to know."""
    return {"present_team": team_id, "present_since": desk.now - desk.pace.present, "present_now": desk.now}


def somebody_back_at(desk: Desk, team_id: int) -> datetime | None:
    """When the first of those who are away has said to be back; None when nobody said."""
    back: datetime | None = desk.execute(_BACK, {"present_team": team_id, "present_now": desk.now}).scalar_one()
    return back


_BACK = (
    select(func.min(Agent.away_until))
    .join(Member, Member.agent_id == Agent.id)
    .where(Member.team_id == bindparam("present_team"), Agent.is_active, Agent.is_away)
    .where(Agent.away_until > bindparam("present_now", type_=Instant()))
)


def saw(desk: Desk, agent_id: int) -> None:
    """Notes that an agent's room is open right now."""
    desk.execute(update(Agent).where(Agent.id == agent_id).values(seen_at=desk.now))


def hashed(secret: str) -> str:
    """What is kept of a secret made by us (random, so a plain hash is enough)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in_link(desk: Desk, agent: Agent) -> str:
    """Makes the secret of a link that signs this agent in once, within 30 minutes."""
    secret = desk.new_key()
    desk.session.add(SignInLink(secret_hash=hashed(secret), agent_id=agent.id, expires_at=desk.now + LINK_LIFE))
    return secret


def use_sign_in_link(desk: Desk, secret: str) -> Agent:
    """The agent a link signs in; a second use, an expired or unknown link is refused."""
    used = desk.change(
        update(SignInLink)
        .where(SignInLink.secret_hash == hashed(secret), SignInLink.used_at.is_(None), SignInLink.expires_at > desk.now)
        .values(used_at=desk.now)
    )
    if not used:
        raise NotFound(text("This link was used or is too old. A fresh one: deskbell agent link NAME"))
    link = desk.session.scalars(select(SignInLink).where(SignInLink.secret_hash == hashed(secret))).one()
    return agent_by_id(desk, link.agent_id)


def sign_in(desk: Desk, agent: Agent, browser: str) -> str:
    """Signs a browser in; returns its secret, of which only the hash is kept."""
    secret = desk.new_key()
    desk.session.add(
        SignIn(
            secret_hash=hashed(secret),
            agent_id=agent.id,
            created_at=desk.now,
            seen_at=desk.now,
            expires_at=desk.now + SIGN_IN_LIFE,
            browser=browser[:200],
        )
    )
    return secret


def signed_in(desk: Desk, secret: str) -> Actor | None:
    """Who a browser's secret belongs to; nobody when it is unknown, expired, revoked or its agent removed."""
    statement = (
        select(Agent)
        .join(SignIn, SignIn.agent_id == Agent.id)
        .where(SignIn.secret_hash == hashed(secret), SignIn.expires_at > desk.now, Agent.is_active)
    )
    agent = desk.session.scalars(statement).one_or_none()
    return None if agent is None else actor(desk, agent)


def sign_out(desk: Desk, secret: str) -> None:
    """Ends one browser's session; its open pages hear of it."""
    ended = delete(SignIn).where(SignIn.secret_hash == hashed(secret)).returning(SignIn.agent_id)
    desk.look(*map(pages_of, desk.execute(ended).scalars()))


def sign_out_everywhere(desk: Desk, agent_id: int) -> int:
    """Ends all of an agent's sessions, their open pages with them; returns how many there were."""
    desk.look(pages_of(agent_id))
    return desk.change(delete(SignIn).where(SignIn.agent_id == agent_id))


def how_many_agents(desk: Desk) -> int:
    """How many active agents there are."""
    return int(desk.execute(select(func.count()).select_from(Agent).where(Agent.is_active)).scalar_one())

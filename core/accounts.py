"""Agents' accounts in the team chats: who somebody there is, who comes to be an agent, and who no longer is one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from core import becoming, leaving, outbox, pushed, teams
from core.actor import Actor, ActorKind
from core.desk import Desk
from core.errors import NotFound, UserError
from core.models import Account, Agent, Candidate, Member, Place, Pressed, Purpose, Role, Team
from core.show import Button, Tone, text

CODE_LIFE = timedelta(minutes=15)
_CODE = "link-code"
_UNFIT = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a team chat, as it describes them."""

    external_id: str
    handle: str
    name: str
    email: str = ""
    language: str = ""
    zone: str = ""
    is_full: bool = True
    """A member with all rights: no guest, nobody of another workspace, no bot, nobody who was switched off."""


def actor_at(desk: Desk, room: str, external_id: str) -> Actor:
    """Who an account acts for: its agent, or nobody who may do anything."""
    agent = agent_at(desk, room, external_id)
    if agent is None:
        return Actor(ActorKind.ACCOUNT, name=f"{room}:{external_id}")
    return teams.actor(desk, agent)


def agent_at(desk: Desk, room: str, external_id: str) -> Agent | None:
    """The active agent whose account it is."""
    statement = select(Agent).join(Account, Account.agent_id == Agent.id)
    theirs = (Account.room == room, Account.external_id == external_id, Agent.is_active)
    return desk.session.scalars(statement.where(*theirs)).one_or_none()


def of_agent(desk: Desk, agent_id: int) -> Sequence[Account]:
    """An agent's accounts, the first one first."""
    return desk.session.scalars(select(Account).where(Account.agent_id == agent_id).order_by(Account.id)).all()


def of_agents(desk: Desk, agent_ids: Sequence[int], room: str) -> list[str]:
    """What some agents are called in one room, as far as they are there."""
    statement = select(Account.external_id).where(Account.agent_id.in_(agent_ids), Account.room == room)
    return list(desk.execute(statement.order_by(Account.agent_id)).scalars())


def of_place(desk: Desk, place: Place) -> list[str]:
    """The accounts in a place's room whose agents are in its team; supervisors and admins are nobody's to send away."""
    statement = select(Account.external_id).join(Agent, Agent.id == Account.agent_id)
    statement = statement.join(Member, Member.agent_id == Agent.id).where(Member.team_id == place.team_id)
    theirs = (Account.room == place.room, Agent.is_active, Agent.role == Role.AGENT)
    return list(desk.execute(statement.where(*theirs).order_by(Account.id)).scalars())


def admit(desk: Desk, team: Team, room: str, person: Person, *, role: Role = Role.AGENT) -> Agent:
    """Makes somebody an agent of a team, or finds them as one; a removed one comes back. Repeating is safe."""
    account = _account(desk, room, person.external_id)
    agent = None if account is None else desk.session.get(Agent, account.agent_id)
    if agent is None:
        handle = _free_handle(desk, person)
        agent = teams.add_agent(desk, handle, role=role, public_name=person.name[:60], email=person.email, team=team)
        _describe(agent, person)
        attach(desk, agent, room, person.external_id)
    if not agent.is_active:
        agent.is_active, agent.role = True, role
    teams.join_team(desk, agent.id, team.id)
    desk.execute(delete(Candidate).where(Candidate.room == room, Candidate.external_id == person.external_id))
    return agent


def _free_handle(desk: Desk, person: Person) -> str:
    """A handle nobody has: theirs as far as it fits ours, with a number behind it where it is taken."""
    wanted = _UNFIT.sub("-", person.handle.lower()).strip("-._")[:28] or "agent"
    taken = set(desk.execute(select(Agent.name).where(Agent.name.startswith(wanted))).scalars())
    return next(name for name in (wanted, *(f"{wanted}{n}" for n in range(2, 1_000))) if name not in taken)


def _describe(agent: Agent, person: Person) -> None:
    agent.language = person.language or agent.language
    agent.time_zone = person.zone or agent.time_zone


def _account(desk: Desk, room: str, external_id: str) -> Account | None:
    theirs = (Account.room == room, Account.external_id == external_id)
    return desk.session.scalars(select(Account).where(*theirs)).one_or_none()


def attach(desk: Desk, agent: Agent, room: str, external_id: str) -> None:
    """Says that an account is this agent's; the agent it was before, who then has none, becomes this one."""
    account = _account(desk, room, external_id)
    if account is None:
        desk.session.add(Account(agent_id=agent.id, room=room, external_id=external_id))
        desk.flush()
        return
    if account.agent_id == agent.id:
        return
    was, account.agent_id = account.agent_id, agent.id
    desk.flush()
    if not of_agent(desk, was):
        becoming.become(desk, desk.session.get_one(Agent, was), agent)


def code_for(desk: Desk, agent: Agent) -> str:
    """A code that says, typed from an account within 15 minutes, that the account is this agent's; used once."""
    code = desk.new_key()[:10].upper().replace("_", "X").replace("-", "Y")
    row = Pressed(
        key=teams.hashed(f"{_CODE}:{code}"), purpose=_CODE, agent_id=agent.id, expires_at=desk.now + CODE_LIFE
    )
    desk.session.add(row)
    return code


def use_code(desk: Desk, code: str, room: str, external_id: str) -> Agent:
    """Links the account a code was typed from. Raises NotFound for a code that is unknown, used or too old."""
    key = teams.hashed(f"{_CODE}:{code.strip().upper()}")
    fresh = (Pressed.key == key, Pressed.purpose == _CODE, Pressed.used_at.is_(None), Pressed.expires_at > desk.now)
    agent_id = desk.execute(
        update(Pressed).where(*fresh).values(used_at=desk.now).returning(Pressed.agent_id)
    ).scalar_one_or_none()
    if agent_id is None:
        raise NotFound(text("That code was used or is too old. Type “me link” in the team room for a fresh one."))
    agent = teams.agent_by_id(desk, agent_id)
    if not agent.is_active:
        raise UserError(text("@{name} is no agent any more.", name=agent.name))
    attach(desk, agent, room, external_id)
    return agent


def came(desk: Desk, place: Place, person: Person) -> None:
    """Somebody came to a team's channel: the team is asked, once, whether they shall be an agent."""
    if not person.is_full or place.purpose != Purpose.TEAM or agent_at(desk, place.room, person.external_id):
        return
    if propose(desk, place, person):
        team = desk.session.get_one(Team, place.team_id)
        said = text("{who} came to this channel. Shall they be an agent of {team}?", who=person.name, team=team.title)
        yes = Button(text("Accept"), f"desk accept {place.room} {person.external_id}", Tone.GOOD)
        outbox.put(desk, pushed.call(place, said, buttons=(yes,)))


def propose(desk: Desk, place: Place, person: Person) -> bool:
    """Notes somebody who may become an agent of a place's team; False where they wait already."""
    if desk.session.get(Candidate, (place.room, person.external_id)) is not None:
        return False
    desk.session.add(
        Candidate(
            room=place.room, external_id=person.external_id, place=place.place, handle=person.handle,
            public_name=person.name, email=person.email, language=person.language, zone=person.zone, at=desk.now,
        )
    )  # fmt: skip
    return True


def accept(desk: Desk, room: str, external_id: str) -> Agent:
    """Makes somebody who came to a team's channel an agent of that team."""
    waiting = desk.session.get(Candidate, (room, external_id))
    if waiting is None:
        raise NotFound(text("Nobody waits there to be accepted."))
    found = select(Team).join(Place, Place.team_id == Team.id)
    team = desk.session.scalars(found.where(Place.room == room, Place.place == waiting.place).limit(1)).one_or_none()
    person = Person(
        external_id=external_id, handle=waiting.handle, name=waiting.public_name, email=waiting.email,
        language=waiting.language, zone=waiting.zone,
    )  # fmt: skip
    return admit(desk, team or teams.first_team(desk), room, person)


def left(desk: Desk, place: Place, external_id: str) -> None:
    """Somebody left a team's channel or lost its role: they are out of the team, and off the desk with their last one.

    Supervisors and admins stay: nobody takes the desk's keys by leaving a channel.
    """
    waiting = (Candidate.room == place.room, Candidate.external_id == external_id)
    desk.execute(delete(Candidate).where(*waiting))
    agent = agent_at(desk, place.room, external_id)
    if agent is None or place.purpose != Purpose.TEAM or _is_elsewhere(desk, agent, place):
        return
    teams.leave_team(desk, agent.id, place.team_id)
    is_in_none = desk.execute(select(Member.team_id).where(Member.agent_id == agent.id).limit(1)).first() is None
    if is_in_none and agent.role is Role.AGENT:
        leaving.leave(desk, agent)


def _is_elsewhere(desk: Desk, agent: Agent, place: Place) -> bool:
    """Whether an account in another chat belongs to another channel of the same team."""
    others = select(Account.id).join(Place, (Place.room == Account.room) & (Place.team_id == place.team_id))
    elsewhere = others.where(Account.agent_id == agent.id, Account.room != place.room)
    return desk.execute(elsewhere.limit(1)).first() is not None


def has_admin(desk: Desk) -> bool:
    """Whether an admin has ever been here; until then whoever sets the desk up becomes one."""
    statement = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_active, Agent.seen_at.is_not(None))
    return desk.execute(statement.limit(1)).first() is not None

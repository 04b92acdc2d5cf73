"""Teams' channels in the team chats: which team is where, and what lives there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select

from core import showing
from core.desk import Desk
from core.models import NOT_CLOSED, Account, Agent, Member, Place, Purpose, Team, Thread, Ticket

COUNTED = 1_000
"""Tickets are counted no further."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a team chat: its id there, its name, and the role or group who are called in it."""

    room: str
    place: str
    name: str = ""
    role: str = ""


def put(desk: Desk, team: Team, channel: Channel, purpose: Purpose) -> Place:
    """Makes a channel a team's; a channel that was another's is theirs no longer. Repeating is safe."""
    found = at(desk, channel.room, channel.place, purpose)
    if found is None:
        found = Place(room=channel.room, place=channel.place, purpose=purpose.value, team_id=team.id)
        desk.session.add(found)
    found.team_id, found.name, found.role = team.id, channel.name, channel.role
    desk.flush()
    showing.settle_in(desk, channel.room, channel.place)
    return found


def remove(desk: Desk, place: Place) -> None:
    """A channel is no team's any more: its threads rest where they are."""
    room, where = place.room, place.place
    desk.session.delete(place)
    desk.flush()
    showing.settle_in(desk, room, where)


def at(desk: Desk, room: str, place: str, purpose: Purpose = Purpose.TEAM) -> Place | None:
    """What a channel is used for."""
    statement = select(Place).where(Place.room == room, Place.place == place, Place.purpose == purpose.value)
    return desk.session.scalars(statement).one_or_none()


def all_at(desk: Desk, room: str, place: str) -> Sequence[Place]:
    """Everything a channel is used for."""
    return desk.session.scalars(select(Place).where(Place.room == room, Place.place == place)).all()


def of_team(desk: Desk, team_id: int, purpose: Purpose = Purpose.TEAM) -> Sequence[Place]:
    """A team's channels, in all team chats."""
    statement = select(Place).where(Place.team_id == team_id, Place.purpose == purpose.value)
    return desk.session.scalars(statement.order_by(Place.id)).all()


def in_room(desk: Desk, room: str) -> Sequence[Place]:
    """All channels of one team chat."""
    return desk.session.scalars(select(Place).where(Place.room == room).order_by(Place.id)).all()


def known(desk: Desk) -> Sequence[tuple[Place, Team]]:
    """All channels with their teams."""
    found = desk.session.execute(select(Place, Team).join(Team, Team.id == Place.team_id).order_by(Place.id))
    return [(row.Place, row.Team) for row in found]


def beside(desk: Desk, room: str, place: str) -> set[str]:
    """The other channels in a team chat of the team whose channel this one is: who is in one of them is in the team."""
    own = select(Place.team_id).where(Place.room == room, Place.place == place, Place.purpose == Purpose.TEAM.value)
    others = select(Place.place).where(Place.room == room, Place.place != place, Place.purpose == Purpose.TEAM.value)
    return set(desk.execute(others.where(Place.team_id.in_(own))).scalars())


def accounts_of(desk: Desk, team_id: int, room: str) -> set[str]:
    """The accounts in a team chat whose agents are of a team."""
    statement = select(Account.external_id).join(Agent, Agent.id == Account.agent_id)
    statement = statement.join(Member, Member.agent_id == Agent.id)
    return set(
        desk.execute(statement.where(Member.team_id == team_id, Account.room == room, Agent.is_active)).scalars()
    )


def untold(desk: Desk, place: Place) -> int:
    """How many unclosed tickets of a place's team have no thread there, counted to 1,000."""
    some = _untold(place).limit(COUNTED).subquery()
    return int(desk.execute(select(func.count()).select_from(some)).scalar_one())


def _untold(place: Place) -> Select[int]:
    has = exists(
        select(Thread.id).where(Thread.ticket_id == Ticket.id, Thread.room == place.room, Thread.place == place.place)
    )
    return select(Ticket.id).where(Ticket.team_id == place.team_id, NOT_CLOSED, Ticket.merged_into.is_(None), ~has)


def untold_tickets(desk: Desk, place: Place, *, limit: int) -> Sequence[int]:
    """The unclosed tickets of a place's team that have no thread there, the oldest first."""
    return desk.execute(_untold(place).order_by(Ticket.id).limit(limit)).scalars().all()

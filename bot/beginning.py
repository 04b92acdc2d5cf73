"""What an empty desk begins with: a team, its views, its first agent, and the channels the settings describe."""

from collections.abc import Mapping
from typing import Any

from bot.settings import Settings
from core import channels, teams, views
from core.desk import Desk
from core.models import Agent, Role


def is_begun(desk: Desk) -> bool:
    """Whether the desk has what `begin` makes, so that nothing needs to be written."""
    return teams.how_many_agents(desk) > 0 and teams.has_team(desk) and views.are_there(desk)


def begin(desk: Desk, settings: Settings) -> bool:
    """Makes what a desk needs to run; what is there stays as it is. True when its first agent was just made."""
    is_new = teams.how_many_agents(desk) == 0
    team = teams.first_team(desk)
    if is_new:
        team.language, team.time_zone = settings.language, settings.time_zone
        desk.flush()
        teams.add_agent(desk, settings.admin, role=Role.ADMIN)
    views.start(desk)
    return is_new


def begin_channel(desk: Desk, kind: str, name: str, known: Mapping[str, Any]) -> None:
    """Makes a channel the settings describe."""
    channels.configure(desk, channels.add(desk, kind, name, teams.first_team(desk)), known)


def an_admin(desk: Desk) -> Agent | None:
    """The first admin there is."""
    return next((agent for agent in teams.agents(desk) if agent.role is Role.ADMIN), None)

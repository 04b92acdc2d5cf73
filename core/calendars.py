"""Business hours as the desk keeps them: lines of text with names, and which team works by which."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from core import hours, teams
from core.desk import Desk
from core.errors import NotFound, UserError
from core.hours import Hours, HoursError, NeverOpens
from core.models import BusinessHours, Team
from core.show import text


@lru_cache(maxsize=256)
def _read(line: str) -> Hours:
    """What a stored line means; the same line is read once."""
    return hours.parse(line)


def save(desk: Desk, name: str, line: str) -> None:
    """Keeps hours under a name, in place of what they were. Raises HoursError with what is wrong in the line."""
    meant = hours.accept(line, desk.now)
    kept = desk.session.scalars(select(BusinessHours).where(BusinessHours.name == name)).one_or_none()
    if kept is None:
        kept = BusinessHours(name=name, line="")
        desk.session.add(kept)
    kept.line = hours.write(meant)
    desk.flush()


def known(desk: Desk) -> Sequence[BusinessHours]:
    """All hours by name."""
    return desk.session.scalars(select(BusinessHours).order_by(BusinessHours.name)).all()


def named(desk: Desk, name: str) -> BusinessHours:
    """The hours of this name."""
    found = desk.session.scalars(select(BusinessHours).where(BusinessHours.name == name.lower())).one_or_none()
    if found is None:
        there = ", ".join(each.name for each in known(desk)) or "–"
        raise NotFound(text("There are no hours {name}. There are: {names}", name=name[:40], names=there))
    return found


def give(desk: Desk, team: Team, name: str) -> None:
    """Lets a team work by these hours; `always` by none."""
    team.hours_id = None if name.lower() == ALWAYS else named(desk, name).id


ALWAYS = "always"
"""What a team that works by no hours is said to work by."""


def remove(desk: Desk, name: str) -> None:
    """Lets hours go that no team works by. Raises UserError for others."""
    found = named(desk, name)
    using = desk.execute(select(Team.name).where(Team.hours_id == found.id).limit(1)).scalar_one_or_none()
    if using is not None:
        raise UserError(text("The team {team} works by these hours. Give it others first.", team=using))
    desk.session.delete(found)


def of_team(desk: Desk, team_id: int) -> Hours | None:
    """The hours a team works by; None where it works by none."""
    statement = select(BusinessHours.line).join(Team, Team.hours_id == BusinessHours.id).where(Team.id == team_id)
    line = desk.execute(statement).scalar_one_or_none()
    return None if line is None else _read(line)


def opens_at(desk: Desk, team_id: int) -> datetime | None:
    """When a team that is closed now opens next; None while it is open, or where it works by no hours."""
    try:
        found = of_team(desk, team_id)
        return None if found is None or hours.is_open(found, desk.now) else hours.next_opening(found, desk.now)
    except (
        HoursError,
        NeverOpens,
    ):  # hours that are over keep nothing out
        return None


def back_at(desk: Desk, team_id: int) -> datetime | None:
    """When somebody of a team is there again: at its next opening, else when one of them has said; None if neither."""
    return opens_at(desk, team_id) or teams.somebody_back_at(desk, team_id)

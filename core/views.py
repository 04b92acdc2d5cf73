"""Saved filters: one agent's, a team's, or everybody's."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from core.desk import Desk
from core.errors import NotFound, UserError
from core.models import Member, View
from core.query import parse
from core.show import text

DEFAULTS = (
    ("mine", "status:new,open assignee:me -is:snoozed"),
    ("unassigned", "status:new,open assignee:none"),
    ("all", "status:new,open"),
    ("waiting", "status:new,open waiting>0s sort:waiting"),
    ("due", "due<8h sort:due"),
    ("overdue", "overdue:yes sort:due"),
    ("pending", "status:pending"),
    ("closed", "status:closed sort:-updated"),
)
"""The views a desk starts with."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def start(desk: Desk) -> None:
    """Gives a new desk its first views; a desk that has some keeps them."""
    if not are_there(desk):
        desk.session.add_all(
            View(name=name, filter=line, position=place) for place, (name, line) in enumerate(DEFAULTS)
        )


def are_there(desk: Desk) -> bool:
    """Whether the desk has any view."""
    return desk.execute(select(View.id).limit(1)).first() is not None


def save(desk: Desk, name: str, line: str, *, agent_id: int | None = None) -> View:
    """Saves a filter under a name, for one agent or for all; a name that exists is replaced."""
    if not _NAME.fullmatch(name):
        raise UserError(text("{name} cannot be a view's name: use letters, digits, dash.", name=name[:40]))
    parse(line)
    view = _own(desk, name, agent_id)
    if view is None:
        view = View(name=name, filter=line, agent_id=agent_id, position=100)
        desk.session.add(view)
    view.filter = line
    desk.flush()
    desk.look("queue")
    return view


def remove(desk: Desk, name: str, *, agent_id: int | None = None) -> None:
    """Removes a view."""
    view = _own(desk, name, agent_id)
    if view is None:
        raise NotFound(text("There is no view {name}.", name=name))
    desk.execute(delete(View).where(View.id == view.id))
    desk.look("queue")


def _own(desk: Desk, name: str, agent_id: int | None) -> View | None:
    owner = View.agent_id.is_(None) if agent_id is None else View.agent_id == agent_id
    return desk.session.scalars(select(View).where(View.name == name, owner, View.team_id.is_(None))).one_or_none()


def seen_by_actor(desk: Desk) -> Sequence[View]:
    """The views the actor has: everybody's, their teams' and their own."""
    mine = desk.actor.agent_id
    teams = select(Member.team_id).where(Member.agent_id == (mine or 0))
    everybody = View.agent_id.is_(None) & View.team_id.is_(None)
    statement = select(View).where(or_(everybody, View.agent_id == (mine or 0), View.team_id.in_(teams)))
    return desk.session.scalars(statement.order_by(View.position, View.name)).all()


def named(desk: Desk, name: str) -> str | None:
    """The filter of a view the actor has, their own before the others; None when there is none of that name."""
    found = [view for view in seen_by_actor(desk) if view.name == name.lower()]
    found.sort(key=lambda view: (view.agent_id is None, view.team_id is None))
    return found[0].filter if found else None

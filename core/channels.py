"""The connected accounts customers reach us by: added, configured, switched on and off while the desk runs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.connector import Described
from core.desk import Desk
from core.errors import NotFound
from core.models import Channel, Team
from core.show import text

TOPIC = "channels"
"""What the bus says when a channel was added or changed."""


def named(desk: Desk, name: str) -> Channel:
    """The channel of this name."""
    channel = desk.session.scalars(select(Channel).where(Channel.name == name)).one_or_none()
    if channel is None:
        raise NotFound(text("There is no channel {name}. Try: desk channels", name=name))
    return channel


def known(desk: Desk) -> Sequence[Channel]:
    """All channels, in the order they were added."""
    return desk.session.scalars(select(Channel).order_by(Channel.id)).all()


def is_there(desk: Desk, name: str) -> bool:
    """Whether there is a channel of this name."""
    return desk.execute(select(Channel.id).where(Channel.name == name)).first() is not None


def add(desk: Desk, kind: str, name: str, team: Team) -> Channel:
    """Adds a channel; one of that name stays as it is."""
    channel = desk.session.scalars(select(Channel).where(Channel.name == name)).one_or_none()
    if channel is None:
        channel = Channel(kind=kind, name=name, team_id=team.id)
        desk.session.add(channel)
        desk.flush()
        desk.look(TOPIC)
    return channel


def switch(desk: Desk, channel: Channel, *, on: bool) -> None:
    """Switches a channel on or off; what customers have sent meanwhile comes in when it is on again."""
    channel.is_on = on
    desk.look(TOPIC)


def configure(desk: Desk, channel: Channel, changed: Mapping[str, Any]) -> None:
    """Changes settings of a channel; the others stay."""
    channel.settings = channel.settings | dict(changed)
    desk.look(TOPIC)


def described(desk: Desk, kinds: Collection[str]) -> list[Described]:
    """The channels of these kinds that are on."""
    theirs = select(Channel).where(Channel.kind.in_(kinds), Channel.is_on, ~Channel.is_demo).order_by(Channel.id)
    return [
        Described(each.id, each.kind, each.name, each.team_id, each.settings) for each in desk.session.scalars(theirs)
    ]

"""The connected accounts customers reach us by: added, configured, switched on and off while the desk runs."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.connector import Described
from core.desk import Desk
from core.errors import NotFound, UserError
from core.events import ChannelAdded, ChannelConfigured, ChannelSwitched
from core.models import Channel, Team
from core.show import text
from core.vault import Vault, is_secret

TOPIC = "channels"
"""What the bus says when a channel was added or changed."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def named(desk: Desk, name: str) -> Channel:
    """The channel of this name."""
    channel = desk.session.scalars(select(Channel).where(Channel.name == name)).one_or_none()
    if channel is None:
        raise NotFound(text("There is no channel {name}. Try: desk channels", name=name))
    return channel


def known(desk: Desk) -> Sequence[Channel]:
    """All channels, in the order they were added."""
    return desk.session.scalars(select(Channel).order_by(Channel.id)).all()


def knows(desk: Desk, name: str, settings: Mapping[str, Any]) -> bool:
    """Whether there is a channel of this name with these settings."""
    kept: dict[str, Any] | None = desk.execute(
        select(Channel.settings).where(Channel.name == name)
    ).scalar_one_or_none()
    return kept is not None and kept | dict(settings) == kept


def add(desk: Desk, kind: str, name: str, team: Team) -> Channel:
    """Adds a channel; one of that name stays as it is."""
    channel = desk.session.scalars(select(Channel).where(Channel.name == name)).one_or_none()
    if channel is None:
        channel = Channel(kind=kind, name=name, team_id=team.id)
        desk.session.add(channel)
        desk.flush()
        desk.look(TOPIC)
        if desk.actor.agent_id is not None:
            desk.record(ChannelAdded(channel=channel.id))
    return channel


def add_new(desk: Desk, kind: str, name: str, team: Team) -> Channel:
    """Adds a channel that is off until it has its keys. Raises UserError for a name that cannot be one or is taken."""
    if not _NAME.fullmatch(name):
        raise UserError(
            text("“{name}” is no name for a channel: use small letters, digits and dashes.", name=name[:60])
        )
    if desk.execute(select(Channel.id).where(Channel.name == name)).first() is not None:
        raise UserError(text("There is a channel {name} already.", name=name))
    channel = add(desk, kind, name, team)
    channel.is_on = False
    return channel


def switch(desk: Desk, channel: Channel, *, on: bool) -> None:
    """Switches a channel on or off; what customers have sent meanwhile comes in when it is on again."""
    if channel.is_on != on:
        channel.is_on = on
        desk.look(TOPIC)
        desk.record(ChannelSwitched(channel=channel.id, on=on))


def give(desk: Desk, channel: Channel, team: Team) -> None:
    """Gives a channel to another team: what comes in from now on is theirs."""
    if channel.team_id != team.id:
        channel.team_id = team.id
        desk.look(TOPIC)
        desk.record(ChannelConfigured(channel=channel.id, what=("team",)))


def configure(desk: Desk, channel: Channel, changed: Mapping[str, Any]) -> None:
    """Changes settings of a channel; the others stay, those somebody else has just changed, too."""
    locked = desk.lock(Channel, channel.id)
    assert locked is not None
    locked.settings = locked.settings | dict(changed)
    desk.look(TOPIC)


def set_up(desk: Desk, channel: Channel, changed: Mapping[str, Any]) -> None:
    """Changes settings as a person entered them: who did and which they are is written down, never what they say."""
    configure(desk, channel, changed)
    desk.record(ChannelConfigured(channel=channel.id, what=tuple(sorted(changed))))


def in_the_clear(desk: Desk, secret: Mapping[str, Collection[str]]) -> list[Channel]:
    """The channels that keep a key in the clear; `secret` names the keys of each kind."""
    return [
        each
        for each in known(desk)
        if any(is_secret(name, value, secret.get(each.kind, ())) for name, value in each.settings.items())
    ]


def seal(desk: Desk, vault: Vault, secret: Mapping[str, Collection[str]]) -> None:
    """Seals every key that is kept in the clear."""
    for each in in_the_clear(desk, secret):
        channel = desk.lock(Channel, each.id)
        assert channel is not None
        channel.settings = vault.sealed(channel.settings, secret.get(channel.kind, ()), desk.now)


def described(desk: Desk, kinds: Collection[str]) -> list[Described]:
    """The channels of these kinds that are on."""
    theirs = select(Channel).where(Channel.kind.in_(kinds), Channel.is_on, ~Channel.is_demo).order_by(Channel.id)
    return [
        Described(each.id, each.kind, each.name, each.team_id, each.settings) for each in desk.session.scalars(theirs)
    ]

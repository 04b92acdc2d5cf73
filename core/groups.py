"""Groups on a customers' platform: ignored until an admin allows one; there others read along."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core import channels, contacts, notices, teams
from core.connector import Bounced, CallFact, Inbound, Met
from core.desk import Desk
from core.errors import NotFound
from core.models import Channel, Identity, Role
from core.notices import News
from core.receipt import Receipt, Source
from core.show import text

NOTED = "groups"
"""The setting of a channel under which its groups are noted."""
_MOST = 200
"""Groups of one channel the desk remembers; whoever adds a bot to more is not told of."""


def is_allowed(desk: Desk, source: Source, group: str) -> bool:
    """Whether what is said in this group counts."""
    return bool(_groups(desk.session.get_one(Channel, source.channel_id)).get(group, {}).get("is_allowed"))


def _groups(channel: Channel) -> dict[str, Any]:
    found: dict[str, Any] = channel.settings.get(NOTED, {})
    return found


def met(desk: Desk, source: Source, met: Met) -> Receipt:
    """Somebody put us into a group: it is noted, and admins are asked once."""
    channel = desk.lock(Channel, source.channel_id)
    assert channel is not None
    known = _groups(channel)
    if met.group in known or len(known) >= _MOST:
        return Receipt()
    _note(desk, channel, met.group, met.title, is_allowed=False)
    said = text(
        "The bot of {channel} was added to the group {title}. What is said to it there is ignored until you type: "
        "desk group-allow {channel} {group}", channel=channel.name, title=met.title, group=met.group,
    )  # fmt: skip
    admins = [agent.id for agent in teams.agents(desk) if agent.role is Role.ADMIN]
    notices.give_all(desk, [News(agent_id, said) for agent_id in admins])
    return Receipt()


def _note(desk: Desk, channel: Channel, group: str, title: str, *, is_allowed: bool) -> None:
    row = {"title": title, "is_allowed": is_allowed}
    channels.configure(desk, channel, {NOTED: {**_groups(channel), group: row}})


def moved(desk: Desk, source: Source, group: str, to: str) -> None:
    """A group has another id by now: what is known of it and of who writes there goes along; saying so twice is once.

    An address in a group begins with the group's id and a colon.
    """
    channel = desk.lock(Channel, source.channel_id)
    assert channel is not None
    known = dict(_groups(channel))
    was = known.pop(group, None)
    if was is None:
        return
    known[to] = was
    channels.configure(desk, channel, {NOTED: known})
    there = Identity.kind.endswith("-group") & Identity.is_verified
    known_there = select(Identity.kind, Identity.address).where(there, Identity.address.startswith(f"{to}:"))
    taken = {(row.kind, row.address) for row in desk.execute(known_there)}
    for identity in desk.session.scalars(select(Identity).where(there, Identity.address.startswith(f"{group}:"))):
        address = f"{to}:{identity.address.partition(':')[2]}"
        if (identity.kind, address) not in taken:
            identity.address = address


def allow(desk: Desk, channel: Channel, group: str, *, allowed: bool) -> str:
    """Lets what is said to us in a group count, or not any more; returns the group's title."""
    known = _groups(channel).get(group)
    if known is None:
        raise NotFound(text("The bot is in no group {group}. Try: desk groups", group=group))
    _note(desk, channel, group, known["title"], is_allowed=allowed)
    return str(known["title"])


@dataclass(frozen=True, slots=True)
class Group:
    """A group a channel's bot is in."""

    channel: str
    id: str
    title: str
    is_allowed: bool


def known(desk: Desk) -> list[Group]:
    """All groups, channel by channel."""
    return [
        Group(channel.name, group, row["title"], row["is_allowed"])
        for channel in channels.known(desk)
        for group, row in _groups(channel).items()
    ]


def address_of(desk: Desk, inbound: Inbound) -> int | None:
    """The id of the address something came from, if it is known by now."""
    if isinstance(inbound, Met | Bounced | CallFact):
        return None
    who = contacts.seen_before(desk, inbound.sender)
    return None if who is None else who.identity_id

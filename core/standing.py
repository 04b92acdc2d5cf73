"""How each channel and team chat stands: what failed, what waits to be sent, what nobody understood, what came last."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func, select

from core import lanes, outages, parts
from core.desk import Desk
from core.models import QUARANTINED, Author, Channel, Dialog, EventRow, Message, Quarantined, Reader
from core.parts import Failure

_LOOKED_AT = 20_000
"""The last so many messages are looked at for what came and went."""
_SHOWN = 20


class State(StrEnum):
    """How something stands, in a word."""

    ON = "on"
    OFF = "off"
    AWAY = "away"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one channel or team chat stands."""

    state: State
    failure: Failure | None = None
    """What went wrong last, within a day."""
    waiting: int = 0
    waiting_since: datetime | None = None
    quarantined: int = 0
    came_at: datetime | None = None
    """When a customer was last heard by it; of a team chat: when it was last there."""
    went_at: datetime | None = None
    """When something last went to a customer."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all of them."""

    failures: Sequence[Failure]
    lags: Mapping[str, tuple[int, datetime]]
    quarantined: Mapping[str, int]
    now: datetime

    def failure(self, *names: str) -> Failure | None:
        """What failed last of parts with these names; one that fails now comes before one that did."""
        theirs = (each for each in self.failures if each.part in names)
        return max(theirs, key=lambda each: (each.is_failing(self.now), each.at), default=None)

    def is_failing(self, failure: Failure | None) -> bool:
        """Whether it does not work now."""
        return failure is not None and failure.is_failing(self.now)


def _known(desk: Desk) -> _Known:
    counted = select(Quarantined.source, func.count().label("many")).where(QUARANTINED).group_by(Quarantined.source)
    return _Known(
        parts.failures(desk),
        {destination: (many, oldest) for destination, many, oldest in lanes.lags(desk)},
        {row.source: row.many for row in desk.execute(counted)},
        desk.now,
    )


def of_channels(desk: Desk, channels: Iterable[Channel]) -> dict[int, Standing]:
    """How these channels stand, by their ids."""
    known, last = _known(desk), _last(desk)
    return {each.id: _of_channel(each, known, last.get(each.id, _Last())) for each in channels}


def _of_channel(channel: Channel, known: _Known, last: "_Last") -> Standing:
    failure = known.failure(channel.name, f"{channel.name} sender")
    many, oldest = known.lags.get(f"channel:{channel.id}", (0, None))
    state = State.OFF if not channel.is_on else State.FAILING if known.is_failing(failure) else State.ON
    return Standing(
        state=state, failure=failure, waiting=many, waiting_since=oldest,
        quarantined=known.quarantined.get(f"channel:{channel.id}", 0),
        came_at=last.came_at, went_at=last.went_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Last:
    """When something last came and went by one channel."""

    came_at: datetime | None = None
    went_at: datetime | None = None


def _last(desk: Desk) -> dict[int, _Last]:
    """By each channel, among the last messages."""
    newest = desk.execute(select(func.max(Message.id))).scalar_one() or 0
    is_theirs = Message.author == Author.CONTACT
    came, went = case((is_theirs, Message.said_at)), case((~is_theirs, Message.said_at))
    channel = func.coalesce(Message.channel_id, Dialog.channel_id)  # what agents say in a dialog bears none
    statement = (
        select(channel.label("channel_id"), func.max(came).label("came"), func.max(went).label("went"))
        .outerjoin(Dialog, Dialog.id == Message.dialog_id)
        .where(Message.id > newest - _LOOKED_AT, channel.is_not(None), Message.reader == Reader.CUSTOMER)
        .group_by(channel)
    )
    return {row.channel_id: _Last(row.came, row.went) for row in desk.execute(statement)}


def of_rooms(desk: Desk, names: Collection[str], on: Collection[str]) -> dict[str, Standing]:
    """How team chats stand; `on` are those the desk has keys for."""
    known, away = _known(desk), outages.away(desk)
    return {name: _of_room(desk, name, known, away=name in away, on=name in on) for name in names}


def _of_room(desk: Desk, name: str, known: _Known, *, away: bool, on: bool) -> Standing:
    failure = known.failure(name, f"{name} sender")
    many, oldest = known.lags.get(f"room:{name}", (0, None))
    if not on:
        state = State.OFF
    elif known.is_failing(failure):
        state = State.FAILING
    else:
        state = State.AWAY if away else State.ON
    return Standing(
        state=state, failure=failure, waiting=many, waiting_since=oldest,
        quarantined=known.quarantined.get(f"room:{name}", 0), came_at=outages.heard_at(desk, name),
    )  # fmt: skip


def changes(desk: Desk) -> Sequence[EventRow]:
    """What people changed lately about channels and team chats, the newest first."""
    kinds = ("channel_added", "channel_switched", "channel_configured", "room_configured")
    newest = desk.execute(select(func.max(EventRow.id))).scalar_one() or 0
    statement = select(EventRow).where(EventRow.id > newest - _LOOKED_AT, EventRow.kind.in_(kinds))
    return desk.session.scalars(statement.order_by(EventRow.id.desc()).limit(_SHOWN)).all()

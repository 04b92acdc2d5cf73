"""What happens by itself in a live dialog: one deadline, always the next thing that silence or absence leads to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from core import deadlines
from core.desk import Desk
from core.models import Dialog, Phase
from core.pace import Pace


class Step(StrEnum):
    """What comes next when nobody does anything."""

    CALL_OUT = "call_out"
    GIVE_UP = "give_up"
    ASK = "still_there"
    IDLE = "idle"
    LEFT_ALONE = "left_alone"
    GONE = "gone"


class Timed(Protocol):
    """A dialog, as far as its times go."""

    @property
    def phase(self) -> Phase: ...
    @property
    def phase_since(self) -> datetime | None: ...
    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def taken_at(self) -> datetime | None: ...
    @property
    def agent_wrote_at(self) -> datetime | None: ...
    @property
    def asked_at(self) -> datetime | None: ...
    @property
    def called_out_at(self) -> datetime | None: ...
    @property
    def customer_left_at(self) -> datetime | None: ...
    @property
    def is_silent(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The times of a live dialog that decide what comes next."""

    phase: Phase
    phase_since: datetime | None
    waiting_since: datetime | None
    taken_at: datetime | None
    agent_wrote_at: datetime | None
    asked_at: datetime | None
    called_out_at: datetime | None
    left_at: datetime | None
    is_silent: bool = False
    """Nobody can see whether the customer is still there: they are not asked."""

    @classmethod
    def of(cls, dialog: Timed, **changed: Any) -> "Moments":
        """A dialog's moments, some of them as they are about to be."""
        now = {
            "phase": dialog.phase,
            "phase_since": dialog.phase_since,
            "waiting_since": dialog.waiting_since,
            "taken_at": dialog.taken_at,
            "agent_wrote_at": dialog.agent_wrote_at,
            "asked_at": dialog.asked_at,
            "called_out_at": dialog.called_out_at,
            "left_at": dialog.customer_left_at,
            "is_silent": dialog.is_silent,
        }
        return cls(**(now | changed))


def next_step(moments: Moments, pace: Pace) -> tuple[datetime, Step] | None:
    """The next thing to happen and when; None when nothing will."""
    return min(_steps(moments, pace), default=None)


def _steps(moments: Moments, pace: Pace) -> Iterator[tuple[datetime, Step]]:
    if moments.left_at is not None:
        yield moments.left_at + pace.gone_grace, Step.GONE
    if moments.phase is Phase.HELD and moments.phase_since is not None:
        yield from _by_the_agent(moments, moments.phase_since, pace.held_long, pace)
    elif moments.waiting_since is not None:
        since = _latest(moments.waiting_since, moments.taken_at, moments.phase_since)
        if moments.taken_at is not None:
            yield from _by_the_agent(moments, since, pace.call_out, pace)
            return
        if not _was_called_out(moments, since):
            yield since + pace.call_out, Step.CALL_OUT
        yield since + pace.give_up, Step.GIVE_UP
    elif moments.agent_wrote_at is not None:
        last = _latest(moments.agent_wrote_at, moments.phase_since)
        if moments.is_silent:
            yield last + pace.idle_silent, Step.IDLE
        elif moments.asked_at is None or moments.asked_at < last:
            yield last + pace.still_there, Step.ASK
        else:
            yield moments.asked_at + pace.idle_end, Step.IDLE


def _by_the_agent(
    moments: Moments, since: datetime, call_out: timedelta, pace: Pace
) -> Iterator[tuple[datetime, Step]]:
    """What comes when it is the agent's turn and they do nothing: no dialog lives for ever."""
    if not _was_called_out(moments, since):
        yield since + call_out, Step.CALL_OUT
    yield since + pace.left_alone, Step.LEFT_ALONE


def _was_called_out(moments: Moments, since: datetime) -> bool:
    return moments.called_out_at is not None and moments.called_out_at >= since


def _latest(*times: datetime | None) -> datetime:
    return max(time for time in times if time is not None)


def watch(desk: Desk, dialog: Dialog) -> None:
    """Sets the deadline of what comes next in a dialog."""
    set_next(desk, dialog.id, Moments.of(dialog))


def set_next(desk: Desk, dialog_id: int, moments: Moments) -> None:
    """Sets or drops the deadline for these moments."""
    step = next_step(moments, desk.pace)
    if step is None:
        forget(desk, dialog_id)
    else:
        deadlines.put(desk, "dialog", dialog_id, "next", step[0])


def forget(desk: Desk, dialog_id: int) -> None:
    """Nothing more happens by itself."""
    deadlines.drop(desk, "dialog", dialog_id, "next")

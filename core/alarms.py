"""Tells admins, once, that a channel or team chat has not worked for a while, and once more when it works again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core import channels, deadlines, kept, lanes, notices, parts
from core.deadlines import Due
from core.desk import Desk
from core.models import Agent, Role
from core.notices import News
from core.show import Text, text

EVERY, PATIENCE = timedelta(minutes=5), timedelta(minutes=10)
"""How often is looked, and how long something may fail or wait before somebody is told."""
_LATELY = timedelta(seconds=150)
"""A part that cannot work is tried again at least once a minute or two, and its failure noted each time."""
_NAME = "alarm:"


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What does not work: its name, since when as far as is known, and why."""

    name: str
    since: datetime
    why: Text


def watch(desk: Desk) -> None:
    """Has it looked for; saying so again moves nothing that is set."""
    deadlines.put(desk, "desk", 0, "alarms", desk.now + EVERY)


def look(desk: Desk, due: Due) -> None:
    """An effect: what has not worked for ten minutes is told of, and what works again."""
    watch(desk)
    now = {each.name: each for each in _troubles(desk)}
    for name, trouble in now.items():
        began = kept.read(desk, _NAME + name).split()
        if not began:
            kept.keep(desk, _NAME + name, trouble.since.isoformat())
        elif len(began) == 1 and desk.now - datetime.fromisoformat(began[0]) >= PATIENCE:
            kept.keep(desk, _NAME + name, f"{began[0]} told")
            span = desk.now - datetime.fromisoformat(began[0])
            _tell(desk, text("{name} has not worked for {time}: {why} See: desk health", name=name, time=span,
                             why=trouble.why))  # fmt: skip
    for name, value in kept.beginning(desk, _NAME).items():
        if name not in now:
            kept.forget(desk, _NAME + name)
            if value.endswith("told"):
                _tell(desk, text("{name} works again.", name=name))


def _troubles(desk: Desk) -> Iterator[_Trouble]:
    """Parts that fail now, and ways out behind which something waits for long."""
    for failure in parts.failures(desk):
        if failure.at > desk.now - _LATELY:
            yield _Trouble(failure.part, failure.at, failure.said)
    names = {f"channel:{each.id}": each.name for each in channels.known(desk)}
    for destination, count, since in lanes.lags(desk):
        if since < desk.now - PATIENCE:
            name = names.get(destination, destination.removeprefix("room:"))
            why = text("{count} things wait to be sent.", count=count)
            yield _Trouble(f"{name} ({destination.partition(':')[0]})", since, why)


def _tell(desk: Desk, said: Text) -> None:
    admins = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_active).order_by(Agent.id)
    notices.give_all(desk, [News(agent_id, said) for agent_id in desk.execute(admins).scalars()])

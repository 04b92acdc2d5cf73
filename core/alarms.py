"""Tells admins, once, that a channel or team chat has not worked for a while, and once more when it works again."""

from collections.abc import Iterator, Sequence
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
_NAME = "alarm:"
_TOLD, _QUIET = "told", "quiet"
"""What stands behind a trouble's beginning: admins were told of it; since then it was not seen for one look."""


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
    now, known = {each.name: each for each in _troubles(desk)}, kept.beginning(desk, _NAME)
    for name, trouble in now.items():
        _goes_on(desk, trouble, known.get(name, "").split())
    for name in known.keys() - now.keys():
        _is_not_seen(desk, name, known[name].split())


def _goes_on(desk: Desk, trouble: _Trouble, noted: Sequence[str]) -> None:
    began = datetime.fromisoformat(noted[0]) if noted else trouble.since
    state = noted[1:]
    if not noted:
        kept.keep(desk, _NAME + trouble.name, began.isoformat())
    elif state == [_QUIET]:
        kept.keep(desk, _NAME + trouble.name, f"{noted[0]} {_TOLD}")
    elif not state and desk.now - began >= PATIENCE:
        kept.keep(desk, _NAME + trouble.name, f"{noted[0]} {_TOLD}")
        _tell(desk, text("{name} has not worked for {time}: {why} See: desk health", name=trouble.name,
                         time=desk.now - began, why=trouble.why))  # fmt: skip


def _is_not_seen(desk: Desk, name: str, noted: Sequence[str]) -> None:
    """What was told of works again when it is not seen for two looks: a desk just started has not tried it yet."""
    if noted[1:] == [_TOLD]:
        kept.keep(desk, _NAME + name, f"{noted[0]} {_QUIET}")
        return
    kept.forget(desk, _NAME + name)
    if noted[1:] == [_QUIET]:
        _tell(desk, text("{name} works again.", name=name))


def _troubles(desk: Desk) -> Iterator[_Trouble]:
    """Parts that fail now, and ways out behind which something waits for long."""
    for failure in parts.failures(desk):
        if failure.is_failing(desk.now):
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

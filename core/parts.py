"""What went wrong last in each part of the desk, kept where every process finds it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core import upsert
from core.desk import Desk
from core.models import Kept
from core.show import Text, as_json, from_json, text

_SHOWN = timedelta(days=1)
_MARGIN = timedelta(seconds=150)
"""A part that cannot work is tried again at least once a minute, where it does not say when; a try takes a while."""
_PREFIX = "part:"


@dataclass(frozen=True, slots=True)
class Failure:
    """The last time a part failed."""

    part: str
    why: str
    at: datetime
    said: Text
    """Why, in words for people."""
    again_in: timedelta = timedelta()
    """How long it rests before it is tried again."""

    def is_failing(self, now: datetime) -> bool:
        """Whether it does not work now: it failed, and nobody can know yet that the next try went well."""
        return now < self.at + self.again_in + _MARGIN


def failed(desk: Desk, part: str, why: str, said: Text | None = None, *, again_in: timedelta = timedelta()) -> None:
    """Keeps why a part failed, in place of what it failed by before; `said` where there are words for it.

    Until it is tried again (`again_in`), and a while longer, it counts as failing.
    """
    told = {} if said is None else {"said": as_json(said)}
    rest = {"again_in_s": again_in.total_seconds()} if again_in else {}
    value = json.dumps({"why": why[:300], "at": desk.now.isoformat(), **told, **rest})
    statement = upsert.into(Kept, desk.on_postgres).values(name=_PREFIX + part, value=value)
    desk.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def failures(desk: Desk) -> Sequence[Failure]:
    """How the parts failed last, those of the last day."""
    kept = select(Kept.name, Kept.value).where(Kept.name.startswith(_PREFIX)).order_by(Kept.name)
    found = [_failure(row.name, row.value) for row in desk.execute(kept)]
    return [each for each in found if each.at > desk.now - _SHOWN]


def _failure(name: str, value: str) -> Failure:
    known = json.loads(value)
    said = from_json(known["said"]) if "said" in known else text("It failed ({why}).", why=known["why"])
    rest = timedelta(seconds=known.get("again_in_s", 0))
    return Failure(name.removeprefix(_PREFIX), known["why"], datetime.fromisoformat(known["at"]), said, rest)


def told(failure: Failure, now: datetime) -> Text:
    """A failure in words, with how long ago it was."""
    return text("Part {name} failed {ago} ago: {why}", name=failure.part, ago=now - failure.at, why=failure.why)

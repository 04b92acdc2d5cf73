"""Teams that want no calls for a time: what comes meanwhile is kept, and told in one line when the time is over."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from core import deadlines, oncall, outbox, pushed, upsert
from core.deadlines import Due
from core.desk import Desk
from core.models import IS_OPEN, Alert, Place, Purpose, Silence, table
from core.models.base import Instant
from core.show import Button, Text, text, texts, together, verbatim

_NAMED = 20
"""Tickets and dialogs named when a silence ends; the rest is a number."""


def begin(desk: Desk, team_id: int, until: datetime) -> None:
    """A team is not called until then; said again, it is the new time that counts."""
    statement = upsert.into(table(Silence), desk.on_postgres)
    moved = {"until": statement.excluded.until}
    row = {"team_id": team_id, "until": until}
    desk.execute(statement.on_conflict_do_update(index_elements=["team_id"], set_=moved), row)
    deadlines.put(desk, "team", team_id, "silence", until)


def of(desk: Desk, teams: Collection[int]) -> set[int]:
    """Which of these teams want no calls now."""
    return set(desk.execute(_SILENT, {"teams": list(teams), "moment": desk.now}).scalars())


_SILENT = select(table(Silence).c.team_id).where(
    table(Silence).c.team_id.in_(bindparam("teams", expanding=True)),
    table(Silence).c.until > bindparam("moment", type_=Instant()),
)


def known(desk: Desk, teams: Collection[int]) -> dict[int, datetime]:
    """Until when each of these teams that want no calls want none."""
    statement = select(Silence.team_id, Silence.until).where(Silence.team_id.in_(teams), Silence.until > desk.now)
    return {row.team_id: row.until for row in desk.execute(statement.order_by(Silence.team_id))}


def end(desk: Desk, team_id: int) -> bool:
    """A team is called again, and told what came meanwhile; False where it was called all along."""
    deadlines.drop(desk, "team", team_id, "silence")
    if not desk.change(delete(Silence).where(Silence.team_id == team_id)):
        return False
    said = _digest(desk, team_id)
    if said is not None:
        _tell(desk, team_id, said)
    desk.execute(update(Alert).where(Alert.team_id == team_id, Alert.is_silenced).values(is_silenced=False))
    desk.look("alerts")
    return True


def over(desk: Desk, due: Due) -> None:
    """What a silence's deadline does."""
    end(desk, due.subject_id)


def _digest(desk: Desk, team_id: int) -> Text | None:
    """What came while the team wanted silence: what still waits, or that nothing does; None where nothing came."""
    silenced = (Alert.team_id == team_id, Alert.is_silenced)
    count = int(desk.execute(select(func.count()).select_from(Alert).where(*silenced)).scalar_one())
    if not count:
        return None
    open_ = (IS_OPEN, Alert.acked_at.is_(None), *silenced)
    oldest = select(Alert.ticket_id, Alert.dialog_id).where(*open_).order_by(Alert.id).limit(_NAMED + 1)
    waiting = desk.execute(oldest).all()
    if not waiting:
        return texts(
            "While you were not called {count} alert came; it is settled.",
            "While you were not called {count} alerts came; all are settled.", count=count,
        )  # fmt: skip
    named = [_named(row.ticket_id, row.dialog_id) for row in waiting[:_NAMED]]
    more = [verbatim("…")] if len(waiting) > _NAMED else []
    return texts(
        "While you were not called {count} alert came; still waiting: {what}",
        "While you were not called {count} alerts came; still waiting: {what}",
        count=count, what=together([*named, *more]),
    )  # fmt: skip


def _named(ticket_id: int | None, dialog_id: int | None) -> Text:
    return text("dialog {id}", id=dialog_id) if ticket_id is None else verbatim(f"#{ticket_id}")


def _tell(desk: Desk, team_id: int, said: Text) -> None:
    statement = select(Place).where(Place.team_id == team_id, Place.purpose == Purpose.TEAM.value)
    places, agents = desk.session.scalars(statement).all(), oncall.called(desk, (team_id,)).get(team_id, ())
    listing = (Button(text("Show them"), "alert list"),)
    about = pushed.About(agents=tuple(agents))
    outbox.put(desk, *(pushed.call(place, said, buttons=listing, about=about) for place in places))

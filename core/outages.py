"""A team chat that is not there: after a minute its teams are called elsewhere, and customers who wait are told.

Whoever is connected to a team chat says so again and again (`heard`); each time moves the moment at which it counts as
away. Nothing is taken from it: what waits to be shown there is shown when it is back.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core import deadlines, dialogs, kept, mailing, messages, notices, outbox, places, pushed, wordings
from core.deadlines import Due
from core.desk import Desk, Happened
from core.events import DialogCalledOut, DialogStarted
from core.mailing import Note
from core.models import (
    TO_BE_SENT,
    Agent,
    Delivery,
    DeliveryState,
    Dialog,
    DialogState,
    Kept,
    Lane,
    Member,
    Place,
    Purpose,
    Role,
    Team,
)
from core.notices import News
from core.outbox import Wanted
from core.show import Button, Text, Tone, text, texts

PATIENCE = timedelta(seconds=60)
"""A team chat nobody has heard from for so long is away."""
STALE = timedelta(days=1)
"""Lines about what happened so long ago are not shown any more when a team chat comes back."""
_LATE = timedelta(seconds=10)
"""Who wakes so much after a deadline has slept: whoever is connected gets its time to say so, once."""
_HEARD, _AWAY = "room-heard:", "room-away:"
_CALLED = "called_elsewhere"
"""What a dialog bears whose team was called elsewhere already."""


def expect(desk: Desk, room: str) -> None:
    """The desk starts with this team chat: it has its time to connect. What is old news by now is let go."""
    last = kept.read(desk, _HEARD + room)
    if last and datetime.fromisoformat(last) < desk.now - STALE:
        _let_go(desk, room, desk.now - STALE)
    _watch(desk, room)


def unexpected(desk: Desk, room: str) -> None:
    """The desk starts without this team chat: nobody waits for it."""
    deadlines.drop(desk, "room", 0, f"away:{room}")
    kept.forget(desk, _AWAY + room)


def heard(desk: Desk, room: str) -> None:
    """Somebody is connected to this team chat; if it was away, its supervisors hear that it is back."""
    last = heard_at(desk, room) or desk.now
    kept.keep(desk, _HEARD + room, desk.now.isoformat())
    _watch(desk, room)
    if kept.read(desk, _AWAY + room):
        kept.forget(desk, _AWAY + room)
        said = text("{room} is back after {time}. What waited for it is shown there now.",
                    room=room.capitalize(), time=desk.now - last)  # fmt: skip
        notices.give_all(desk, [News(agent_id, said) for agent_id in _agents(desk, None, Role.ADMIN)])


def heard_at(desk: Desk, room: str) -> datetime | None:
    """When somebody was last connected to this team chat."""
    last = kept.read(desk, _HEARD + room)
    return datetime.fromisoformat(last) if last else None


def away(desk: Desk) -> frozenset[str]:
    """The team chats that are away now."""
    rows = desk.execute(select(Kept.name).where(Kept.name.startswith(_AWAY)))
    return frozenset(row.name.removeprefix(_AWAY) for row in rows)


def _watch(desk: Desk, room: str) -> None:
    deadlines.put(desk, "room", 0, f"away:{room}", desk.now + PATIENCE)


def _let_go(desk: Desk, room: str, before: datetime) -> None:
    """Old lines, marks and messages to one person; cards and what was said are still to be shown."""
    lanes = select(Lane.key).where(Lane.destination == f"room:{room}")
    news = (pushed.LINE, pushed.MARK, pushed.DM)
    old = (TO_BE_SENT, Delivery.kind.in_(news), Delivery.created_at < before, Delivery.lane.in_(lanes))
    gone = {"state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
    desk.execute(update(Delivery).where(*old).values(**gone))


def declare(desk: Desk, due: Due) -> None:
    """An effect: a team chat has been silent for a minute. Its teams are called elsewhere, who waits there is told."""
    room = due.kind.partition(":")[2]
    if kept.read(desk, _AWAY + room):
        return
    if desk.now - due.due_at > _LATE and not due.facts.get("slept"):
        deadlines.put(desk, due.subject, due.subject_id, due.kind, desk.now + PATIENCE, {"slept": True})
        return
    kept.keep(desk, _AWAY + room, desk.now.isoformat())
    waiting = _waiting(desk, _left_alone(desk))
    _call(desk, room, waiting)
    _write_to(desk, room, waiting)
    for dialog in waiting:
        messages.say_to_customer(desk, wordings.TROUBLED, dialogs.place(dialog))


def reroute(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: while their team's chat is away, live customers are called out where somebody can hear it."""
    begun = {each.event.dialog_id for each in happened if isinstance(each.event, DialogStarted)} - {None}
    called = {each.event.dialog_id for each in happened if isinstance(each.event, DialogCalledOut)} - {None}
    rooms = away(desk) if begun or called else frozenset()
    if not rooms:
        return
    waiting = _waiting(desk, _left_alone(desk), begun | called)
    unheard = [each for each in waiting if _CALLED not in each.facts]
    for room, theirs in _by_room(desk, unheard).items():
        _call(desk, room, theirs)
    for dialog in unheard:
        if dialog.id in begun:
            messages.say_to_customer(desk, wordings.TROUBLED, dialogs.place(dialog))


def _left_alone(desk: Desk) -> list[int]:
    """The teams all of whose channels are in team chats that are away."""
    rooms, found = away(desk), dict[int, set[str]]()
    for place in desk.session.scalars(select(Place).where(Place.purpose == Purpose.TEAM.value)):
        found.setdefault(place.team_id, set()).add(place.room)
    return [team_id for team_id, theirs in found.items() if theirs <= rooms]


def _by_room(desk: Desk, waiting: Sequence[Dialog]) -> dict[str, list[Dialog]]:
    found: dict[str, list[Dialog]] = {}
    rooms = {team_id: places.of_team(desk, team_id)[0].room for team_id in {each.team_id for each in waiting}}
    for dialog in waiting:
        found.setdefault(rooms[dialog.team_id], []).append(dialog)
    return found


def _waiting(desk: Desk, team_ids: Sequence[int], among: Iterable[int | None] | None = None) -> list[Dialog]:
    """Their live dialogs whose customer waits for an answer, locked."""
    live = (Dialog.state == DialogState.LIVE, Dialog.team_id.in_(team_ids), Dialog.waiting_since.is_not(None))
    which = () if among is None else (Dialog.id.in_([each for each in among if each is not None]),)
    statement = select(Dialog).where(*live, *which).order_by(Dialog.id).with_for_update()
    return list(desk.session.scalars(statement, execution_options={"populate_existing": True}))


def _call(desk: Desk, room: str, waiting: Sequence[Dialog]) -> None:
    """The team is told, each of its own, once; the channels in a chat that is there, each in one line."""
    for dialog in waiting:
        dialog.facts = dialog.facts | {_CALLED: True}
    by_team: dict[int, list[int]] = {}
    for dialog in waiting:
        by_team.setdefault(dialog.team_id, []).append(dialog.id)
    news = [
        News(agent_id, _said(room, ids), dialog_id=ids[0])
        for team_id, ids in by_team.items()
        for agent_id in _agents(desk, team_id, Role.AGENT)
    ]
    notices.give_all(desk, news)
    private = set(desk.execute(select(Team.id).where(Team.is_private)).scalars())
    outbox.put(desk, *(_told(place, room, waiting, private) for place in _elsewhere(desk)))


def _write_to(desk: Desk, room: str, waiting: Sequence[Dialog]) -> None:
    """Where the desk has a mailbox, the agents of whom customers wait for get one letter."""
    rows = select(Agent.email, Member.team_id).join(Member, Member.agent_id == Agent.id)
    theirs = (Member.team_id.in_({each.team_id for each in waiting}), Agent.is_active, Agent.email != "")
    by_address: dict[str, list[int]] = {}
    for row in desk.execute(rows.where(*theirs).order_by(Agent.id)):
        by_address.setdefault(row.email, []).append(row.team_id)
    subject = f"{room.capitalize()} ✗"
    for address, team_ids in by_address.items():
        said = _said(room, [each.id for each in waiting if each.team_id in team_ids])
        letter = mailing.wanted(desk, team_ids[0], Note(address=address, subject=subject, said=said))
        if letter is not None:
            outbox.put(desk, letter)


def _told(place: Place, room: str, waiting: Sequence[Dialog], private: Collection[int]) -> Wanted:
    """What a channel hears: of private teams' customers nothing, unless it is that team's."""
    theirs = [each for each in waiting if each.team_id not in private or each.team_id == place.team_id]
    said = _said(room, [each.id for each in theirs]) if theirs else _all_goes_on(room)
    return pushed.call(place, said, buttons=_take(theirs), loud=bool(theirs))


def _all_goes_on(room: str) -> Text:
    """What a channel hears in a chat that is there, where no customer waits for anybody."""
    return text(
        "{room} cannot be reached. Who works only there goes on in the team room until it is back; here all goes on.",
        room=room.capitalize(),
    )  # fmt: skip


def _said(room: str, ids: Sequence[int]) -> Text:
    return texts(
        "{room} cannot be reached, and a customer waits live: dialog {ids}. Answer in the team room.",
        "{room} cannot be reached, and {count} customers wait live: dialogs {ids}. Answer in the team room.",
        count=len(ids), room=room.capitalize(), ids=", ".join(str(each) for each in ids[:10]),
    )  # fmt: skip


def _take(waiting: Sequence[Dialog]) -> tuple[Button, ...]:
    return tuple(Button(text("Take {id}", id=each.id), f"dialog take {each.id}", Tone.GOOD) for each in waiting[:5])


def _elsewhere(desk: Desk) -> Sequence[Place]:
    """The supervisors' channels in chats that are there; where there is none, the teams' there."""
    rooms = away(desk)
    there = desk.session.scalars(select(Place).where(Place.room.not_in(rooms)).order_by(Place.id)).all()
    return [each for each in there if each.purpose == Purpose.SUPERVISORS] or there


def _agents(desk: Desk, team_id: int | None, role: Role) -> list[int]:
    """The active agents of a team, or all of a role."""
    if team_id is None:
        statement = select(Agent.id).where(Agent.role == role)
    else:
        statement = select(Agent.id).join(Member, Member.agent_id == Agent.id).where(Member.team_id == team_id)
    return list(desk.execute(statement.where(Agent.is_active).order_by(Agent.id)).scalars())

"""What one agent should hear of: kept until they have seen it, and sent to them where they want to be told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import and_, bindparam, insert, or_, select, union, update

from core import outbox, pushed
from core.desk import Desk, Happened
from core.events import Assigned, MessageAdded
from core.models import Account, Agent, Author, Member, Notice, Place, Purpose, Thread, Ticket, Watcher, table
from core.pushed import About
from core.show import Button, Text, as_json, from_json, text

NOWHERE = "off"
"""What somebody who wants no messages in a team chat has chosen (`me alerts`)."""


@dataclass(frozen=True, slots=True)
class News:
    """Something one agent should hear of."""

    agent_id: int
    said: Text
    """Ids and numbers, never a customer's words."""
    ticket_id: int | None = None
    dialog_id: int | None = None
    buttons: tuple[Button, ...] = ()
    """What they may do at once, where they are told in a team chat."""
    called_in: frozenset[str] = frozenset()
    """The team chats in which its thread calls them for it: there they need no message besides."""


def give(desk: Desk, agent_id: int, said: Text, *, ticket_id: int | None = None, dialog_id: int | None = None) -> None:
    """Tells one agent something, in whatever room they are or come to."""
    give_all(desk, [News(agent_id, said, ticket_id, dialog_id)])


def give_all(desk: Desk, news: Sequence[News]) -> None:
    """Tells several agents things, in as many statements as one thing takes."""
    if not news:
        return
    rows = [
        {"agent_id": each.agent_id, "ticket_id": each.ticket_id, "dialog_id": each.dialog_id,
         "said": as_json(each.said), "at": desk.now}
        for each in news
    ]  # fmt: skip
    desk.execute(insert(Notice), rows)
    desk.look(*(f"agent:{each.agent_id}" for each in news))
    where = _wants_to_hear(desk, {each.agent_id for each in news})
    outbox.put(
        desk,
        *(
            pushed.dm(
                where[each.agent_id], each.said, about=About(each.ticket_id, each.dialog_id), buttons=each.buttons
            )
            for each in news
            if each.agent_id in where and where[each.agent_id].room not in each.called_in
        ),
    )


def _wants_to_hear(desk: Desk, agent_ids: set[int]) -> dict[int, Account]:
    """The one account each agent is told at: the chat they have chosen, else the one they came by first."""
    statement = select(Account, Agent.preferences).join(Agent, Agent.id == Account.agent_id)
    rows = desk.session.execute(statement.where(Account.agent_id.in_(agent_ids), Agent.is_active).order_by(Account.id))
    found: dict[int, Account] = {}
    for account, preferences in rows:
        chosen = preferences.get("alerts", "")
        if chosen == account.room or (chosen != NOWHERE and account.agent_id not in found):
            found[account.agent_id] = account
    return found


def unseen(desk: Desk, agent_id: int, *, limit: int = 20) -> Sequence[Notice]:
    """What an agent has not seen yet, the oldest first."""
    statement = select(Notice).where(Notice.agent_id == agent_id, Notice.seen_at.is_(None))
    return desk.session.scalars(statement.order_by(Notice.id).limit(limit)).all()


def saw(desk: Desk, agent_id: int, notice_id: int) -> None:
    """Notes that an agent has seen their notices up to this one."""
    desk.execute(
        update(Notice)
        .where(Notice.agent_id == agent_id, Notice.id <= notice_id, Notice.seen_at.is_(None))
        .values(seen_at=desk.now)
    )
    desk.look(f"agent:{agent_id}")


def words(notice: Notice) -> Text:
    """What a notice says."""
    return from_json(notice.said)


def tell(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: watchers and assignees hear of customers' words, agents of what others gave to them."""
    added = [each.event for each in happened if isinstance(each.event, MessageAdded)]
    given = [each for each in happened if isinstance(each.event, Assigned)]
    give_all(desk, [*_of_words(desk, added), *_of_assignments(desk, given)])


_watcher, _ticket = table(Watcher), table(Ticket)
_HEARERS = union(
    select(_watcher.c.ticket_id, _watcher.c.agent_id).where(
        _watcher.c.ticket_id.in_(bindparam("watched", expanding=True))
    ),
    select(_ticket.c.id, _ticket.c.assignee_id).where(
        _ticket.c.id.in_(bindparam("written", expanding=True)), _ticket.c.assignee_id.is_not(None)
    ),
)
"""Who watches tickets, and whose those are in which somebody wrote who is not live; each once."""


def _of_words(desk: Desk, added: Sequence[MessageAdded]) -> Iterator[News]:
    tickets = {e.ticket_id for e in added if e.ticket_id and e.author == Author.CONTACT and e.dialog_id is None}
    watched = {e.ticket_id for e in added if e.ticket_id and e.author == Author.CONTACT}
    if not watched:
        return
    rows = desk.execute(_HEARERS, {"watched": list(watched), "written": list(tickets)})
    for ticket_id, agent_id in sorted((row.ticket_id, row.agent_id) for row in rows):
        yield News(agent_id, text("The customer of #{number} wrote.", number=ticket_id), ticket_id=ticket_id)


def _of_assignments(desk: Desk, happened: Sequence[Happened]) -> Iterator[News]:
    """What somebody takes themselves is no news to them."""
    given = [(each.event, each.event.now) for each in happened if isinstance(each.event, Assigned)
             and each.event.now is not None and each.actor != f"agent:{each.event.now}"]  # fmt: skip
    called = _called(desk, [event for event, _ in given])
    for event, agent_id in given:
        rooms = frozenset(room for room, about, who in called if (about, who) == (_about(event), agent_id))
        if event.ticket_id is not None:
            said = text("#{number} is yours now.", number=event.ticket_id)
            yield News(agent_id, said, ticket_id=event.ticket_id, called_in=rooms)
        elif event.dialog_id is not None:
            said = text("Dialog {number} is yours now: a customer waits.", number=event.dialog_id)
            yield News(agent_id, said, dialog_id=event.dialog_id, called_in=rooms)


def _about(event: Assigned) -> tuple[str, int | None]:
    return ("ticket", event.ticket_id) if event.ticket_id is not None else ("dialog", event.dialog_id)


_Calling: TypeAlias = tuple[str, tuple[str, int | None], int]
"""A room, a ticket or dialog, and an agent."""


def _called(desk: Desk, events: Sequence[Assigned]) -> set[_Calling]:
    """Where the line in a thread calls who was given something: in channels of teams they are in, to which they
    come."""
    if not events:
        return set[_Calling]()
    tickets, dialogs = {e.ticket_id for e in events} - {None}, {e.dialog_id for e in events} - {None}
    here = (Place.room == Thread.room, Place.place == Thread.place, Place.purpose == Purpose.TEAM.value)
    statement = (
        select(Thread.room, Thread.ticket_id, Thread.dialog_id, Member.agent_id)
        .join(Place, and_(*here))
        .join(Member, Member.team_id == Place.team_id)
        .where(~Thread.is_retired, Member.agent_id.in_({event.now for event in events}))
        .where(or_(Thread.ticket_id.in_(tickets), Thread.dialog_id.in_(dialogs)))
    )
    found = set[_Calling]()
    for row in desk.execute(statement):
        found.add((row.room, ("ticket", row.ticket_id), row.agent_id))
        found.add((row.room, ("dialog", row.dialog_id), row.agent_id))
    return found

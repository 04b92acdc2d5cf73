"""What one agent should hear of, kept until they have seen it."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from core.desk import Desk, Happened
from core.events import Assigned, MessageAdded
from core.models import Author, Notice, Ticket, Watcher
from core.show import Text, as_json, from_json, text


def give(desk: Desk, agent_id: int, said: Text, *, ticket_id: int | None = None, dialog_id: int | None = None) -> None:
    """Tells one agent something, in whatever room they are or come to."""
    row = {"agent_id": agent_id, "ticket_id": ticket_id, "dialog_id": dialog_id, "said": as_json(said), "at": desk.now}
    desk.execute(insert(Notice), row)
    desk.look(f"agent:{agent_id}")


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
    """A reaction: watchers and assignees hear of customers' words, agents of what was given to them."""
    _tell_of_words(desk, [h.event for h in happened if isinstance(h.event, MessageAdded)])
    for each in happened:
        if isinstance(each.event, Assigned) and each.event.now not in (None, desk.actor.agent_id):
            _tell_of_assignment(desk, each.event)


def _tell_of_words(desk: Desk, added: Sequence[MessageAdded]) -> None:
    tickets = {e.ticket_id for e in added if e.ticket_id and e.author == Author.CONTACT and e.dialog_id is None}
    watched = {e.ticket_id for e in added if e.ticket_id and e.author == Author.CONTACT}
    if not watched:
        return
    rows = desk.execute(select(Watcher.ticket_id, Watcher.agent_id).where(Watcher.ticket_id.in_(watched)))
    hearers = {(row.ticket_id, row.agent_id) for row in rows}
    if tickets:
        owners = select(Ticket.id, Ticket.assignee_id).where(Ticket.id.in_(tickets), Ticket.assignee_id.is_not(None))
        hearers |= {(row.id, row.assignee_id) for row in desk.execute(owners)}
    for ticket_id, agent_id in sorted(hearers):
        give(desk, agent_id, text("The customer of #{number} wrote.", number=ticket_id), ticket_id=ticket_id)


def _tell_of_assignment(desk: Desk, assigned: Assigned) -> None:
    agent_id = assigned.now or 0
    if assigned.ticket_id is not None:
        said = text("#{number} is yours now.", number=assigned.ticket_id)
        give(desk, agent_id, said, ticket_id=assigned.ticket_id)
    elif assigned.dialog_id is not None:
        said = text("Dialog {number} is yours now: a customer waits.", number=assigned.dialog_id)
        give(desk, agent_id, said, dialog_id=assigned.dialog_id)

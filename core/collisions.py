"""Whether somebody else was faster: what a reply was written on is no longer how the ticket stands."""

from sqlalchemy import and_, func, not_, or_, select

from core.desk import Desk
from core.events import Assigned, CustomerChanged, MessageAdded, Moved, StatusChanged, TicketMerged
from core.models import EventRow, Message, Reader

_MOVED_ON = tuple(event.kind for event in (MessageAdded, StatusChanged, Assigned, Moved, CustomerChanged, TicketMerged))
"""What, done by somebody else, makes an answer stale; tags, priorities and notes do not."""


def moved_on(desk: Desk, ticket_id: int, since_seq: int, agent_id: int) -> bool:
    """Whether another agent has answered publicly or changed since this seq where the ticket stands or whose it is."""
    to_them = EventRow.kind == Assigned.kind, func.coalesce(EventRow.facts["now"].as_integer(), 0) == agent_id
    others = (
        select(EventRow.id)
        .outerjoin(Message, Message.id == EventRow.message_id)
        .where(EventRow.ticket_id == ticket_id, EventRow.ticket_seq > since_seq, EventRow.kind.in_(_MOVED_ON))
        .where(EventRow.actor != f"agent:{agent_id}", EventRow.actor.startswith("agent:"))
        .where(or_(Message.id.is_(None), Message.reader == Reader.CUSTOMER), not_(and_(*to_them)))
        .limit(1)
    )
    return desk.execute(others).first() is not None

"""Tickets that were merged into one another, as a condition other statements take."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.models import Ticket


def family(ticket_id: int) -> Any:
    """This ticket's id and those of all merged into it, directly or through others, as a condition's right side."""
    own = select(Ticket.id.label("id")).where(Ticket.id == ticket_id).cte(recursive=True)
    merged = aliased(Ticket)
    return select(own.union(select(merged.id).join(own, merged.merged_into == own.c.id)).c.id)

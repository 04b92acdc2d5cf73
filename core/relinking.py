"""The ticket somebody who comes back is still about; what was private stays so."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select

from core import kinds, tickets
from core.desk import Desk
from core.models import Dialog, Identity, Ticket


def to_link(desk: Desk, contact_id: int, channel_id: int, identity_id: int, within: timedelta) -> Ticket | None:
    """The ticket a returning customer's dialog joins: the one last written in on this channel.

    One that was closed longer ago does not count. What was said in private is never joined by what others read along,
    nor the other way round.
    """
    talked_there = exists(select(Dialog.id).where(Dialog.ticket_id == Ticket.id, Dialog.channel_id == channel_id))
    statement = (
        select(Ticket)
        .where(Ticket.contact_id == contact_id, ~Ticket.is_spam)
        .where(or_(Ticket.channel_id == channel_id, talked_there), _is_as_private(desk, channel_id, identity_id))
        .where(or_(Ticket.closed_at.is_(None), Ticket.closed_at >= desk.now - within, Ticket.merged_into.is_not(None)))
        .order_by(func.coalesce(Ticket.last_message_at, Ticket.created_at).desc(), Ticket.id.desc())
        .limit(1)
    )
    newest = desk.session.scalars(statement).one_or_none()
    if newest is None:
        return None
    ticket = tickets.standing(desk, newest.id)
    if ticket.closed_at is not None and ticket.closed_at < desk.now - within:
        return None
    return ticket


def _is_as_private(desk: Desk, channel_id: int, identity_id: int) -> ColumnElement[bool]:
    """Whether a ticket was talked about on this channel only where this address is: in its group, or in private."""
    kind = desk.execute(select(Identity.kind).where(Identity.id == identity_id)).scalar_one()
    on_it = select(Dialog.id).join(Identity, Identity.id == Dialog.identity_id)
    on_it = on_it.where(Dialog.ticket_id == Ticket.id, Dialog.channel_id == channel_id)
    if kinds.is_in_group(kind):
        return on_it.where(Dialog.identity_id == identity_id).exists() & ~on_it.where(Identity.kind != kind).exists()
    mine = on_it.where(Dialog.identity_id == identity_id).exists()
    return mine | ~on_it.where(Identity.kind.endswith(kinds.GROUP)).exists()

"""To whom a reply goes: the dialog in which the ticket's customer of today reads it."""

from sqlalchemy import case, select

from core import contacts, merged, tickets
from core.desk import Desk
from core.errors import UserError
from core.events import MessageSplitOff
from core.kinds import CHATS
from core.models import Channel, Dialog, EventRow, Identity, Message, Ticket
from core.show import text


def whither(desk: Desk, dialog: Dialog | None, ticket: Ticket | None) -> tuple[Dialog | None, Ticket | None]:
    """The dialog and ticket a reply goes to: of a ticket, what its customer of today reads; else the dialog itself.

    Raises UserError where nobody would read it, and says what to do.
    """
    if ticket is None:
        linked = None if dialog is None else dialog.ticket_id
        return dialog, None if linked is None else tickets.standing(desk, linked)
    if ticket.contact_id is None:
        raise UserError(
            text("#{number} has no customer yet. Set one first: ticket customer {number} WHO", number=ticket.id)
        )
    dialog = _dialog_of(desk, ticket)
    if dialog is None and ticket.channel_id is None:
        raise UserError(text("There is no channel to reach the customer of #{number} by.", number=ticket.id))
    if dialog is None and desk.session.get_one(Channel, ticket.channel_id).kind in CHATS:
        raise UserError(
            text(
                "The customer of #{number} has never written in this chat and would not see it. "
                "Name the one who has: ticket customer {number} WHO",
                number=ticket.id,
            )
        )
    return dialog, ticket


def _dialog_of(desk: Desk, ticket: Ticket) -> Dialog | None:
    """The dialog the ticket's customer of today reads its replies in; never a former customer's.

    On its channel the last that belongs to it or to what was merged into it, else the one it was split off from, else
    the last of all.
    """
    family = merged.family(ticket.id)
    own = Dialog.ticket_id.in_(family)
    split = select(Message.dialog_id).join(EventRow, EventRow.message_id == Message.id)
    origin = Dialog.id.in_(split.where(EventRow.ticket_id.in_(family), EventRow.kind == MessageSplitOff.kind))
    statement = (
        select(Dialog)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Identity.contact_id.in_(contacts.everyone(desk, ticket.contact_id or 0)), Identity.is_verified)
        .where(own if ticket.channel_id is None else Dialog.channel_id == ticket.channel_id)
        .order_by(case((own, 0), (origin, 1), else_=2), Dialog.id.desc())
    )
    return desk.session.scalars(statement.limit(1)).one_or_none()


def by_letter(desk: Desk, ticket: Ticket) -> tuple[int, int] | None:
    """The channel and address a letter about this ticket goes to: where its customer wrote from last, else to an
    address they have; None where its channel is none of letters, or they have no address."""
    channel = None if ticket.channel_id is None else desk.session.get_one(Channel, ticket.channel_id)
    if channel is None or channel.kind in CHATS or ticket.contact_id is None:
        return None
    theirs = Identity.contact_id.in_(contacts.everyone(desk, ticket.contact_id))
    wrote = select(Identity.id).join(Message, Message.identity_id == Identity.id)
    last = wrote.where(theirs, Message.channel_id == channel.id, Message.ticket_id.in_(merged.family(ticket.id)))
    found = desk.execute(last.order_by(Message.id.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        has = select(Identity.id).where(theirs, Identity.kind == channel.kind)
        found = desk.execute(has.order_by(Identity.is_verified.desc(), Identity.id).limit(1)).scalar_one_or_none()
    return None if found is None else (channel.id, found)


def reads(desk: Desk, dialog: Dialog, ticket: Ticket) -> bool:
    """Whether the dialog is one of the ticket's customer of today."""
    whose = desk.session.get_one(Identity, dialog.identity_id).contact_id
    return ticket.contact_id is not None and whose in contacts.everyone(desk, ticket.contact_id)

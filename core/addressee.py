"""To whom a reply goes: the dialog in which the ticket's customer of today reads it."""

from sqlalchemy import case, select

from core import contacts, merged, tickets
from core.desk import Desk
from core.errors import UserError
from core.events import MessageSplitOff
from core.kinds import CHATS, GROUP, LETTERS
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
        ticket.channel_id = _by_first_letter(desk, ticket)
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


def _by_first_letter(desk: Desk, ticket: Ticket) -> int | None:
    """The mailbox a customer is first written by who has not written yet; None where they have no address."""
    has_address = ticket.contact_id is not None and _mail_address(desk, ticket.contact_id) is not None
    return mailbox(desk, ticket.team_id, None) if has_address else None


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
        .where(own | Identity.kind.not_like(f"%{GROUP}"))
        .order_by(case((own, 0), (origin, 1), else_=2), Dialog.id.desc())
    )
    return desk.session.scalars(statement.limit(1)).one_or_none()


def by_letter(desk: Desk, ticket: Ticket) -> tuple[int, int] | None:
    """The channel and address a letter about this ticket goes to: where its customer wrote from last, else to an
    address they have, one that works before others.

    None where its channel is none of letters, or they have no address.
    """
    channel = None if ticket.channel_id is None else desk.session.get_one(Channel, ticket.channel_id)
    if channel is None or channel.kind in CHATS or ticket.contact_id is None:
        return None
    theirs = Identity.contact_id.in_(contacts.everyone(desk, ticket.contact_id))
    wrote = select(Identity.id).join(Message, Message.identity_id == Identity.id)
    works = (theirs, Identity.failed_at.is_(None))
    last = wrote.where(*works, Message.channel_id == channel.id, Message.ticket_id.in_(merged.family(ticket.id)))
    found = desk.execute(last.order_by(Message.id.desc()).limit(1)).scalar_one_or_none()
    if found is None:
        has = select(Identity.id).where(theirs, Identity.kind == channel.kind)
        best = has.order_by(Identity.failed_at.is_not(None), Identity.is_verified.desc(), Identity.id)
        found = desk.execute(best.limit(1)).scalar_one_or_none()
    return None if found is None else (channel.id, found)


def by_mail(desk: Desk, ticket: Ticket, address: str = "") -> tuple[int, int]:
    """The mailbox and address for a letter to a ticket's customer, whatever way they wrote; an address an agent names
    becomes theirs, unproven. Raises UserError where there is no mailbox or no address.
    """
    if ticket.contact_id is None:
        raise UserError(
            text("#{number} has no customer yet. Set one first: ticket customer {number} WHO", number=ticket.id)
        )
    channel_id = mailbox(desk, ticket.team_id, ticket.channel_id)
    if channel_id is None:
        raise UserError(text("This desk has no mailbox yet. An admin connects one: deskbell connect email"))
    contact = contacts.standing(desk, ticket.contact_id)
    if address:
        identity = contacts.add_address(desk, contact, "email", address, is_verified=False)
        desk.flush()
        return channel_id, identity.id
    found = _mail_address(desk, contact.id)
    if found is None:
        raise UserError(
            text(
                "We know no e-mail address of this customer. Name one: ticket mail {number} to:ana@example.com TEXT",
                number=ticket.id,
            )
        )
    return channel_id, found


def letter_beside(desk: Desk, dialog: Dialog) -> tuple[int, int] | None:
    """The mailbox and address by which who has left a chat can still be reached; None where there is no such way."""
    channel_id, identity_id = mailbox(desk, dialog.team_id, None), _mail_address(desk, dialog.contact_id)
    return None if channel_id is None or identity_id is None else (channel_id, identity_id)


def mailbox(desk: Desk, team_id: int, preferred: int | None) -> int | None:
    """The mailbox letters of a team go out by: the preferred one, else the team's, else the first."""
    mailboxes = select(Channel.id).where(Channel.kind.in_(LETTERS), Channel.is_on, ~Channel.is_demo)
    best = case((Channel.id == preferred, 0), (Channel.team_id == team_id, 1), else_=2)
    return desk.execute(mailboxes.order_by(best, Channel.id).limit(1)).scalar_one_or_none()


def _mail_address(desk: Desk, contact_id: int) -> int | None:
    """The best e-mail address of a contact: a proven one, and one that is not known to fail."""
    theirs = (each for each in contacts.identities(desk, contact_id) if each.kind == "email")
    return next((each.id for each in theirs if each.failed_at is None), None)


def reads(desk: Desk, dialog: Dialog, ticket: Ticket) -> bool:
    """Whether the dialog is one of the ticket's customer of today."""
    whose = desk.session.get_one(Identity, dialog.identity_id).contact_id
    return ticket.contact_id is not None and whose in contacts.everyone(desk, ticket.contact_id)

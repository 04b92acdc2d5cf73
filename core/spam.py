"""Spam: a ticket closed silently and out of all figures, whose sender waits in quarantine from then on."""

from core import contacts, dialogs, ending, tickets
from core.desk import Desk
from core.events import MarkedSpam
from core.models import EndReason, Ticket


def mark(desk: Desk, ticket: Ticket) -> None:
    """Closes a ticket as spam and ends its live dialog; its customer is told nothing. Twice is once."""
    dialog = dialogs.live_on(desk, ticket.id)
    if dialog is not None:
        ending.end(desk, dialog, EndReason.SPAM)
    put(desk, ticket, spam=True)
    tickets.close(desk, ticket)


def unmark(desk: Desk, ticket: Ticket) -> None:
    """Brings a ticket back that is no spam, and lets its customer write."""
    if ticket.is_spam:
        put(desk, ticket, spam=False)
        tickets.open_(desk, ticket)


def put(desk: Desk, ticket: Ticket, *, spam: bool) -> None:
    """Says whether a ticket is spam and its customer a spammer, and leaves its status alone."""
    if ticket.is_spam != spam:
        ticket.is_spam = spam
        desk.record(MarkedSpam(ticket_id=ticket.id, spam=spam))
    if ticket.contact_id is not None:
        contacts.mark_spammer(desk, ticket.contact_id, spammer=spam)

"""What agents see of tickets, dialogs, customers and troubles, the same for every room."""

from bot.cards.dialogs import dialog_card, dialog_cards
from bot.cards.people import contact_card
from bot.cards.tickets import PRIORITY_WORDS, STATUS_WORDS, row_card, rows_as_cards, tags_of, ticket_card
from bot.cards.transcripts import transcript
from bot.cards.troubles import deadline_card, delivery_card, quarantine_card

__all__ = [
    "PRIORITY_WORDS",
    "STATUS_WORDS",
    "contact_card",
    "deadline_card",
    "delivery_card",
    "dialog_card",
    "dialog_cards",
    "quarantine_card",
    "row_card",
    "rows_as_cards",
    "tags_of",
    "ticket_card",
    "transcript",
]

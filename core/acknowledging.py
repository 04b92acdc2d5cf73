"""Tells who has written a letter, once, that it has come: never a machine, and never more often than brakes allow."""

from core import brakes, messages, teams, wordings
from core.connector import Letter
from core.contacts import Known
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Channel, Identity, Reader, Ticket
from core.receipt import Source
from core.show import Text, text

SETTING = "ack"
"""The setting of a channel that turns it off."""


def acknowledge(desk: Desk, source: Source, who: Known, ticket: Ticket, letter: Letter) -> None:
    """Answers the letter that began a ticket, where its mailbox wants that."""
    if not desk.session.get_one(Channel, source.channel_id).settings.get(SETTING, True):
        return
    is_barred = desk.session.get_one(Identity, who.identity_id).failed_at is not None
    if (
        letter.is_automatic
        or letter.is_doubtful
        or is_barred
        or not brakes.may_answer(desk, who.identity_id, ticket.subject)
    ):
        return
    words = Words(
        author=Author.SYSTEM, reader=Reader.CUSTOMER, wording=_wording(desk, ticket),
        channel_id=source.channel_id, identity_id=who.identity_id,
    )  # fmt: skip
    messages.write(desk, words, Where(ticket_id=ticket.id))


def _wording(desk: Desk, ticket: Ticket) -> Text:
    if teams.is_somebody_there(desk, ticket.team_id):
        return text(wordings.GOT_LETTER.id, number=ticket.id)
    back = teams.somebody_back_at(desk, ticket.team_id)
    if back is None:
        return text(wordings.GOT_LETTER_AWAY.id, number=ticket.id)
    return text(wordings.GOT_LETTER_BEFORE.id, number=ticket.id, when=back)

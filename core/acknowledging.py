"""Tells who has written a letter, once, that it has come: never a machine, and never more often than brakes allow."""

from typing import cast

from core import brakes, calendars, mailboxes, messages, teams, wordings
from core.briefs import Brief
from core.connector import Letter
from core.contacts import Known
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Reader
from core.receipt import Source
from core.show import Text, text

SETTING = "ack"
"""The setting of a channel that turns it off."""


def acknowledge(desk: Desk, source: Source, who: Known, ticket: Brief, letter: Letter) -> None:
    """Answers the letter that began a ticket, where its mailbox wants that."""
    is_wanted = mailboxes.settings(desk)[source.channel_id].get(SETTING, True)
    if not is_wanted or letter.is_automatic or letter.is_doubtful or not brakes.may_answer(desk, who, ticket.subject):
        return
    words = Words(
        author=Author.SYSTEM, reader=Reader.CUSTOMER, wording=_wording(desk, ticket),
        channel_id=source.channel_id, identity_id=who.identity_id,
    )  # fmt: skip
    messages.write(desk, words, Where(ticket_id=ticket.id))


def _wording(desk: Desk, ticket: Brief) -> Text:
    said = cast(Text, desk.once(f"acknowledged:{ticket.team_id}", lambda: _said(desk, ticket.team_id)))
    return text(said.id, number=ticket.id, **said.args)


def _said(desk: Desk, team_id: int) -> Text:
    """What all letters to a team in this transaction are answered with, but for their numbers."""
    if teams.is_somebody_there(desk, team_id):
        return wordings.GOT_LETTER
    back = calendars.back_at(desk, team_id)
    return wordings.GOT_LETTER_AWAY if back is None else text(wordings.GOT_LETTER_BEFORE.id, when=back)

"""Makes a ticket by hand of what cannot be taken in: its reason and what can be read of it are its first note."""

from sqlalchemy import update

from core import contacts, messages, quarantine, teams, tickets
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Channel, File, Quarantined, Reader, Team, Ticket
from core.show import text

_LONGEST = 5_000


def make_ticket(desk: Desk, kept: Quarantined) -> Ticket:
    """The ticket; its customer is who sent it, where that is known, and nobody is told anything."""
    team = _team(desk, kept)
    said, sender = quarantine.excerpt(kept, most=_LONGEST).strip(), quarantine.sender_of(kept)
    subject = quarantine.letter_of(kept)[1] or said.partition("\n")[0] or "…"
    whose = kept.contact_id if sender is None or kept.contact_id else contacts.known(desk, sender).contact_id
    ticket = tickets.open_new(desk, subject, team, contact_id=whose, how="quarantine")
    ticket.channel_id = _channel(desk, kept)
    desk.flush()
    why = text("Made from what came in and could not be taken in: {why}", why=quarantine.reason(kept))
    messages.write(desk, Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=why), Where(ticket_id=ticket.id))
    came = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=text("It says: {words}", words=said or "…"))
    written = messages.write(desk, came, Where(ticket_id=ticket.id))
    theirs = File.quarantined_id == kept.id
    desk.execute(update(File).where(theirs).values(message_id=written.id, quarantined_id=None))
    quarantine.accepted(desk, kept, keeps_raw=not quarantine.is_readable(kept))
    return ticket


def _team(desk: Desk, kept: Quarantined) -> Team:
    known = None if kept.team_id is None else desk.session.get(Team, kept.team_id)
    return known or teams.first_team(desk)


def _channel(desk: Desk, kept: Quarantined) -> int | None:
    kind, _, number = kept.source.partition(":")
    channel = desk.session.get(Channel, int(number)) if kind == "channel" and number.isdigit() else None
    return None if channel is None else channel.id

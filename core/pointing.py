"""One letter to several of our mailboxes is one ticket; the teams of the others see where it is."""

from core import messages, outbox, places, pushed, tickets
from core.desk import Desk
from core.messages import Where, Words
from core.models import Author, Channel, Message, Reader, Team
from core.receipt import Receipt, Source
from core.show import Button, text


def point(desk: Desk, source: Source, twin: Message) -> Receipt:
    """Notes on the ticket that the same letter came here, too, and tells this mailbox's team where it is."""
    ticket = tickets.standing(desk, twin.ticket_id or 0)
    here = desk.session.get_one(Channel, source.channel_id)
    also = text("The same mail came to {channel}, too.", channel=here.name)
    messages.write(desk, Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=also), Where(ticket_id=ticket.id))
    if source.team_id != ticket.team_id:
        team = desk.session.get_one(Team, ticket.team_id)
        said = text("A mail to {channel} went to {team}, too, and is theirs: #{number}", channel=here.name,
                    team=team.title or team.name, number=ticket.id)  # fmt: skip
        show = Button(text("Show"), f"ticket show {ticket.id}")
        theirs = places.of_team(desk, source.team_id)
        outbox.put(desk, *(pushed.call(place, said, buttons=(show,)) for place in theirs))
    return Receipt(None, twin.id, twin.ticket_seq, is_repeat=True)

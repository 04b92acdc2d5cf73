"""Letters to people who are no customers: somebody who is asked, an agent who cannot be called otherwise."""

from dataclasses import dataclass

from core import addressee
from core.desk import Desk
from core.digests import digest
from core.outbox import Wanted
from core.pushed import SAY
from core.show import Text, as_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A letter of the desk's own."""

    address: str
    subject: str
    said: Text
    ask_id: int | None = None
    """The question it asks: who answers the letter answers that."""
    ticket_id: int | None = None
    """The ticket it tells of: it is forgotten together with it."""
    signed: str = ""
    """The public name of who writes it; nobody's where the desk does by itself."""


def wanted(desk: Desk, team_id: int, note: Note) -> Wanted | None:
    """The letter on its way by a mailbox of the team; None where the desk has no mailbox."""
    channel_id = addressee.mailbox(desk, team_id, None)
    if channel_id is None:
        return None
    lane = f"channel:{channel_id}:to:{digest(note.address)[:24]}"
    facts = {"to": note.address, "subject": note.subject, "said": as_json(note.said), "ask": note.ask_id}
    return Wanted(
        lane=lane, destination=f"channel:{channel_id}", kind=SAY, ticket_id=note.ticket_id,
        buckets=(lane, f"channel:{channel_id}"), facts=facts | {"signed": note.signed, "team": team_id, "choices": []},
    )  # fmt: skip

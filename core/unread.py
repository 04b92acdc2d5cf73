"""Who has left a chat before they read our answer gets it by letter, where they are known to have an address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from core import addressee, deadlines, dialogs, outbox, pushed
from core.deadlines import Due
from core.desk import Desk, Happened
from core.events import MessageAdded
from core.kinds import PULLED
from core.models import Author, Channel, Deadline, Dialog, DialogState, Message, Reader
from core.outbox import Wanted

AFTER = timedelta(minutes=10)
"""How long an answer may stay unread before it is sent by letter."""
BETWEEN = timedelta(minutes=15)
"""At most so often."""
_SOON = timedelta(minutes=5)
_MOST = 50
_KIND, _UP_TO, _AT = "unread", "lettered_seq", "lettered_at"


def watch(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: an answer in a chat whose customer is not there is looked at again in ten minutes."""
    events = [each.event for each in happened if isinstance(each.event, MessageAdded)]
    said = {each.dialog_id for each in events if each.author == Author.AGENT and each.reader == Reader.CUSTOMER}
    if not said - {None}:
        return
    left = Dialog.customer_left_at.is_not(None) | (Dialog.state == DialogState.ENDED)
    waits = select(Deadline.subject_id).where(Deadline.subject == "dialog", Deadline.kind == _KIND)
    theirs = select(Dialog).join(Channel, Channel.id == Dialog.channel_id).where(Channel.kind.in_(PULLED), left)
    statement = theirs.where(Dialog.id.in_(said - {None}), Dialog.id.not_in(waits)).order_by(Dialog.id)
    for dialog in desk.session.scalars(statement).all():
        deadlines.put(desk, "dialog", dialog.id, _KIND, max(desk.now + AFTER, _next(dialog)))


def _next(dialog: Dialog) -> datetime:
    at = dialog.facts.get(_AT)
    return dialog.started_at if at is None else datetime.fromisoformat(at) + BETWEEN


def send(desk: Desk, due: Due) -> None:
    """An effect: what is still unread goes in one letter; while the dialog has no ticket yet, a little later."""
    dialog = dialogs.locked(desk, due.subject_id)
    unread = _unread(desk, dialog)
    route = addressee.letter_beside(desk, dialog) if unread else None
    if route is None:
        return
    if dialog.ticket_id is None:
        deadlines.put(desk, "dialog", dialog.id, _KIND, desk.now + _SOON)
        return
    dialog.facts = dialog.facts | {_UP_TO: unread[-1].dialog_seq, _AT: desk.now.isoformat()}
    outbox.put(desk, _letter(dialog, unread, *route))


def _unread(desk: Desk, dialog: Dialog) -> Sequence[Message]:
    seen = max(dialog.seen_seq, dialog.facts.get(_UP_TO, 0))
    said = (Message.author == Author.AGENT, Message.reader == Reader.CUSTOMER, Message.dialog_seq > seen)
    there = (Message.dialog_id == dialog.id, Message.deleted_at.is_(None), Message.redacted_at.is_(None))
    found = desk.session.scalars(select(Message).where(*there, *said).order_by(Message.dialog_seq.desc()).limit(_MOST))
    return list(reversed(found.all()))


def _letter(dialog: Dialog, unread: Sequence[Message], channel_id: int, identity_id: int) -> Wanted:
    lane = f"channel:{channel_id}:{identity_id}"
    return Wanted(
        lane=lane, destination=f"channel:{channel_id}", kind=pushed.LETTER, buckets=(lane, f"channel:{channel_id}"),
        message_id=unread[-1].id, ticket_id=dialog.ticket_id, dialog_id=dialog.id,
        facts={"identity": identity_id, "unread": [each.id for each in unread]},
    )  # fmt: skip

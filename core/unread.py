"""Who has left a chat before they read our answer gets it by letter, where they are known to have an address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from core import addressee, deadlines, dialogs, outbox, pushed
from core.deadlines import Due
from core.desk import Desk, Happened
from core.events import CustomerLeft, DialogEnded, Event, MessageAdded
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
    """A reaction: what a chat's customer who is not there may not have read is looked at again in ten minutes."""
    said = {each.event.dialog_id for each in happened if _may_be_unread(each.event)}
    if not said - {None}:
        return
    left = Dialog.customer_left_at.is_not(None) | (Dialog.state == DialogState.ENDED)
    answered = [each.event.dialog_id or 0 for each in happened if isinstance(each.event, MessageAdded)]
    unread = (Dialog.seen_seq < Dialog.last_seq, or_(Dialog.agent_wrote_at.is_not(None), Dialog.id.in_(answered)))
    waits = select(Deadline.subject_id).where(Deadline.subject == "dialog", Deadline.kind == _KIND)
    theirs = select(Dialog).join(Channel, Channel.id == Dialog.channel_id).where(Channel.kind.in_(PULLED), left)
    fresh = theirs.where(*unread, Dialog.id.in_(said - {None}), Dialog.id.not_in(waits))
    statement = fresh.order_by(Dialog.id)
    for dialog in desk.session.scalars(statement).all():
        deadlines.put(desk, "dialog", dialog.id, _KIND, max(desk.now + AFTER, _next(dialog)))


def _may_be_unread(event: Event) -> bool:
    """An agent's answer, or that its reader has just left."""
    match event:
        case MessageAdded():
            return event.author == Author.AGENT and event.reader == Reader.CUSTOMER
        case CustomerLeft(left=True) | DialogEnded():
            return True
        case _:
            return False


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

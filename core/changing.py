"""What customers do to what was said: they change it, take it back, react to it; and they come and go."""

from sqlalchemy import select

from core import carrying, contacts, dialogs, messages, presence
from core.connector import Edited, Left, Reacted, Retracted, Sender
from core.desk import Desk
from core.errors import NotFound
from core.events import CustomerReacted
from core.models import Dialog, DialogState, Identity, Message
from core.receipt import Receipt, Source
from core.show import text


def edited(desk: Desk, source: Source, edited: Edited) -> Receipt:
    """A customer changed their words; what they were before is kept."""
    message = _locked(desk, _theirs(desk, source, edited.sender, edited.of))
    messages.edit(desk, message, messages.bounded(desk, edited.text))
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


def retracted(desk: Desk, source: Source, retracted: Retracted) -> Receipt:
    """A customer took their words back; agents still see them."""
    message = _locked(desk, _theirs(desk, source, retracted.sender, retracted.of))
    messages.take_back(desk, message)
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


def reacted(desk: Desk, source: Source, reacted: Reacted) -> Receipt:
    """A customer put an emoji on a message, theirs or ours; none takes it away."""
    ours = carrying.stands_at(desk, source.channel_id, reacted.of)
    if ours is not None and ours.identity_id is None and not _is_said_to(desk, source, reacted.sender, ours):
        raise NotFound(_UNKNOWN)
    message = _locked(desk, ours or _theirs(desk, source, reacted.sender, reacted.of))
    emoji = reacted.emoji[:16]
    if message.facts.get("reaction", "") == emoji:
        return Receipt(message.dialog_id, message.id, message.dialog_seq)
    message.facts = message.facts | {"reaction": emoji}
    about = {"ticket_id": message.ticket_id, "dialog_id": message.dialog_id, "message_id": message.id}
    desk.record(CustomerReacted(**about, emoji=emoji))
    if message.dialog_id is not None:
        desk.look(f"dialog:{message.dialog_id}")
    return Receipt(message.dialog_id, message.id, message.dialog_seq)


_UNKNOWN = text("The message it is about is not known.")


def _theirs(desk: Desk, source: Source, sender: Sender, key: str) -> Message:
    """The message a sender means by its key: only their own."""
    statement = (
        select(Message)
        .join(Identity, Identity.id == Message.identity_id)
        .where(Message.channel_id == source.channel_id, Message.external_id == key)
        .where(Identity.kind == sender.kind, Identity.address == sender.address)
        .where(Identity.is_verified == sender.is_verified)
    )
    message = desk.session.scalars(statement).first() or _part(desk, source, sender, key)
    if message is None:
        raise NotFound(_UNKNOWN)
    return message


def _part(desk: Desk, source: Source, sender: Sender, key: str) -> Message | None:
    """The sender's message that came in several parts, by one of these."""
    message, who = carrying.stands_at(desk, source.channel_id, key), contacts.seen_before(desk, sender)
    is_theirs = message is not None and who is not None and message.identity_id == who.identity_id
    return message if is_theirs else None


def _is_said_to(desk: Desk, source: Source, sender: Sender, message: Message) -> bool:
    """Whether a message of ours was said in one of this sender's dialogs."""
    who = contacts.seen_before(desk, sender)
    dialog = None if message.dialog_id is None else desk.session.get(Dialog, message.dialog_id)
    return who is not None and dialog is not None and dialog.identity_id == who.identity_id


def _locked(desk: Desk, message: Message) -> Message:
    """The message as it stands, behind the lock of its dialog: who changes it twice at once does so in turn."""
    if message.dialog_id is not None:
        dialogs.locked(desk, message.dialog_id)
    desk.lock(Message, message.id)
    return message


def left(desk: Desk, source: Source, left: Left) -> Receipt:
    """A closed page starts the dialog's grace period, unless another is open; one that is back ends it."""
    dialog_id = desk.execute(
        select(Dialog.id)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Dialog.channel_id == source.channel_id, Dialog.state == DialogState.LIVE)
        .where(Identity.kind == left.sender.kind, Identity.address == left.sender.address, Identity.is_verified)
    ).scalar_one_or_none()
    if dialog_id is None:
        return Receipt()
    dialog = dialogs.locked(desk, dialog_id)
    if left.left and presence.is_here(desk, dialog.id):
        return Receipt()
    presence.note(desk, dialog, left=left.left)
    return Receipt(dialog.id)

"""A person is forgotten: their words, names and addresses leave every place they live in."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, delete, literal, or_, select, update

from core import contacts, dialogs, directory, ending, messages, pressed, search
from core.desk import Desk
from core.events import ContactErased
from core.models import (
    Ask,
    Contact,
    Delivery,
    DeliveryState,
    Dialog,
    DialogState,
    EndReason,
    EventRow,
    File,
    HeldReply,
    Identity,
    Message,
    Participant,
    Quarantined,
    QuarantineState,
    Ticket,
)


def erase(desk: Desk, contact: Contact) -> int:
    """Removes everything that says who a contact is and what they said; returns how many messages that were.

    Their tickets stay, empty of them: subjects, messages both ways, files, former bodies, held replies, names,
    addresses, quarantine and the search index. Agents' internal notes on their tickets go too: they speak of them.
    """
    ids = contacts.everyone(desk, contact.id)
    for dialog in _live(desk, ids):
        ending.end(desk, dialog, EndReason.GONE)
    desk.flush()
    ticket_ids = list(desk.execute(select(Ticket.id).where(Ticket.contact_id.in_(ids))).scalars())
    dialog_ids = list(desk.execute(select(Dialog.id).where(Dialog.contact_id.in_(ids))).scalars())
    identity_ids = list(desk.execute(select(Identity.id).where(Identity.contact_id.in_(ids))).scalars())
    message_ids = _message_ids(desk, ids, ticket_ids, dialog_ids)
    _erase_words(desk, message_ids, ticket_ids, dialog_ids)
    _erase_waiting(desk, ids, identity_ids, ticket_ids, dialog_ids)
    _erase_person(desk, ids)
    _tell(desk, contact.id, ticket_ids, dialog_ids)
    return len(message_ids)


def _tell(desk: Desk, contact_id: int, ticket_ids: list[int], dialog_ids: list[int]) -> None:
    """What shows their tickets and dialogs, shows them anew."""
    desk.record(ContactErased(contact_id=contact_id))
    for ticket_id in ticket_ids:
        desk.record(ContactErased(contact_id=contact_id, ticket_id=ticket_id))
    for dialog_id in dialog_ids:
        desk.record(ContactErased(contact_id=contact_id, dialog_id=dialog_id))
    desk.look("quarantine")


def was_since(desk: Desk, seq: int, *, ticket_id: int | None, dialog_id: int | None) -> bool:
    """Whether words of a ticket or dialog were forgotten behind this seq: who shows them must read all anew."""
    of_ticket = (EventRow.ticket_id == ticket_id, EventRow.ticket_seq > seq)
    of_dialog = (EventRow.dialog_id == dialog_id, EventRow.dialog_seq > seq)
    here = of_ticket if ticket_id is not None else of_dialog
    statement = select(EventRow.id).where(*here, EventRow.kind == ContactErased.kind).limit(1)
    return desk.execute(statement).first() is not None


def _live(desk: Desk, ids: list[int]) -> list[Dialog]:
    """What they are still talking in: nobody is asked whether they are still there who is forgotten."""
    live = select(Dialog.id).where(Dialog.contact_id.in_(ids), Dialog.state == DialogState.LIVE)
    return [dialogs.locked(desk, id_) for id_ in desk.execute(live.order_by(Dialog.id)).scalars().all()]


def _message_ids(desk: Desk, ids: list[int], ticket_ids: list[int], dialog_ids: list[int]) -> list[int]:
    theirs = or_(Message.contact_id.in_(ids), Message.ticket_id.in_(ticket_ids), Message.dialog_id.in_(dialog_ids))
    return list(desk.execute(select(Message.id).where(theirs)).scalars())


def _erase_words(desk: Desk, message_ids: list[int], ticket_ids: list[int], dialog_ids: list[int]) -> None:
    for chunk in _chunks(message_ids):
        messages.wipe(desk, chunk)
    desk.execute(update(Ticket).where(Ticket.id.in_(ticket_ids)).values(subject=""))
    desk.execute(update(Dialog).where(Dialog.id.in_(dialog_ids)).values(subject="", facts={}))
    search.forget_subjects(desk, ticket_ids, dialog_ids)


def _erase_waiting(
    desk: Desk, ids: list[int], identity_ids: list[int], ticket_ids: list[int], dialog_ids: list[int]
) -> None:
    theirs = or_(HeldReply.ticket_id.in_(ticket_ids), HeldReply.dialog_id.in_(dialog_ids))
    desk.execute(update(File).where(File.held_id.in_(select(HeldReply.id).where(theirs))).values(held_id=None))
    desk.execute(delete(HeldReply).where(theirs))
    waiting = File.identity_id.in_(identity_ids)
    desk.execute(update(File).where(waiting, File.erased_at.is_(None)).values(name="", erased_at=desk.now))
    pressed.forget(desk, {*ticket_ids, *dialog_ids})
    desk.execute(update(Ask).where(Ask.ticket_id.in_(ticket_ids)).values(question=""))
    letters = (Delivery.ticket_id.in_(ticket_ids), Delivery.message_id.is_(None), Delivery.lane.contains(":to:"))
    gone = {"facts": {}, "state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
    desk.execute(update(Delivery).where(*letters).values(**gone))
    _erase_quarantine(desk, ids)


def _erase_quarantine(desk: Desk, ids: list[int]) -> None:
    """Also what came from them while nobody knew them yet."""
    proven = select(Identity.kind, Identity.address).where(Identity.contact_id.in_(ids), Identity.is_verified)
    senders = [contacts.hashed(row.kind, row.address) for row in desk.execute(proven)]
    theirs = or_(Quarantined.contact_id.in_(ids), Quarantined.sender.in_(senders))
    came = File.quarantined_id.in_(select(Quarantined.id).where(theirs))
    desk.execute(update(File).where(came, File.erased_at.is_(None)).values(name="", erased_at=desk.now))
    nobody = literal("erased-") + cast(Quarantined.id, String)
    gone = {"raw": b"", "state": QuarantineState.DISCARDED, "external_id": nobody, "sender": ""}
    desk.execute(update(Quarantined).where(theirs).values(**gone))


def _erase_person(desk: Desk, ids: list[int]) -> None:
    desk.execute(update(Identity).where(Identity.contact_id.in_(ids)).values(is_verified=False))
    theirs = select(Identity.id).where(Identity.contact_id.in_(ids))
    desk.execute(delete(Participant).where(Participant.identity_id.in_(theirs)))
    for identity_id in desk.execute(select(Identity.id).where(Identity.contact_id.in_(ids))).scalars().all():
        desk.execute(update(Identity).where(Identity.id == identity_id).values(address=f"erased-{identity_id}"))
    gone: dict[str, Any] = {"name": "", "claimed_name": "", "note": "", "block_reason": "", "language": ""}
    desk.execute(update(Contact).where(Contact.id.in_(ids)).values(**gone, erased_at=desk.now))
    directory.forget(desk, ids)
    desk.session.expire_all()


def export(desk: Desk, contact: Contact) -> str:
    """Everything the desk knows of a contact, as JSON a person can read: no internal notes, which are the team's."""
    ids = contacts.everyone(desk, contact.id)
    tickets = desk.session.scalars(select(Ticket).where(Ticket.contact_id.in_(ids)).order_by(Ticket.id)).all()
    said = desk.session.scalars(
        select(Message)
        .where(or_(Message.contact_id.in_(ids), Message.ticket_id.in_([t.id for t in tickets])))
        .where(Message.reader == "customer")
        .order_by(Message.id)
    ).all()
    files = messages.files_of(desk, [message.id for message in said])
    found = {
        "customer": {
            "id": contact.id,
            "name": contact.name,
            "says": contact.claimed_name,
            "language": contact.language,
        },
        "addresses": [
            {"kind": i.kind, "address": i.address, "verified": i.is_verified}
            for i in contacts.identities(desk, contact.id)
        ],
        "tickets": [
            {"number": t.number, "subject": t.subject, "status": t.status, "opened": t.created_at.isoformat()}
            for t in tickets
        ],
        "messages": [_exported(message, files.get(message.id, [])) for message in said],
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _exported(message: Message, files: Sequence[File]) -> dict[str, Any]:
    return {
        "at": message.said_at.isoformat(),
        "from": message.author.value,
        "ticket": message.ticket_id,
        "text": message.body or message.wording,
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }


def _chunks(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [ids[at : at + size] for at in range(0, len(ids), size)]

"""What customers read on channels that are sent to: said there once, changed and taken back where it stands."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, delete, exists, func, literal, or_, select, update

from core import messages, mirrors, outbox, reaching, upsert
from core.connector import Sent
from core.desk import Desk, Happened
from core.events import Event, MessageAdded, MessageDeleted, MessageEdited, MessageRedacted
from core.kinds import CHATS, LETTERS, PULLED
from core.messages import Where, Words
from core.models import (
    TO_BE_SENT,
    Author,
    Channel,
    Copy,
    Delivery,
    DeliveryState,
    Dialog,
    Identity,
    Message,
    Reader,
)
from core.outbox import Wanted
from core.pushed import EDIT, RETRACT, SAY
from core.render import Voice
from core.show import text


def carry(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: public words are put into their channel's outbox; what changes or goes does so there, too."""
    events = [each.event for each in happened if each.event.message_id is not None]
    said = [each for each in events if isinstance(each, MessageAdded) and each.reader == Reader.CUSTOMER]
    _say(desk, [each.message_id for each in said if each.author != Author.CONTACT])
    _change(desk, [each.message_id for each in events if isinstance(each, MessageEdited)], EDIT)
    gone = [each for each in events if isinstance(each, MessageDeleted | MessageRedacted)]
    _withdraw(desk, [each.message_id for each in gone])
    _change(desk, [each.message_id for each in gone], RETRACT)
    _requote(desk, [each for each in gone if isinstance(each, MessageRedacted)])


_identity_id = func.coalesce(Message.identity_id, Dialog.identity_id).label("identity")
_ROUTES = (
    select(Message.id, Message.ticket_id, Message.dialog_id, Channel.id.label("channel"), _identity_id)
    .add_columns(and_(Channel.kind.in_(CHATS), Identity.failed_at.is_not(None)).label("is_barred"))
    .outerjoin(Dialog, Dialog.id == Message.dialog_id)
    .join(Channel, Channel.id == func.coalesce(Message.channel_id, Dialog.channel_id))
    .join(Identity, Identity.id == func.coalesce(Message.identity_id, Dialog.identity_id))
    .where(Channel.kind.not_in(PULLED))
)
_STANDS_THERE = exists().where(
    Copy.message_id == Message.id, Copy.place == literal("channel:") + cast(Channel.id, String)
)
"""What somebody sent by a program of their own."""
_TO_SAY = _ROUTES.where(Message.id.in_(bindparam("messages", expanding=True)), ~_STANDS_THERE).order_by(Message.id)


def _say(desk: Desk, message_ids: Sequence[int | None]) -> None:
    if message_ids:
        rows = desk.execute(_TO_SAY, {"messages": message_ids}).all()
        outbox.put(desk, *(_wanted(SAY, row) for row in rows))
        _stop(desk, [row.id for row in rows if row.is_barred])


BARRED = text("the customer has blocked us or left; it was not tried")


def _stop(desk: Desk, message_ids: Sequence[int]) -> None:
    """What is for who has shut us out is not tried: it has failed at once, and may be sent again when they are back."""
    if message_ids:
        theirs = (TO_BE_SENT, Delivery.kind == SAY, Delivery.thread_id.is_(None))
        waits = select(Delivery.id).where(*theirs, Delivery.message_id.in_(message_ids)).order_by(Delivery.id)
        for delivery_id in desk.execute(waits).scalars().all():
            outbox.failed(desk, delivery_id, Voice().say(BARRED))


def _requote(desk: Desk, gone: Sequence[Event]) -> None:
    """What quotes a message that was removed for good is shown anew, without its words."""
    if not gone:
        return
    tickets = [each.ticket_id for each in gone if each.ticket_id is not None]
    dialogs = [each.dialog_id for each in gone if each.dialog_id is not None]
    near = or_(Message.ticket_id.in_(tickets), Message.dialog_id.in_(dialogs))
    which = Message.facts["quotes"].as_integer().in_([each.message_id for each in gone])
    mirrors.show_again(desk, list(desk.execute(select(Message.id).where(near, which)).scalars()))


def _wanted(kind: str, row: Any) -> Wanted:
    lane = f"channel:{row.channel}:{row.identity}"
    return Wanted(
        lane=lane, destination=f"channel:{row.channel}", kind=kind, buckets=(lane, f"channel:{row.channel}"),
        message_id=row.id, ticket_id=row.ticket_id, dialog_id=row.dialog_id, facts={"identity": row.identity},
    )  # fmt: skip


def _change(desk: Desk, message_ids: Sequence[int | None], kind: str) -> None:
    """Changes or takes back what stands on a channel."""
    if not message_ids:
        return
    stands = select(Copy.message_id).where(Copy.place.startswith("channel:"))
    can = (Channel.kind.not_in(LETTERS), Message.author != Author.CONTACT)  # a letter that was sent stays as it is
    theirs = _ROUTES.where(Message.id.in_(message_ids), Message.id.in_(stands), *can)
    outbox.put(desk, *(_wanted(kind, row) for row in desk.execute(theirs.order_by(Message.id)).all()))


def _withdraw(desk: Desk, message_ids: Sequence[int | None]) -> None:
    """What still waits to be said is not."""
    if message_ids:
        waits = (TO_BE_SENT, Delivery.kind.in_((SAY, EDIT)), Delivery.state == DeliveryState.WAITING)
        gone = {"state": DeliveryState.DISCARDED, "is_due": False, "settled_at": desk.now}
        desk.execute(update(Delivery).where(*waits, Delivery.message_id.in_(message_ids)).values(**gone))


def arrived(desk: Desk, delivery: Delivery, sent: Sent) -> None:
    """Keeps what now stands on the channel under its ids; what has changed on its way is changed there, too."""
    if delivery.kind == RETRACT or delivery.message_id is None:
        return
    _stands_now(desk, delivery, (sent.external_id, *sent.more_ids))
    if sent.facts.get("refused"):
        _tell_refused(desk, delivery, sent.facts["refused"])
    identity = desk.session.get(Identity, delivery.facts["identity"])
    is_chat = desk.session.get_one(Channel, int(delivery.lane.split(":")[1])).kind in CHATS
    if identity is not None and is_chat:  # a mail server that takes a mail says nothing of whether it arrives
        reaching.back(desk, identity, ticket_id=delivery.ticket_id, dialog_id=delivery.dialog_id)
    message = desk.session.get_one(Message, delivery.message_id, populate_existing=True)
    if delivery.kind == SAY and delivery.facts.get("said_as") != mirrors.state_of(message):
        is_gone = message.deleted_at is not None or message.redacted_at is not None
        _change(desk, [message.id], RETRACT if is_gone else EDIT)


def _tell_refused(desk: Desk, delivery: Delivery, addresses: Sequence[str]) -> None:
    """The team hears that some in copy did not get it."""
    told = text("The copy to {address} did not arrive: {why}", address=", ".join(addresses), why=REFUSED)
    words = Words(author=Author.SYSTEM, reader=Reader.TEAM, wording=told)
    messages.write(desk, words, Where(ticket_id=delivery.ticket_id, dialog_id=delivery.dialog_id))


REFUSED = text("their mail server refuses it")


def so_far(desk: Desk, delivery_id: int, posts: Sequence[str], files: Sequence[str]) -> None:
    """A part of a delivery stands already, under the ids of its posts of words and of files: any later try goes on
    behind it, and should the message be taken back, it goes too.
    """
    delivery = desk.session.get_one(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    delivery.facts = delivery.facts | {"begun": [list(posts), list(files)]}
    if delivery.message_id is not None:
        _stands_now(desk, delivery, (*posts, *files))


def _stands_now(desk: Desk, delivery: Delivery, keys: Sequence[str]) -> None:
    """What a delivery has put on its channel, in its order; an edit says all that stands there now."""
    channel_id, message_id = int(delivery.lane.split(":")[1]), delivery.message_id
    assert message_id is not None
    if delivery.kind == EDIT:
        here = (Copy.message_id == message_id, Copy.place == f"channel:{channel_id}")
        if list(desk.execute(select(Copy.external_id).where(*here).order_by(Copy.id)).scalars()) == list(keys):
            return
        desk.execute(delete(Copy).where(*here))
    stands(desk, message_id, channel_id, keys)


def stands(desk: Desk, message_id: int, channel_id: int, keys: Sequence[str]) -> None:
    """Keeps what a message is called on its channel, in all its parts; saying so twice is once."""
    rows = [
        {"message_id": message_id, "place": f"channel:{channel_id}", "external_id": each, "is_origin": False}
        for each in keys
    ]
    desk.execute(upsert.into(Copy, desk.on_postgres).on_conflict_do_nothing(), rows)


def shut(desk: Desk, delivery_id: int, why: str) -> None:
    """Nothing reaches this address any more: neither this delivery nor what waits behind it; agents see it."""
    delivery = desk.session.get_one(Delivery, delivery_id)
    identity = desk.session.get(Identity, delivery.facts.get("identity", 0))
    if identity is not None:
        reaching.lost(desk, identity, ticket_id=delivery.ticket_id, dialog_id=delivery.dialog_id)
    behind = select(Delivery.id).where(TO_BE_SENT, Delivery.lane == delivery.lane).order_by(Delivery.id)
    for each in [delivery_id, *desk.execute(behind).scalars().all()]:
        outbox.failed(desk, each, why)


def stands_at(desk: Desk, channel_id: int, key: str) -> Message | None:
    """The message of ours that stands on a channel under this id."""
    there = (Copy.place == f"channel:{channel_id}", Copy.external_id == key)
    found = select(Message).join(Copy, Copy.message_id == Message.id).where(*there)
    return desk.session.scalars(found.order_by(Message.id.desc()).limit(1)).one_or_none()

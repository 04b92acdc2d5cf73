"""What a customer's page reads: how their newest dialog stands, and every word they may read that belongs there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from core import merged, teams, tickets
from core.connector import Sender
from core.desk import Desk
from core.events import MessageDeleted, MessageEdited, MessageRedacted
from core.models import (
    Agent,
    Author,
    Channel,
    Dialog,
    DialogState,
    EndReason,
    EventRow,
    File,
    Identity,
    Message,
    Phase,
    Reader,
)
from core.receipt import Source

MOST = 500
"""Messages of one conversation a page gets, the latest."""
Read = Row[Message, bool, bool]
"""A message, whether it has files, and whether its customer has seen it."""


@dataclass(frozen=True, slots=True)
class Newest:
    """A customer's last dialog on a channel, live or ended, and what stands around it."""

    id: int
    ticket_id: int | None
    identity_id: int
    channel_id: int
    started_at: datetime
    last_seq: int
    state: DialogState
    phase: Phase
    end_reason: EndReason | None
    is_taken: bool
    rating: int | None
    agent_seen_seq: int
    agent: str | None
    has_email: bool
    place: int | None
    """In the queue, from 1; None once somebody has taken it."""
    earlier_seq: int
    """The last seqs of the customer's earlier dialogs, added up: it moves with each of them."""
    earlier_ids: str | None
    is_somebody_there: bool

    @property
    def earlier(self) -> tuple[int, ...]:
        """The numbers of the customer's earlier dialogs."""
        return tuple(map(int, self.earlier_ids.split(","))) if self.earlier_ids else ()


def _statement() -> Select[*tuple[Any, ...]]:
    before, address, earlier = aliased(Dialog), aliased(Identity), aliased(Dialog)
    place = select(func.count()).where(
        before.team_id == Dialog.team_id, before.state == DialogState.LIVE, before.phase == Phase.WAITING,
        before.id <= Dialog.id,
    )  # fmt: skip
    waits = and_(Dialog.state == DialogState.LIVE, Dialog.phase == Phase.WAITING)
    mailed = exists(select(address.id).where(address.contact_id == Dialog.contact_id, address.kind == "email"))
    theirs = (
        earlier.identity_id == Dialog.identity_id, earlier.channel_id == Dialog.channel_id, earlier.id < Dialog.id
    )  # fmt: skip
    seqs = select(cast(func.coalesce(func.sum(earlier.last_seq), 0), BigInteger)).where(*theirs)
    ids = select(func.aggregate_strings(cast(earlier.id, Text), ",")).where(*theirs)
    return (
        select(
            Dialog.id, Dialog.ticket_id, Dialog.identity_id, Dialog.channel_id, Dialog.started_at, Dialog.last_seq,
            Dialog.state, Dialog.phase, Dialog.end_reason, Dialog.taken_at.is_not(None), Dialog.rating,
            Dialog.agent_seen_seq, Agent.public_name, mailed, case((waits, place.scalar_subquery()), else_=null()),
            seqs.scalar_subquery(), ids.scalar_subquery(), teams.SOMEBODY_THERE,
        )
        .join(Identity, Identity.id == Dialog.identity_id)
        .outerjoin(Agent, Agent.id == Dialog.assignee_id)
        .where(Identity.kind == bindparam("of_kind"), Identity.address == bindparam("at"), Identity.is_verified)
        .where(Dialog.channel_id == bindparam("channel"))
        .order_by(Dialog.id.desc())
        .limit(1)
    )  # fmt: skip


_NEWEST = _statement()


def newest(desk: Desk, source: Source, sender: Sender) -> Newest | None:
    """A customer's last dialog, in one statement that every change of it asks for again."""
    asked = {"of_kind": sender.kind, "at": sender.address, "channel": source.channel_id}
    row = desk.execute(_NEWEST, asked | teams.presence(desk, source.team_id)).one_or_none()
    return None if row is None else Newest(*tuple(row))


def latest(desk: Desk, source: Source, sender: Sender) -> Dialog | None:
    """The row of a customer's last dialog on a channel, live or ended."""
    return desk.session.scalars(_theirs(source, sender).order_by(Dialog.id.desc()).limit(1)).one_or_none()


def own(desk: Desk, source: Source, sender: Sender, dialog_id: int) -> Dialog | None:
    """A customer's dialog of this number; another's does not exist for them."""
    return desk.session.scalars(_theirs(source, sender).where(Dialog.id == dialog_id)).one_or_none()


def _theirs(source: Source, sender: Sender) -> Select[Dialog]:
    return (
        select(Dialog)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Identity.kind == sender.kind, Identity.address == sender.address, Identity.is_verified)
        .where(Dialog.channel_id == source.channel_id)
    )


_HAS_FILES = exists(select(File.id).where(File.message_id == Message.id))
_READ = (
    select(Message, _HAS_FILES, Message.dialog_seq <= Dialog.seen_seq)
    .join(Dialog, Dialog.id == Message.dialog_id)
    .where(Message.reader == Reader.CUSTOMER)
    .limit(MOST)
)
_CHANGES = (MessageEdited.kind, MessageDeleted.kind, MessageRedacted.kind)
_CHANGED = select(EventRow.message_id).where(
    EventRow.dialog_id == bindparam("dialog"), EventRow.dialog_seq > bindparam("seq"), EventRow.kind.in_(_CHANGES)
)
_AFTER = (
    _READ.where(Message.dialog_id == bindparam("dialog"))
    .where(or_(Message.dialog_seq > bindparam("seq"), Message.id.in_(_CHANGED)))
    .order_by(Message.dialog_seq.desc())
)


def said_after(desk: Desk, dialog_id: int, seq: int) -> Sequence[Read]:
    """What was said or changed in a dialog after a seq, in its order."""
    return desk.session.execute(_AFTER, {"dialog": dialog_id, "seq": seq}).all()[::-1]


def said_earlier(desk: Desk, dialog: Newest) -> Sequence[Read]:
    """What belongs to a conversation but was said in the customer's earlier dialogs, in its order.

    That is what stands on its ticket, on what was merged with it, and whatever the customer was told there since the
    conversation began or has not seen: an answer to an older matter finds them where they are.
    """
    if not dialog.earlier_seq:
        return []
    unseen = and_(Message.author == Author.AGENT, Message.dialog_seq > Dialog.seen_seq)
    belongs = [Message.said_at >= dialog.started_at, unseen]
    if dialog.ticket_id is not None:
        family = merged.family(tickets.read(desk, dialog.ticket_id).id)
        belongs += [Dialog.ticket_id.in_(family), Message.ticket_id.in_(family)]
    statement = (
        _READ.where(Dialog.identity_id == dialog.identity_id, Dialog.channel_id == dialog.channel_id)
        .where(Dialog.id < dialog.id, or_(*belongs))
        .order_by(Message.id.desc())
    )
    return desk.session.execute(statement).all()[::-1]


def said_in(desk: Desk, dialog: Dialog) -> Sequence[Message]:
    """All a customer may read of one dialog, in its order."""
    statement = (
        select(Message)
        .where(Message.dialog_id == dialog.id, Message.reader == Reader.CUSTOMER)
        .order_by(Message.dialog_seq)
    )
    return desk.session.scalars(statement).all()


def channel(desk: Desk, kind: str, name: str) -> Channel | None:
    """The channel a page names, while it is on."""
    statement = select(Channel).where(Channel.name == name, Channel.kind == kind, Channel.is_on)
    return desk.session.scalars(statement).one_or_none()

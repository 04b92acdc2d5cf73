"""What belongs to the demo, and how all of it goes again without touching anything real.

Real and made-up things may have been brought together meanwhile: they are parted first, and whatever a real person
said, or an agent made by hand, stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from core import contacts, joining, leaving, search
from core.desk import Desk
from core.events import CustomerChanged
from core.models import (
    Agent,
    Base,
    Channel,
    Contact,
    Deadline,
    Delivery,
    Dialog,
    EventRow,
    File,
    FormerBody,
    HeldReply,
    Identity,
    Kept,
    Link,
    Member,
    Message,
    Notice,
    Presence,
    Quarantined,
    Received,
    Relay,
    Snooze,
    Tag,
    Tagging,
    Team,
    Thread,
    Ticket,
    Watcher,
)
from core.show import Text, text, texts

_TAGS = "demo-tags"
"""Under this name the desk keeps which tags the demo brought along."""


def is_there(desk: Desk) -> bool:
    """Whether the desk has a demo."""
    return desk.execute(select(Contact.id).where(Contact.is_demo).limit(1)).first() is not None


def free_name(desk: Desk, table: type[Agent | Team | Channel], name: str) -> str:
    """A name for something of the demo that nothing real has; what an earlier demo left behind is used again."""
    wanted = [name, f"{name}-demo", *(f"{name}-demo{number}" for number in range(2, 100))]
    real = select(table.name).where(table.name.in_(wanted), ~table.is_demo)
    taken = set(desk.execute(real).scalars())
    return next(each for each in wanted if each not in taken)


def tickets(desk: Desk) -> Sequence[int]:
    """The numbers of the demo's tickets."""
    return desk.execute(select(Ticket.id).where(Ticket.is_demo)).scalars().all()


def known_tags(desk: Desk) -> set[int]:
    """The ids of all tags there are; asked before the demo is made."""
    return set(desk.execute(select(Tag.id)).scalars())


def keep_tags(desk: Desk, before: Collection[int]) -> None:
    """Notes which tags the demo brought: those that were not there before."""
    brought = sorted(known_tags(desk) - set(before))
    desk.execute(delete(Kept).where(Kept.name == _TAGS))
    desk.execute(insert(Kept).values(name=_TAGS, value=",".join(map(str, brought))))


def tags(desk: Desk) -> list[int]:
    """The ids of the tags the demo brought."""
    kept = desk.execute(select(Kept.value).where(Kept.name == _TAGS)).scalar_one_or_none()
    return [int(id_) for id_ in (kept or "").split(",") if id_]


def part(desk: Desk) -> list[Text]:
    """Parts real tickets and customers from the demo's they were merged with; says which. A change of its own, so
    that everything that follows from a parting does."""
    parted: list[Text] = []
    for source, target in _mixed(desk, Ticket):
        joining.unmerge(desk, source)
        parted.append(text("#{number} was parted from #{other}.", number=source.id, other=target))
    for source, target in _mixed(desk, Contact):
        contacts.unmerge(desk, source)
        parted.append(text("Customer {id} was parted from customer {other}.", id=source.id, other=target))
    return parted


def _mixed(desk: Desk, table: Any) -> list[tuple[Any, int]]:
    """What was merged, one of the demo and one real, with the id it was merged into."""
    into = aliased(table)
    statement = select(table).join(into, into.id == table.merged_into).where(table.is_demo != into.is_demo)
    return [(row, row.merged_into) for row in desk.session.scalars(statement.order_by(table.id)).all()]


@dataclass(frozen=True, slots=True)
class _Doomed:
    """The ids of what goes."""

    tickets: list[int]
    dialogs: list[int]
    messages: list[int]

    def of(self, table: Any) -> ColumnElement[bool]:
        """Rows that hang on a ticket or dialog that goes."""
        return or_(table.ticket_id.in_(self.tickets), table.dialog_id.in_(self.dialogs))


def remove(desk: Desk) -> list[Text]:
    """Takes all of the demo out, and nothing else; says what went and what stays. `part` has run before."""
    _give_real_their_own(desk)
    doomed = _doomed(desk)
    customers = desk.execute(select(func.count()).select_from(Contact).where(Contact.is_demo)).scalar_one()
    _remove_words(desk, doomed)
    _remove_matters(desk, doomed)
    _remove_customers(desk)
    said = [
        texts("{count} ticket", "{count} tickets", count=len(doomed.tickets)),
        texts("{count} dialog", "{count} dialogs", count=len(doomed.dialogs)),
        texts("{count} message", "{count} messages", count=len(doomed.messages)),
        texts("{count} customer", "{count} customers", count=customers),
    ]
    said += [*_remove_channels(desk), *_remove_agents(desk), *_remove_teams(desk), *_remove_tags(desk)]
    desk.look("queue")
    return said


_OF_DEMO = select(Contact.id).where(Contact.is_demo)
_ADDRESSES = select(Identity.id).where(Identity.contact_id.in_(_OF_DEMO))


def _give_real_their_own(desk: Desk) -> None:
    """What came from real people while they counted as somebody of the demo is theirs again."""
    for table in (Message, Dialog):
        owner = select(Identity.contact_id).where(Identity.id == table.identity_id).scalar_subquery()
        real = (table.contact_id.in_(_OF_DEMO), table.identity_id.not_in(_ADDRESSES))
        desk.execute(update(table).where(*real).values(contact_id=owner))
    talked = or_(
        exists().where(Dialog.ticket_id == Ticket.id, Dialog.contact_id.not_in(_OF_DEMO)),
        exists().where(Message.ticket_id == Ticket.id, Message.contact_id.not_in(_OF_DEMO)),
    )
    desk.execute(update(Ticket).where(Ticket.is_demo, talked).values(is_demo=False))
    strayed = select(Ticket).where(~Ticket.is_demo, Ticket.contact_id.in_(_OF_DEMO)).order_by(Ticket.id)
    rows = desk.session.scalars(strayed, execution_options={"populate_existing": True}).all()
    own = _own_customers(desk, [ticket.id for ticket in rows])
    for ticket in rows:
        was, ticket.contact_id = ticket.contact_id, own.get(ticket.id)
        desk.record(CustomerChanged(ticket_id=ticket.id, was=was, now=ticket.contact_id))
    desk.flush()


def _own_customers(desk: Desk, ids: list[int]) -> dict[int, int]:
    """The real customers of tickets that were given to somebody of the demo, as far as they had one."""
    was = EventRow.facts["was"].as_integer().label("contact_id")
    changed = select(EventRow.ticket_id, was).where(EventRow.kind == CustomerChanged.kind, EventRow.ticket_id.in_(ids))
    said = select(Message.ticket_id, Message.contact_id).where(Message.ticket_id.in_(ids)).order_by(Message.id)
    found = [*desk.execute(changed.order_by(EventRow.id)).all(), *desk.execute(said).all()]
    named = [row.contact_id for row in found if row.contact_id is not None]
    real = set(desk.execute(select(Contact.id).where(Contact.id.in_(named), ~Contact.is_demo)).scalars())
    return {row.ticket_id: row.contact_id for row in found if row.contact_id in real}


def _doomed(desk: Desk) -> _Doomed:
    ids = list(tickets(desk))
    theirs = or_(Dialog.contact_id.in_(_OF_DEMO), Dialog.identity_id.in_(_ADDRESSES))
    dialog_ids = list(desk.execute(select(Dialog.id).where(theirs)).scalars())
    said = or_(
        Message.ticket_id.in_(ids), Message.dialog_id.in_(dialog_ids), Message.contact_id.in_(_OF_DEMO),
        Message.identity_id.in_(_ADDRESSES),
    )  # fmt: skip
    return _Doomed(ids, dialog_ids, list(desk.execute(select(Message.id).where(said)).scalars()))


def _remove_words(desk: Desk, doomed: _Doomed) -> None:
    search.forget(desk, doomed.messages)
    search.forget_subjects(desk, doomed.tickets, doomed.dialogs)
    held = select(HeldReply.id).where(doomed.of(HeldReply))
    gone = {"message_id": None, "held_id": None, "identity_id": None, "name": "", "erased_at": desk.now}
    theirs = or_(File.message_id.in_(doomed.messages), File.held_id.in_(held), File.identity_id.in_(_ADDRESSES))
    desk.execute(update(File).where(theirs).values(**gone))
    threads = select(Thread.id).where(doomed.of(Thread))
    sent = or_(doomed.of(Delivery), Delivery.thread_id.in_(threads), Delivery.message_id.in_(doomed.messages))
    desk.execute(delete(Delivery).where(sent))
    running = select(HeldReply.id).where(HeldReply.id.not_in(held))
    desk.execute(delete(Deadline).where(Deadline.subject == "held", Deadline.subject_id.not_in(running)))
    desk.execute(delete(FormerBody).where(FormerBody.message_id.in_(doomed.messages)))
    desk.execute(delete(EventRow).where(or_(doomed.of(EventRow), EventRow.message_id.in_(doomed.messages))))
    for table in (HeldReply, Tagging, Notice):
        desk.execute(delete(table).where(doomed.of(table)))
    desk.execute(delete(Message).where(Message.id.in_(doomed.messages)))


def _remove_matters(desk: Desk, doomed: _Doomed) -> None:
    """Tickets and dialogs with what hangs on them; the thread of a ticket that stays stays with it."""
    ids, dialog_ids = doomed.tickets, doomed.dialogs
    desk.execute(delete(Thread).where(or_(Thread.ticket_id.in_(ids), Thread.ticket_id.is_(None) & doomed.of(Thread))))
    desk.execute(update(Thread).where(Thread.dialog_id.in_(dialog_ids)).values(dialog_id=None))
    for hanging in (Watcher, Snooze):
        desk.execute(delete(hanging).where(hanging.ticket_id.in_(ids)))
    for lasting in (Relay, Presence):
        desk.execute(delete(lasting).where(lasting.dialog_id.in_(dialog_ids)))
    desk.execute(delete(Link).where(or_(Link.low_id.in_(ids), Link.high_id.in_(ids))))
    for subject, subject_ids in (("ticket", ids), ("dialog", dialog_ids)):
        desk.execute(delete(Deadline).where(Deadline.subject == subject, Deadline.subject_id.in_(subject_ids)))
    desk.execute(update(Ticket).where(Ticket.id.in_(ids)).values(merged_into=None))
    desk.execute(delete(Dialog).where(Dialog.id.in_(dialog_ids)))
    desk.execute(delete(Ticket).where(Ticket.id.in_(ids)))


def _remove_customers(desk: Desk) -> None:
    desk.execute(delete(EventRow).where(EventRow.contact_id.in_(_OF_DEMO), EventRow.ticket_id.is_(None)))
    desk.execute(update(Quarantined).where(Quarantined.contact_id.in_(_OF_DEMO)).values(contact_id=None))
    desk.execute(update(Contact).where(Contact.is_demo).values(merged_into=None))
    desk.execute(delete(Identity).where(Identity.contact_id.in_(_OF_DEMO)))
    desk.execute(delete(Contact).where(Contact.is_demo))


def _remove_channels(desk: Desk) -> list[Text]:
    """A channel that real people have used is switched off and stays."""
    said = []
    for channel in desk.session.scalars(select(Channel).where(Channel.is_demo)).all():
        if _is_needed(desk, channel, besides=(Ticket,)):
            channel.is_on, channel.is_demo = False, False
            said.append(text("the channel {name} stays, switched off: somebody wrote there", name=channel.name))
            continue
        desk.execute(update(Ticket).where(Ticket.channel_id == channel.id).values(channel_id=None))
        desk.execute(delete(Received).where(Received.source == f"channel:{channel.id}"))
        desk.execute(delete(Channel).where(Channel.id == channel.id))
        said.append(text("the channel {name}", name=channel.name))
    desk.flush()
    return said


def _remove_agents(desk: Desk) -> list[Text]:
    """Who did something real meanwhile only leaves the desk: what they did keeps their name."""
    said = []
    for agent in desk.session.scalars(select(Agent).where(Agent.is_demo, Agent.is_active)).all():
        said.append(text("the agent @{name}", name=agent.name))
        worked = select(EventRow.id).where(EventRow.actor == f"agent:{agent.id}").limit(1)
        if _is_needed(desk, agent) or desk.execute(worked).first() is not None:
            leaving.leave(desk, agent)
            continue
        for table in (Member, Notice, Watcher, Snooze):
            desk.execute(delete(table).where(table.agent_id == agent.id))
        desk.execute(delete(Agent).where(Agent.id == agent.id))
    desk.flush()
    return said


def _remove_teams(desk: Desk) -> list[Text]:
    """A team whose queue something real is in stays, as a real one."""
    said = []
    for team in desk.session.scalars(select(Team).where(Team.is_demo)).all():
        if _is_needed(desk, team):
            team.is_demo = False
            said.append(text("the team {name} stays: it has tickets of yours", name=team.name))
            continue
        desk.execute(delete(Member).where(Member.team_id == team.id))
        desk.execute(delete(Team).where(Team.id == team.id))
        said.append(text("the team {name}", name=team.name))
    desk.flush()
    return said


def _remove_tags(desk: Desk) -> list[Text]:
    """The tags the demo brought, but for those something real carries by now."""
    is_carried = exists().where(Tagging.tag_id == Tag.id)
    rows = desk.execute(select(Tag.id, Tag.name).where(Tag.id.in_(tags(desk)), ~is_carried).order_by(Tag.name)).all()
    desk.execute(delete(Tag).where(Tag.id.in_([row.id for row in rows])))
    desk.execute(delete(Kept).where(Kept.name == _TAGS))
    return [text("the tags {names}", names=", ".join(row.name for row in rows))] if rows else []


def _is_needed(desk: Desk, row: Agent | Team | Channel, *, besides: Collection[type[Base]] = ()) -> bool:
    """Whether some other row points at this one and would keep it from being deleted."""
    passed_over = {each.__tablename__ for each in besides}
    return any(
        desk.execute(select(column).where(column == row.id).limit(1)).first() is not None
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if table.name not in passed_over and key.ondelete == "RESTRICT" and key.column.table.name == row.__tablename__
    )

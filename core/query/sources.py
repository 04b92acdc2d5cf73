"""Where the words of a field come from: as a condition on rows, and as the set of words of one row.

A term with words holds for a row when one of them is in the row's set; `where` selects the same rows.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select

from core import contacts
from core.desk import Desk
from core.models import (
    NOT_CLOSED,
    Agent,
    Channel,
    Contact,
    Dialog,
    Identity,
    Member,
    Status,
    Tag,
    Tagging,
    Team,
    Ticket,
    Watcher,
)
from core.query.context import Context

Condition: TypeAlias = ColumnElement[bool]
Row: TypeAlias = Ticket | Dialog
Table: TypeAlias = type[Ticket] | type[Dialog]


class Source(Protocol):
    """One property of tickets (and dialogs), as words."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """The condition under which one of these words is a row's; never NULL, so that its opposite is the rest."""

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """The words of one row; those that are not `asked` for may be left out."""


class StatusSource:
    """Where a ticket stands."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """Speaks of `is_open` and of what is left out, so that the queue's partial indexes serve it."""
        if set(values) == {Status.CLOSED}:
            return Ticket.status == Status.CLOSED
        unwanted = [status for status in Status if status not in values]
        within = Ticket.status.not_in(_each(Ticket.status, [one for one in unwanted if one is not Status.CLOSED]))
        return and_(NOT_CLOSED, within) if Status.CLOSED in unwanted else within

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Its status."""
        assert isinstance(row, Ticket)
        return frozenset({row.status.value})


class TeamSource:
    """The team's name, and `mine` where one is a member."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """By name and membership."""
        parts = _named(on.team_id, Team, [value for value in values if value != "mine"])
        if "mine" in values:
            parts.append(on.team_id.in_(select(Member.team_id).where(Member.agent_id == (context.me or 0))))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Its name, and `mine`."""
        team = desk.session.get_one(Team, row.team_id)
        mine = context.me is not None and desk.session.get(Member, (team.id, context.me)) is not None
        return frozenset({team.name}) - {"mine"} | ({"mine"} if mine else set())


class AssigneeSource:
    """The agent who works on it, `me`, or `none`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """By name, by who asks, or by lack."""
        parts = _named(on.assignee_id, Agent, [value for value in values if value not in ("me", "none")])
        if "none" in values:
            parts.append(on.assignee_id.is_(None))
        if "me" in values and context.me is not None:
            parts.append(and_(on.assignee_id.is_not(None), on.assignee_id == context.me))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """The handle, `me`, or `none`."""
        if row.assignee_id is None:
            return frozenset({"none"})
        handle = desk.session.get_one(Agent, row.assignee_id).name
        return frozenset({handle}) - {"me", "none"} | ({"me"} if row.assignee_id == context.me else set())


class WatchingSource:
    """The agents who want to hear of a ticket, `me`, or `none`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """By name, by who asks, or by lack."""
        watchers = select(Watcher.agent_id).where(Watcher.ticket_id == Ticket.id)
        parts: list[Condition] = []
        names = [value for value in values if value not in ("me", "none")]
        if names:
            parts.append(
                exists(
                    watchers.join(Agent, Agent.id == Watcher.agent_id).where(Agent.name.in_(_each(Agent.name, names)))
                )
            )
        if "none" in values:
            parts.append(~exists(watchers))
        if "me" in values:
            parts.append(exists(watchers.where(Watcher.agent_id == (context.me or 0))))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Their handles."""
        statement = select(Agent.id, Agent.name).join(Watcher, Watcher.agent_id == Agent.id)
        found = desk.execute(statement.where(Watcher.ticket_id == row.id)).all()
        if not desk.execute(select(Watcher.agent_id).where(Watcher.ticket_id == row.id).limit(1)).first():
            return frozenset({"none"})
        mine = {"me"} if any(one.id == context.me for one in found) else set()
        return frozenset(one.name for one in found) - {"me", "none"} | mine


class TagSource:
    """The tags, or `none`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """A list that is walked asks each row; else the tagged rows are looked up."""
        owner = Tagging.ticket_id if on is Ticket else Tagging.dialog_id
        names = [value for value in values if value != "none"]
        parts: list[Condition] = []
        if names:
            tagged = select(owner).join(Tag, Tag.id == Tagging.tag_id).where(Tag.name.in_(_each(Tag.name, names)))
            walked = exists(tagged.where(owner == on.id))
            parts.append(walked if context.walks else on.id.in_(tagged.where(owner.is_not(None))))
        if "none" in values:
            parts.append(~exists(select(Tagging.id).where(owner == on.id)))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Their names."""
        owner = Tagging.ticket_id if isinstance(row, Ticket) else Tagging.dialog_id
        on_it = select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(owner == row.id)
        names = frozenset(desk.execute(on_it).scalars())
        return names - {"none"} if names else frozenset({"none"})


class ChannelSource:
    """The channel's kind and its name, or `none`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """By kind, by name, or by lack."""
        names = [value for value in values if value != "none"]
        meant = select(Channel.id).where(
            or_(Channel.kind.in_(_each(Channel.kind, names)), Channel.name.in_(_each(Channel.name, names)))
        )
        parts: list[Condition] = [and_(on.channel_id.is_not(None), on.channel_id.in_(meant))] if names else []
        if "none" in values:
            parts.append(on.channel_id.is_(None))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Kind and name."""
        if row.channel_id is None:
            return frozenset({"none"})
        channel = desk.session.get_one(Channel, row.channel_id)
        return frozenset({channel.kind, channel.name}) - {"none"}


class ContactSource:
    """The addresses and numbers of the contact and of everybody merged with them, or `none`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """By any address, proven or not, or by number; merges are followed."""
        named = [value for value in values if value != "none"]
        parts: list[Condition] = []
        if named:
            family = select(_family(named).c.id)
            parts.append(and_(on.contact_id.is_not(None), on.contact_id.in_(family)))
        if "none" in values:
            parts.append(on.contact_id.is_(None))
        return or_(false(), *parts)

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Addresses and numbers."""
        if row.contact_id is None:
            return frozenset({"none"})
        ids = contacts.everyone(desk, row.contact_id)
        addresses = desk.execute(select(Identity.address).where(Identity.contact_id.in_(ids))).scalars()
        return frozenset({*addresses, *map(str, ids)}) - {"none"}


def _family(values: Sequence[str]) -> Any:
    """The contacts with these addresses or numbers, whom they were merged into, and who was merged into those."""
    numbers = [int(value) for value in values if value.isdigit() and len(value) < 16 and str(int(value)) == value]
    owners = select(Identity.contact_id).where(Identity.address.in_(_each(Identity.address, values)))
    named = or_(Contact.id.in_(owners), Contact.id.in_(numbers))
    family = select(Contact.id.label("id")).where(named).cte(recursive=True)
    is_itself = Contact.id == family.c.id
    other = case((is_itself, Contact.merged_into), else_=Contact.id).label("id")
    merged = select(other).join(family, or_(is_itself, Contact.merged_into == family.c.id)).where(other.is_not(None))
    return family.union(merged)


class KindSource:
    """What it is: `ticket`, and `chat` or `call` where one belongs to it."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """A ticket by its dialogs, a dialog by itself."""
        if on is Dialog:
            return Dialog.kind.in_([value for value in values if value != "ticket"])
        of_it = exists(select(Dialog.id).where(Dialog.ticket_id == Ticket.id, Dialog.kind.in_(values)))
        return Ticket.id.is_not(None) if "ticket" in values else of_it

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Its kinds."""
        if isinstance(row, Dialog):
            return frozenset({row.kind.value})
        of_it = desk.execute(select(Dialog.kind).where(Dialog.ticket_id == row.id).distinct()).scalars()
        return frozenset({"ticket", *(kind.value for kind in of_it)})


class OverdueSource:
    """Whether what was promised for then has not been kept: `yes` or `no`."""

    def where(self, on: Table, values: Sequence[str], context: Context) -> Condition:
        """Late, and not closed."""
        late = and_(NOT_CLOSED, Ticket.due_at.is_not(None), Ticket.due_at < context.now)
        return or_(false(), *(late if value == "yes" else ~late for value in values))

    def words(self, desk: Desk, row: Row, asked: frozenset[str], context: Context) -> frozenset[str]:
        """Yes or no."""
        assert isinstance(row, Ticket)
        late = row.status is not Status.CLOSED and row.due_at is not None and row.due_at < context.now
        return frozenset({"yes" if late else "no"})


def _each(column: Any, values: Sequence[Any]) -> list[Any]:
    """Values for IN as parameters of their own: the statement stays as it is and need not be put together each time."""
    return [literal(value, column.type) for value in values]


def _named(column: Any, table: type[Team] | type[Agent], names: Sequence[str]) -> list[Condition]:
    """Rows that point at something of one of these names; one name is compared as an index likes it."""
    match names:
        case []:
            return []
        case [name]:
            meant = func.coalesce(select(table.id).where(table.name == name).scalar_subquery(), 0)
            return [and_(column.is_not(None), column == meant)]
        case _:
            return [
                and_(column.is_not(None), column.in_(select(table.id).where(table.name.in_(_each(table.name, names)))))
            ]

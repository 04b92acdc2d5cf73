"""Lists of tickets and dialogs: a filter, the policy and a sort become one page, by keys and never by counting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, bindparam, false, func, literal, or_, select, true

from core import policy
from core.desk import Desk
from core.models import Agent, Contact, Dialog, Never, Phase, Priority, Status, Tag, Tagging, Team, Ticket
from core.models.base import Instant
from core.query import All, Context, Is, Not, Query, Sort, Tree, is_timed, where
from core.query.tree import asserts, terms
from core.show import Text, text, verbatim

T = TypeVar("T", Ticket, Dialog)
COUNTED = 100
"""Counts stop here and are shown as `99+`."""


class Row(NamedTuple):
    """One line of a list."""

    number: int
    subject: str
    status: Status
    priority: Priority
    team: str
    assignee: str
    called: str
    """The contact's name, or what they say it is; nothing where neither is known."""
    contact_id: int | None
    due_at: datetime | None
    waiting_since: datetime | None
    updated_at: datetime
    tags: tuple[str, ...]

    @property
    def customer(self) -> Text | None:
        """Whose it is, as people read it; nobody's is internal."""
        if self.called:
            return verbatim(self.called)
        return text("Customer {id}", id=self.contact_id) if self.contact_id else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and from where the next ones go on (nothing at the end)."""

    rows: tuple[Row, ...]
    after: tuple[Any, ...] | None


def scope(query: Query) -> Tree:
    """The filter with what a list leaves out unless asked: merged tickets, spam, and (without words) closed ones."""
    parts: list[Tree] = [query.tree]
    flags = query.flags
    if "merged" not in flags:
        parts.append(Not(Is("is", ("merged",))))
    if "spam" not in flags:
        parts.append(Not(Is("is", ("spam",))))
    if not (query.names("status") or query.names("closed") or query.searches or flags & {"merged", "spam"}):
        parts.append(Is("status", ("new", "open", "pending")))
    return All(tuple(parts))


_COMMON = 1_000
"""From so many taggings on a tag is common: rows of a list have it so often that they are asked one by one."""


def _tagged() -> Select[Any]:
    """How many taggings some tags have, counted to where they are common."""
    of_tags = select(Tagging.id).join(Tag, Tag.id == Tagging.tag_id)
    some = of_tags.where(Tag.name.in_(bindparam("names", expanding=True))).limit(_COMMON).subquery()
    return select(func.count()).select_from(some)


_TAGGED = _tagged()


def _walks(desk: Desk, tags: tuple[str, ...]) -> bool:
    """Whether a list is read in its order and each row asked for its tags, rather than the tagged ones looked up."""
    return not tags or int(desk.execute(_TAGGED, {"names": list(tags)}).scalar_one()) == _COMMON


def page(desk: Desk, query: Query, *, after: tuple[Any, ...] | None = None, limit: int = 20) -> Page:
    """One page of the tickets that fit and that the actor may see."""
    build = _rows if after is not None else _first_rows
    found = desk.execute(build(*_asked(desk, query), query.sort, limit + 1, after)).all()
    shown = found[:limit]
    return Page(tuple(map(_row, shown)), _key(query.sort, shown[-1]) if len(found) > limit else None)


def count(desk: Desk, query: Query) -> int:
    """How many fit, counted to 100."""
    return int(desk.execute(_number(*_asked(desk, query))).scalar_one())


def numbers(desk: Desk, query: Query, *, limit: int) -> Sequence[int]:
    """The numbers of those that fit, at most `limit`, in the list's order."""
    fitting = where(*_asked(desk, query))
    return desk.execute(select(Ticket.id).where(fitting).order_by(*_order(query.sort)).limit(limit)).scalars().all()


def live(desk: Desk, query: Query | None = None, *, limit: int = 50) -> Sequence[Dialog]:
    """The live dialogs that fit and that the actor may see, those who wait longest for an answer first."""
    asked = () if query is None else (query.tree,)
    tree = All((Is("is", ("live",)), policy.visible(desk.actor), *asked))
    longest = (Dialog.waiting_since.is_(None), Dialog.waiting_since, Dialog.id)
    fitting = where(tree, policy.context(desk), on=Dialog)
    return desk.session.scalars(select(Dialog).where(fitting).order_by(*longest).limit(limit)).all()


def claim_dialog(desk: Desk) -> Dialog | None:
    """The live dialog nobody has taken that began first, locked; those that others just take are passed over."""
    tree = All((Is("is", ("live",)), policy.visible(desk.actor)))
    waits = (Dialog.phase == Phase.WAITING, Dialog.taken_at.is_(None))
    waiting = select(Dialog).where(where(tree, policy.context(desk), on=Dialog), *waits)
    return _claimed(desk, waiting.order_by(Dialog.started_at, Dialog.id), Dialog)


def claim(desk: Desk, query: Query) -> Ticket | None:
    """The first ticket that fits, in the list's order, locked; those that others just work on are passed over."""
    return _claimed(desk, select(Ticket).where(where(*_asked(desk, query))).order_by(*_order(query.sort)), Ticket)


def _claimed(desk: Desk, statement: Any, row: type[T]) -> T | None:
    """One row alone is locked: twenty would keep the next ones from everybody who asks at the same time."""
    claiming = statement.limit(1).with_for_update(of=row, skip_locked=True)
    found: T | None = desk.session.scalars(claiming, execution_options={"populate_existing": True}).one_or_none()
    return found


_TAGS = (
    select(func.aggregate_strings(Tag.name, ","))
    .join(Tagging, Tagging.tag_id == Tag.id)
    .where(Tagging.ticket_id == Ticket.id)
    .correlate(Ticket)
    .scalar_subquery()
)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def _asked(desk: Desk, query: Query) -> tuple[Tree, Context]:
    """What is asked with what the policy allows, and for whom; equal for equal questions unless the clock matters."""
    question = _question(query, policy.visible(desk.actor))
    context = policy.context(desk, walks=_walks(desk, question.tags))
    return question.tree, context if question.is_timed else replace(context, now=_ANY_TIME)


@dataclass(frozen=True, slots=True)
class _Question:
    """A filter within its scope and the policy, and what is known of it from its words alone."""

    tree: Tree
    is_timed: bool
    tags: tuple[str, ...]
    """The tags a row is wanted for."""


@lru_cache(maxsize=256)
def _question(query: Query, visible: Tree) -> _Question:
    tree = All((scope(query), visible))
    tagged = [term for term in terms(query.tree) if isinstance(term, Is) and term.field == "tag"]
    names = tuple(str(value) for term in tagged for value in term.values) if asserts(query.tree, "tag") else ()
    return _Question(tree, is_timed(tree), names)


def _rows(
    tree: Tree, context: Context, sort: tuple[Sort, ...], limit: int, after: tuple[Any, ...] | None
) -> Select[*tuple[Any, ...]]:
    """The statement of a page: which tickets, and only then what is shown of them."""
    fitting = select(Ticket.id).where(where(tree, context)).order_by(*_order(sort)).limit(limit)
    if after is not None:
        fitting = fitting.where(_behind(sort, after))
    return (
        select(
            Ticket.id, Ticket.subject, Ticket.status, Ticket.priority, Ticket.due_at, Ticket.waiting_since,
            Ticket.created_at, Ticket.updated_at, Team.name.label("team"), Agent.name.label("assignee"),
            Contact.name.label("contact"), Contact.claimed_name, Contact.id.label("contact_id"),
            _TAGS.label("tags"),
        )
        .join(Team, Team.id == Ticket.team_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
        .outerjoin(Contact, Contact.id == Ticket.contact_id)
        .where(Ticket.id.in_(fitting))
        .order_by(*_order(sort))
    )  # fmt: skip


_first_rows = lru_cache(maxsize=256)(_rows)
"""First pages are kept: making one's statement takes longer than running it."""


@lru_cache(maxsize=256)
def _number(tree: Tree, context: Context) -> Select[Any]:
    some = select(Ticket.id).where(where(tree, context)).limit(COUNTED).subquery()
    return select(func.count()).select_from(some)


def _order(sort: Sequence[Sort]) -> list[Any]:
    return [key.expression.desc() if key.goes_down else key.expression for key in sort]


_KEYS = {
    "number": "id",
    "due": "due_at",
    "waiting": "waiting_since",
    "created": "created_at",
    "updated": "updated_at",
    "priority": "priority",
}


def _key(sort: Sequence[Sort], row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, _KEYS[key.field]) for key in sort)


def _behind(sort: Sequence[Sort], after: tuple[Any, ...]) -> Any:
    """The rows that come after this key: further in the first key, or equal there and further in the next.

    That the first key is not before is said once more by itself: along it an index finds the place.
    """
    further: list[Any] = []
    equal: Any = true()
    for key, value in zip(sort, after, strict=True):
        edge = _edge(key, value)
        further.append(and_(equal, _beyond(key, edge)))
        equal = and_(equal, key.expression == edge)
    first, edge = sort[0], _edge(sort[0], after[0])
    from_there = first.expression <= edge if first.goes_down else first.expression >= edge
    return and_(from_there, or_(false(), *further))


def _edge(key: Sort, value: Any) -> Any:
    """A row's value as its expression has it."""
    if key.field == "priority":
        return literal(-int(value))
    if value is None:
        return Never()
    return value if key.field == "number" else literal(value, Instant())


def _beyond(key: Sort, edge: Any) -> Any:
    return key.expression < edge if key.goes_down else key.expression > edge


def _row(row: Any) -> Row:
    """Unpacked in one go, in the order of `_rows`: by name each value takes as long as all of them do so."""
    (number, subject, status, priority, due_at, waiting_since, _, updated_at, team, assignee, name, claimed_name,
     contact_id, tags) = row  # fmt: skip
    return Row(
        number, subject, status, priority, team, assignee or "", name or claimed_name or "", contact_id, due_at,
        waiting_since, updated_at, tuple(sorted(tags.split(","))) if tags else (),
    )  # fmt: skip

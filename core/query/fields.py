"""The fields of the filter language, declared once: help, completion, SQL and the yes/no come from here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_

from core import search
from core.models import DialogKind, Status, Ticket
from core.query.context import Context
from core.query.facts import Facts
from core.query.flags import FLAGS, FlagSource
from core.query.scales import OPERATORS, Ago, Ahead, Numbers, Past, Ranks, Scale
from core.query.sources import (
    AssigneeSource,
    ChannelSource,
    Condition,
    ContactSource,
    KindSource,
    OverdueSource,
    Source,
    StatusSource,
    Table,
    TagSource,
    TeamSource,
    WatchingSource,
)
from core.query.tree import Is, Value
from core.show import Text, text
from core.words import streams, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What all fields have: a name, what it means, an example, and the words it takes."""

    name: str
    meaning: Text
    example: str
    choices: tuple[str, ...] = ()
    """Words with a meaning of their own: all there are, or besides names."""
    near: tuple[str, ...] = ()
    """What people may type instead; they are told the right word."""

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand between the field and its value."""
        return (":",)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordField(Field):
    """A field whose values are words: a row has a set of them, and one must be asked for."""

    source: Source
    names: str = ""
    """Which names it takes besides its choices: `team`, `agent`, `tag`, `channel`; `any` for all words."""
    dialogs: bool = True
    """Whether dialogs have it too; where not, it holds for none of them."""
    timed: tuple[str, ...] = ()
    """The words that become true or false as time passes."""

    def is_timed(self, term: Is) -> bool:
        """Whether the answer can change although no row does."""
        return any(value in self.timed for value in term.values)

    def read(self, typed: str) -> Value | None:
        """A choice or a name; addresses keep their case."""
        plain = typed if self.names == "any" else typed.lower().removeprefix("@").removeprefix("#")
        if plain.lower() in self.choices:
            return plain.lower()
        return plain if self.names and plain else None

    def where(self, term: Is, on: Table, context: Context) -> Condition:
        """One of the words is the row's."""
        return self.source.where(on, self._wanted(term.values), context)

    def holds(self, term: Is, facts: Facts, context: Context) -> bool:
        """One of the words is among the facts."""
        return not facts.words_of(self.name).isdisjoint(self._wanted(term.values))

    def _wanted(self, values: Sequence[Value]) -> list[str]:
        plain = [str(value) for value in values]
        return plain + [value.lower() for value in plain if value != value.lower()] if self.names == "any" else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedField(Field):
    """A field whose values are more or less: one column of tickets, and perhaps one of dialogs."""

    scale: Scale
    ticket: str
    dialog: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        """Those of its scale; `none` goes with a colon."""
        return self.scale.operators

    @property
    def dialogs(self) -> bool:
        """Whether dialogs have it too."""
        return bool(self.dialog)

    def is_timed(self, term: Is) -> bool:
        """Whether the answer can change although no row does."""
        return self.scale.is_timed

    def read(self, typed: str) -> Value | None:
        """A value of its scale, or `none` where it may lack."""
        return "none" if typed.lower() == "none" and "none" in self.choices else self.scale.read(typed)

    def where(self, term: Is, on: Table, context: Context) -> Condition:
        """The column is within one of the values' bounds."""
        column = getattr(on, self.ticket if on is Ticket else self.dialog)
        within = [
            and_(*(OPERATORS[op](column, edge) for op, edge in self.scale.bounds(term.op, value, context)))
            for value in term.values
            if value != "none"
        ]
        lacks = [column.is_(None)] if "none" in term.values else []
        return or_(*lacks, *(and_(column.is_not(None), one) for one in within))

    def holds(self, term: Is, facts: Facts, context: Context) -> bool:
        """The row's own value is within one of the values' bounds."""
        if self.name not in facts.values:
            return False
        has = facts.values[self.name]
        if has is None:
            return "none" in term.values
        return any(
            all(OPERATORS[op](has, edge) for op, edge in self.scale.bounds(term.op, value, context))
            for value in term.values
            if value != "none"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectField(Field):
    """Words in the subject alone."""

    dialogs: bool = True

    def is_timed(self, term: Is) -> bool:
        """Whether the answer can change although no row does."""
        return False

    def read(self, typed: str) -> Value | None:
        """Words that follow each other."""
        return " ".join(words(typed)) or None

    def where(self, term: Is, on: Table, context: Context) -> Condition:
        """The index of subjects has them."""
        return or_(*(search.in_subject(streams(str(value)), on, context.on_postgres) for value in term.values))

    def holds(self, term: Is, facts: Facts, context: Context) -> bool:
        """The subject has them."""
        return any(facts.subject_has(streams(str(value))) for value in term.values)


AnyField = WordField | OrderedField | SubjectField

_WHO = ("me", "none")
_MAY_LACK = ("none",)

FIELDS: tuple[AnyField, ...] = (
    WordField(
        name="status", meaning=text("where it stands"), example="status:open,pending", near=("state",),
        choices=tuple(status.value for status in Status), source=StatusSource(), dialogs=False,
    ),
    OrderedField(
        name="priority", meaning=text("how pressing it is"), example="priority>=high",
        choices=Ranks.choices, scale=Ranks(), ticket="priority", dialog="priority",
    ),
    WordField(
        name="team", meaning=text("whose queue it is in; “mine” are your teams"), example="team:tech",
        choices=("mine",), names="team", source=TeamSource(), near=("group", "queue", "department"),
    ),
    WordField(
        name="assignee", meaning=text("who works on it"), example="assignee:me|none",
        choices=_WHO, names="agent", source=AssigneeSource(), near=("agent", "owner", "assigned"),
    ),
    WordField(
        name="watching", meaning=text("who wants to hear of it"), example="watching:me",
        choices=_WHO, names="agent", source=WatchingSource(), dialogs=False, near=("watcher", "watched"),
    ),
    WordField(
        name="tag", meaning=text("the tags it carries"), example="tag:billing",
        choices=_MAY_LACK, names="tag", source=TagSource(), near=("label", "tags"),
    ),
    WordField(
        name="channel", meaning=text("where the customer writes, by kind or name"), example="channel:webchat",
        choices=_MAY_LACK, names="channel", source=ChannelSource(), near=("via", "source"),
    ),
    WordField(
        name="contact", meaning=text("whose it is, by address or number"), example="contact:ana@example.com",
        choices=_MAY_LACK, names="any", source=ContactSource(), near=("customer", "from", "requester", "email"),
    ),
    WordField(
        name="kind", meaning=text("a ticket, a chat or a call; tickets are also what came in them"),
        example="kind:call", choices=("ticket", *(kind.value for kind in DialogKind)), source=KindSource(),
    ),
    WordField(
        name="is", meaning=text("what is true of it"), example="is:live", choices=tuple(FLAGS), source=FlagSource(),
    ),
    OrderedField(
        name="due", meaning=text("when it is due: within a time, or on a day"), example="due<2h",
        choices=_MAY_LACK, scale=Ahead(), ticket="due_at", near=("deadline",),
    ),
    WordField(
        name="overdue", meaning=text("whether its time is over"), example="overdue:yes",
        choices=("yes", "no"), source=OverdueSource(), dialogs=False, near=("late", "breached"),
        timed=("yes", "no"),
    ),
    OrderedField(
        name="age", meaning=text("how long ago it came in"), example="age>3d",
        scale=Ago(), ticket="created_at", dialog="started_at",
    ),
    OrderedField(
        name="waiting", meaning=text("how long the customer has waited for an answer"), example="waiting>30m",
        choices=_MAY_LACK, scale=Ago(), ticket="waiting_since", dialog="waiting_since",
    ),
    OrderedField(
        name="idle", meaning=text("how long ago anything changed"), example="idle>2d",
        scale=Ago(), ticket="updated_at",
    ),
    OrderedField(
        name="created", meaning=text("the day it came in"), example="created:today",
        scale=Past(), ticket="created_at", dialog="started_at", near=("opened",),
    ),
    OrderedField(
        name="updated", meaning=text("the day anything changed last"), example="updated>=2026-11-03",
        scale=Past(), ticket="updated_at", near=("changed",),
    ),
    OrderedField(
        name="closed", meaning=text("the day it was closed"), example="closed>=mon",
        choices=_MAY_LACK, scale=Past(), ticket="closed_at", near=("solved", "resolved"),
    ),
    OrderedField(
        name="number", meaning=text("its number; #42 is enough"), example="number:42",
        scale=Numbers(), ticket="id", near=("id", "ticket"),
    ),
    OrderedField(
        name="rating", meaning=text("how the customer found it, 1 to 5"), example="rating<=2",
        choices=_MAY_LACK, scale=Numbers(), ticket="rating", dialog="rating",
    ),
    SubjectField(
        name="subject", meaning=text("words in the subject alone"), example='subject:"broken lamp"', near=("title",),
    ),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}

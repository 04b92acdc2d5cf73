"""What a filter may ask of one row, gathered for what one tree does ask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from core.desk import Desk
from core.models import Message, Priority, Ticket
from core.query.sources import Row
from core.words import Streams, stands_in, streams


@dataclass(frozen=True, slots=True)
class Facts:
    """One ticket or dialog, as a tree's fields and words see it."""

    words: dict[str, Callable[[], frozenset[str]]] = field(default_factory=dict)
    """Field → the words the row has there, looked up when first asked; a field the row's kind lacks is not there."""
    values: dict[str, int | datetime | Priority | None] = field(default_factory=dict)
    subject: str = ""
    said: tuple[str, ...] = field(default=(), repr=False)
    """Its messages, one by one; gathered only when words are looked for."""

    def words_of(self, field: str) -> frozenset[str]:
        """The row's words in a field; none where its kind has no such field."""
        return self.words[field]() if field in self.words else frozenset()

    def subject_has(self, wanted: Streams) -> bool:
        """Whether words stand in the subject."""
        return stands_in(wanted, streams(self.subject))

    def says(self, wanted: Streams) -> bool:
        """Whether words stand in the subject or in any one message."""
        return self.subject_has(wanted) or any(stands_in(wanted, streams(one)) for one in self.said)


def said_in(desk: Desk, row: Row) -> tuple[str, ...]:
    """The messages of a ticket or dialog, but for those removed for good."""
    owner = Message.ticket_id if isinstance(row, Ticket) else Message.dialog_id
    statement = select(Message.body).where(owner == row.id, Message.redacted_at.is_(None), Message.body != "")
    return tuple(desk.execute(statement).scalars())


def value_of(row: Row, column: str) -> int | datetime | Priority | None:
    """The row's own value of an ordered field."""
    found: int | datetime | Priority | None = getattr(row, column)
    return found

"""What a filter is answered for: the time, who asks and where they are, and which database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Context:
    """The arguments of every answer besides the filter itself."""

    now: datetime
    me: int | None
    on_postgres: bool = False
    zone: str = "UTC"
    """Whose days `today` and `mon` are."""
    walks: bool = False
    """Whether rows are visited in the list's order and asked one by one; else large lists of ids are looked up first.
    Both give the same rows."""

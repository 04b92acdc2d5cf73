"""How far a folder is read: kept beside the mails, so that a new start goes on where the last one ended."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

_DELAYED = timedelta(days=14)
"""A mail may be under way for days; one that is dated much earlier was only moved."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a folder."""

    validity: int
    """The UIDs' validity: where the server has another one, they mean nothing."""
    last: int
    """The last UID that was read."""
    began: datetime
    """When the desk began to watch this folder: older mails are not new, however they come there."""
    since: str = ""
    """From which day on older mails are taken in, too."""
    old_at: int = 0
    """The last UID of those that was read."""
    old_end: int = 0
    """Their highest UID."""

    @property
    def is_old_done(self) -> bool:
        """Whether no older mail is left to be taken."""
        return self.old_at >= self.old_end

    def packed(self) -> str:
        """As it is kept."""
        return json.dumps({**asdict(self), "began": self.began.isoformat()})

    @classmethod
    def unpacked(cls, said: str) -> Self:
        """What `packed` wrote down."""
        known = json.loads(said)
        return cls(**{**known, "began": datetime.fromisoformat(known["began"])})


def arrived_since(began: datetime, arrived: float, dated: datetime | None) -> bool:
    """Whether a mail came after a folder began to be watched, as far as its dates show.

    A server that was filled anew may say that all of them came today; then what is written in them counts.
    """
    came = datetime.fromtimestamp(arrived, UTC) if arrived else began
    return came >= began - timedelta(minutes=1) and (dated is None or dated >= began - _DELAYED)


def portions(uids: Sequence[int], sizes: dict[int, int], most: int) -> list[list[int]]:
    """Mails as they are fetched together, in their order: some MB at a time, a larger one alone."""
    found: list[list[int]] = []
    together = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if not found or together + size > most:
            found.append([])
            together = 0
        found[-1].append(uid)
        together += size
    return found


def day(said: date | None) -> str:
    """A day as a place keeps it."""
    return said.isoformat() if said else ""

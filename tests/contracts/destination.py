"""A platform of our own that fails in every way at every moment, and remembers what it got."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.connector import Found, Sent
from core.errors import PermanentError, TemporaryError
from core.show import text


class Mood(StrEnum):
    """What the platform does with a request."""

    WELL = "well"
    BUSY = "busy"
    """Refuses for now, saying nothing of when."""
    LIMITED = "limited"
    """Refuses and says when to come back."""
    NEVER = "never"
    LOST = "lost"
    """Takes it, but its answer is lost."""
    DEAD = "dead"
    """Does not take it, and its answer is lost, too."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent to it: the same nonce is the same thing."""

    nonce: str
    lane: str
    words: str


@dataclass
class FailingPlatform:
    """Takes parcels, in whatever mood it is."""

    moods: list[Mood] = field(default_factory=list)
    """The moods to come, one a request; then it is well."""
    tells: bool = True
    """Whether it can be asked what arrived."""
    deaf: int = 0
    """How many questions it does not answer at all."""
    got: list[Parcel] = field(default_factory=list)
    asked: int = 0
    tries: int = 0

    @classmethod
    def moody(cls, chance: random.Random, *, requests: int, moods: Sequence[Mood]) -> "FailingPlatform":
        """One with random moods."""
        return cls(chance.choices(list(moods), k=requests))

    async def send(self, parcel: Parcel) -> Sent:
        """Takes a parcel, or not."""
        self.tries += 1
        mood = self.moods.pop(0) if self.moods else Mood.WELL
        match mood:
            case Mood.BUSY:
                raise TemporaryError(text("busy"))
            case Mood.LIMITED:
                raise TemporaryError(text("slow down"), retry_after=timedelta(seconds=30))
            case Mood.NEVER:
                raise PermanentError(text("no such chat"))
            case Mood.DEAD:
                raise ConnectionResetError
            case _:
                self.got.append(parcel)
        if mood is Mood.LOST:
            raise ConnectionResetError
        return Sent(f"got-{len(self.got)}")

    async def find(self, parcel: Parcel) -> Sent | Found:
        """Says whether a parcel arrived, where it can."""
        self.asked += 1
        if self.asked <= self.deaf:
            raise ConnectionResetError
        if not self.tells:
            return Found.UNKNOWN
        there = [at for at, each in enumerate(self.got, 1) if each.nonce == parcel.nonce]
        return Sent(f"got-{there[0]}") if there else Found.ABSENT

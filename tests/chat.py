"""A team chat without a platform: people in channels, and what the desk would post there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot import postings
from bot.commands import COMMANDS
from bot.commands.call import Surroundings
from bot.hearing import Deed, Heard, Hearing, Said
from bot.sender import Sender
from core import lanes
from core.accounts import Person
from core.connector import Found, Sent
from core.places import Channel
from core.render import Voice
from core.room import Board, Line, Marked, Posting
from tests.shop import Shop


@dataclass
class Chat:
    """One team chat: `slack` unless said otherwise."""

    shop: Shop
    room: str = "slack"
    members: dict[str, tuple[Person, ...]] = field(default_factory=dict)
    admins: set[str] = field(default_factory=set)
    open_channels: set[str] = field(default_factory=set)
    got: list[Posting] = field(default_factory=list)
    typed: int = 0
    looked: int = 0
    """How often a channel's people were asked for."""

    def __post_init__(self) -> None:
        self.hearing = Hearing(self.shop.desks, self.room, COMMANDS, self.describe)

    async def describe(self, place: str, account: str, with_people: bool) -> Surroundings:
        """The channel as the chat would describe it."""
        self.looked += with_people
        people = self.members.get(place, ())
        typist = next((each for each in people if each.external_id == account), person(account))
        channel = Channel(self.room, place, f"#{place}")
        inside = people if with_people else ()
        return Surroundings(channel, typist, account in self.admins, place in self.open_channels, inside)

    async def types(self, account: str, line: str, *, place: str = "C1", root: str = "") -> str:
        """Types a command; returns what was answered, with its lines."""
        self.typed += 1
        heard = await self.hearing.does(Deed(account=account, line=line, key=f"{self.typed}", place=place, root=root))
        return _words(heard)

    async def says(self, account: str, words: str, *, place: str = "C1", root: str) -> Heard | None:
        """Types a line in a thread."""
        self.typed += 1
        line = f"{self.typed:06}"
        said = Said(
            place=place, root=root, id=line, order=line, account=account, words=words, at=self.shop.clock.now,
        )  # fmt: skip
        return await self.hearing.said(said)

    async def edits(self, account: str, words: str, *, place: str = "C1", root: str) -> Heard | None:
        """Changes the line typed last."""
        line = f"{self.typed:06}"
        said = Said(place=place, root=root, id=line, order=line, account=account, words=words, at=self.shop.clock.now)
        return await self.hearing.edited(said)

    async def send(self, posting: Posting) -> Sent:
        """Takes a posting."""
        self.got.append(posting)
        return Sent(f"p{len(self.got)}")

    async def find(self, posting: Posting) -> Sent | Found:
        """Everything is known here."""
        return Found.ABSENT

    async def shows(self) -> list[str]:
        """Everything posted since the last look, as words."""
        before = len(self.got)
        sender = Sender(self.shop.desks, self.shop.bus, f"room:{self.room}", self, postings.read)
        for _ in range(500):
            if await sender.send_some():
                continue
            if await self.shop.read(lambda desk: lanes.next_at(desk, f"room:{self.room}")) is None:
                break
            self.shop.clock.now += timedelta(seconds=1)
        return [shown(posting) for posting in self.got[before:]]


def person(account: str, *, name: str = "", is_full: bool = True) -> Person:
    """Somebody by this account."""
    return Person(external_id=account, handle=account.lower(), name=name or account.title(), is_full=is_full)


def people(*accounts: str) -> tuple[Person, ...]:
    """Full members by these accounts."""
    return tuple(person(account) for account in accounts)


def _words(heard: Heard) -> str:
    if heard.answer is None:
        return ""
    said: Sequence[str] = [heard.voice.say(each) for each in (heard.answer.text, *heard.answer.lines)]
    return "\n".join(said)


def shown(posting: Posting) -> str:
    """A posting as one line: what, where, and its words."""
    say = Voice(posting.language, posting.zone).say
    match posting.shown:
        case Board():
            words = say(posting.shown.title)
        case Line():
            words = " / ".join(say(each) for each in posting.shown.texts)
            words += "".join(f" @{each}" for each in posting.shown.mentions)
            words += " !team" if posting.shown.calls_team else ""
        case Marked():
            words = f"{posting.shown.line} {posting.shown.mark}"
        case _:
            words = " / ".join(f"{say(each.who)}: {say(each.text)}" for each in posting.shown)
    return f"{posting.kind} {posting.place}: {words}"

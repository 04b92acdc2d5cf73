"""A desk with people in it, for tests that tell a story: customers write, agents type lines, time passes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from bot import saying
from bot.app import REACTIONS
from bot.commands import COMMANDS
from bot.commands.call import Call, Here
from bot.commands.running import run
from bot.saying import Line, Spoken
from core import channels, deadlines, intake, search, teams, views
from core.actor import SYSTEM, Actor
from core.bus import Bus
from core.connector import Claims, Said, Sender
from core.desk import Desk
from core.effects import EFFECTS
from core.errors import UserError
from core.models import Dialog, EventRow, HeldReply, Message, Role, Ticket
from core.pace import Pace
from core.receipt import Receipt, Source
from core.render import Voice
from core.show import Answer
from core.spans import read_span
from core.store import Desks, open_driver

T = TypeVar("T")
MONDAY_MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class Clock:
    """The desk's clock; it only moves when a test says so."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Person:
    """An agent at their keyboard."""

    shop: "Shop"
    actor: Actor
    heard: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    lines: int = 0

    async def types(self, line: str, *, here: Here = Here()) -> str:
        """Types a command line; returns what was answered, a refusal too."""
        self.lines += 1

        def make(desk: Desk) -> Call:
            return Call(desk, here, "console", f"{self.actor.id}:{self.lines}")

        try:
            answer = await run(self.shop.desks, self.actor, line, COMMANDS, make)
        except UserError as error:
            return self._hears(Answer(error.said, buttons=error.buttons))
        return self._hears(answer)

    async def says(self, words: str, here: Here, **more: Any) -> Spoken:
        """Types a line in a thread."""
        self.lines += 1
        line = Line(words, here, "console", f"{self.actor.id}:{self.lines}", **more)
        spoken = await saying.say(self.shop.desks, self.actor, line, COMMANDS)
        if spoken.answer is not None:
            self._hears(spoken.answer)
        return spoken

    async def presses(self, label: str) -> str:
        """Presses a button of the last answer."""
        buttons = {Voice().say(button.label): button.line for button in self.answers[-1].buttons}
        return await self.types(buttons[label])

    def _hears(self, answer: Answer) -> str:
        self.answers.append(answer)
        self.heard.append(Voice(now=self.shop.clock()).say(answer.text))
        return self.heard[-1]

    async def is_here(self) -> None:
        """Has the room open."""
        await self.shop.change(lambda desk: teams.saw(desk, self.actor.id or 0))


@dataclass
class Customer:
    """Somebody with the chat open."""

    shop: "Shop"
    sender: Sender
    said: int = 0

    async def writes(self, words: str, *, key: str = "", claims: Claims = Claims(), afresh: bool = False) -> Receipt:
        """Sends one message; the same key again is the same message again."""
        self.said += 1
        said = Said(
            key or f"{self.sender.address}:{self.said:08}", self.sender, words, self.shop.clock(),
            claims=claims, afresh=afresh,
        )  # fmt: skip
        return await intake.take_in(self.shop.desks, self.shop.source, said)


@dataclass
class Shop:
    """The desk, its clock and its people."""

    desks: Desks
    clock: Clock
    bus: Bus
    source: Source
    people: dict[str, Person] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)

    async def change(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Runs a body on the desk."""
        return await self.desks.change(actor, work)

    async def read(self, work: Callable[[Desk], T], actor: Actor = SYSTEM) -> T:
        """Runs a body that only reads."""
        return await self.desks.read(actor, work)

    async def agent(self, name: str, role: Role = Role.AGENT) -> Person:
        """An agent of the first team, added when asked for the first time."""
        if name not in self.people:
            actor = await self.change(lambda desk: teams.actor(desk, teams.add_agent(desk, name, role=role)))
            self.people[name] = Person(self, actor)
            await self.people[name].is_here()
        return self.people[name]

    def customer(self, name: str, *, language: str = "en") -> Customer:
        """A visitor of the shop's page."""
        if name not in self.customers:
            self.customers[name] = Customer(self, Sender("webchat", f"visitor-{name}", language=language))
        return self.customers[name]

    async def passes(self, span: str) -> int:
        """Lets time pass, deadline by deadline as the schedule would; returns how many were carried out."""
        until, done = self.clock.now + (read_span(span) or timedelta()), 0
        while (coming := await self.read(deadlines.next_at)) is not None and coming <= until:
            self.clock.now = max(self.clock.now, coming)
            while await self.change(lambda desk: deadlines.carry_out_one(desk, EFFECTS, [])):
                done += 1
                assert done < 1_000, "deadlines keep each other alive"
        self.clock.now = until
        return done

    async def index(self) -> None:
        """Makes everything said searchable."""
        while await self.read(search.is_behind):
            await self.change(search.catch_up)

    async def tickets(self) -> list[tuple[int, str, str]]:
        """All tickets: number, subject, status."""
        statement = select(Ticket.id, Ticket.subject, Ticket.status).order_by(Ticket.id)
        return await self.read(lambda desk: [(r.id, r.subject, r.status.value) for r in desk.execute(statement)])

    async def ticket(self, number: int) -> Ticket:
        """A ticket's row."""
        return await self.read(lambda desk: desk.session.get_one(Ticket, number))

    async def dialog(self, number: int) -> Dialog:
        """A dialog's row."""
        return await self.read(lambda desk: desk.session.get_one(Dialog, number))

    async def said(self) -> list[tuple[str, str]]:
        """Everything said, in order: author or note, and words."""

        def body(desk: Desk) -> list[tuple[str, str]]:
            rows = desk.session.scalars(select(Message).order_by(Message.id)).all()
            return [("note" if m.reader == "team" else m.author.value, m.body or m.wording) for m in rows]

        return await self.read(body)

    async def held(self) -> list[str]:
        """The words of replies that are held back."""
        return await self.read(lambda desk: list(desk.execute(select(HeldReply.body).order_by(HeldReply.id)).scalars()))

    async def events(self) -> list[str]:
        """The kinds of everything that happened."""
        return await self.read(lambda desk: list(desk.execute(select(EventRow.kind).order_by(EventRow.id)).scalars()))


async def open_shop(url: str) -> Shop:
    """A migrated desk with one team, one web chat and nobody there."""
    clock, bus = Clock(), Bus()
    desks = Desks(open_driver(url), pace=Pace(), reactions=REACTIONS, clock=clock)
    desks.on_change(bus.publish)

    def begin(desk: Desk) -> Source:
        views.start(desk)
        return Source.of(channels.add(desk, "webchat", "shop", teams.first_team(desk)))

    return Shop(desks, clock, bus, await desks.change(SYSTEM, begin))

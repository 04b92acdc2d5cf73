"""Who is called in pushed rooms, and where: lines in threads about what happened, calls in a team's channel."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from core import history, outbox, pushed
from core.desk import Desk, Happened
from core.events import (
    Assigned,
    DialogCalledOut,
    DialogEnded,
    DialogStarted,
    DialogTaken,
    Event,
    MessageAdded,
    MessageFailed,
    RelayChanged,
    StatusChanged,
    TicketMerged,
    TicketUnmerged,
)
from core.models import Agent, Author, EventRow, Place, Purpose, Thread, Ticket
from core.naming import Names
from core.outbox import Wanted
from core.show import Button, Text, Tone, text

_LINED = (
    Assigned,
    DialogEnded,
    DialogTaken,
    MessageFailed,
    RelayChanged,
    StatusChanged,
    TicketMerged,
    TicketUnmerged,
)
"""What is worth a line in its threads."""


def raise_(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: threads say what changed and call whose it is now; a team's channel hears what nobody answers."""
    told = [each for each in happened if isinstance(each.event, _LINED) or _calls(each.event)]
    threads = _threads(desk, [each.event for each in told]) if told else ()
    if not threads:
        return
    names, taken = Names.of(desk), {_taker(each.event) for each in told}
    wanted: list[Wanted] = []
    for each in told:
        theirs = [thread for thread in threads if _is_about(thread, each.event)]
        if isinstance(each.event, _LINED) and not _is_told_by_taking(each.event, taken):
            wanted += _lines(each, theirs, names)
    wanted += _called(desk, [each.event for each in told], threads)
    outbox.put(desk, *wanted)


def _calls(event: Event) -> bool:
    match event:
        case DialogCalledOut():
            return True
        case DialogStarted():
            return event.ticket_id is not None
        case MessageAdded():
            return event.author == Author.CONTACT and event.dialog_id is None
        case _:
            return False


def _threads(desk: Desk, events: Sequence[Event]) -> Sequence[Thread]:
    tickets = {event.ticket_id for event in events} - {None}
    dialogs = {event.dialog_id for event in events} - {None}
    theirs = Thread.ticket_id.in_(list(tickets)) | Thread.dialog_id.in_(list(dialogs))
    return desk.session.scalars(select(Thread).where(theirs, ~Thread.is_retired).order_by(Thread.id)).all()


def _is_about(thread: Thread, event: Event) -> bool:
    if event.ticket_id is not None and thread.ticket_id == event.ticket_id:
        return True
    return event.dialog_id is not None and thread.dialog_id == event.dialog_id


def _taker(event: Event) -> tuple[int | None, int] | None:
    return (event.dialog_id, event.agent) if isinstance(event, DialogTaken) else None


def _is_told_by_taking(event: Event, taken: set[tuple[int | None, int] | None]) -> bool:
    """Who takes a dialog writes to its customer and has its ticket: one line says it."""
    match event:
        case RelayChanged(on=True, agent=agent):
            return (event.dialog_id, agent) in taken
        case Assigned(now=now):
            return now is not None and any(one is not None and one[1] == now for one in taken)
        case RelayChanged(on=False):
            return True
        case _:
            return False


def _lines(each: Happened, threads: Sequence[Thread], names: Names) -> Iterator[Wanted]:
    row = EventRow(kind=each.event.kind, actor=each.actor, facts=each.event.facts())
    said = history.sentence(row, names)
    for thread in threads:
        yield pushed.line(thread, said, agents=_concerned(each.event))


def _concerned(event: Event) -> tuple[int, ...]:
    """Whom a line calls, so that they follow the thread: who took it, and who was given it."""
    match event:
        case DialogTaken(agent=agent):
            return (agent,)
        case Assigned(now=int(now)):
            return (now,)
        case _:
            return ()


def _called(desk: Desk, events: Sequence[Event], threads: Sequence[Thread]) -> Iterator[Wanted]:
    calls = [event for event in events if _calls(event)]
    lonely = _lonely(desk, [event for event in calls if isinstance(event, MessageAdded)])
    places = _places(desk) if calls else {}
    for event in calls:
        if isinstance(event, MessageAdded) and event.ticket_id not in lonely:
            continue
        for thread in threads:
            place = places.get((thread.room, thread.place))
            if place is not None and _is_about(thread, event):
                yield _call(event, place, thread)


def _places(desk: Desk) -> dict[tuple[str, str], Place]:
    rows = desk.session.scalars(select(Place).where(Place.purpose == Purpose.TEAM.value))
    return {(place.room, place.place): place for place in rows}


def _lonely(desk: Desk, added: Sequence[MessageAdded]) -> set[int]:
    """The tickets whose customer has just begun to wait, and that nobody has who is here."""
    ids = {event.ticket_id for event in added} - {None}
    if not ids:
        return set()
    statement = select(Ticket.id).outerjoin(Agent, Agent.id == Ticket.assignee_id)
    absent = Agent.id.is_(None) | (Agent.is_away & (Agent.away_until.is_(None) | (Agent.away_until > desk.now)))
    waits = Ticket.id.in_(list(ids)), Ticket.waiting_since == desk.now, absent
    return set(desk.execute(statement.where(*waits)).scalars())


def _call(event: Event, place: Place, thread: Thread) -> Wanted:
    said, buttons = _said(event)
    loud = isinstance(event, DialogCalledOut)
    return pushed.call(place, said, thread=thread, buttons=buttons, loud=loud)


def _said(event: Event) -> tuple[Text, tuple[Button, ...]]:
    match event:
        case DialogCalledOut():
            take = Button(text("Take"), f"dialog take {event.dialog_id}", Tone.GOOD)
            return text("A customer waits live and nobody answers: dialog {id}.", id=event.dialog_id), (take,)
        case DialogStarted():
            take = Button(text("Take"), f"dialog take {event.dialog_id}", Tone.GOOD)
            return text("The customer of #{number} is live again.", number=event.ticket_id), (take,)
        case _:
            take = Button(text("Take"), f"ticket take {event.ticket_id}", Tone.GOOD)
            return text("The customer of #{number} wrote, and nobody has it.", number=event.ticket_id), (take,)

"""What is told and who is called: lines in threads about what happened, alerts for what nobody answers."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import bindparam, select

from core import calls, history, outbox, pushed
from core.calls import Raised
from core.desk import Desk, Happened
from core.events import (
    Assigned,
    CustomerBarred,
    CustomerReacted,
    DialogCalledOut,
    DialogEnded,
    DialogStarted,
    DialogTaken,
    Event,
    MessageAdded,
    MessageFailed,
    Moved,
    QuestionFailed,
    RelayChanged,
    StatusChanged,
    TicketMerged,
    TicketOpened,
    TicketUnmerged,
    WentPrivate,
)
from core.models import IS_OPEN, Agent, Alert, AlertKind, Author, Dialog, EventRow, Reader, Status, Thread, Ticket
from core.models.base import Instant
from core.naming import Names
from core.outbox import Wanted
from core.show import Text, text

_LINED = (
    Assigned,
    CustomerBarred,
    CustomerReacted,
    DialogEnded,
    DialogTaken,
    MessageFailed,
    QuestionFailed,
    RelayChanged,
    StatusChanged,
    TicketMerged,
    TicketUnmerged,
    WentPrivate,
)
"""What is worth a line in its threads."""


def raise_(desk: Desk, happened: Sequence[Happened]) -> None:
    """A reaction: threads say what changed and call whose it is now; teams are called for what nobody answers."""
    _tell_threads(desk, [each for each in happened if isinstance(each.event, _LINED)])
    events = [each.event for each in happened]
    _settle(desk, events)
    calls.raise_all(desk, _calls(desk, events))


def _tell_threads(desk: Desk, told: Sequence[Happened]) -> None:
    threads = _threads(desk, [each.event for each in told]) if told else ()
    if not threads:
        return
    names, taken = Names.of(desk), {_taker(each.event) for each in told}
    wanted: list[Wanted] = []
    for each in told:
        theirs = [thread for thread in threads if _is_about(thread, each.event)]
        if not _is_told_by_taking(each.event, taken):
            wanted += _lines(each, theirs, names)
    outbox.put(desk, *wanted)


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
        case DialogTaken(agent=agent) | QuestionFailed(agent=agent):
            return (agent,)
        case Assigned(now=int(now)):
            return (now,)
        case _:
            return ()


def _settle(desk: Desk, events: Sequence[Event]) -> None:
    """What somebody has, or what is over, needs no call any more."""
    over, had = [each for each in events if _is_over(each)], [each for each in events if _is_had(each)]
    for some, all_kinds in ((over, True), (had, False)):
        calls.settle(desk, {e.ticket_id for e in some}, {e.dialog_id for e in some}, all_kinds=all_kinds)


def _is_over(event: Event) -> bool:
    match event:
        case StatusChanged(now=now):
            return now in (Status.CLOSED, Status.PENDING)
        case Moved() | TicketMerged() | DialogEnded():
            return True
        case Assigned(now=now, was=was):
            return now is not None and was != now
        case _:
            return False


def _is_had(event: Event) -> bool:
    match event:
        case DialogTaken():
            return True
        case MessageAdded():
            return event.author == Author.AGENT and event.reader == Reader.CUSTOMER
        case _:
            return False


def _calls(desk: Desk, events: Sequence[Event]) -> list[Raised]:
    """What teams are called for."""
    opened = {event.ticket_id for event in events if isinstance(event, TicketOpened)}
    live = [event for event in events if isinstance(event, DialogCalledOut | DialogStarted)
            and event.ticket_id not in opened]  # fmt: skip
    wrote = {e.ticket_id for e in events if isinstance(e, MessageAdded) and _is_of_customer(e)}
    missed = {e.ticket_id for e in events if isinstance(e, DialogStarted)} & opened
    return [*_live(desk, live), *_missed(desk, missed), *_waiting(desk, wrote)]


def _missed(desk: Desk, tickets: Collection[int | None]) -> Iterator[Raised]:
    """Tickets of customers who came for the first time while nobody was there."""
    if not tickets:
        return
    for row in desk.execute(select(Ticket.id, Ticket.team_id).where(Ticket.id.in_(tickets)).order_by(Ticket.id)):
        said = text("A customer wrote while nobody was here: #{number}.", number=row.id)
        yield Raised(kind=AlertKind.WAITING, team_id=row.team_id, said=said, ticket_id=row.id, is_news=True)


def _is_of_customer(event: MessageAdded) -> bool:
    return event.author == Author.CONTACT and event.dialog_id is None and event.ticket_id is not None


def _live(desk: Desk, events: Sequence[DialogCalledOut | DialogStarted]) -> Iterator[Raised]:
    """Live dialogs nobody answers, and tickets whose customer is live again."""
    called = [each for each in events if isinstance(each, DialogCalledOut) or each.ticket_id is not None]
    if not called:
        return
    ids = [each.dialog_id for each in called]
    teams = {row.id: row.team_id for row in desk.execute(select(Dialog.id, Dialog.team_id).where(Dialog.id.in_(ids)))}
    for each in called:
        kind, said = _said(each)
        is_again, team_id = kind is AlertKind.LIVE_AGAIN, teams[each.dialog_id or 0]
        yield Raised(
            kind=kind, team_id=team_id, said=said, ticket_id=each.ticket_id, dialog_id=each.dialog_id,
            is_loud=not is_again, is_news=is_again,
        )  # fmt: skip


def _said(event: DialogCalledOut | DialogStarted) -> tuple[AlertKind, Text]:
    if isinstance(event, DialogStarted):
        return AlertKind.LIVE_AGAIN, text("The customer of #{number} is live again.", number=event.ticket_id)
    said = text("A customer waits live and nobody answers: dialog {id}.", id=event.dialog_id)
    return AlertKind.UNANSWERED, said


_moment = bindparam("moment", type_=Instant())
_absent = Agent.id.is_(None) | (Agent.is_away & (Agent.away_until.is_(None) | (Agent.away_until > _moment)))
_known = select(Alert.id).where(IS_OPEN, Alert.ticket_id == Ticket.id, Alert.acked_at.is_not(None)).exists()
_UNANSWERED = (
    select(Ticket.id, Ticket.team_id)
    .outerjoin(Agent, Agent.id == Ticket.assignee_id)
    .where(Ticket.id.in_(bindparam("tickets", expanding=True)), _absent)
    .where((Ticket.waiting_since == _moment) | (Ticket.waiting_since.is_not(None) & _known))
    .order_by(Ticket.id)
)


def _waiting(desk: Desk, tickets: Collection[int | None]) -> Iterator[Raised]:
    """Tickets nobody has who is here, whose customer has just begun to wait, or wrote again to who only knows of it."""
    if not tickets:
        return
    for row in desk.execute(_UNANSWERED, {"tickets": list(tickets), "moment": desk.now}):
        said = text("The customer of #{number} wrote, and nobody has it.", number=row.id)
        yield Raised(kind=AlertKind.WAITING, team_id=row.team_id, said=said, ticket_id=row.id, is_news=True)

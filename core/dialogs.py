"""Live conversations: how they begin, who takes them, and what becomes of them at their end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from core import idling, messages, subjects, tags, tickets, wordings
from core.desk import Desk
from core.errors import AlreadyTaken, NoSuchDialog, UserError
from core.events import (
    Assigned,
    DialogCalledOut,
    DialogStarted,
    DialogTaken,
    Moved,
    PhaseChanged,
    PriorityChanged,
    Rated,
    RelayChanged,
    SubjectChanged,
)
from core.messages import Where
from core.models import (
    Agent,
    Dialog,
    DialogState,
    EventRow,
    Phase,
    Priority,
    Relay,
    Team,
    Ticket,
    table,
)
from core.show import Text, text


def locked(desk: Desk, dialog_id: int) -> Dialog:
    """The dialog of this number, locked until the transaction ends."""
    dialog = desk.lock(Dialog, dialog_id)
    if dialog is None:
        raise NoSuchDialog(dialog_id)
    return dialog


def read(desk: Desk, dialog_id: int) -> Dialog:
    """The dialog of this number, not locked: only to be looked at."""
    dialog = desk.session.get(Dialog, dialog_id)
    if dialog is None:
        raise NoSuchDialog(dialog_id)
    return dialog


@dataclass(frozen=True, slots=True)
class Live:
    """What taking in one more line needs to know of a live dialog."""

    id: int
    ticket_id: int | None
    phase: Phase
    phase_since: datetime | None
    first_wrote_at: datetime | None
    waiting_since: datetime | None
    taken_at: datetime | None
    agent_wrote_at: datetime | None
    asked_at: datetime | None
    called_out_at: datetime | None
    customer_left_at: datetime | None
    is_silent: bool


_dialog = table(Dialog)
_LIVE = (
    select(*(_dialog.c[each.name] for each in fields(Live)))
    .where(_dialog.c.channel_id == bindparam("channel"), _dialog.c.identity_id == bindparam("identity"))
    .where(_dialog.c.state == DialogState.LIVE)
    .with_for_update()
)


def live_at(desk: Desk, channel_id: int, identity_id: int) -> Live | None:
    """The live dialog of an address on a channel, locked until the transaction ends."""
    row = desk.execute(_LIVE, {"channel": channel_id, "identity": identity_id}).first()
    values: Sequence[Any] = () if row is None else tuple(row)
    return Live(*values) if values else None


def live_on(desk: Desk, number: int) -> Dialog | None:
    """The live dialog on the ticket that stands for this number, locked; before the ticket, as everybody locks them."""
    dialog = tickets.live_dialog(desk, tickets.read(desk, number).id)
    if dialog is None:
        return None
    dialog = locked(desk, dialog.id)
    return dialog if dialog.state is DialogState.LIVE else None


def lock_live_on(desk: Desk, numbers: Collection[int]) -> None:
    """Locks the live dialogs on these tickets, which come before the tickets themselves."""
    theirs = select(Dialog).where(Dialog.ticket_id.in_(numbers), Dialog.state == DialogState.LIVE).order_by(Dialog.id)
    desk.session.scalars(theirs.with_for_update(), execution_options={"populate_existing": True}).all()


def latest_at(desk: Desk, channel_id: int, identity_id: int) -> Dialog | None:
    """The last dialog of an address on a channel, live or ended."""
    statement = select(Dialog).where(Dialog.channel_id == channel_id, Dialog.identity_id == identity_id)
    return desk.session.scalars(statement.order_by(Dialog.id.desc()).limit(1)).one_or_none()


def start(desk: Desk, facts: dict[str, Any], *, linked_to: Ticket | None) -> Dialog:
    """Begins a live dialog, on the contact's ticket when it is linked; `facts` are the columns of its row."""
    about: dict[str, Any] = {}
    if linked_to is not None:
        about = {"ticket_id": linked_to.id, "team_id": linked_to.team_id, "priority": linked_to.priority}
        about["subject"] = linked_to.subject
    dialog = Dialog(**({"facts": {}} | facts | about), started_at=desk.now, last_seq=0)
    desk.session.add(dialog)
    desk.flush()
    desk.record(DialogStarted(dialog_id=dialog.id, ticket_id=dialog.ticket_id, contact_id=dialog.contact_id))
    return dialog


def take(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Makes a live dialog an agent's: their plain words in its thread go to the customer from now on."""
    must_be_live(dialog)
    if dialog.assignee_id == agent.id and dialog.taken_at is not None:
        return
    if dialog.taken_at is not None and dialog.assignee_id is not None:
        raise AlreadyTaken(
            text("dialog {id}", id=dialog.id), desk.session.get_one(Agent, dialog.assignee_id).public_name
        )
    desk.record(DialogTaken(dialog_id=dialog.id, ticket_id=dialog.ticket_id, agent=agent.id))
    _hand_to(desk, dialog, agent)
    idling.watch(desk, dialog)


def transfer(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Hands a live dialog to another agent; the customer is told who takes over."""
    must_be_live(dialog)
    if dialog.assignee_id == agent.id:
        return
    if dialog.assignee_id is not None:
        _set_relay(desk, dialog, dialog.assignee_id, on=False)
    was = dialog.assignee_id
    _hand_to(desk, dialog, agent)
    desk.record(Assigned(dialog_id=dialog.id, ticket_id=dialog.ticket_id, was=was, now=agent.id))
    told = text(wordings.HANDED_OVER.id, name=agent.public_name)
    messages.say_to_customer(desk, told, place(dialog))
    idling.watch(desk, dialog)


def _hand_to(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    dialog.assignee_id, dialog.taken_at = agent.id, desk.now
    dialog.phase, dialog.phase_since = Phase.TALKING, desk.now
    _set_relay(desk, dialog, agent.id, on=True)
    if dialog.ticket_id is not None:
        tickets.assign_if_nobody(desk, tickets.locked(desk, dialog.ticket_id), agent.id)


def join(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Lets another agent's plain words reach the customer too."""
    must_be_live(dialog)
    _set_relay(desk, dialog, agent.id, on=True)


def step_back(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Makes an agent's plain words notes again."""
    _set_relay(desk, dialog, agent.id, on=False)


def is_relayed(desk: Desk, dialog: Dialog, agent_id: int) -> bool:
    """Whether this agent's plain words in the dialog's thread go to the customer."""
    return dialog.state is DialogState.LIVE and desk.session.get(Relay, (dialog.id, agent_id)) is not None


def relayed_among(desk: Desk, among: Collection[int], agent_id: int) -> frozenset[int]:
    """In which of these dialogs this agent's plain words go to the customer."""
    found = select(Relay.dialog_id).where(Relay.dialog_id.in_(among), Relay.agent_id == agent_id)
    return frozenset(desk.execute(found).scalars())


def relayed_since(desk: Desk, dialog: Dialog, agent_id: int) -> datetime | None:
    """Since when an agent's plain words go to the customer; None where nothing tells."""
    switched = (EventRow.dialog_id == dialog.id, EventRow.kind == RelayChanged.kind)
    theirs = EventRow.facts["agent"].as_integer() == agent_id
    since: datetime | None = desk.execute(select(func.max(EventRow.at)).where(*switched, theirs)).scalar_one()
    return since


def _set_relay(desk: Desk, dialog: Dialog, agent_id: int, *, on: bool) -> None:
    there = desk.session.get(Relay, (dialog.id, agent_id))
    if (there is not None) == on:
        return
    if there is None:
        desk.session.add(Relay(dialog_id=dialog.id, agent_id=agent_id))
    else:
        desk.session.delete(there)
    desk.record(RelayChanged(dialog_id=dialog.id, ticket_id=dialog.ticket_id, agent=agent_id, on=on))


def hold(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Puts a dialog on hold: the customer is told, and nobody is called out meanwhile."""
    must_be_live(dialog)
    if dialog.phase is Phase.TALKING:
        _change_phase(desk, dialog, Phase.HELD, text(wordings.ON_HOLD.id, name=agent.public_name))


def resume(desk: Desk, dialog: Dialog, agent: Agent) -> None:
    """Goes on with a held dialog."""
    must_be_live(dialog)
    if dialog.phase is Phase.HELD:
        _change_phase(desk, dialog, Phase.TALKING, text(wordings.GOES_ON.id, name=agent.public_name))


def _change_phase(desk: Desk, dialog: Dialog, phase: Phase, told: Text) -> None:
    was, dialog.phase = dialog.phase, phase
    dialog.phase_since = desk.now
    desk.record(PhaseChanged(dialog_id=dialog.id, ticket_id=dialog.ticket_id, was=was, now=phase))
    messages.say_to_customer(desk, told, place(dialog))
    idling.watch(desk, dialog)


def move(desk: Desk, dialog: Dialog, team: Team, why: str) -> None:
    """Gives a live dialog and its ticket to another team; the customer is told, why goes along as a note."""
    must_be_live(dialog)
    if dialog.team_id == team.id:
        return
    was, dialog.team_id = dialog.team_id, team.id
    dialog.assignee_id, dialog.taken_at = None, None
    dialog.phase, dialog.phase_since = Phase.WAITING, desk.now
    dialog.waiting_since = dialog.waiting_since or desk.now
    end_relays(desk, dialog)
    desk.record(Moved(dialog_id=dialog.id, was=was, now=team.id))
    if dialog.ticket_id is not None:
        tickets.move(desk, tickets.standing(desk, dialog.ticket_id), team, "")
    messages.say_to_customer(desk, wordings.MOVED, place(dialog))
    if why:
        messages.note(desk, why, place(dialog))
    idling.watch(desk, dialog)


def give_back(desk: Desk, dialog: Dialog) -> None:
    """Nobody has a live dialog any more: it waits for the team, which is called at once."""
    if dialog.state is not DialogState.LIVE or dialog.assignee_id is None:
        return
    was, dialog.assignee_id, dialog.taken_at = dialog.assignee_id, None, None
    dialog.phase, dialog.phase_since = Phase.WAITING, desk.now
    dialog.waiting_since, dialog.called_out_at = dialog.waiting_since or desk.now, desk.now
    end_relays(desk, dialog)
    desk.record(Assigned(dialog_id=dialog.id, ticket_id=dialog.ticket_id, was=was, now=None))
    desk.record(DialogCalledOut(dialog_id=dialog.id, ticket_id=dialog.ticket_id))
    idling.watch(desk, dialog)


def end_relays(desk: Desk, dialog: Dialog) -> None:
    """Makes everybody's plain words in a dialog's thread notes again."""
    relays = delete(Relay).where(Relay.dialog_id == dialog.id).returning(Relay.agent_id)
    for agent_id in sorted(desk.execute(relays).scalars()):
        desk.record(RelayChanged(dialog_id=dialog.id, ticket_id=dialog.ticket_id, agent=agent_id, on=False))


def place(dialog: Dialog) -> Where:
    """Where something said in this dialog stands."""
    return Where(ticket_id=dialog.ticket_id, dialog_id=dialog.id)


def rate(desk: Desk, dialog: Dialog, score: int) -> None:
    """Keeps how the customer found it, 1 to 5; the last word counts."""
    if not 1 <= score <= 5:
        raise UserError(text("A rating goes from 1 to 5."))
    dialog = locked(desk, dialog.id)
    if dialog.rating == score:
        return
    dialog.rating = score
    if dialog.ticket_id is not None:
        tickets.standing(desk, dialog.ticket_id).rating = score
    desk.record(Rated(dialog_id=dialog.id, ticket_id=dialog.ticket_id, score=score))


def reached(desk: Desk, dialog_id: int, *, delivered: int, seen: int) -> bool:
    """Notes up to where the customer has received and seen; never backwards, never beyond what there is."""
    greatest = func.greatest if desk.on_postgres else func.max
    least = func.least if desk.on_postgres else func.min
    moved = desk.change(
        update(Dialog)
        .where(Dialog.id == dialog_id, (Dialog.delivered_seq < delivered) | (Dialog.seen_seq < seen))
        .values(
            delivered_seq=greatest(Dialog.delivered_seq, least(delivered, Dialog.last_seq)),
            seen_seq=greatest(Dialog.seen_seq, least(seen, Dialog.last_seq)),
        )
    )
    if moved:
        desk.look(f"dialog:{dialog_id}")
    return bool(moved)


def agent_saw(desk: Desk, dialog_id: int, seq: int) -> None:
    """Notes up to where an agent has seen the customer's words."""
    if desk.change(
        update(Dialog).where(Dialog.id == dialog_id, Dialog.agent_seen_seq < seq).values(agent_seen_seq=seq)
    ):
        desk.look(f"dialog:{dialog_id}")


def must_be_live(dialog: Dialog) -> None:
    """Refuses what can only be done while both sides may be there."""
    if dialog.state is not DialogState.LIVE:
        raise UserError(
            text("Dialog {id} has ended. Its ticket is #{number}.", id=dialog.id, number=dialog.ticket_id or 0)
        )


def prioritise(desk: Desk, dialog: Dialog, priority: Priority) -> None:
    """Sets how pressing a dialog is, and its ticket when it has one."""
    if dialog.ticket_id is not None:
        tickets.prioritise(desk, tickets.standing(desk, dialog.ticket_id), priority)
    if dialog.priority is not priority:
        was, dialog.priority = dialog.priority, priority
        desk.record(PriorityChanged(dialog_id=dialog.id, was=int(was), now=int(priority)))


def tag(desk: Desk, dialog: Dialog, changes: Sequence[str]) -> None:
    """Puts tags on (`+vip`) and takes them off (`-vip`), on its ticket when it has one."""
    on: Ticket | Dialog = dialog if dialog.ticket_id is None else tickets.standing(desk, dialog.ticket_id)
    for change in changes:
        (tags.remove if change.startswith("-") else tags.add)(desk, on, change[1:])


def retitle(desk: Desk, dialog: Dialog, subject: str) -> None:
    """Gives a dialog another subject, and its ticket when it has one."""
    if dialog.ticket_id is not None:
        tickets.retitle(desk, tickets.standing(desk, dialog.ticket_id), subject)
    dialog.subject, dialog.is_indexed = subjects.shortened(subject, desk.pace), False
    desk.record(SubjectChanged(dialog_id=dialog.id))

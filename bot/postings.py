"""What a pushed room is told to show: a claimed delivery, read from the store as the room's team may see it."""

from collections.abc import Sequence

from bot import cards, quoting
from core import accounts, dialogs, history, messages, outbox, places, policy, pushed, threads, tickets
from core.actor import Actor, ActorKind
from core.desk import Desk
from core.errors import PermanentError
from core.files import ORIGINAL
from core.models import (
    CARD,
    Account,
    Agent,
    Ask,
    Delivery,
    Dialog,
    DialogState,
    File,
    Message,
    Place,
    Role,
    Status,
    Team,
    Thread,
    Ticket,
)
from core.outbox import Claimed
from core.room import Attached, Board, Line, Mark, Marked, Posting, Words
from core.show import Button, Text, Tone, from_json, text


def read(desk: Desk, claimed: Claimed) -> Posting:
    """A claimed delivery as its room shows it. Raises PermanentError where nothing is left to show."""
    delivery = claimed.delivery
    if delivery.kind == pushed.DM:
        return _to_person(desk, claimed)
    if delivery.thread_id is None:
        return _in_channel(desk, claimed)
    thread = desk.session.get(Thread, delivery.thread_id)
    if thread is None:
        raise PermanentError(text("The thread is gone."))
    place = places.at(desk, thread.room, thread.place)
    team = _team(desk, thread)
    with desk.acting(_as_team(team)):
        _must_be_seen(desk, thread, delivery)
        return Posting(
            delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, place=thread.place,
            root=thread.root, shown=_shown(desk, claimed, thread), language=team.language, zone=team.time_zone,
            role="" if place is None else place.role, earlier_id=str(delivery.facts.get("external_id", "")),
            facts=thread.facts,
        )  # fmt: skip


def _must_be_seen(desk: Desk, thread: Thread, delivery: Delivery) -> None:
    """Nothing is shown to a team that may not see it; a thread that rests says only where its matter is now."""
    if thread.is_retired and delivery.kind in (CARD, pushed.RETRACT, pushed.MARK):
        return
    ticket = None if thread.ticket_id is None else desk.session.get(Ticket, thread.ticket_id)
    dialog = None if thread.dialog_id is None else desk.session.get(Dialog, thread.dialog_id)
    about = ticket or dialog
    if about is not None and not policy.may_see(desk, about):
        raise PermanentError(text("The team of this channel may not see it."))


def _team(desk: Desk, thread: Thread) -> Team:
    """Whose eyes a thread has: the team of the channel it stands in."""
    place = places.at(desk, thread.room, thread.place)
    if place is not None:
        return desk.session.get_one(Team, place.team_id)
    return _owner(desk, thread)


def _owner(desk: Desk, thread: Thread) -> Team:
    if thread.ticket_id is not None:
        return desk.session.get_one(Team, tickets.read(desk, thread.ticket_id).team_id)
    return desk.session.get_one(Team, dialogs.read(desk, thread.dialog_id or 0).team_id)


def _as_team(team: Team) -> Actor:
    return Actor(ActorKind.TEAM, team.id, Role.AGENT, team.name, frozenset((team.id,)), team.language, team.time_zone)


def _shown(desk: Desk, claimed: Claimed, thread: Thread) -> Board | tuple[Words, ...] | Line | Marked:
    delivery = claimed.delivery
    if delivery.kind == CARD:
        return board(desk, thread)
    match delivery.kind:
        case pushed.SAY | pushed.EDIT | pushed.RETRACT:
            return _words(desk, claimed, thread)
        case pushed.MARK:
            was = delivery.facts["was"]
            return Marked(delivery.facts["line"], Mark(delivery.facts["mark"]), None if was is None else Mark(was))
        case _:
            agents = [agent_id for each in claimed.all for agent_id in each.facts.get("agents", ())]
            return Line(_texts(claimed), mentions=tuple(accounts.of_agents(desk, agents, thread.room)))


def _texts(claimed: Claimed) -> tuple[Text, ...]:
    return tuple(from_json(each.facts["said"]) for each in claimed.all)


def board(desk: Desk, thread: Thread) -> Board:
    """A thread's root: its ticket with its live dialog, or the dialog alone; where it lives elsewhere, one line."""
    ticket = None if thread.ticket_id is None else desk.session.get(Ticket, thread.ticket_id)
    dialog = _dialog(desk, thread, ticket)
    if thread.is_retired or (ticket is None and dialog is None):
        return Board(_moved(desk, ticket, dialog), (), is_retired=True)
    shown = [] if ticket is None else [cards.ticket_card(desk, ticket)]
    if dialog is not None and (ticket is None or dialog.state is DialogState.LIVE):
        shown.append(cards.dialog_card(desk, dialog))
    assignee = ticket.assignee_id if ticket is not None else dialog.assignee_id if dialog is not None else None
    return Board(
        shown[0].title, tuple(shown), cards.tags_of(desk, ticket, dialog),
        is_closed=ticket is not None and ticket.status is Status.CLOSED,
        called=tuple(accounts.of_agents(desk, [assignee] if assignee else [], thread.room)),
    )  # fmt: skip


def _dialog(desk: Desk, thread: Thread, ticket: Ticket | None) -> Dialog | None:
    if ticket is not None:
        return tickets.live_dialog(desk, ticket.id)
    return None if thread.dialog_id is None else desk.session.get(Dialog, thread.dialog_id)


def _moved(desk: Desk, ticket: Ticket | None, dialog: Dialog | None) -> Text:
    """The one line that stays where something does not live any more."""
    if ticket is not None and ticket.merged_into is not None:
        return text("#{number} was merged into #{into}.", number=ticket.id, into=tickets.read(desk, ticket.id).id)
    if ticket is not None:
        team = desk.session.get_one(Team, ticket.team_id).title
        return text("#{number} is with {team} now. What is written here goes nowhere.", number=ticket.id, team=team)
    if dialog is not None:
        team = desk.session.get_one(Team, dialog.team_id).title
        return text("This dialog is with {team} now. What is written here goes nowhere.", team=team)
    return text("This thread is over.")


def _words(desk: Desk, claimed: Claimed, thread: Thread) -> tuple[Words, ...]:
    """What was said; for an edit or retraction all that stands in the same post, as it is now."""
    ids = [each.message_id for each in claimed.all if each.message_id is not None]
    if claimed.delivery.kind != pushed.SAY:
        ids = list(threads.together(desk, thread.id, claimed.delivery.facts["external_id"]))
    said = messages.by_ids(desk, ids)
    files = messages.files_of(desk, [message.id for message in said])
    return tuple(_said(desk, message, files.get(message.id, ())) for message in said)


def _said(desk: Desk, message: Message, files: Sequence[File]) -> Words:
    is_gone = message.deleted_at is not None or message.redacted_at is not None
    return Words(
        history.side_of(message), history.who_said(desk, message),
        text("(taken back)") if message.deleted_at is not None else _as_read(desk, message),
        () if is_gone else tuple(_attached(file) for file in files if _is_shown(file)),
        is_edited=message.edited_at is not None, is_gone=is_gone,
    )  # fmt: skip


def _is_shown(file: File) -> bool:
    return file.erased_at is None and file.name != ORIGINAL


def _as_read(desk: Desk, message: Message) -> Text:
    return quoting.with_former(desk, message, quoting.with_quote(desk, message))


def _attached(file: File) -> Attached:
    return Attached(file.id, file.name, file.media_type, file.size, file.sha256)


def _to_person(desk: Desk, claimed: Claimed) -> Posting:
    delivery = claimed.delivery
    if "ask" in delivery.facts:
        return _question(desk, delivery)
    account_id = int(delivery.lane.partition(":")[2])
    account = desk.session.get(Account, account_id)
    if account is None:
        raise PermanentError(text("The account is no agent's any more."))
    agent = accounts.agent_at(desk, account.room, account.external_id)
    if agent is None:
        raise PermanentError(text("The account is no agent's any more."))
    return Posting(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, place=account.external_id,
        root=None, shown=Line(_texts(claimed), _buttons(delivery), link=threads.link(desk, account.room, delivery)),
        language=agent.language, zone=agent.time_zone,
    )  # fmt: skip


def _question(desk: Desk, delivery: Delivery) -> Posting:
    """A question with the messages its asker chose, for somebody who sees nothing else."""
    asked = desk.session.get_one(Ask, delivery.facts["ask"])
    agent = desk.session.get_one(Agent, asked.agent_id)
    shown = messages.by_ids(desk, asked.shown)
    texts = [text("{who} asks: {question}", who=agent.public_name, question=asked.question)]
    texts += [text("{who}: {words}", who=history.who_said(desk, m), words=history.words_of(m)) for m in shown]
    texts.append(text("Just answer here; {who} gets it.", who=agent.public_name))
    return Posting(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, place=asked.account, root=None,
        shown=Line(tuple(texts)), language=agent.language, zone=agent.time_zone,
    )  # fmt: skip


def _in_channel(desk: Desk, claimed: Claimed) -> Posting:
    """A line in a team's channel, outside any thread."""
    delivery = claimed.delivery
    place = desk.session.get(Place, int(delivery.lane.partition(":")[2]))
    if place is None:
        raise PermanentError(text("The channel is no team's any more."))
    team = desk.session.get_one(Team, place.team_id)
    agents = [agent_id for each in claimed.all for agent_id in each.facts.get("agents", ())]
    mentions = tuple(accounts.of_agents(desk, agents, place.room))
    shown = Line(
        _texts(claimed), _buttons(delivery), mentions=mentions,
        link=threads.link(desk, place.room, delivery),
        calls_team=not mentions and any(each.facts["loud"] for each in claimed.all),
    )  # fmt: skip
    return Posting(
        delivery_id=delivery.id, nonce=outbox.nonce(delivery), kind=delivery.kind, place=place.place, root=None,
        shown=shown, language=team.language, zone=team.time_zone, role=place.role,
    )  # fmt: skip


def _buttons(delivery: Delivery) -> tuple[Button, ...]:
    kept = delivery.facts.get("buttons", ())
    return tuple(Button(from_json(each["label"]), each["line"], Tone(each["tone"])) for each in kept)

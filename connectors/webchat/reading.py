"""What a page has not seen yet, read from the store: how its dialog stands and what was said after its cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from connectors.webchat import outbound
from connectors.webchat.visitors import Visitor
from core import dialogs, history, messages, teams, wordings
from core.desk import Desk
from core.events import MessageDeleted, MessageEdited, MessageRedacted
from core.files import Store
from core.intake import Source
from core.models import (
    Agent,
    Dialog,
    DialogState,
    EndReason,
    EventRow,
    Identity,
    Message,
    Reader,
)
from core.render import Voice

MOST = 500
"""Messages of one conversation a page gets, the latest."""
_CHANGES = (MessageEdited.kind, MessageDeleted.kind, MessageRedacted.kind)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a page has read: a dialog and a seq in it."""

    dialog: int | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What a page is told: how its dialog stands, and the messages it lacks."""

    stand: dict[str, Any]
    messages: dict[str, Any] | None
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a visitor: who they are, by which channel, and where files are linked from."""

    source: Source
    visitor: Visitor
    store: Store


def latest(desk: Desk, page: Page) -> Dialog | None:
    """The visitor's last dialog on the channel, live or ended."""
    sender = page.visitor.sender
    statement = (
        select(Dialog)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Identity.kind == sender.kind, Identity.address == sender.address, Identity.is_verified)
        .where(Dialog.channel_id == page.source.channel_id)
        .order_by(Dialog.id.desc())
        .limit(1)
    )
    return desk.session.scalars(statement).one_or_none()


def own(desk: Desk, page: Page, dialog_id: int) -> Dialog | None:
    """The visitor's dialog of this number; another's does not exist for them."""
    sender = page.visitor.sender
    statement = (
        select(Dialog)
        .join(Identity, Identity.id == Dialog.identity_id)
        .where(Identity.kind == sender.kind, Identity.address == sender.address, Identity.is_verified)
        .where(Dialog.channel_id == page.source.channel_id, Dialog.id == dialog_id)
    )
    return desk.session.scalars(statement).one_or_none()


def voice(desk: Desk, language: str, zone: str = "UTC") -> Voice:
    """How a customer is spoken to: in their language, with the owner's own words."""
    return Voice(language, zone, desk.now, wordings.of_owner(desk, language))


def news(desk: Desk, page: Page, cursor: Cursor) -> News:
    """How the visitor's dialog stands and what they have not read; the same cursor again gives the same."""
    dialog = latest(desk, page)
    if dialog is None:
        return News(_nothing(desk, page), None, Cursor())
    stand = _stand(desk, page, dialog)
    if cursor.dialog != dialog.id:
        cursor = Cursor(dialog.id, 0)
    if dialog.last_seq <= cursor.seq:
        return News(stand, None, Cursor(dialog.id, min(cursor.seq, dialog.last_seq)))
    said = [*(_before(desk, page, dialog) if cursor.seq == 0 else ()), *_after(desk, page, cursor)]
    frame = {"type": "messages", "dialog": dialog.id, "seq": dialog.last_seq, "messages": said}
    return News(stand, frame if said or cursor.seq == 0 else None, Cursor(dialog.id, dialog.last_seq))


def _nothing(desk: Desk, page: Page) -> dict[str, Any]:
    there = teams.is_somebody_there(desk, page.source.team_id)
    return {
        "type": "dialog", "dialog": None, "state": "none", "phase": "waiting", "queue": None, "agent": None,
        "may_rate": False, "rating": None, "wants_email": False, "available": there, "seen": 0,
    }  # fmt: skip


def _stand(desk: Desk, page: Page, dialog: Dialog) -> dict[str, Any]:
    is_live = dialog.state is DialogState.LIVE
    agent = None if dialog.assignee_id is None else desk.session.get_one(Agent, dialog.assignee_id)
    return {
        "type": "dialog",
        "dialog": dialog.id,
        "state": dialog.state.value,
        "phase": dialog.phase.value,
        "queue": dialogs.place_in_queue(desk, dialog),
        "agent": agent.public_name if agent is not None and dialog.taken_at is not None else None,
        "may_rate": not is_live and dialog.taken_at is not None,
        "rating": dialog.rating,
        "wants_email": not is_live and dialog.end_reason is EndReason.UNTAKEN and not _has_email(desk, dialog),
        "available": teams.is_somebody_there(desk, page.source.team_id),
        "seen": dialog.agent_seen_seq,
    }


def _has_email(desk: Desk, dialog: Dialog) -> bool:
    statement = select(Identity.id).where(Identity.contact_id == dialog.contact_id, Identity.kind == "email")
    return desk.execute(statement.limit(1)).first() is not None


def _after(desk: Desk, page: Page, cursor: Cursor) -> list[dict[str, Any]]:
    changed = select(EventRow.message_id).where(
        EventRow.dialog_id == cursor.dialog, EventRow.dialog_seq > cursor.seq, EventRow.kind.in_(_CHANGES)
    )
    statement = (
        select(Message)
        .where(Message.dialog_id == cursor.dialog, Message.reader == Reader.CUSTOMER)
        .where(or_(Message.dialog_seq > cursor.seq, Message.id.in_(changed)))
        .order_by(Message.dialog_seq.desc())
        .limit(MOST)
    )
    return _as_frames(desk, page, list(reversed(desk.session.scalars(statement).all())))


def _before(desk: Desk, page: Page, dialog: Dialog) -> list[dict[str, Any]]:
    """What was said in earlier dialogs on the same ticket, numbered backwards: a new page shows the whole matter."""
    if dialog.ticket_id is None:
        return []
    earlier = select(Dialog.id).where(
        Dialog.ticket_id == dialog.ticket_id, Dialog.identity_id == dialog.identity_id, Dialog.id < dialog.id
    )
    statement = (
        select(Message)
        .where(Message.dialog_id.in_(earlier), Message.reader == Reader.CUSTOMER)
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    frames = _as_frames(desk, page, list(reversed(desk.session.scalars(statement).all())))
    return [frame | {"seq": place - len(frames)} for place, frame in enumerate(frames)]


def _as_frames(desk: Desk, page: Page, rows: Sequence[Message]) -> list[dict[str, Any]]:
    files = messages.files_of(desk, [row.id for row in rows])
    speaker = voice(desk, page.visitor.language)
    framed = []
    for row in rows:
        words = messages.for_customer(row, in_words=speaker.say(history.words_of(row)))
        framed.append(outbound.message(row, words, files.get(row.id, []), page.store))
    return framed


def transcript(desk: Desk, page: Page, dialog: Dialog, speaker: Voice) -> str:
    """All the customer could read of a dialog, as a text file."""
    statement = (
        select(Message)
        .where(Message.dialog_id == dialog.id, Message.reader == Reader.CUSTOMER)
        .order_by(Message.dialog_seq)
    )
    rows = desk.session.scalars(statement).all()
    return "\n".join(_line(desk, row, speaker) for row in rows) + "\n"


def _line(desk: Desk, row: Message, speaker: Voice) -> str:
    words = messages.for_customer(row, in_words=speaker.say(history.words_of(row)))
    if row.deleted_at is not None:
        return f"{speaker.moment(row.said_at)}  {speaker.say(history.who_said(desk, row))}: –"
    return f"{speaker.moment(row.said_at)}  {speaker.say(history.who_said(desk, row))}: {words.text}"

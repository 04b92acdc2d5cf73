"""What a page has not seen yet, read from the store: how its dialog stands and what was said after its cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, exists, or_, select

from connectors.webchat import outbound, standing
from connectors.webchat.standing import Newest
from connectors.webchat.visitors import Visitor
from core import history, messages, teams, wordings
from core.desk import Desk
from core.events import MessageDeleted, MessageEdited, MessageRedacted
from core.files import Store
from core.intake import Source
from core.models import (
    Dialog,
    EventRow,
    File,
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
    newest = standing.newest(desk, page.source, page.visitor)
    if newest is None:
        there = teams.is_somebody_there(desk, page.source.team_id)
        return News(standing.NOTHING | {"available": there}, None, Cursor())
    stand = standing.frame(newest)
    if cursor.dialog != newest.id:
        cursor = Cursor(newest.id, 0)
    if newest.last_seq <= cursor.seq:
        return News(stand, None, Cursor(newest.id, min(cursor.seq, newest.last_seq)))
    said = [*(_before(desk, page, newest) if cursor.seq == 0 else ()), *_after(desk, page, cursor)]
    frame = {"type": "messages", "dialog": newest.id, "seq": newest.last_seq, "messages": said}
    return News(stand, frame if said or cursor.seq == 0 else None, Cursor(newest.id, newest.last_seq))


_HAS_FILES = exists(select(File.id).where(File.message_id == Message.id))
_CHANGED = select(EventRow.message_id).where(
    EventRow.dialog_id == bindparam("dialog"), EventRow.dialog_seq > bindparam("seq"), EventRow.kind.in_(_CHANGES)
)
_AFTER = (
    select(Message, _HAS_FILES)
    .where(Message.dialog_id == bindparam("dialog"), Message.reader == Reader.CUSTOMER)
    .where(or_(Message.dialog_seq > bindparam("seq"), Message.id.in_(_CHANGED)))
    .order_by(Message.dialog_seq.desc())
    .limit(MOST)
)


def _after(desk: Desk, page: Page, cursor: Cursor) -> list[dict[str, Any]]:
    found = desk.session.execute(_AFTER, {"dialog": cursor.dialog, "seq": cursor.seq}).all()
    return _as_frames(desk, page, found[::-1])


def _before(desk: Desk, page: Page, dialog: Newest) -> list[dict[str, Any]]:
    """What was said in earlier dialogs on the same ticket, numbered backwards: a new page shows the whole matter."""
    if dialog.ticket_id is None:
        return []
    earlier = select(Dialog.id).where(
        Dialog.ticket_id == dialog.ticket_id, Dialog.identity_id == dialog.identity_id, Dialog.id < dialog.id
    )
    statement = (
        select(Message, _HAS_FILES)
        .where(Message.dialog_id.in_(earlier), Message.reader == Reader.CUSTOMER)
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    frames = _as_frames(desk, page, desk.session.execute(statement).all()[::-1])
    return [frame | {"seq": place - len(frames)} for place, frame in enumerate(frames)]


def _as_frames(desk: Desk, page: Page, rows: Sequence[Row[Message, bool]]) -> list[dict[str, Any]]:
    files = messages.files_of(desk, [row.id for row, has_files in rows if has_files])
    is_worded = any(row.wording for row, _ in rows)
    speaker = voice(desk, page.visitor.language) if is_worded else Voice(page.visitor.language)
    framed = []
    for row, _ in rows:
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

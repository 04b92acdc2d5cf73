"""What a page has not seen yet: how its dialog stands and what was said after its cursor, as frames."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.webchat import outbound, standing
from connectors.webchat.visitors import Visitor
from core import history, messages, pages, teams, wordings
from core.desk import Desk
from core.files import Store
from core.models import Author, Dialog, Message
from core.pages import Newest, Read
from core.receipt import Source
from core.render import Voice
from core.show import text


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a page has read: a dialog, a seq in it, and how far its earlier dialogs had come."""

    dialog: int | None = None
    seq: int = 0
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """What a page is told: how its dialog stands, and the messages it lacks."""

    stand: dict[str, Any]
    messages: dict[str, Any] | None
    cursor: Cursor
    earlier: tuple[int, ...] = ()
    """The visitor's earlier dialogs: an answer may still come there."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a visitor: who they are, by which channel, and where files are linked from."""

    source: Source
    visitor: Visitor
    store: Store


def latest(desk: Desk, page: Page) -> Dialog | None:
    """The visitor's last dialog on the channel, live or ended."""
    return pages.latest(desk, page.source, page.visitor.sender)


def own(desk: Desk, page: Page, dialog_id: int) -> Dialog | None:
    """The visitor's dialog of this number; another's does not exist for them."""
    return pages.own(desk, page.source, page.visitor.sender, dialog_id)


def voice(desk: Desk, language: str, zone: str = "UTC") -> Voice:
    """How a customer is spoken to: in their language, with the owner's own words."""
    return Voice(language, zone, desk.now, wordings.of_owner(desk, language))


def news(desk: Desk, page: Page, cursor: Cursor) -> News:
    """How the visitor's dialog stands and what they have not read; the same cursor again gives the same."""
    newest = pages.newest(desk, page.source, page.visitor.sender)
    if newest is None:
        there = teams.is_somebody_there(desk, page.source.team_id)
        return News(standing.NOTHING | {"available": there}, None, Cursor())
    if cursor.dialog != newest.id:
        cursor = Cursor(newest.id)
    now = Cursor(newest.id, newest.last_seq, newest.earlier_seq)
    said = _said(desk, newest, cursor)
    if not said and cursor.seq != 0 and now.earlier == cursor.earlier:
        return News(standing.frame(newest), None, now, newest.earlier)
    frame: dict[str, Any] = {"type": "messages", "dialog": now.dialog, "seq": now.seq, "earlier": now.earlier}
    return News(standing.frame(newest), frame | {"messages": _as_frames(desk, page, said)}, now, newest.earlier)


def _said(desk: Desk, newest: Newest, cursor: Cursor) -> Sequence[Read]:
    """What is new in the dialog; where anything has moved in the earlier ones, all that belongs here of them, too."""
    said = list(pages.said_after(desk, newest.id, cursor.seq)) if newest.last_seq > cursor.seq else []
    if cursor.seq == 0 or newest.earlier_seq != cursor.earlier:
        said += pages.said_earlier(desk, newest)
    return sorted(said, key=lambda row: row.Message.id)


def _as_frames(desk: Desk, page: Page, rows: Sequence[Read]) -> list[dict[str, Any]]:
    files = messages.files_of(desk, [row.id for row, has_files, _ in rows if has_files])
    is_worded = any(row.wording for row, _, _ in rows)
    speaker = voice(desk, page.visitor.language) if is_worded else Voice(page.visitor.language)
    framed = []
    for row, _, is_seen in rows:
        words = messages.for_customer(row, in_words=speaker.say(history.words_of(row)))
        framed.append(outbound.message(row, words, files.get(row.id, []), page.store) | {"seen": is_seen})
    return framed


def transcript(desk: Desk, dialog: Dialog, speaker: Voice) -> str:
    """All the customer could read of a dialog, as a text file: each line with its date, their own as theirs."""
    speaker = replace(speaker, now=None)
    return "\n".join(_line(desk, row, speaker) for row in pages.said_in(desk, dialog)) + "\n"


def _line(desk: Desk, row: Message, speaker: Voice) -> str:
    words = messages.for_customer(row, in_words=speaker.say(history.words_of(row)))
    who = text("You") if row.author is Author.CONTACT else history.who_said(desk, row)
    said = "–" if row.deleted_at is not None else words.text
    return f"{speaker.moment(row.said_at)}  {speaker.say(who)}: {said}"

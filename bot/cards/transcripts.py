"""What was said in a ticket, line by line, with the numbers commands name messages by."""

from bot.cards.people import who
from core import history
from core.desk import Desk
from core.models import Author, Contact, Message, Reader, Ticket
from core.show import Text, text


def transcript(desk: Desk, ticket: Ticket, *, is_public: bool) -> tuple[Text, ...]:
    """All of it for the team; or only what the customer sees, without what was taken back."""
    found = [each for each in history.said(desk, ticket) if not is_public or each.reader is Reader.CUSTOMER]
    return tuple(_line(desk, message, is_public=is_public) for message in found)


def _line(desk: Desk, message: Message, *, is_public: bool) -> Text:
    who_said = _writer(desk, message)
    what = history.words_of(message)
    if message.deleted_at is not None:
        what = text("(taken back)") if is_public else text("(taken back) {what}", what=what)
    if message.reader is Reader.TEAM:
        return text("[{id}] {when} {who}, note: {what}", id=message.id, when=message.said_at, who=who_said, what=what)
    return text("[{id}] {when} {who}: {what}", id=message.id, when=message.said_at, who=who_said, what=what)


def _writer(desk: Desk, message: Message) -> Text:
    """A customer as their card names them, so that a claimed name passes for no proven one."""
    if message.author is not Author.CONTACT or message.author_name or message.contact_id is None:
        return history.who_said(desk, message)
    return who(desk.session.get(Contact, message.contact_id))

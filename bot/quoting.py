"""What agents read of a message beside its words: a line of what it quotes, and what it said before it was edited."""

from core import history, messages
from core.desk import Desk
from core.models import Author, Message
from core.show import Text, text, together, verbatim

_MOST_QUOTED, _MOST_FORMER = 80, 500


def with_quote(desk: Desk, message: Message) -> Text:
    """Its words, below a line of the message it quotes."""
    words = history.words_of(message)
    quoted_id = message.facts.get("quotes")
    quoted = None if quoted_id is None else desk.session.get(Message, quoted_id)
    if quoted is None or message.redacted_at is not None:
        return words
    return together([_line(desk, quoted), words], "\n")


def _line(desk: Desk, quoted: Message) -> Text:
    """One line of who said what; a file without words is named by its sign."""
    said = history.words_of(quoted)
    if not quoted.wording and quoted.redacted_at is None:
        plain = " ".join(quoted.body.split())
        said = verbatim(plain if len(plain) <= _MOST_QUOTED else f"{plain[: _MOST_QUOTED - 1]}…")
        said = said if plain else verbatim("📎")
    return together([verbatim("↩"), history.who_said(desk, quoted), verbatim("–"), said], " ")


def with_former(desk: Desk, message: Message, words: Text) -> Text:
    """Words of a customer's with what they were before the last edit."""
    if message.author is not Author.CONTACT or message.edited_at is None:
        return words
    former = messages.former_bodies(desk, message.id)
    if not former:
        return words
    before = text("(before: {words})", words=former[-1].body[:_MOST_FORMER])
    return together([words, before], "\n")

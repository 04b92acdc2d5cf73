"""From a call to a message: where it goes, what it answers, its words with their entities, its buttons."""

from typing import Any

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_entities as entities
from tests.platforms import telegram_html as html
from tests.platforms import telegram_markdown as markdown
from tests.platforms import telegram_markup as markups
from tests.platforms.telegram_calls import Call, may_write
from tests.platforms.telegram_errors import Json, bad
from tests.platforms.telegram_world import Chat, Message, Topic

TEXT_MOST, CAPTION_MOST = 4096, 1024
_PARSERS = {"html": html.parse, "markdownv2": markdown.parse, "markdown": markdown.parse_old}


def formatted(words: str, mode: str, given: Any) -> tuple[str, list[Json]]:
    """Words and their entities, by a parse mode or a list; raises 400 for wrong markup."""
    marks: list[Json] = []
    if mode:
        if mode.lower() not in _PARSERS:
            raise bad("unsupported parse_mode")
        words, marks = _PARSERS[mode.lower()](words)
    elif given:
        marks = entities.checked(words, given)
    words, marks = entities.trimmed(words, marks)
    return words, entities.detected(words, marks)


def text(call: Call, too_long: str = "message is too long") -> tuple[str, list[Json]]:
    """The text of a call; raises 400 when it is empty or too long."""
    words, marks = formatted(call.text("text"), call.text("parse_mode"), call.given("entities"))
    if not words:
        raise bad("message text is empty")
    if entities.units(words) > TEXT_MOST:
        raise bad(too_long)
    return words, marks


def caption(words: str, mode: str, given: Any) -> tuple[str, list[Json]]:
    """A caption; raises 400 when it is too long."""
    words, marks = formatted(words, mode, given)
    if entities.units(words) > CAPTION_MOST:
        raise bad("message caption is too long")
    return words, marks


def caption_of(call: Call) -> tuple[str, list[Json]]:
    """The caption of a call."""
    return caption(call.text("caption"), call.text("parse_mode"), call.given("caption_entities"))


def addressed(call: Call) -> tuple[Chat, deeds.Draft]:
    """Where a message goes and what it bears besides its words; raises 400 and 403."""
    chat = call.chat()
    may_write(call.bot, chat)
    markup = call.given("reply_markup")
    draft = deeds.Draft(topic=_topic(call, chat), is_silent=call.flag("disable_notification"))
    if markup is not None:
        draft.markup = markups.inline(markup)
        keyboard = markups.keyboard(markup)
        chat.keyboard = chat.keyboard if keyboard is None else keyboard
    _answer(call, chat, draft)
    return chat, draft


def _topic(call: Call, chat: Chat) -> Topic | None:
    """The topic that is meant; General has no number here, 1 is refused like any other wrong one."""
    number = call.number("message_thread_id")
    if not number:
        return None
    if number not in chat.topics:
        raise bad("message thread not found")
    if chat.topics[number].is_closed and not chat.is_admin(call.bot):
        raise bad("TOPIC_CLOSED")
    return chat.topics[number]


def _answer(call: Call, chat: Chat, draft: deeds.Draft) -> None:
    """Finds the message that is answered, which is never another bot's; its topic is the answer's."""
    said = call.given("reply_parameters") or {}
    number = said.get("message_id") or call.number("reply_to_message_id")
    if not number:
        return
    found = chat.message(int(number))
    if found is None or (found.sender.is_bot and found.sender is not call.bot):
        if said.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
            return
        raise bad("message to be replied not found")
    quote = said.get("quote", "")
    if quote and quote not in found.text:
        raise bad("QUOTE_TEXT_INVALID")
    draft.reply_to, draft.quote, draft.topic = found, quote, draft.topic or found.topic


def send(call: Call, chat: Chat, draft: deeds.Draft) -> Message:
    """Writes it, as the bot."""
    return deeds.write(call.world, chat, call.bot, draft)

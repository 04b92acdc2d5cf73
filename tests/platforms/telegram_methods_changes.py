"""Methods that change what stands there: editing, deleting, reacting, answering a pressed button."""

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_markup as markups
from tests.platforms import telegram_sending as sending
from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_calls import Call, Method, may_write
from tests.platforms.telegram_errors import Json, bad
from tests.platforms.telegram_reactions import REACTIONS, plain
from tests.platforms.telegram_world import Chat, Message

DELETABLE_S = 48 * 3600
NOTHING_NEW = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ANSWER_MOST = 200


def _own(call: Call) -> Message:
    chat = call.chat()
    may_write(call.bot, chat)
    message = call.message(chat, "edit")
    if message.sender is not call.bot or message.origin is not None:
        raise bad("message can't be edited")
    return message


def _edit(call: Call, message: Message, words: str, marks: list[Json]) -> Json:
    """Sets words and buttons; without reply_markup the buttons are gone."""
    markup = call.given("reply_markup")
    new = (words, marks, markups.inline(markup) if markup is not None else None)
    if new == (message.text, message.entities, message.markup):
        raise bad(NOTHING_NEW)
    message.text, message.entities, message.markup = new
    deeds.edited(call.world, message)
    return wire.message(message, call.bot)


def edit_text(call: Call) -> Json:
    """editMessageText."""
    message = _own(call)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _edit(call, message, *sending.text(call, "MESSAGE_TOO_LONG"))


def edit_caption(call: Call) -> Json:
    """editMessageCaption."""
    message = _own(call)
    if message.file is None or message.kind in ("sticker", "video_note"):
        raise bad("there is no caption in the message to edit")
    return _edit(call, message, *sending.caption_of(call))


def edit_markup(call: Call) -> Json:
    """editMessageReplyMarkup."""
    message = _own(call)
    return _edit(call, message, message.text, message.entities)


def _may_go(call: Call, chat: Chat, message: Message) -> bool:
    if call.world.clock() - message.at > DELETABLE_S:
        return False
    if message.sender is call.bot or chat.is_private:
        return True
    return chat.is_admin(call.bot) and "can_delete_messages" in chat.members[call.bot.id].rights


def delete(call: Call) -> bool:
    """deleteMessage: within 48 hours, the bot's own, any in private, any in groups with the right to."""
    chat = call.chat()
    message = call.message(chat, "delete")
    if not _may_go(call, chat, message):
        raise bad("message can't be deleted")
    deeds.delete(message)
    return True


def delete_many(call: Call) -> bool:
    """deleteMessages: up to 100; those that cannot be found or deleted are skipped."""
    chat, numbers = call.chat(), call.given("message_ids") or []
    if len(numbers) > 100:
        raise bad("too many message identifiers specified")
    for message in filter(None, [chat.message(int(number)) for number in numbers]):
        if _may_go(call, chat, message):
            deeds.delete(message)
    return True


def react(call: Call) -> bool:
    """setMessageReaction: one emoji of Telegram's list, or none."""
    chat = call.chat()
    may_write(call.bot, chat)
    message = call.message(chat, "react")
    emoji = [plain(str(one.get("emoji", ""))) for one in call.given("reaction") or []]
    if not set(emoji) <= REACTIONS:
        raise bad("REACTION_INVALID")
    if len(emoji) > 1:
        raise bad("REACTIONS_TOO_MANY")
    deeds.react(call.world, message, call.bot, emoji)
    return True


def answer_query(call: Call) -> bool:
    """answerCallbackQuery: once, soon."""
    query = call.world.queries.get(call.text("callback_query_id"))
    if query is None or query.bot is not call.bot or query.is_answered:
        raise bad(QUERY_TOO_OLD)
    if call.world.clock() - query.at > call.world.query_lasts_s:
        raise bad(QUERY_TOO_OLD)
    if len(call.text("text")) > ANSWER_MOST:
        raise bad("MESSAGE_TOO_LONG")
    query.is_answered, query.text = True, call.text("text")
    query.is_alert, query.url = call.flag("show_alert"), call.text("url")
    return True


METHODS: dict[str, Method] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete,
    "deleteMessages": delete_many,
    "setMessageReaction": react,
    "answerCallbackQuery": answer_query,
}

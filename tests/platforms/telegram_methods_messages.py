"""Methods that send words, places and people, copy what stands elsewhere, and show that the bot is at it."""

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_sending as sending
from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_calls import Call, Method, may_write
from tests.platforms.telegram_errors import Json, bad
from tests.platforms.telegram_world import Chat, Message

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


def send_message(call: Call) -> Json:
    """sendMessage."""
    chat, draft = sending.addressed(call)
    draft.text, draft.entities = sending.text(call)
    return wire.message(sending.send(call, chat, draft), call.bot)


def send_location(call: Call) -> Json:
    """sendLocation."""
    chat, draft = sending.addressed(call)
    try:
        place = {name: float(call.params[name]) for name in ("latitude", "longitude")}
    except (KeyError, ValueError):
        raise bad("latitude and longitude must be numbers") from None
    draft.kind, draft.content = "location", {"location": place}
    return wire.message(sending.send(call, chat, draft), call.bot)


def send_contact(call: Call) -> Json:
    """sendContact."""
    chat, draft = sending.addressed(call)
    names = ("phone_number", "first_name", "last_name", "vcard")
    said = {name: call.text(name) for name in names if call.text(name)}
    if "phone_number" not in said or "first_name" not in said:
        raise bad("contact phone number and first name must be non-empty")
    draft.kind, draft.content = "contact", {"contact": said}
    return wire.message(sending.send(call, chat, draft), call.bot)


def send_chat_action(call: Call) -> bool:
    """sendChatAction."""
    chat = call.chat()
    may_write(call.bot, chat)
    if call.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append(call.text("action"))
    return True


def _source(call: Call, deed: str) -> Message:
    """The message that is copied or forwarded, from another chat of the bot."""
    found = call.chat("from_chat_id").message(call.number("message_id"))
    if found is None or found.kind == "service":
        raise bad(f"message to {deed} not found")
    return found


def _repeated(source: Message, draft: deeds.Draft) -> None:
    draft.text, draft.entities, draft.kind = source.text, source.entities, source.kind
    draft.file, draft.content = source.file, source.content


def copy_message(call: Call) -> Json:
    """copyMessage: as if the bot had written it, perhaps with another caption."""
    chat, draft = sending.addressed(call)
    source = _source(call, "copy")
    _repeated(source, draft)
    if "caption" in call.params and source.file is not None:
        draft.text, draft.entities = sending.caption_of(call)
    return {"message_id": sending.send(call, chat, draft).id}


def forward_message(call: Call) -> Json:
    """forwardMessage: with the name of who wrote it."""
    chat, draft = sending.addressed(call)
    source = _source(call, "forward")
    _repeated(source, draft)
    draft.origin = source.origin or {"type": "user", "date": source.at, "sender_user": wire.user(source.sender)}
    return wire.message(sending.send(call, chat, draft), call.bot)


def pin(call: Call) -> bool:
    """pinChatMessage: anywhere in private, by right in groups."""
    chat = call.chat()
    _may(call, chat, "can_pin_messages", "pin a message")
    message = call.message(chat, "pin")
    if message not in chat.pinned:
        chat.pinned.append(message)
    return True


def unpin(call: Call) -> bool:
    """unpinChatMessage: one, or the newest."""
    chat = call.chat()
    _may(call, chat, "can_pin_messages", "unpin a message")
    if not chat.pinned:
        raise bad("message to unpin not found")
    message = call.message(chat, "unpin") if "message_id" in call.params else chat.pinned[-1]
    chat.pinned = [one for one in chat.pinned if one is not message]
    return True


def _may(call: Call, chat: Chat, right: str, what: str) -> None:
    if not chat.is_private and (not chat.is_admin(call.bot) or right not in chat.members[call.bot.id].rights):
        raise bad(f"not enough rights to {what}")


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
}

"""People, chats and messages as the Bot API writes them, for one bot's eyes."""

from tests.platforms import telegram_files as files
from tests.platforms.telegram_errors import Json
from tests.platforms.telegram_world import ADMIN, KICKED, OWNER, RESTRICTED, Account, Bot, Chat, Member, Message, Topic

RIGHTS = (
    "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users", "can_restrict_members",
    "can_pin_messages", "can_promote_members", "can_manage_video_chats", "can_manage_topics", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
    "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def user(account: Account) -> Json:
    """A person or a bot."""
    said: Json = {"id": account.id, "is_bot": account.is_bot, "first_name": account.first_name}
    more = {"last_name": account.last_name, "username": account.username, "language_code": account.language}
    return said | {key: value for key, value in more.items() if value}


def chat(place: Chat) -> Json:
    """A chat as messages name it."""
    if place.person is not None:
        known = user(place.person)
        names = {key: known[key] for key in ("first_name", "last_name", "username") if key in known}
        return {"id": place.id, "type": "private"} | names
    said: Json = {"id": place.id, "type": place.kind, "title": place.title}
    return said | ({"is_forum": True} if place.is_forum else {})


def member(one: Member) -> Json:
    """What somebody is in a group."""
    said: Json = {"user": user(one.account), "status": one.status}
    if one.status == OWNER:
        return said | {"is_anonymous": False}
    if one.status == ADMIN:
        rights = {right: right in one.rights for right in RIGHTS}
        return said | rights | {"can_be_edited": False, "is_anonymous": False}
    if one.status == RESTRICTED:
        return said | dict.fromkeys(PERMISSIONS, False) | {"is_member": True, "until_date": 0}
    return said | ({"until_date": 0} if one.status == KICKED else {})


def message(one: Message, bot: Bot, *, with_reply: bool = True) -> Json:
    """A message; a quoted one bears no quoted one of its own."""
    said: Json = {"message_id": one.id, "from": user(one.sender), "chat": chat(one.chat), "date": one.at}
    said |= _content(one, bot)
    said |= _place(one)
    more = {
        "edit_date": one.edited_at, "media_group_id": one.media_group_id, "forward_origin": one.origin,
        "reply_markup": one.markup,
    }  # fmt: skip
    said |= {key: value for key, value in more.items() if value}
    quoted = one.reply_to or (one.topic.root if one.topic and one is not one.topic.root else None)
    if with_reply and quoted is not None and not quoted.is_deleted:
        said["reply_to_message"] = message(quoted, bot, with_reply=False)
        if one.quote:
            said["quote"] = {"text": one.quote, "position": max(0, quoted.text.find(one.quote)), "is_manual": True}
    return said


def _content(one: Message, bot: Bot) -> Json:
    said = dict(one.content) if one.file is None else files.described(bot, one.file)
    words, marks = ("text", "entities") if one.kind == "text" else ("caption", "caption_entities")
    if one.text:
        said[words] = one.text
    if one.entities:
        said[marks] = one.entities
    return said


def _place(one: Message) -> Json:
    """A topic's messages name it, and so do answers in a supergroup without topics, by the first message answered."""
    if one.topic is not None:
        return {"message_thread_id": one.topic.id, "is_topic_message": True}
    if one.chat.kind == "supergroup" and not one.chat.is_forum and one.reply_to is not None:
        first = one.reply_to
        while first.reply_to is not None:
            first = first.reply_to
        return {"message_thread_id": first.id}
    return {}


def topic(one: Topic) -> Json:
    """A topic."""
    return {"message_thread_id": one.id, "name": one.name, "icon_color": 7322096}

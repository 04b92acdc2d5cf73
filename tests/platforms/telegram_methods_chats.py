"""Methods about chats and who is in them, and about topics."""

from tests.platforms import telegram_deeds as deeds
from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_calls import Call, Method
from tests.platforms.telegram_errors import Json, bad, forbidden
from tests.platforms.telegram_world import INSIDE, LEFT, OWNER, Chat, Member, Topic


def get_chat(call: Call) -> Json:
    """getChat."""
    chat = call.chat()
    said = wire.chat(chat) | {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
    return said | ({"pinned_message": wire.message(chat.pinned[-1], call.bot)} if chat.pinned else {})


_GIFTS = {
    "unlimited_gifts": False, "limited_gifts": False, "unique_gifts": False, "premium_subscription": False,
    "gifts_from_channels": False,
}  # fmt: skip


def count(call: Call) -> int:
    """getChatMemberCount."""
    chat = call.chat()
    return 2 if chat.is_private else sum(one.status in INSIDE for one in chat.members.values())


def get_member(call: Call) -> Json:
    """getChatMember."""
    chat = call.chat()
    if chat.person is not None and call.number("user_id") == chat.person.id:
        return wire.member(Member(chat.person))
    return wire.member(call.member(chat))


def admins(call: Call) -> list[Json]:
    """getChatAdministrators: all but other bots."""
    chat = call.chat()
    if chat.is_private:
        raise bad("there are no administrators in the private chat")
    shown = [one for one in chat.members.values() if chat.is_admin(one.account)]
    return [wire.member(one) for one in shown if one.account is call.bot or not one.account.is_bot]


def leave(call: Call) -> bool:
    """leaveChat."""
    chat = call.chat()
    if chat.is_private:
        raise bad("chat member status can't be changed in private chats")
    deeds.place(call.world, chat, call.bot, Member(call.bot, LEFT))
    return True


def _forum(call: Call) -> Chat:
    chat = call.chat()
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    member = chat.members[call.bot.id]
    if member.status != OWNER and "can_manage_topics" not in member.rights:
        raise bad("not enough rights to manage topics")
    return chat


def _topic(call: Call) -> Topic:
    found = _forum(call).topics.get(call.number("message_thread_id"))
    if found is None:
        raise bad("message thread not found")
    return found


def create_topic(call: Call) -> Json:
    """createForumTopic."""
    name = call.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    return wire.topic(deeds.open_topic(call.world, _forum(call), call.bot, name))


def edit_topic(call: Call) -> bool:
    """editForumTopic."""
    topic = _topic(call)
    if call.text("name") == topic.name:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name = call.text("name") or topic.name
    deeds.service(call.world, topic.chat, call.bot, {"forum_topic_edited": {"name": topic.name}}, topic)
    return True


def close_topic(call: Call) -> bool:
    """closeForumTopic."""
    topic = _topic(call)
    if topic.is_closed:
        raise bad("TOPIC_NOT_MODIFIED")
    deeds.close_topic(call.world, topic, call.bot, is_closed=True)
    return True


def reopen_topic(call: Call) -> bool:
    """reopenForumTopic."""
    topic = _topic(call)
    if not topic.is_closed:
        raise bad("TOPIC_NOT_MODIFIED")
    deeds.close_topic(call.world, topic, call.bot, is_closed=False)
    return True


def delete_topic(call: Call) -> bool:
    """deleteForumTopic."""
    topic = _topic(call)
    if "can_delete_messages" not in topic.chat.members[call.bot.id].rights:
        raise forbidden("not enough rights to delete a topic")
    deeds.delete_topic(topic)
    return True


METHODS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMemberCount": count,
    "getChatMember": get_member,
    "getChatAdministrators": admins,
    "leaveChat": leave,
    "createForumTopic": create_topic,
    "editForumTopic": edit_topic,
    "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic,
    "deleteForumTopic": delete_topic,
}

"""What changes the world, whoever does it: writing, editing, deleting, reacting, coming and going."""

from dataclasses import dataclass, field

from tests.platforms import telegram_hearing as hearing
from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_errors import Json
from tests.platforms.telegram_world import (
    ADMIN,
    INSIDE,
    KICKED,
    LEFT,
    Account,
    Bot,
    Chat,
    File,
    Member,
    Message,
    Topic,
    World,
)


@dataclass
class Draft:
    """A message to be written."""

    text: str = ""
    entities: list[Json] = field(default_factory=list)
    kind: str = "text"
    file: File | None = None
    content: Json = field(default_factory=dict)
    reply_to: Message | None = None
    quote: str = ""
    topic: Topic | None = None
    markup: Json | None = None
    media_group_id: str = ""
    origin: Json | None = None
    is_silent: bool = False


def write(world: World, chat: Chat, sender: Account, draft: Draft) -> Message:
    """Puts a message into a chat and tells who hears it."""
    message = Message(chat.next_message_id(), chat, sender, world.now(), **vars(draft))
    chat.messages.append(message)
    hearing.tell(message)
    if isinstance(sender, Bot):
        chat.last_bot = sender
    return message


def service(world: World, chat: Chat, sender: Account, content: Json, topic: Topic | None = None) -> Message:
    """Puts one of Telegram's own lines into a chat."""
    return write(world, chat, sender, Draft(kind="service", content=content, topic=topic))


def edited(world: World, message: Message) -> None:
    """Marks a message as edited and tells who hears it."""
    message.edited_at = world.now()
    hearing.tell(message, "edited_message")


def delete(message: Message) -> None:
    """Takes a message away for all; no bot is told."""
    message.is_deleted = True
    message.chat.messages.remove(message)


def react(world: World, message: Message, account: Account, emoji: list[str]) -> None:
    """Sets somebody's reactions."""
    old = message.reactions.pop(account.id, [])
    if emoji:
        message.reactions[account.id] = emoji
    if not account.is_bot and old != emoji:
        hearing.tell_reaction(world, message, account, old)


def block(world: World, chat: Chat, *, is_blocked: bool) -> None:
    """Lets a person block or unblock the bot of a private chat; it is told."""
    assert chat.bot is not None
    assert chat.person is not None
    if chat.is_blocked == is_blocked:
        return
    chat.is_blocked = is_blocked
    states = Member(chat.bot), Member(chat.bot, KICKED)
    hearing.tell_bot(world, chat, chat.bot, chat.person, states if is_blocked else states[::-1])


def place(world: World, chat: Chat, by: Account, one: Member) -> None:
    """Makes somebody something in a group: they join, rise, leave or are removed."""
    before = chat.members.get(one.account.id, Member(one.account, LEFT))
    chat.members[one.account.id] = one
    bot = one.account if isinstance(one.account, Bot) else None
    if bot is not None:
        bot.met |= {member.account.id for member in chat.members.values()}
        hearing.tell_bot(world, chat, bot, by, (before, one))
    comes, goes = one.status in INSIDE, one.status not in INSIDE
    if comes and before.status not in INSIDE:
        service(world, chat, by, {"new_chat_members": [wire.user(one.account)]})
    elif goes and before.status in INSIDE:
        service(world, chat, by, {"left_chat_member": wire.user(one.account)})


def open_topic(world: World, chat: Chat, by: Account, name: str) -> Topic:
    """Opens a topic in a forum."""
    content: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
    root = Message(chat.next_message_id(), chat, by, world.now(), kind="service", content=content)
    topic = root.topic = Topic(chat, root, name)
    chat.topics[root.id] = topic
    chat.messages.append(root)
    hearing.tell(root)
    return topic


def close_topic(world: World, topic: Topic, by: Account, *, is_closed: bool) -> None:
    """Closes a topic, or opens it again."""
    if topic.is_closed != is_closed:
        topic.is_closed = is_closed
        said = "forum_topic_closed" if is_closed else "forum_topic_reopened"
        service(world, topic.chat, by, {said: {}}, topic)


def delete_topic(topic: Topic) -> None:
    """Takes a topic and all its messages away; no bot is told."""
    topic.is_deleted = True
    del topic.chat.topics[topic.id]
    for message in [one for one in topic.chat.messages if one.topic is topic]:
        delete(message)


def upgrade(world: World, chat: Chat, by: Account) -> None:
    """Makes a group a supergroup: another id, its messages numbered anew, all who are in it told."""
    old_id, new_id = chat.id, -1_000_000_000_000 - world.new_id()
    left_behind = Chat(old_id, "group", chat.title, members=chat.members, last_message_id=chat.last_message_id)
    service(world, left_behind, by, {"migrate_to_chat_id": new_id})
    world.groups[new_id] = world.groups.pop(old_id)
    world.moved[old_id] = new_id
    chat.before, chat.messages = chat.before + chat.messages, []
    chat.id, chat.kind, chat.last_message_id = new_id, "supergroup", 0
    service(world, chat, by, {"migrate_from_chat_id": old_id})


def admin(account: Account, rights: tuple[str, ...]) -> Member:
    """An admin with those rights."""
    return Member(account, ADMIN, {"can_manage_chat", *rights})

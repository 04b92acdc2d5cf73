"""Who hears of what: privacy mode, and what updates say."""

from tests.platforms import telegram_wire as wire
from tests.platforms.telegram_entities import part
from tests.platforms.telegram_errors import Json
from tests.platforms.telegram_world import Account, Bot, Chat, Member, Message, Query, World


def hears(bot: Bot, message: Message) -> bool:
    """Whether a bot is told of a message: all in private and as an admin, else what is meant for it."""
    if message.sender.is_bot:
        return False
    if message.chat.is_private or message.kind == "service":
        return True
    if not bot.has_privacy or message.chat.is_admin(bot):
        return True
    if message.reply_to is not None and message.reply_to.sender is bot:
        return True
    return any(_means(bot, message, entity) for entity in message.entities)


def _means(bot: Bot, message: Message, entity: Json) -> bool:
    words = part(message.text, entity).lower()
    name = f"@{bot.username.lower()}"
    match entity["type"]:
        case "mention":
            return words == name
        case "text_mention":
            return bool(entity["user"]["id"] == bot.id)
        case "bot_command" if "@" in words:
            return words.endswith(name)
        case "bot_command":
            return message.chat.last_bot is bot or message.chat.bots() == [bot]
        case _:
            return False


def tell(message: Message, kind: str = "message") -> None:
    """Tells the bots that hear it of a new or an edited message."""
    for bot in message.chat.bots():
        if bot is not message.sender and hears(bot, message):
            bot.met.add(message.sender.id)
            bot.inbox.put(kind, wire.message(message, bot))


def tell_bot(world: World, chat: Chat, bot: Bot, by: Account, states: tuple[Member, Member]) -> None:
    """Tells a bot what it has become in a chat."""
    before, after = states
    said = {
        "chat": wire.chat(chat), "from": wire.user(by), "date": world.now(),
        "old_chat_member": wire.member(before), "new_chat_member": wire.member(after),
    }  # fmt: skip
    bot.inbox.put("my_chat_member", said)


def tell_reaction(world: World, message: Message, person: Account, old: list[str]) -> None:
    """Tells bots of a reaction: in private, and in groups where they are admins."""
    said = {
        "chat": wire.chat(message.chat), "message_id": message.id, "user": wire.user(person), "date": world.now(),
        "old_reaction": _emoji(old), "new_reaction": _emoji(message.reactions.get(person.id, [])),
    }  # fmt: skip
    for bot in message.chat.bots():
        if message.chat.is_private or message.chat.is_admin(bot):
            bot.inbox.put("message_reaction", said)


def _emoji(signs: list[str]) -> list[Json]:
    return [{"type": "emoji", "emoji": sign} for sign in signs]


def tell_query(query: Query, payload: str) -> None:
    """Tells a bot that its button was pressed."""
    said = {
        "id": query.id, "from": wire.user(query.person), "message": wire.message(query.message, query.bot),
        "chat_instance": str(-query.message.chat.id * 31), "data": payload,
    }  # fmt: skip
    query.bot.inbox.put("callback_query", said)

"""What an update says to the desk. Pure, and total: what we do not know is nothing, never an exception."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    ReactionTypeEmoji,
    Update,
    User,
)

from connectors.telegram import contents
from connectors.telegram.contents import FileRef
from core.connector import Barred, Chose, Edited, Inbound, Met, Reacted, Said, Sender, Wish, Wished

KIND, IN_GROUP = "telegram", "telegram-group"
"""Kinds of addresses: a private chat, and one person in one group."""
_LONGEST = 20_000
"""Characters of a message; Telegram's own bound is 4,096."""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing an update says, with the files that have to be fetched for it."""

    inbound: Inbound
    files: tuple[FileRef, ...] = ()
    album: str = ""
    """What belongs together is said as one: the album's id."""
    group: int = 0
    """The group it was said in; nothing in private."""
    query: str = ""
    """The pressed button's id, which waits for an answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to write to somebody: a chat, in a group under a topic, too."""

    chat: int
    topic: int | None = None


def place_of(address: str) -> Place:
    """Where an address is. Raises ValueError for what is none of ours."""
    chat, _, rest = address.partition(":")
    topic = rest.partition(":")[2]
    return Place(int(chat), int(topic) if topic else None)


def key_of(chat: int, message_id: int) -> str:
    """What a message is called by."""
    return f"{chat}:{message_id}"


def id_of(key: str) -> int:
    """The message id in a key."""
    return int(key.rpartition(":")[2])


def read(update: Update, me: Me) -> list[Heard]:
    """What the update says; empty where it says nothing (our own messages, joins, kinds we do not know)."""
    match update:
        case Update(message=Message() as said):
            return _said(said, me)
        case Update(edited_message=Message() as said):
            return _edited(said, me)
        case Update(callback_query=CallbackQuery() as pressed):
            return _pressed(pressed)
        case Update(message_reaction=MessageReactionUpdated() as reaction):
            return _reacted(update.update_id, reaction)
        case Update(my_chat_member=ChatMemberUpdated() as changed):
            return _changed(update.update_id, changed)
        case _:
            return []


def _said(said: Message, me: Me) -> list[Heard]:
    if said.from_user is None or said.from_user.is_bot or (said.chat.type != "private" and not _is_for_us(said, me)):
        return []
    words, files = contents.read(said)
    wished = _wish(said, words, me)
    if wished is not None:
        return [Heard(wished, group=_group(said))]
    if not words and not files:
        return []
    text = _without_us(words, me) if _group(said) else words
    quoted = said.reply_to_message
    is_quote = quoted is not None and quoted.forum_topic_created is None
    inbound = Said(
        key_of(said.chat_id, said.message_id), sender(said.from_user, said), text[:_LONGEST], _utc(said.date),
        answers=key_of(said.chat_id, quoted.message_id) if quoted is not None and is_quote else "",
        audience=said.chat.title or "" if _group(said) else "", afresh=_is_new(words, me),
    )  # fmt: skip
    if inbound.afresh:
        inbound = replace(inbound, text=_behind_command(words))
    return [Heard(inbound, files, said.media_group_id or "", _group(said))]


def sender(user: User, said: Message | None = None) -> Sender:
    """Who somebody is: themselves, or in a group themselves there."""
    name = user.full_name[:120]
    language = (user.language_code or "")[:8]
    if said is None or said.chat.type == "private":
        return Sender(KIND, str(user.id), name, language=language)
    topic = said.message_thread_id if said.is_topic_message else ""
    address, person = f"{said.chat_id}:{user.id}:{topic or ''}", f"{KIND}:{user.id}"
    return Sender(IN_GROUP, address, name, language=language, person=person)


def _group(said: Message) -> int:
    return 0 if said.chat.type == "private" else said.chat_id


def _is_for_us(said: Message, me: Me) -> bool:
    """In a group only mentions of the bot, answers to it and its commands count."""
    if said.chat.type not in ("group", "supergroup"):
        return False
    quoted = said.reply_to_message
    if quoted is not None and quoted.from_user is not None and quoted.from_user.id == me.id:
        return quoted.forum_topic_created is None
    words = (said.text or said.caption or "").lower()
    return f"@{me.username.lower()}" in words or (_command(words, me)[0] != "" and "@" not in words.partition(" ")[0])


def _without_us(words: str, me: Me) -> str:
    """The words without the bot's name at their beginning."""
    name = f"@{me.username}"
    return words[len(name) :].lstrip(" ,:") if words.lower().startswith(name.lower()) else words


_WISHES = {wish.value: wish for wish in Wish}


def _command(words: str, me: Me) -> tuple[str, str]:
    """The customers' command a text begins with and what follows; nothing where it is none, or another bot's."""
    head, _, rest = words.partition(" ")
    name, _, whose = head.removeprefix("/").partition("@")
    is_ours = head.startswith("/") and (not whose or whose.lower() == me.username.lower())
    return (name.lower(), rest.strip()) if is_ours and name.lower() in _WISHES else ("", "")


def _is_new(words: str, me: Me) -> bool:
    """`/new` with words behind it is the first message of a new matter."""
    name, rest = _command(words, me)
    return name == Wish.NEW and bool(rest)


def _behind_command(words: str) -> str:
    return words.partition(" ")[2].strip()


def _wish(said: Message, words: str, me: Me) -> Wished | None:
    name, rest = _command(words, me)
    if not name or said.from_user is None or _is_new(words, me):
        return None
    key = key_of(said.chat_id, said.message_id)
    return Wished(key, sender(said.from_user, said), _WISHES[name], rest[:200], _utc(said.date))


def _edited(said: Message, me: Me) -> list[Heard]:
    if said.from_user is None or said.from_user.is_bot or (_group(said) and not _is_for_us(said, me)):
        return []
    words, _ = contents.read(said)
    of, at = key_of(said.chat_id, said.message_id), _utc(said.edit_date or said.date)
    text = (_without_us(words, me) if _group(said) else words)[:_LONGEST]
    return [Heard(Edited(f"{of}:edit:{at.timestamp():.0f}:{_mark(text)}", sender(said.from_user, said), of, text, at),
                  group=_group(said))]  # fmt: skip


def _mark(text: str) -> int:
    """Two edits within one second are told apart by what they say."""
    return sum(place * ord(sign) for place, sign in enumerate(text, 1)) % 1_000_003


def _pressed(pressed: CallbackQuery) -> list[Heard]:
    message = pressed.message
    if message is None or not pressed.data:
        return []
    of = key_of(message.chat.id, message.message_id)
    who = sender(pressed.from_user, message if isinstance(message, Message) else None)
    chose = Chose(f"press:{pressed.id}", who, of, pressed.data[:64], datetime.now(UTC))
    return [Heard(chose, query=pressed.id)]


def _reacted(update_id: int, reaction: MessageReactionUpdated) -> list[Heard]:
    if reaction.user is None or reaction.chat.type != "private":
        return []
    emoji = "".join(each.emoji for each in reaction.new_reaction if isinstance(each, ReactionTypeEmoji))
    of = key_of(reaction.chat.id, reaction.message_id)
    return [Heard(Reacted(f"reaction:{update_id}", sender(reaction.user), of, emoji, _utc(reaction.date)))]


def _changed(update_id: int, changed: ChatMemberUpdated) -> list[Heard]:
    """In private: the customer blocked the bot or let it in again. In a group: somebody put it there."""
    status, key, at = changed.new_chat_member.status, f"member:{update_id}", _utc(changed.date)
    if changed.chat.type == "private":
        return [Heard(Barred(key, sender(changed.from_user), status in ("kicked", "left"), at))]
    if status in ("member", "administrator"):
        return [Heard(Met(key, str(changed.chat.id), (changed.chat.title or "?")[:120], at))]
    return []


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def grouped(heard: Sequence[Heard]) -> list[Heard]:
    """An album's pictures come one by one: they are said as one message, with all its files and words."""
    found: list[Heard] = []
    for each in heard:
        last = found[-1] if found else None
        if last is not None and each.album and last.album == each.album and isinstance(last.inbound, Said):
            assert isinstance(each.inbound, Said)
            words = "\n".join(filter(None, (last.inbound.text, each.inbound.text)))
            found[-1] = replace(last, inbound=replace(last.inbound, text=words), files=last.files + each.files)
        else:
            found.append(each)
    return found

"""What an update says to the desk. Pure: what we do not know is nothing; what a person wrote and nobody can read is
raised as `Unknown`, to be kept raw."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    ReactionType,
    ReactionTypeEmoji,
    Update,
)

from connectors.telegram import commands, contents
from connectors.telegram.addresses import Me, group_of, is_for_us, key_of, sender, without_us
from connectors.telegram.contents import FileRef
from core.connector import Barred, Chose, Edited, Inbound, Met, Reacted, Said, Wished

_LONGEST = 20_000
"""Characters of a message; Telegram's own bound is 4,096."""


class Unknown(ValueError):
    """A person sent something of a kind we do not know."""


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
    is_for_us: bool = True
    """In a group: whether it speaks to the bot; of an album one part does, of an edit perhaps only the first words."""
    instead: Said | None = None
    """Of an edit: what it is where the words it changes have never come."""
    was: int = 0
    """The group's id before it got another one."""


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
    if said.migrate_to_chat_id is not None:
        return [_upgraded(said, said.migrate_to_chat_id)]
    if not _is_a_persons(said):
        return []
    is_ours, group = is_for_us(said, me), group_of(said)
    if not is_ours and not said.media_group_id:
        return []
    wished = _wish(said, me)
    if wished is not None:
        return [Heard(wished, group=group)]
    inbound, files = _words(said, me)
    if not inbound.text and not files:
        if said.api_kwargs and not group:
            raise Unknown(", ".join(sorted(said.api_kwargs)))
        return []
    return [Heard(inbound, files, said.media_group_id or "", group, is_for_us=is_ours)]


def _is_a_persons(said: Message) -> bool:
    """Whether a person said it, in private or in a group; channels and bots are nobody's customers."""
    return said.from_user is not None and not said.from_user.is_bot and said.chat.type != "channel"


def _words(said: Message, me: Me) -> tuple[Said, tuple[FileRef, ...]]:
    assert said.from_user is not None
    words, files = contents.read(said)
    quoted, is_new = said.reply_to_message, commands.is_new(words, me)
    is_quote = quoted is not None and quoted.forum_topic_created is None
    text = commands.behind(words) if is_new else without_us(words, me) if group_of(said) else words
    return Said(
        key_of(said.chat_id, said.message_id), sender(said.from_user, said), text[:_LONGEST], _utc(said.date),
        answers=key_of(said.chat_id, quoted.message_id) if quoted is not None and is_quote else "",
        audience=(said.chat.title or "?")[:120] if group_of(said) else "", afresh=is_new,
    ), files  # fmt: skip


def _wish(said: Message, me: Me) -> Wished | None:
    wish, rest = commands.wish(said.text or "", me)
    if wish is None or said.from_user is None:
        return None
    key, who = key_of(said.chat_id, said.message_id), sender(said.from_user, said)
    return Wished(key, who, wish, rest[:200], _utc(said.date))


def _upgraded(said: Message, to: int) -> Heard:
    """A group became a supergroup, which has another id."""
    met = Met(f"moved:{said.chat_id}:{to}", str(to), (said.chat.title or "?")[:120], _utc(said.date))
    return Heard(met, was=said.chat_id)


def _edited(said: Message, me: Me) -> list[Heard]:
    """Places that move are not followed: they would change every few seconds."""
    if said.from_user is None or not _is_a_persons(said) or said.location is not None:
        return []
    new, files = _words(said, me)
    if not new.text and not files:
        return []
    at = _utc(said.edit_date or said.date)
    key = f"{new.key}:edit:{at.timestamp():.0f}:{_mark(new.text)}"
    edited = Edited(key, new.sender, new.key, new.text, at)
    return [Heard(edited, files, group=group_of(said), is_for_us=is_for_us(said, me), instead=new)]


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
    group = 0 if message.chat.type == "private" else message.chat.id
    return [Heard(chose, query=pressed.id, group=group)]


def _reacted(update_id: int, reaction: MessageReactionUpdated) -> list[Heard]:
    if reaction.user is None or reaction.chat.type != "private":
        return []
    emoji = "".join(map(_sign, reaction.new_reaction))
    of = key_of(reaction.chat.id, reaction.message_id)
    return [Heard(Reacted(f"reaction:{update_id}", sender(reaction.user), of, emoji, _utc(reaction.date)))]


def _sign(reaction: ReactionType) -> str:
    """Signs only Telegram has are shown as a star."""
    return reaction.emoji if isinstance(reaction, ReactionTypeEmoji) else "⭐"


def _changed(update_id: int, changed: ChatMemberUpdated) -> list[Heard]:
    """In private: the customer blocked the bot or let it in again. In a group: somebody put it there."""
    status, key, at = changed.new_chat_member.status, f"member:{update_id}", _utc(changed.date)
    if changed.chat.type == "private":
        return [Heard(Barred(key, sender(changed.from_user), status in ("kicked", "left"), at))]
    if changed.chat.type != "channel" and status in ("member", "administrator"):
        return [Heard(Met(key, str(changed.chat.id), (changed.chat.title or "?")[:120], at))]
    return []


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def grouped(heard: Iterable[Heard]) -> list[Heard]:
    """An album's parts come one by one: they are said as one message, with all its files and words.

    What speaks to others in a group is left out.
    """
    found: list[Heard] = []
    albums: dict[str, int] = {}
    for each in heard:
        if each.album and each.album in albums:
            place = albums[each.album]
            found[place] = _joined(found[place], each)
        else:
            albums[each.album] = len(found)
            found.append(each)
    return [each for each in found if each.is_for_us or not isinstance(each.inbound, Said)]


def _joined(first: Heard, more: Heard) -> Heard:
    assert isinstance(first.inbound, Said)
    assert isinstance(more.inbound, Said)
    words = "\n".join(filter(None, (first.inbound.text, more.inbound.text)))
    keys = (*first.inbound.more_keys, more.inbound.key)
    one = replace(first.inbound, text=words[:_LONGEST], more_keys=keys, answers=first.inbound.answers)
    return replace(first, inbound=one, files=first.files + more.files, is_for_us=first.is_for_us or more.is_for_us)

"""What Discord's events say: JSON in, values out. Total: what it does not know is nothing, never an exception."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.carrying import FileRef
from bot.discord.rest import Wire
from core.accounts import Person

_EPOCH_MS = 1_420_070_400_000
_SPOKEN = (0, 19)
"""Kinds of messages people write: plain ones and replies; the others are Discord's own lines."""
MENTION = re.compile(r"<@!?(\d+)>")
GUILD_THREADS = (10, 11, 12)


@dataclass(frozen=True, slots=True)
class Typed:
    """A message somebody wrote, or that Discord or we did."""

    id: str
    channel: str
    account: str
    name: str
    words: str
    at: datetime
    names: Mapping[str, str] = field(default_factory=dict)
    """What those are called who are mentioned in it."""
    files: tuple[FileRef, ...] = ()
    is_direct: bool = False
    is_spoken: bool = True
    """Whether a person wrote it: no bot, no line of Discord's own."""
    calls: str | None = None
    """The command behind a mention of the bot; None where it is not called."""
    names_somebody: bool = False
    leads_inside: bool = False


def order(id_: str) -> str:
    """An id so that it sorts as text in the order of time."""
    return id_.zfill(20)


def moment(id_: str) -> datetime:
    """When something with this id was made."""
    return datetime.fromtimestamp(((int(id_) >> 22) + _EPOCH_MS) / 1_000, UTC)


def typed(message: Wire, me: str, guild: str) -> Typed | None:
    """A message; None where it says nothing of who wrote it (Discord itself changed how it looks)."""
    author = message.get("author")
    if not author or "content" not in message:
        return None
    words = str(message.get("content") or "")
    calls = _called(words, me)
    named = {str(each.get("id")) for each in message.get("mentions") or ()}
    in_reply = str(((message.get("referenced_message") or {}).get("author") or {}).get("id", ""))
    named -= {in_reply} if f"<@{in_reply}>" not in words else set()
    return Typed(
        id=str(message["id"]), channel=str(message["channel_id"]), account=str(author["id"]), name=_name(message),
        words=words, at=moment(str(message["id"])), files=tuple(_files(message)), names=_names(message),
        is_direct="guild_id" not in message, calls=calls,
        is_spoken=not author.get("bot") and not message.get("webhook_id") and message.get("type", 0) in _SPOKEN,
        names_somebody=bool(named or message.get("mention_roles") or message.get("mention_everyone")) and calls is None,
        leads_inside=f"/channels/{guild}/" in words or bool(re.search(r"<#\d+>", words)),
    )  # fmt: skip


def _name(message: Wire) -> str:
    author = message["author"]
    nick = (message.get("member") or {}).get("nick")
    return str(nick or author.get("global_name") or author.get("username") or "?")


def _files(message: Wire) -> Sequence[FileRef]:
    return [
        FileRef(str(each.get("filename") or "file"), int(each.get("size") or 0), str(each.get("url") or ""))
        for each in message.get("attachments") or ()
    ]


def _called(words: str, me: str) -> str | None:
    """What stands behind a mention of the bot at the beginning."""
    called = re.match(r"\s*<@!?(\d+)>\s*", words)
    return None if called is None or called[1] != me else words[called.end() :].strip()


def _names(message: Wire) -> dict[str, str]:
    return {str(each["id"]): str(each.get("username") or "?") for each in message.get("mentions") or ()}


def named(words: str, names: Mapping[str, str]) -> str:
    """Words with names for mentions; who has none keeps their number."""
    return MENTION.sub(lambda match: f"@{names.get(match[1], match[1])}", words)


def person(member: Wire) -> Person:
    """A member of the server. Bots, and who has not passed its entrance yet, are no full members."""
    user = member.get("user") or {}
    name = str(member.get("nick") or user.get("global_name") or user.get("username") or "?")
    return Person(
        external_id=str(user.get("id", "")), handle=str(user.get("username") or "")[:60], name=name[:60],
        is_full=not user.get("bot") and not user.get("system") and not member.get("pending"),
    )  # fmt: skip


def is_thread(channel: Wire) -> bool:
    """Whether a channel is a thread or a forum's post."""
    return channel.get("type") in GUILD_THREADS


def where(channel: Wire) -> tuple[str, str]:
    """The place something is done in, and the thread's root there: a thread belongs to its channel."""
    if is_thread(channel):
        return str(channel.get("parent_id") or ""), str(channel["id"])
    return str(channel.get("id") or ""), ""

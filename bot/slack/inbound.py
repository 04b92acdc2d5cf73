"""What Slack's events say to the desk: pure and total, nothing where they say nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.carrying import FileRef
from bot.slack.web import Me
from bot.slack.words import Wire

_TOKEN = re.compile(r"<([^<>\s][^<>]*)>")
_EMOJI = re.compile(r":([a-z0-9_+'-]+(?:::skin-tone-\d)?):")
SAYING = frozenset(("", "file_share", "thread_broadcast", "me_message"))
"""Subtypes of a message by which a person says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line somebody wrote, new or changed."""

    place: str
    kind: str
    """`channel`, `group` or `im`."""
    root: str
    """The thread's root; empty outside threads."""
    ts: str
    account: str
    text: str
    """As Slack writes it: `&lt;`, `<@U…>`."""
    emoji: Mapping[str, str]
    """The emoji in it, by name."""
    files: tuple[FileRef, ...] = ()
    is_changed: bool = False
    answers_us: bool = False
    """Whether the thread's root is a post of ours."""

    @property
    def at(self) -> datetime:
        """When it was typed."""
        return datetime.fromtimestamp(float(self.ts), UTC)


@dataclass(frozen=True, slots=True)
class Removed:
    """A message was deleted."""

    place: str
    root: str
    ts: str
    was_ours: bool


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji on a message."""

    place: str
    ts: str
    account: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody joined a channel."""

    place: str
    account: str


@dataclass(frozen=True, slots=True)
class Went:
    """Somebody left a channel."""

    place: str
    account: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody's membership changed: what Slack says of them now."""

    user: Wire


@dataclass(frozen=True, slots=True)
class Shut:
    """A channel cannot be used any more: archived, deleted, or the app was removed from it."""

    place: str
    how: str
    """`archived`, `deleted` or `left`."""


@dataclass(frozen=True, slots=True)
class LookedHome:
    """Somebody opened the app's home."""

    account: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The app was taken out of the workspace."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A message that is not as Slack describes messages, and what was wrong in reading it."""

    why: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A channel was brought back from the archive."""

    place: str


Inbound = Broken | Typed | Removed | Reacted | Came | Went | Changed | Shut | Opened | LookedHome | Revoked


def read(event: Wire, me: Me) -> Inbound | None:
    """What an event says; None where it says nothing to the desk (our own posts, other apps, kinds we do not know)."""
    try:
        return _read(event, me)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Broken(type(error).__name__) if is_message(event) else None


def is_message(event: Wire) -> bool:
    """Whether an event is about what somebody says: said, changed, or deleted."""
    return event.get("type") == "message"


def is_line(event: Wire) -> bool:
    """Whether it is something somebody said, neither changed nor deleted."""
    return is_message(event) and str(event.get("subtype", "")) in SAYING


def spot(event: Wire) -> tuple[str, str]:
    """The channel and the thread's root a message event is about, however broken it is; empty where it names none."""
    message = event.get("message") or event.get("previous_message") or event
    root = message.get("thread_ts") if isinstance(message, dict) else None
    return str(event.get("channel") or ""), str(root or "")


def text_of(event: Wire) -> str:
    """The words of a message event, however broken it is."""
    message = event.get("message") or event
    return str(message.get("text") or "") if isinstance(message, dict) else ""


def lane(event: Wire) -> str:
    """What events must be taken in one after another in: a thread, a direct conversation; empty for others."""
    place, root = spot(event)
    return f"{place}:{root}" if is_message(event) and (root or event.get("channel_type") == "im") else ""


def _read(event: Wire, me: Me) -> Inbound | None:
    match event.get("type"):
        case "message":
            return _message(event, me)
        case "reaction_added" if event["user"] != me.user and event["item"]["type"] == "message":
            return Reacted(event["item"]["channel"], event["item"]["ts"], event["user"], event["reaction"])
        case "member_joined_channel":
            return Came(event["channel"], event["user"])
        case "member_left_channel":
            return Went(event["channel"], event["user"])
        case "channel_unarchive" | "group_unarchive":
            return Opened(event["channel"])
        case "user_change":
            return Changed(event["user"])
        case "app_home_opened" if event.get("tab", "home") == "home":
            return LookedHome(event["user"])
        case "tokens_revoked" | "app_uninstalled":
            return Revoked()
        case kind:
            return Shut(event["channel"], _SHUTS[kind]) if kind in _SHUTS else None


_SHUTS = {
    "channel_archive": "archived", "group_archive": "archived", "channel_deleted": "deleted",
    "group_deleted": "deleted", "channel_left": "left", "group_left": "left",
}  # fmt: skip


def _message(event: Wire, me: Me) -> Inbound | None:
    place, kind = event["channel"], event.get("channel_type", "channel")
    match event.get("subtype", ""):
        case "message_changed":
            return _edited(event, me, place, kind)
        case "message_deleted":
            was = event.get("previous_message") or {}
            return Removed(place, was.get("thread_ts", ""), event["deleted_ts"], me.is_ours(was))
        case subtype if subtype in SAYING:
            return typed(event, me, place, kind)
        case _:
            return None


def _edited(event: Wire, me: Me, place: str, kind: str) -> Inbound | None:
    """A change of words; a thread's deleted root comes as a change, too, and so does an unfolded link."""
    now, was = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        return Removed(place, now.get("thread_ts", ""), now["ts"], me.is_ours(was))
    if now.get("text") == was.get("text") or now.get("subtype", "") not in SAYING:
        return None
    return typed(now, me, place, kind, is_changed=True)


def typed(message: Wire, me: Me, place: str, kind: str = "channel", *, is_changed: bool = False) -> Typed | None:
    """A person's message, from an event or a channel's history; None for apps' and our own."""
    if me.is_ours(message) or message.get("bot_id") or message.get("subtype", "") not in SAYING:
        return None
    root = message.get("thread_ts", "")
    return Typed(
        place=place, kind=kind, root="" if root == message["ts"] else root, ts=message["ts"], account=message["user"],
        text=message.get("text", ""), emoji=dict(_emoji(message.get("blocks", []))),
        files=tuple(_files(message.get("files", []))), is_changed=is_changed,
        answers_us=message.get("parent_user_id") == me.user,
    )  # fmt: skip


def _files(found: list[Wire]) -> Iterator[FileRef]:
    for each in found:
        address = each.get("url_private_download") or each.get("url_private") or ""
        yield FileRef(each.get("name") or "file", int(each.get("size") or 0), address, each["id"])


def _emoji(thing: Any) -> Iterator[tuple[str, str]]:
    """The emoji of a message's blocks as signs, which customers can read where names mean nothing."""
    if isinstance(thing, list):
        for each in thing:
            yield from _emoji(each)
    elif isinstance(thing, dict):
        if thing.get("type") == "emoji" and thing.get("unicode"):
            yield thing["name"], "".join(chr(int(part, 16)) for part in thing["unicode"].split("-"))
        yield from _emoji(thing.get("elements", []))


def mentioned(text: str) -> set[str]:
    """The accounts a text calls."""
    return {token[1:].partition("|")[0] for token in _TOKEN.findall(text) if token.startswith("@")}


def calling(text: str, words: Mapping[str, str]) -> str:
    """A text whose first mention is by these words in place of an account."""
    return re.sub(r"<@(\w+)(?:\|[^<>]*)?>", lambda found: words.get(found[1], found[0]), text, count=1)


def calls_somebody(text: str, me: Me) -> bool:
    """Whether a text calls a person, a group, or in its midst the app: at its beginning that is a command."""
    groups = any(token.startswith("!") for token in _TOKEN.findall(text))
    return groups or bool(mentioned(to_us(text, me) or text))


def leads_inside(text: str, me: Me) -> bool:
    """Whether a text links into this workspace."""
    return any(token.startswith((me.url, "https://app.slack.com/client/")) for token in _TOKEN.findall(text))


def as_words(text: str, names: Mapping[str, str], emoji: Mapping[str, str] | None = None) -> str:
    """A text as people read it: names for accounts, addresses for links, the three signs as they were typed."""
    known = emoji or {}
    told = _TOKEN.sub(lambda found: _token(found[1], names), text)
    told = _EMOJI.sub(lambda found: known.get(found[1].partition("::")[0], found[0]), told)
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(token: str, names: Mapping[str, str]) -> str:
    meant, _, label = token.partition("|")
    match token[0]:
        case "@":
            return f"@{names.get(meant[1:]) or label or meant[1:]}"
        case "#":
            return f"#{label or meant[1:]}"
        case "!":
            return label or f"@{meant[1:].partition('^')[0]}"
    address = meant.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in address else f"{label} ({address})"


def to_us(text: str, me: Me) -> str | None:
    """The command behind a mention of the app at the beginning of a text; None where it does not begin so."""
    found = re.match(rf"\s*<@{me.user}(?:\|[^>]*)?>[\s,:]*", text)
    return None if found is None else text[found.end() :]

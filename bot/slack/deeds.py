"""What somebody did in Slack, and what becomes of it: in time, afterwards, and when it is too late."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.slack.words import Wire

SHORTCUT, NEW = "ticket_from_message", "new_ticket"
"""callback_ids of our shortcuts."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of something: what Slack is answered, what follows, and what is done instead when it is too late."""

    payload: Wire | None = None
    follow: Callable[[], Awaitable[None]] | None = None
    late: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody did something: who, where, and how they can be answered."""

    account: str
    key: str
    trigger: str
    place: str = ""
    root: str = ""
    url: str = ""
    is_private: bool = False
    """Whether what they pressed is before their eyes alone, so that the answer may take its place."""
    view: Wire | None = None


def press(body: Wire) -> Press:
    """Who did what where, from an interaction."""
    container, message = body.get("container") or {}, body.get("message") or {}
    place = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    root = container.get("thread_ts") or message.get("thread_ts") or message.get("ts") or ""
    trigger = body.get("trigger_id", "")
    return Press(
        account=body["user"]["id"], key=f"press:{trigger}", trigger=trigger, place=place, root=root,
        url=body.get("response_url", ""), is_private=bool(container.get("is_ephemeral")), view=body.get("view"),
    )  # fmt: skip

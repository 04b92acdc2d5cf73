"""The answers Discord gives when it refuses: an HTTP status, a JSON error code and, for forms, where they are wrong."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

MESSAGES = {
    0: "401: Unauthorized",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10011: "Unknown Role",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    10087: "Unknown tag",
    20028: "The write action you are performing on the channel has hit the write rate limit",
    30007: "Maximum number of webhooks reached (15)",
    30013: "Maximum number of guild channels reached (500)",
    30032: "Maximum number of application commands reached (100)",
    30034: "Max number of daily application command creates has been reached (200)",
    30010: "Maximum number of reactions reached (20)",
    40003: "You are opening direct messages too fast",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    40061: "Tag names must be unique",
    40067: "A tag is required to create a forum post in this channel",
    50001: "Missing Access",
    50003: "Cannot execute action on a DM channel",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50021: "Cannot execute action on a system message",
    50024: "Cannot execute action on this channel type",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    160002: "Cannot reply without permission to read message history",
    160004: "A thread has already been created for this message",
    160005: "Thread is locked",
    160006: "Maximum number of active threads reached",
}

_STATUSES = {0: 401, 40005: 413, 50001: 403, 50007: 403, 50013: 403, 50005: 403, 50021: 403, 160005: 403}


@dataclass
class Refused(Exception):
    """A request is refused with one of Discord's codes."""

    code: int
    status: int = 0
    errors: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(f"{self.code} {MESSAGES.get(self.code, '')}")
        self.status = self.status or _STATUSES.get(self.code) or (404 if 10000 < self.code < 20000 else 400)

    def body(self) -> Json:
        """It reads as Discord writes it."""
        said: Json = {"message": MESSAGES.get(self.code, "Error"), "code": self.code}
        return said | {"errors": self.errors} if self.errors else said


@dataclass
class Form:
    """What is wrong with a body, by path; `check` collects, `refuse` raises 50035 with all of it."""

    problems: dict[str, tuple[str, str]] = field(default_factory=dict)

    def wrong(self, path: str, code: str, message: str) -> None:
        """Notes a fault; the first one at a path counts."""
        self.problems.setdefault(path, (code, message))

    def length(self, path: str, value: object, *, least: int = 0, most: int) -> None:
        """Text must have between `least` and `most` characters."""
        size = len(value) if isinstance(value, str) else 0
        if size > most:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif size < least:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def count(self, path: str, value: list[Any], *, least: int = 0, most: int) -> None:
        """A list must have between `least` and `most` entries."""
        if not least <= len(value) <= most:
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def one_of(self, path: str, value: object, allowed: tuple[object, ...]) -> None:
        """A value must be one of those."""
        if value not in allowed:
            self.wrong(path, "BASE_TYPE_CHOICES", f"Value must be one of {set(allowed)}.")

    def refuse(self) -> None:
        """Raises 50035 when anything was wrong."""
        if not self.problems:
            return
        tree: Json = {}
        for path, (code, message) in self.problems.items():
            place = tree
            for part in path.split("."):
                place = place.setdefault(part, {})
            place.setdefault("_errors", []).append({"code": code, "message": message})
        raise Refused(50035, errors=tree)

"""The answers Telegram gives when it refuses: a code, its words and what goes with them."""

from typing import Any

Json = dict[str, Any]


class NotOffered(AssertionError):
    """A test asks a person for something Telegram's apps do not offer them."""


class Refused(Exception):
    """A call is refused; `parameters` are retry_after or migrate_to_chat_id."""

    def __init__(self, code: int, words: str, **parameters: int) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words, self.parameters = code, words, parameters

    def body(self) -> Json:
        """It reads as Telegram writes it."""
        said: Json = {"ok": False, "error_code": self.code, "description": self.words}
        return said | ({"parameters": self.parameters} if self.parameters else {})


def bad(words: str, **parameters: int) -> Refused:
    """400."""
    return Refused(400, f"Bad Request: {words}", **parameters)


def forbidden(words: str) -> Refused:
    """403."""
    return Refused(403, f"Forbidden: {words}")


def conflict(words: str) -> Refused:
    """409."""
    return Refused(409, f"Conflict: {words}")


def too_many(seconds: int) -> Refused:
    """429."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def too_large() -> Refused:
    """413, for uploads over the limit."""
    return Refused(413, "Request Entity Too Large")


def unauthorized() -> Refused:
    """401, for a token that looks like one and is none."""
    return Refused(401, "Unauthorized")


def not_found() -> Refused:
    """404, for methods that do not exist and tokens that do not look like one."""
    return Refused(404, "Not Found")

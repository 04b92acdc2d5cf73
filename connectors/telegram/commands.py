"""Customers' commands, as they are typed: `/new`, in groups `/new@shop_bot`."""

from typing import Protocol

from core.connector import Wish


class Named(Protocol):
    """Somebody with a username."""

    @property
    def username(self) -> str:
        """Without the `@`."""


_WISHES = {wish.value: wish for wish in Wish}


def is_ours(words: str, me: Named) -> bool:
    """Whether it begins with one of our commands."""
    return _split(words, me)[0] is not None


def wish(words: str, me: Named) -> tuple[Wish | None, str]:
    """What a command asks for and what follows it; None where it is none, or another bot's, or a new matter's words."""
    found, rest = _split(words, me)
    return (None, "") if found is None or is_new(words, me) else (found, rest)


def is_new(words: str, me: Named) -> bool:
    """`/new` with words behind it is the first message of a new matter."""
    found, rest = _split(words, me)
    return found is Wish.NEW and bool(rest)


def behind(words: str) -> str:
    """What stands behind a command."""
    return "".join(words.split(maxsplit=1)[1:]).strip()


def _split(words: str, me: Named) -> tuple[Wish | None, str]:
    head = words.split(maxsplit=1)[0] if words.strip() else ""
    name, _, whose = head.removeprefix("/").partition("@")
    is_ours = head.startswith("/") and whose.lower() in ("", me.username.lower())
    return (_WISHES.get(name.lower()), behind(words)) if is_ours else (None, "")

"""Keeps keys so that only this desk can read them: sealed with a key derived from the desk's own."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import UserError
from core.show import text

_VERSION = "1"
_WORDS, _BY, _AT = "sealed", "by", "at"
_HOLDS_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


class Lost(UserError):
    """Something was sealed under another SECRET_KEY, or changed since: nobody can read it any more."""

    def __init__(self, name: str) -> None:
        said = text("{name} was kept under another SECRET_KEY and cannot be read any more. Enter it again.", name=name)
        super().__init__(said)
        self.name = name


class Vault:
    """Seals and opens with the desk's own key; without that key what is sealed says nothing."""

    def __init__(self, secret: str) -> None:
        made = HKDF(SHA256(), 32, salt=None, info=b"deskbell keys at rest " + _VERSION.encode()).derive(secret.encode())
        self._fernet = Fernet(urlsafe_b64encode(made))

    def wrapped(self, words: str) -> str:
        """Words as somebody else may carry them for a while: they can neither read nor change them."""
        return self._fernet.encrypt(words.encode()).decode()

    def unwrapped(self, carried: str, *, lasts_s: int) -> str | None:
        """What was carried, if it comes back within this time."""
        try:
            return self._fernet.decrypt(carried.encode(), ttl=lasts_s).decode()
        except InvalidToken:
            return None

    def seal(self, words: str, at: datetime) -> dict[str, str]:
        """Words as they may be stored, with the moment they were entered."""
        return {_WORDS: self.wrapped(words), _BY: _VERSION, _AT: at.isoformat()}

    def open(self, name: str, kept: Any) -> Any:
        """What was sealed; what never was is returned as it is. Raises Lost, naming it."""
        if not is_sealed(kept):
            return kept
        if kept.get(_BY) != _VERSION:
            raise Lost(name)
        try:
            return self._fernet.decrypt(str(kept[_WORDS]).encode()).decode()
        except InvalidToken:
            raise Lost(name) from None

    def sealed(self, settings: Mapping[str, Any], secret: Collection[str], at: datetime) -> dict[str, Any]:
        """Settings in which what is secret is sealed; what is sealed already stays as it is."""
        return {
            name: self.seal(value, at) if is_secret(name, value, secret) else value for name, value in settings.items()
        }

    def opened(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings in the clear, as a line uses them. Raises Lost."""
        return {name: self.open(name, value) for name, value in settings.items()}

    def lost(self, settings: Mapping[str, Any]) -> list[str]:
        """The names of what cannot be read any more."""
        return [name for name, value in settings.items() if not self._reads(name, value)]

    def _reads(self, name: str, value: Any) -> bool:
        try:
            self.open(name, value)
        except Lost:
            return False
        return True


def is_sealed(value: Any) -> bool:
    """Whether this is something sealed."""
    return isinstance(value, dict) and _WORDS in value


def is_secret(name: str, value: Any, secret: Collection[str]) -> bool:
    """Whether a value in the clear must not be kept so: it is a key, or an address with a password in it."""
    if not isinstance(value, str) or not value:
        return False
    return name in secret or _HOLDS_PASSWORD.search(value) is not None


def sealed_at(value: Any) -> datetime | None:
    """When something sealed was entered."""
    return datetime.fromisoformat(value[_AT]) if is_sealed(value) and value.get(_AT) else None

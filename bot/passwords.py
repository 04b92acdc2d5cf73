"""Passwords, kept as argon2 hashes; checking one takes about 0.1 s of a core, away from the event loop."""

import asyncio

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$22yzOQ0GmZLDWlNnoCaWqA$liQLxdQzLpRijLFYz8Taw2NsWGaoJ33JLOj7e+WkZds"
"""A hash nobody has the password of: it sets the cost of all others, and a name that does not exist takes as long."""
_hasher = PasswordHasher.from_parameters(extract_parameters(_NOBODY))


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


async def fits(kept: str, password: str) -> bool:
    """Whether this is the password; "" is nobody's, and takes as long to say no."""
    return await asyncio.to_thread(_verified, kept or _NOBODY, password) and bool(kept)


def _verified(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False

"""Keys and addresses as hashes, for what must know the same one again and need not say whose it is."""

import hashlib


def digest(words: str) -> str:
    """A hash of 32 hex digits, the same in every process and after every restart."""
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

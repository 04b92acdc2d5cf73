"""What the desk knows of the kinds of channels: who reads by themselves, and whose customers are live."""

PULLED = frozenset(("webchat",))
"""Their pages read the store; nothing is sent to them."""
CHATS = frozenset(("webchat", "telegram"))
"""Their customers are live: what they write is a dialog."""
LETTERS = frozenset(("email",))
"""Nobody is live there: what they write is a letter."""


def is_sent_to(kind: str) -> bool:
    """Whether what customers read on such a channel has to be sent to them."""
    return kind not in PULLED


def is_chat(kind: str) -> bool:
    """Whether what is written on such a channel is a live dialog."""
    return kind in CHATS


GROUP = "-group"
"""How the kinds of addresses end that somebody has in a group, where others read along (`telegram-group`)."""


def is_in_group(kind: str) -> bool:
    """Whether an address of this kind is one in a group."""
    return kind.endswith(GROUP)


def private_kind(kind: str) -> str:
    """The kind of address somebody has in private, of the kind of one they have in a group (`telegram-group`)."""
    return kind.removesuffix(GROUP)


def is_silent(kind: str) -> bool:
    """Whether a chat does not tell if its customer is still there."""
    return kind in CHATS and kind not in PULLED

"""Where something came in by, and where it came to stand."""

from dataclasses import dataclass

from core.models import Channel


@dataclass(frozen=True, slots=True)
class Source:
    """The channel something came in by."""

    channel_id: int
    kind: str
    team_id: int

    @classmethod
    def of(cls, channel: Channel) -> "Source":
        """A channel as the source of what it brings."""
        return cls(channel.id, channel.kind, channel.team_id)

    @property
    def key(self) -> str:
        """How `received` and quarantine call it."""
        return f"channel:{self.channel_id}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where something came to stand; a repeat finds where it stood before."""

    dialog_id: int | None = None
    message_id: int | None = None
    seq: int | None = None
    is_repeat: bool = False
    is_quarantined: bool = False

"""Who does it."""

from dataclasses import dataclass
from enum import StrEnum

from core.models import Role


class ActorKind(StrEnum):
    """The kinds of doers."""

    AGENT = "agent"
    CONTACT = "contact"
    CHANNEL = "channel"
    TEAM = "team"
    ACCOUNT = "account"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, or who looks: an agent with a role, a contact, a channel on somebody's behalf, a team as one, an
    account in a team chat that is no agent's, or the desk itself."""

    kind: ActorKind
    id: int | None = None
    role: Role | None = None
    name: str = ""
    teams: frozenset[int] = frozenset()
    language: str = "en"
    zone: str = "UTC"

    @property
    def key(self) -> str:
        """How events name the doer: `agent:3`, `system`."""
        return self.kind.value if self.id is None else f"{self.kind.value}:{self.id}"

    @property
    def agent_id(self) -> int | None:
        """The agent's id, when an agent does it."""
        return self.id if self.kind is ActorKind.AGENT else None


SYSTEM = Actor(ActorKind.SYSTEM, role=Role.ADMIN)

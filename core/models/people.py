"""Agents and their teams, contacts and their identities, and the channels they meet on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import NEVER_AGAIN, Base, Facts, Key, Listed, partial_index, reference, stored

_IN_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""Words in the order of their letters' numbers, so that an index finds those that begin alike."""


class Role(StrEnum):
    """What an agent may do; each role may do what the one before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Agent(Base):
    """Someone who works tickets."""

    __tablename__ = "agent"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    """The handle colleagues type: lower case, no spaces. Customers never see it."""
    public_name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(stored(Role), default=Role.AGENT)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    signature: Mapped[str] = mapped_column(default="")
    is_away: Mapped[bool] = mapped_column(default=False)
    away_until: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When a room last saw them; who has an open team room counts as present."""
    preferences: Mapped[Facts]
    created_at: Mapped[datetime]


class Account(Base):
    """An agent's account in one team chat."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("room", "external_id"),)

    id: Mapped[Key]
    agent_id: Mapped[int] = reference("agent", erased="CASCADE")
    room: Mapped[str]
    external_id: Mapped[str]
    is_greeted: Mapped[bool] = mapped_column(default=False)
    """Whether they were told there, once, how the desk works."""


class Candidate(Base):
    """Somebody who came to a team's channel and may become an agent when an admin accepts them."""

    __tablename__ = "candidate"

    room: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    handle: Mapped[str]
    public_name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class SignIn(Base):
    """A signed-in browser of the team room; only the hash of its secret is kept."""

    __tablename__ = "sign_in"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int] = reference("agent", erased="CASCADE")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(default="")


class SignInLink(Base):
    """A link that signs an agent in once; only the hash of its secret is kept."""

    __tablename__ = "sign_in_link"

    id: Mapped[Key]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int] = reference("agent", erased="CASCADE")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Team(Base):
    """A group of agents with a queue."""

    __tablename__ = "team"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    is_private: Mapped[bool] = mapped_column(default=False)
    """Only its members, supervisors and admins see a private team's tickets."""
    hours_id: Mapped[int | None]
    """The hours it works by; always, where there are none."""
    is_demo: Mapped[bool] = mapped_column(default=False)


class BusinessHours(Base):
    """When a team works, as a line of text; teams and policies name it."""

    __tablename__ = "business_hours"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    line: Mapped[str]


class Member(Base):
    """An agent's place in a team."""

    __tablename__ = "member"

    team_id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = (Index("ix_member_agent_id", "agent_id"),)


class Purpose(StrEnum):
    """What a team uses a channel for."""

    TEAM = "team"
    SUPERVISORS = "supervisors"


class Place(Base):
    """A team's channel in one team chat."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("room", "place", "purpose"),)

    id: Mapped[Key]
    team_id: Mapped[int] = reference("team", erased="CASCADE")
    room: Mapped[str]
    place: Mapped[str]
    purpose: Mapped[str] = mapped_column(default=Purpose.TEAM.value)
    name: Mapped[str] = mapped_column(default="")
    """What the room calls it: `#support`."""
    role: Mapped[str] = mapped_column(default="")
    """The role or group there whose people are the team, and who are called; empty: everybody in the channel."""


class Channel(Base):
    """One connected account customers reach us by."""

    __tablename__ = "channel"

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    team_id: Mapped[int] = reference("team")
    is_on: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[Facts]


class Contact(Base):
    """A customer: one person with any number of identities."""

    __tablename__ = "contact"
    __table_args__ = (
        partial_index("ix_contact_merged_into", "merged_into", where="merged_into IS NOT NULL"),
        NEVER_AGAIN,
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(default="")
    claimed_name: Mapped[str] = mapped_column(default="")
    """What they say their name is, unproven: shown as `says to be …`."""
    language: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    merged_into: Mapped[int | None] = reference("contact")
    blocked_until: Mapped[datetime | None]
    block_reason: Mapped[str] = mapped_column(default="")
    is_spammer: Mapped[bool] = mapped_column(default=False)
    """Marked by `ticket spam`: their next message waits in quarantine."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


Index("ix_contact_name", func.lower(Contact.name))


class Identity(Base):
    """An address of a contact; verified only by proof (they wrote from it, signed in, or a signed id says so)."""

    __tablename__ = "identity"
    __table_args__ = (
        partial_index("uq_identity_verified", "kind", "address", unique=True, where="is_verified"),
        Index("ix_identity_contact_id", "contact_id"),
        Index("ix_identity_kind_address", "kind", "address"),
    )

    id: Mapped[Key]
    contact_id: Mapped[int] = reference("contact", erased="CASCADE")
    kind: Mapped[str]
    address: Mapped[str]
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Used by several people: the writer's name is kept per message and nothing is merged by it."""
    failed_at: Mapped[datetime | None]
    """Since when this address cannot be reached (bounced, blocked us)."""


class ContactWord(Base):
    """A word a customer is found by: of a name or an address, folded."""

    __tablename__ = "contact_word"
    __table_args__ = (Index("ix_contact_word_contact_id", "contact_id"),)

    word: Mapped[str] = mapped_column(_IN_ORDER, primary_key=True)
    contact_id: Mapped[int] = reference("contact", erased="CASCADE", is_key=True)


class Wording(Base):
    """A text customers read, as the desk's owner wants it."""

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("name", "language"),)

    id: Mapped[Key]
    name: Mapped[str]
    language: Mapped[str]
    words: Mapped[str]


class View(Base):
    """A saved filter with its sort, for one agent, a team, or all."""

    __tablename__ = "view"
    __table_args__ = (UniqueConstraint("name", "agent_id", "team_id"),)

    id: Mapped[Key]
    name: Mapped[str]
    filter: Mapped[str]
    agent_id: Mapped[int | None] = reference("agent", erased="CASCADE")
    team_id: Mapped[int | None] = reference("team", erased="CASCADE")
    position: Mapped[int] = mapped_column(default=0)


class Template(Base):
    """A prepared reply with named fields: `reply refund = Hello {{contact.name}}, …`."""

    __tablename__ = "template"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str]


class Pressed(Base):
    """A command line kept behind a key: a long button, a question waiting for its yes, an undo."""

    __tablename__ = "pressed"

    key: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    agent_id: Mapped[int | None] = reference("agent", erased="CASCADE")
    line: Mapped[str] = mapped_column(default="")
    steps: Mapped[Listed]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Notice(Base):
    """Something one agent should hear of: a reminder come due, a watched ticket that moved."""

    __tablename__ = "notice"
    __table_args__ = (partial_index("ix_notice_unseen", "agent_id", "id", where="seen_at IS NULL"),)

    id: Mapped[Key]
    agent_id: Mapped[int] = reference("agent", erased="CASCADE")
    ticket_id: Mapped[int | None]
    dialog_id: Mapped[int | None]
    said: Mapped[Facts]
    """Its text as a value: ids and numbers, never a customer's words."""
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

"""One call of a command: the open desk, where it was typed, and what came with it."""

from dataclasses import dataclass
from typing import Any

from core import dialogs, places, teams, tickets
from core.accounts import Person
from core.desk import Desk
from core.errors import UserError
from core.mirrors import Typed
from core.models import Agent, Dialog, Team, Ticket
from core.places import Channel
from core.show import text


@dataclass(frozen=True, slots=True)
class Here:
    """The thread a line was typed in: its ticket or dialog, and up to where the typist has read it."""

    ticket: int | None = None
    dialog: int | None = None
    seen_seq: int | None = None

    @property
    def is_thread(self) -> bool:
        """Whether there is one at all."""
        return self.ticket is not None or self.dialog is not None


@dataclass(frozen=True, slots=True)
class Group:
    """A role or group of a team chat."""

    id: str
    name: str
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The channel of a team chat a line was typed in, as the chat describes it."""

    channel: Channel
    typist: Person
    is_chats_admin: bool
    """Whether the typist administers the workspace or server."""
    is_open: bool = False
    """Whether everybody in the workspace or server reads along, so that its people are no team."""
    members: tuple[Person, ...] = ()
    roles: tuple[Group, ...] = ()
    """The roles or groups whose people can be a team."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a command gets: the desk, the place, and how the line came."""

    desk: Desk
    here: Here = Here()
    room: str = ""
    key: str = ""
    """The room's own id of the line, so that a repeat is known."""
    files: tuple[int, ...] = ()
    prepared: object = None
    """What the command's `prepare` has worked out."""
    typed: Typed | None = None
    """The line of a pushed room's thread it was typed in."""
    account: str = ""
    """The typist's account in the room, also of who is no agent."""
    place: str = ""
    """The channel of the room it was typed in, where there is one."""
    around: Surroundings | None = None
    """The channel it was typed in, where the command wants to know and the room can tell."""

    is_sure: bool = False
    """Whether the typist was asked before, and said yes."""

    def agent(self) -> Agent:
        """The agent who typed it; who is none is told so."""
        agent_id = self.desk.actor.agent_id
        if agent_id is None:
            raise UserError(text("This needs an agent: deskbell do --as NAME …"))
        return teams.agent_by_id(self.desk, agent_id)

    def team(self) -> Team:
        """Whose what is made here is: the team's whose channel it is typed in, else the typist's, else the first."""
        found = places.at(self.desk, self.room, self.place) if self.place else None
        if found is not None:
            return self.desk.session.get_one(Team, found.team_id)
        return teams.of_agent(self.desk, self.desk.actor.agent_id)

    def dialog_here(self) -> Dialog | None:
        """The live dialog on the thread's ticket, else the dialog the thread is about; locked, before the ticket.

        A thread begun with a dialog stays the ticket's, whose customer may be live again in another one.
        """
        live = None if self.here.ticket is None else dialogs.live_on(self.desk, self.here.ticket)
        if live is not None or self.here.dialog is None:
            return live
        return dialogs.locked(self.desk, self.here.dialog)

    def ticket_here(self) -> Ticket | None:
        """The ticket of the thread, also when it is a dialog's that has one."""
        number = self.here.ticket
        if number is None and self.here.dialog is not None:
            number = dialogs.locked(self.desk, self.here.dialog).ticket_id
        return None if number is None else tickets.standing(self.desk, number)


Argument = Any
"""A parameter's value once it was read; its type is the parameter's own."""

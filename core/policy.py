"""Who may do what to which: one tree of the filter language, joined to every list and asked for every single row."""

from core.actor import Actor, ActorKind
from core.desk import Desk
from core.errors import NoSuchDialog, NoSuchTicket, NotAllowed
from core.models import Dialog, Role, Ticket
from core.query import EVERYTHING, NOTHING, Any, Context, Is, Not, Tree, fits
from core.show import Text, text

_RANK = {Role.AGENT: 1, Role.SUPERVISOR: 2, Role.ADMIN: 3}


def visible(actor: Actor) -> Tree:
    """Which tickets and dialogs somebody may see: agents all but those of private teams they are not in, and theirs;
    a team's shared place what any of its members may."""
    match actor.kind, actor.role:
        case ActorKind.SYSTEM, _:
            return EVERYTHING
        case ActorKind.AGENT, Role.SUPERVISOR | Role.ADMIN:
            return EVERYTHING
        case ActorKind.AGENT, Role.AGENT:
            return Any((Not(Is("is", ("private",))), Is("team", ("mine",)), Is("assignee", ("me",))))
        case ActorKind.TEAM, _:
            return Any((Not(Is("is", ("private",))), Is("team", (actor.name,))))
        case _:
            return NOTHING


def context(desk: Desk, *, walks: bool = False) -> Context:
    """What filters are answered for in this transaction."""
    return Context(desk.now, desk.actor.agent_id, desk.on_postgres, desk.actor.zone, walks)


def may_see(desk: Desk, row: Ticket | Dialog) -> bool:
    """Whether the actor may see this ticket or dialog."""
    tree = visible(desk.actor)
    if tree in (EVERYTHING, NOTHING):
        return tree == EVERYTHING
    return fits(desk, row, tree, context(desk))


def must_see(desk: Desk, ticket: Ticket, *, asked: int | None = None) -> Ticket:
    """The ticket, when the actor may see it; else it does not exist for them, nor does the number they `asked` for.

    A merged ticket leads to another one, whose number is none of their business then.
    """
    if not may_see(desk, ticket):
        raise NoSuchTicket(ticket.id if asked is None else asked)
    return ticket


def must_see_dialog(desk: Desk, dialog: Dialog) -> Dialog:
    """The dialog, when the actor may see it; else it does not exist for them."""
    if not may_see(desk, dialog):
        raise NoSuchDialog(dialog.id)
    return dialog


def is_at_least(actor: Actor, role: Role) -> bool:
    """Whether somebody has this role or one that may do more; the desk itself may do everything."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.role is not None and _RANK[actor.role] >= _RANK[role]


def must_be(actor: Actor, role: Role | None, what: Text) -> None:
    """Refuses who has not at least this role, kindly; without a role anybody may."""
    if role is None or is_at_least(actor, role):
        return
    if actor.kind is ActorKind.ACCOUNT:
        raise NotAllowed(text("You are no agent of this desk yet. Ask an admin to add you, or type: me link CODE"))
    raise NotAllowed(text("{what} is for {role}s only. Ask one of them.", what=what, role=role.value))

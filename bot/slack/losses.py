"""What was lost in Slack: a thread whose root was deleted, a channel that cannot be used; somebody is told of each."""

from collections.abc import Sequence

from core import accounts, dialogs, intake, notices, outbox, places, pushed, showing, teams, threads, tickets
from core.desk import Desk
from core.models import Place, Role, Thread
from core.show import Text, text

ROOM = "slack"


def thread_of(desk: Desk, place: str, root: str) -> int | None:
    """The id of our thread with this root."""
    spot = threads.at(desk, ROOM, place, root)
    return None if spot is None else spot.thread_id


def lose_thread(desk: Desk, thread_id: int) -> None:
    """A thread's root is gone: it goes on in a new one, where its agent is called. Repeating is safe."""
    thread = desk.lock(Thread, thread_id)
    if thread is None or thread.root is None:
        return
    for fresh in showing.lost(desk, thread):
        said = text("The earlier thread was deleted in Slack, so this goes on here.")
        outbox.put(desk, pushed.line(fresh, said, agents=_whose(desk, fresh)))


def _whose(desk: Desk, thread: Thread) -> Sequence[int]:
    if thread.ticket_id is not None:
        assignee = tickets.read(desk, thread.ticket_id).assignee_id
    else:
        assignee = None if thread.dialog_id is None else dialogs.read(desk, thread.dialog_id).assignee_id
    return () if assignee is None else (assignee,)


def lose_channel(desk: Desk, place: str, how: str, key: str) -> None:
    """A team's channel cannot be used: supervisors and admins hear of it; one that is gone for good is let go."""
    found = places.all_at(desk, ROOM, place)
    if not found or not intake.is_first(desk, f"room:{ROOM}", f"lost:{key}"):
        return
    for each in found:
        _tell(desk, each, how)
        if how == "deleted":
            places.remove(desk, each)


_HOW: dict[str, Text] = {
    "archived": text("archived"),
    "deleted": text("deleted"),
    "left": text("closed to the app"),
}


def _tell(desk: Desk, place: Place, how: str) -> None:
    said = text(
        "The Slack channel {name} is {how}: its tickets go on in the team room. Open it again for the app, or type "
        "“/ticket desk setup” in another channel.", name=place.name, how=_HOW[how],
    )  # fmt: skip
    for agent in teams.agents(desk):
        if agent.role is not Role.AGENT:
            notices.give(desk, agent.id, said)


def deactivated(desk: Desk, account: str) -> None:
    """Somebody was switched off in the workspace or became a guest there: as if they had left every channel."""
    for place in places.in_room(desk, ROOM):
        accounts.left(desk, place, account)

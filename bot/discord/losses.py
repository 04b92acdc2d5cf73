"""What was lost in Discord: a post or thread, a channel that cannot be used; somebody is told of each."""

from collections.abc import Sequence

from core import dialogs, intake, notices, outbox, places, pushed, showing, teams, threads, tickets
from core.desk import Desk
from core.models import Place, Role, Thread
from core.show import Text, text

ROOM = "discord"
DELETED = text("The earlier post was deleted in Discord, so this goes on here.")
LOCKED = text("The earlier post was locked in Discord, so this goes on here.")


def thread_of(desk: Desk, place: str, root: str) -> int | None:
    """The id of our thread with this root."""
    spot = threads.at(desk, ROOM, place, root)
    return None if spot is None else spot.thread_id


def lose_thread(desk: Desk, thread_id: int, why: Text = DELETED) -> None:
    """A thread is gone: what is not over goes on in a new one, where its agent is called. Repeating is safe."""
    thread = desk.lock(Thread, thread_id)
    if thread is None or thread.root is None:
        return
    for fresh in showing.lost(desk, thread):
        outbox.put(desk, pushed.line(fresh, why, agents=_whose(desk, fresh)))


def _whose(desk: Desk, thread: Thread) -> Sequence[int]:
    if thread.ticket_id is not None:
        assignee = tickets.read(desk, thread.ticket_id).assignee_id
    else:
        assignee = None if thread.dialog_id is None else dialogs.read(desk, thread.dialog_id).assignee_id
    return () if assignee is None else (assignee,)


def lose_channel(desk: Desk, place: str, *, is_gone: bool, key: str) -> None:
    """A team's channel cannot be used: supervisors and admins hear of it; one that is gone for good is let go."""
    found = places.all_at(desk, ROOM, place)
    if not found or not intake.is_first(desk, f"room:{ROOM}", f"lost:{key}"):
        return
    for each in found:
        _tell(desk, each, text("deleted") if is_gone else text("closed to the bot"))
        if is_gone:
            places.remove(desk, each)


def _tell(desk: Desk, place: Place, how: Text) -> None:
    said = text(
        "The Discord channel {name} is {how}: its tickets go on in the team room. Let the bot in again, or type "
        "“/desk setup” for another channel.", name=place.name, how=how,
    )  # fmt: skip
    for agent in teams.agents(desk):
        if agent.role is not Role.AGENT:
            notices.give(desk, agent.id, said)

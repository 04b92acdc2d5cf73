"""What goes to pushed rooms: by which lane, which rates and how pressing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.models import CARD, Account, Ask, Place, Rank, Thread
from core.outbox import Wanted
from core.room import Mark
from core.show import Button, Text, as_json

SAY, EDIT, RETRACT, LINE, MARK, DM = "say", "edit", "retract", "line", "mark", "dm"
LETTER = "letter"
"""What was said in a chat, by letter."""


def _destination(room: str) -> str:
    return f"room:{room}"


def _posts(room: str, place: str) -> tuple[str, ...]:
    """What is posted in a channel shares that channel's rate, and the room's."""
    return posts_of(room, place), f"room:{room}"


def posts_of(room: str, place: str) -> str:
    """The rate of a channel's posts."""
    return f"room:{room}:posts:{place}"


def in_thread(
    thread: Thread, kind: str, *, message_id: int | None = None, facts: dict[str, Any] | None = None
) -> Wanted:
    """Something for a thread: in its order, within its channel's rate."""
    return Wanted(
        lane=f"thread:{thread.id}", destination=_destination(thread.room), kind=kind,
        buckets=_posts(thread.room, thread.place), rank=Rank.CARD if kind == CARD else Rank.WORDS,
        thread_id=thread.id, message_id=message_id, ticket_id=thread.ticket_id, dialog_id=thread.dialog_id,
        facts=facts or {},
    )  # fmt: skip


def card(thread: Thread) -> Wanted:
    """A thread's card: the first one makes the thread, in its order; later ones are edits no words wait behind."""
    if thread.root is None:
        return in_thread(thread, CARD)
    return _beside(thread, CARD, "edits", {})


def mark(thread: Thread, line: str, what: Mark, was: Mark | None = None) -> Wanted:
    """What became of a line typed in the thread."""
    facts = {"line": line, "mark": what.value, "was": None if was is None else was.value}
    return _beside(thread, MARK, "marks", facts)


def _beside(thread: Thread, kind: str, rate: str, facts: dict[str, Any]) -> Wanted:
    """Something that may overtake a thread's words, and they it."""
    room = _destination(thread.room)
    return Wanted(
        lane=f"{rate}:{thread.id}", destination=room, kind=kind, buckets=(f"{room}:{rate}", room), rank=Rank.CARD,
        thread_id=thread.id, ticket_id=thread.ticket_id, dialog_id=thread.dialog_id, facts=facts,
    )  # fmt: skip


def line(thread: Thread, said: Text, *, agents: Sequence[int] = ()) -> Wanted:
    """A line in a thread; the agents named by id are called by it."""
    facts = {"said": as_json(said), "agents": list(agents), "joins": "line"}
    return in_thread(thread, LINE, facts=facts)


@dataclass(frozen=True, slots=True)
class About:
    """What a call is about, and the agents it names, by id."""

    ticket_id: int | None = None
    dialog_id: int | None = None
    agents: tuple[int, ...] = ()


def call(
    place: Place, said: Text, *, about: About = About(), buttons: Sequence[Button] = (), loud: bool = False
) -> Wanted:
    """A line in a team's channel, with its thread behind it; a loud one calls the team where it names nobody there."""
    room = _destination(place.room)
    facts = {
        "place": place.place, "said": as_json(said), "loud": loud, "agents": list(about.agents),
        "joins": None if buttons else "call", "buttons": _kept(buttons),
    }  # fmt: skip
    return Wanted(
        lane=f"place:{place.id}", destination=room, kind=LINE, buckets=_posts(place.room, place.place), rank=Rank.ALERT,
        ticket_id=about.ticket_id, dialog_id=about.dialog_id, facts=facts,
    )  # fmt: skip


def question(asked: Ask) -> Wanted:
    """A question for somebody who is no agent."""
    room = _destination(asked.room)
    return Wanted(
        lane=f"ask:{asked.id}", destination=room, kind=DM, buckets=(f"{room}:dms", room), rank=Rank.WORDS,
        ticket_id=asked.ticket_id, facts={"ask": asked.id},
    )  # fmt: skip


def _kept(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    return [{"label": as_json(each.label), "line": each.line, "tone": each.tone.value} for each in buttons]


def dm(account: Account, said: Text, *, about: About = About(), buttons: Sequence[Button] = ()) -> Wanted:
    """Something for one person alone."""
    room = _destination(account.room)
    facts = {
        "account": account.external_id, "said": as_json(said), "buttons": _kept(buttons),
        "joins": None if buttons else f"dm:{about.ticket_id}:{about.dialog_id}",
    }  # fmt: skip
    return Wanted(
        lane=f"dm:{account.id}", destination=room, kind=DM, buckets=(f"{room}:dms", room), rank=Rank.ALERT,
        ticket_id=about.ticket_id, dialog_id=about.dialog_id, facts=facts,
    )  # fmt: skip

"""What a line typed in a thread means: a command, words for the customer, or a note; its writer is told which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.commands.call import Call, Here
from bot.commands.registry import Command
from bot.commands.running import run_on
from core import dialogs, files, intake, messages, policy, replies, teams
from core.actor import Actor
from core.desk import Desk
from core.errors import UserError
from core.messages import Where
from core.mirrors import Typed
from core.models import Agent, Dialog
from core.replies import Draft
from core.show import Answer, Text, Tone, text
from core.store import Desks
from core.threads import Reread

_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]{0,31})", re.IGNORECASE)

_DESK = "deskbell"
"""What the desk is called in team chats."""
_SUBJECT = 120
_NOTE = re.compile(r"\s*note:\s*(?=\S)", re.IGNORECASE)
"""Written before a line, it makes a note of it, as `!n` does."""


_ABOUT = r"(?:#(?:here|\d+)\s+)?"
_NOTED = re.compile(rf"\s*(?:note:\s*|[!/](?:ticket )?(?:note|n)\s+{_ABOUT})(?=\S)", re.IGNORECASE)
_NOTED_HERE = re.compile(r"\s*[!/](?:ticket )?(?:note|n)\s+(?!#\d)\S", re.IGNORECASE)
"""A note on what its thread is about: its mark says all there is to say."""
_REPLIED = re.compile(rf"\s*[!/](?:ticket )?(?:reply-close|reply|rc?)\s+{_ABOUT}(?=\S)", re.IGNORECASE)
"""What may stand before words in a thread without being part of them."""


def reread(desk: Desk, words: str, *, names_somebody: bool, leads_inside: bool) -> Reread:
    """What a line that its writer has changed says now. Raises UserError where it has become another command."""
    noted, replied = _NOTED.match(words), _REPLIED.match(words)
    if noted is not None:
        return Reread(words[noted.end() :], is_note=True)
    if replied is not None:
        return Reread(words[replied.end() :])
    if words.lstrip().startswith(("!", "/")):
        raise UserError(text("A line is not changed into a command. Delete it and type the command anew."))
    doubt = "link" if leads_inside else "mention" if names_somebody or _mentions_colleague(desk, words) else ""
    return Reread(words, doubt=doubt)


_ASKING = re.compile(r"\s*[!/]?\s*(?:ticket\s+)?ask\s", re.IGNORECASE)


def asks(line: str) -> bool:
    """Whether a command asks somebody who is no agent: whom it mentions is to be known by their account."""
    return _ASKING.match(line) is not None


def asked(room: str, account: str, name: str) -> str:
    """Somebody mentioned in such a line, as `ticket ask` reads them: one word, though names have blanks."""
    known = re.sub(r'["|\s]+', " ", name).strip()
    return f'"@{room}:{account}|{known}"' if known else f"@{room}:{account}"


def subject(words: str, otherwise: str) -> str:
    """What a message of a team chat is about: its first line; `otherwise` where it has no words."""
    first = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return (first[:_SUBJECT] or otherwise).strip()


class Became(StrEnum):
    """What became of a typed line."""

    NOTE = "note"
    HELD = "held"
    STOPPED = "stopped"
    COMMAND = "command"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Line:
    """One line somebody typed in a room: where, under which key of the room's own, and with which files."""

    words: str
    here: Here
    room: str
    key: str
    """Nothing where the room cannot repeat itself."""
    files: tuple[int, ...] = ()
    leads_inside: bool = False
    """Whether it links into the team's own chat."""
    names_somebody: bool = False
    """Whether it calls a person or group of the team's chat."""
    was_relay: bool | None = None
    """Whether its writer was told that their words go to the customer; None where the room tells by lines alone."""
    typed: Typed | None = None
    at: datetime | None = None
    """When it was typed, by the platform's clock."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a line became, and what its writer is told."""

    became: Became
    answer: Answer | None = None
    held_id: int | None = None


async def say(desks: Desks, actor: Actor, line: Line, commands: Sequence[Command]) -> Spoken:
    """Does what a line means, in one transaction; the same key again does nothing. Raises UserError."""
    return await desks.change(actor, lambda desk: say_on(desk, line, commands))


def say_on(desk: Desk, line: Line, commands: Sequence[Command]) -> Spoken:
    """Does what a line means on an open desk; the same key again does nothing."""
    if line.key and not intake.is_first(desk, f"room:{line.room}", line.key):
        return Spoken(Became.REPEATED)
    theirs = tuple(files.unsent(desk, line.files, agent_id=desk.actor.id))
    call = Call(desk, line.here, line.room, line.key, theirs, typed=line.typed)
    if line.words.lstrip().startswith(("!", "/")) or not line.here.is_thread:
        answer = run_on(call, line.words, commands)
        is_marked = line.typed is not None and _NOTED_HERE.match(line.words) is not None
        return Spoken(Became.NOTE, None) if is_marked else Spoken(Became.COMMAND, answer)
    return _in_thread(call, line)


def _in_thread(call: Call, line: Line) -> Spoken:
    desk, agent, dialog, ticket = call.desk, call.agent(), call.dialog_here(), call.ticket_here()
    if ticket is not None:
        policy.must_see(desk, ticket)
    if dialog is not None:
        policy.must_see_dialog(desk, dialog)
    noted = _NOTE.match(line.words)
    if noted is None and dialog is not None and dialogs.is_relayed(desk, dialog, agent.id):
        return _to_customer(call, line, dialog, agent)
    words = line.words[noted.end() :] if noted else line.words
    where = dialogs.place(dialog) if dialog is not None else Where(ticket_id=ticket.id if ticket else None)
    desk.flush()
    body = messages.bounded(desk, words)
    messages.note(desk, body, where, files=call.files, room_key=line.key, typed=line.typed)
    return Spoken(Became.NOTE, None if noted else _only_a_note(desk, dialog))


def _to_customer(call: Call, line: Line, dialog: Dialog, agent: Agent) -> Spoken:
    """Relay: plain words go to the customer, unless they look as if they were meant for somebody else."""
    draft = Draft(
        body=line.words, dialog=dialog, stop=_doubt(call.desk, line, dialog, agent), files=call.files,
        room=line.room, external_id=line.key, typed=line.typed, said_at=line.at,
    )  # fmt: skip
    held = replies.hold(call.desk, agent, draft)
    return Spoken(Became.STOPPED if held.stopped_because else Became.HELD, held_id=held.id)


def _doubt(desk: Desk, line: Line, dialog: Dialog, agent: Agent) -> str:
    """Why a line in relay mode may not be meant for the customer."""
    if not _knew_of_relay(desk, line, dialog, agent):
        return "mode"
    if line.files:
        return "file"
    if line.leads_inside:
        return "link"
    return "mention" if line.names_somebody or _mentions_colleague(desk, line.words) else ""


def _knew_of_relay(desk: Desk, line: Line, dialog: Dialog, agent: Agent) -> bool:
    """Whether the writer could know that their words go to the customer, when they typed them."""
    if line.was_relay is not None:
        return line.was_relay
    since = dialogs.relayed_since(desk, dialog, agent.id)
    return line.at is None or since is None or since <= line.at


def _mentions_colleague(desk: Desk, words: str) -> bool:
    """An agent by their handle, or the desk itself."""
    called = {name.lower() for name in _MENTION.findall(words)}
    return _DESK in called or teams.is_any_agent(desk, called)


def _only_a_note(desk: Desk, dialog: Dialog | None) -> Answer | None:
    """Whoever writes beside somebody else's live conversation is told that the customer does not read it."""
    if dialog is None or dialog.state.value != "live":
        return None
    if dialog.assignee_id is None:
        said: Text = text("That is a note. Press Take to write to the customer.")
    else:
        who = desk.session.get_one(Agent, dialog.assignee_id).public_name
        said = text("That is a note: {who} talks with the customer. Press Join to write to them, too.", who=who)
    return Answer(said, tone=Tone.WARN)

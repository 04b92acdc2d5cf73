"""How long the desk waits before it does things by itself."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """The desk's waiting times and bounds; most can be set (docs/settings.md)."""

    hold_chat: timedelta = timedelta(seconds=3)
    """How long a reply in a chat may still be withdrawn."""
    hold_mail: timedelta = timedelta(seconds=20)
    still_there: timedelta = timedelta(minutes=5)
    """After the agent's last word the silent customer is asked whether they are still there."""
    idle_end: timedelta = timedelta(minutes=5)
    """After that question the dialog ends."""
    idle_silent: timedelta = timedelta(minutes=60)
    """After the agent's last word a dialog ends where nobody can see whether its customer is still there."""
    gone_grace: timedelta = timedelta(minutes=2)
    """How long a closed page may stay away before its dialog ends."""
    call_out: timedelta = timedelta(minutes=3)
    """An untaken dialog, or one whose agent is silent so long, is called out to the team again."""
    give_up: timedelta = timedelta(minutes=5)
    """A dialog that nobody has taken by then becomes a ticket; a taken one never does by this."""
    held_long: timedelta = timedelta(minutes=30)
    """An agent who held a dialog so long ago is reminded of it, and the team called."""
    left_alone: timedelta = timedelta(hours=2)
    """A dialog whose agent has held it, or owed an answer, for so long ends."""
    close_silent: timedelta = timedelta(hours=24)
    """A ticket whose customer fell silent after the agent's last words closes then."""
    relink: timedelta = timedelta(days=14)
    """A returning customer's dialog joins their newest ticket unless that was closed longer ago."""
    pending: timedelta = timedelta(days=3)
    """How long a ticket is pending when nobody says for how long."""
    present: timedelta = timedelta(minutes=2)
    """An agent whose room was open within this time counts as there."""
    longest_text: int = 20_000
    """Characters of one message; the widget refuses more, other channels keep the rest as a file."""
    longest_subject: int = 200
    ask_again: timedelta = timedelta(days=1)
    """How long after a question to somebody who is no agent it is asked again."""
    tell_again: timedelta = timedelta(hours=1)
    """How long after `nobody is there` the customer is not told so again."""
    messages_per_minute: int = 40
    """From one visitor; more are refused for a while."""
    visitors_per_minute: int = 60
    """New ones from one address; their requests are bounded at ten times as many."""
    largest_file: int = 20 * 1024 * 1024
    files_per_message: int = 10
    says_du: bool = False
    """Whether German customers are spoken to by “du”."""

"""What the parts of the Slack room share."""

from dataclasses import dataclass

from bot.hearing import Hearing
from bot.losses import Channels
from bot.oddities import Oddities
from bot.slack.answering import Answering
from bot.slack.gaps import Gaps
from bot.slack.people import People
from bot.slack.sending import Sending
from bot.slack.settings import Section
from bot.slack.web import Web
from bot.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Parts:
    """The ways to Slack and to the desk."""

    section: Section
    wiring: Wiring
    web: Web
    people: People
    hearing: Hearing
    sending: Sending
    answering: Answering
    gaps: Gaps
    oddities: Oddities
    losses: Channels

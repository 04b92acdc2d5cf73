"""The app's home and the queue: what is mine, what is overdue, the views with their counts, my settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.blocks import Post, buttons, numbered, row
from bot.slack.words import Wire, elements, fallback, paragraph, plain
from core.render import LANGUAGES, Voice
from core.show import Button, Card, Text, Tone, text, verbatim

_MOST_BLOCKS = 95
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Counted:
    """A view and how many are in it, as people read it."""

    name: str
    count: str


@dataclass(frozen=True, slots=True)
class Mine:
    """An agent's settings."""

    handle: str
    public_name: str
    language: str
    is_away: bool
    alerts: str
    """The chat they are told in; `off`, or nothing for the first."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What there is to do, as one agent may see it."""

    live: tuple[Card, ...]
    mine: tuple[Card, ...]
    overdue: tuple[Card, ...]
    unassigned: tuple[Card, ...]
    views: tuple[Counted, ...]
    me: Mine


def home(queue: Queue, speaker: Voice) -> Wire:
    """The home tab."""
    blocks = _part(text("Live now"), queue.live, speaker)
    blocks += _part(text("My queue"), queue.mine, speaker, nothing=text("Nothing waits for you."))
    blocks += _part(text("Overdue"), queue.overdue, speaker)
    blocks += [_heading(text("Views"), speaker), *_views(queue.views, speaker)]
    blocks += [_heading(text("My settings"), speaker), *_settings(queue.me, speaker)]
    return {"type": "home", "blocks": list(numbered(blocks, most=_MOST_BLOCKS))}


def closed_home(said: Text, speaker: Voice) -> Wire:
    """The home of who is no agent."""
    return {"type": "home", "blocks": [paragraph(*elements(speaker.say(said)))]}


def queue_post(queue: Queue, speaker: Voice) -> Post:
    """What `/ticket` alone shows: the views, what waits live, what is mine, and what nobody has."""
    blocks = _views(queue.views, speaker)
    blocks += _part(text("Live now"), queue.live[:4], speaker)
    blocks += _part(text("My queue"), queue.mine[:6], speaker, nothing=text("Nothing waits for you."))
    blocks += _part(text("Nobody has it"), queue.unassigned[:6], speaker)
    new = Button(text("New ticket"), "ticket new ", asks=True)
    blocks += buttons([Button(text("Take the next"), "ticket next", Tone.GOOD), new], speaker)
    return Post(numbered(blocks), fallback(speaker.say(text("My queue"))))


def _heading(said: Text, speaker: Voice) -> Wire:
    return {"type": "header", "text": plain(speaker.say(said), 150)}


def _part(title: Text, shown: Sequence[Card], speaker: Voice, *, nothing: Text | None = None) -> list[Wire]:
    if not shown:
        empty = [] if nothing is None else [paragraph(*elements(speaker.say(nothing), italic=True))]
        return [_heading(title, speaker), *empty] if empty else []
    return [_heading(title, speaker), *(block for card in shown[:_SHOWN] for block in row(card, speaker))]


def _views(views: Sequence[Counted], speaker: Voice) -> list[Wire]:
    shown = [Button(verbatim(f"{view.name} ({view.count})"), f"ticket list {view.name}") for view in views]
    return buttons(shown[:20], speaker)


def _settings(me: Mine, speaker: Voice) -> list[Wire]:
    facts = text("You are @{name}; customers see {public}.", name=me.handle, public=me.public_name)
    here = Button(text("I am back"), "me back", Tone.GOOD) if me.is_away else Button(text("I am away"), "me away")
    on, off = Button(text("Tell me in Slack"), "me alerts slack"), Button(text("Tell me nothing"), "me alerts off")
    speaks = [Button(_LANGUAGES[each], f"me language {each}") for each in LANGUAGES if each != me.language]
    chosen = [here, on if me.alerts not in ("", "slack") else off, *speaks]
    return [paragraph(*elements(speaker.say(facts))), *buttons(chosen, speaker)]


_LANGUAGES = {"en": verbatim("English"), "de": verbatim("Deutsch")}

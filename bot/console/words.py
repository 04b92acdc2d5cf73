"""The page's own words, and how values become HTML: every argument escaped, addresses made into links."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from core.actor import Actor
from core.render import Voice
from core.show import Text, text

_URL = re.compile(r"https?://[^\s<>\"']{2,500}")
_TRAILING = ".,;:!?)]}»“”’'"

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def voice(actor: Actor, now: datetime) -> Voice:
    """How an agent is spoken to."""
    return Voice(actor.language, actor.zone, now)


def html(template: str, speaker: Voice, **values: Any) -> str:
    """A template filled in; `say` puts texts into the reader's words, `t` looks up a sentence of the page."""
    say: Callable[[Text], str] = speaker.say
    return _environment.get_template(template).render(
        say=say, t=lambda id_, **args: speaker.say(Text(id_, args)), moment=speaker.moment, linked=linked,
        language=speaker.language, clock=lambda at: speaker.moment(at), size=size, **values,
    )  # fmt: skip


def size(count: int) -> str:
    """How large a file is, as people read it."""
    if count < 1_000:
        return f"{count} B"
    return f"{max(1, round(count / 1024))} KB" if count < 1_000_000 else f"{count / 2**20:.1f} MB"


def linked(words: str) -> Markup:
    """Plain words as HTML, with web addresses as links."""
    parts: list[str] = []
    end = 0
    for match in _URL.finditer(words):
        address = match.group().rstrip(_TRAILING)
        parts.append(str(escape(words[end : match.start()])))
        shown = escape(address)
        parts.append(f'<a href="{shown}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>')
        end = match.start() + len(address)
    parts.append(str(escape(words[end:])))
    return Markup("".join(parts))


SCRIPT_WORDS = {
    "connecting": text("Connection lost. Trying again…"),
    "connected": text("Connected again."),
    "upload_failed": text("The file could not be added."),
    "delivered": text("delivered"),
    "seen": text("seen"),
    "sends_in": text("Goes out in {seconds} s"),
    "typing": text("{name} is typing…"),
}
"""What the page's script says by itself."""

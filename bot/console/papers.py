"""What has to be pasted elsewhere so that a channel or team chat works: Slack's manifest, a web chat's tag."""

from dataclasses import dataclass

from bot.console.keys import Subject
from bot.slack.manifest import manifest
from core.show import Text, text


@dataclass(frozen=True, slots=True)
class Paper:
    """Words to be copied, and where they go."""

    about: Text
    words: str


def of(subject: Subject, base: str) -> Paper | None:
    """What belongs to this one; `base` is the desk's address as the admin's browser knows it."""
    match subject.guide.name:
        case "slack":
            words = manifest(command="ticket", by_socket=True, address="")
            return Paper(text("The app's manifest, to be pasted at Slack"), words)
        case "webchat":
            tag = f'<script src="{base}/chat/widget.js" data-channel="{subject.name}" defer></script>'
            return Paper(text("The tag that puts the chat into your pages"), tag)
        case _:
            return None

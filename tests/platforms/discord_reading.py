"""A message as a person reads it: its words, its boxes, its buttons."""

import re
from collections.abc import Iterator

from tests.platforms.discord_component_rules import SELECTS
from tests.platforms.discord_deeds import LOADING
from tests.platforms.discord_errors import Json
from tests.platforms.discord_world import Message


def shown(message: Message) -> str:
    """The message as plain text; buttons as `[Take]`, menus as `<Status: open | closed>`, files as `(file: a.png)`.

    Mentions are put in words; a disabled button reads `[Take, off]`.
    """
    if message.flags & LOADING:
        return f"{message.author.name} is thinking..."
    lines = [message.content]
    for embed in message.embeds:
        lines += _embed_lines(embed)
    for component in message.components:
        lines += _component_lines(component)
    lines += [f"(file: {file.filename})" for file in message.attachments]
    return _named("\n".join(line for line in lines if line), message)


def _embed_lines(embed: Json) -> Iterator[str]:
    yield (embed.get("author") or {}).get("name") or ""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for each in embed.get("fields") or []:
        yield f"{each['name']}: {each['value']}"
    yield (embed.get("footer") or {}).get("text") or ""


def _component_lines(component: Json) -> Iterator[str]:
    match component.get("type"):
        case 1:
            yield " ".join(line for part in component["components"] for line in _component_lines(part))
        case 2:
            yield f"[{label_of(component)}{', off' if component.get('disabled') else ''}]"
        case 10:
            yield component["content"]
        case kind if kind in SELECTS:
            options = " | ".join(option["label"] for option in component.get("options") or [])
            yield f"<{component.get('placeholder') or component['custom_id']}{': ' if options else ''}{options}>"
        case _:
            for part in component.get("components") or []:
                yield from _component_lines(part)
            if component.get("accessory"):
                yield from _component_lines(component["accessory"])


def label_of(button: Json) -> str:
    """What stands on a button: its label, or its emoji."""
    return str(button.get("label") or (button.get("emoji") or {}).get("name") or "")


def _named(text: str, message: Message) -> str:
    return re.sub(r"<([@#])[!&]?(\d+)>", lambda found: found[1] + message.names.get(found[2], found[2]), text)

"""An answer as a terminal shows it and as a script reads it; what customers wrote moves no cursor."""

import json
import re
from dataclasses import replace
from typing import Any

from core.render import Voice
from core.show import Answer, Card, Text

_DANGEROUS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but for tab and line feed, and those that turn the direction of writing around."""


def visible(words: str) -> str:
    """Words with their control characters spelt out, so that a terminal shows them and does not obey them."""
    return _DANGEROUS.sub(lambda match: _spelt(ord(match[0])), words)


def _spelt(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def in_terminal(speaker: Voice) -> Voice:
    """The same voice for a terminal."""
    return replace(speaker, escape=visible)


def as_text(answer: Answer, speaker: Voice) -> str:
    """An answer as a terminal shows it."""
    speaker = in_terminal(speaker)
    parts = [speaker.say(answer.text), *(_indented(speaker.say(line), 2) for line in answer.lines)]
    parts += [_card(card, speaker) for card in answer.cards]
    if answer.document:
        parts.append(visible(answer.document))
    parts += [f"  [{speaker.say(button.label)}]  {visible(button.line)}" for button in answer.buttons]
    return "\n".join(parts)


def _card(card: Card, speaker: Voice) -> str:
    facts = "  ".join(f"{speaker.say(field.label)}: {speaker.say(field.value)}" for field in card.fields)
    lines = [f"• {speaker.say(card.title)}", *([_indented(facts, 4)] if facts else [])]
    return "\n".join([*lines, *(_indented(speaker.say(line), 4) for line in card.lines)])


def _indented(words: str, by: int) -> str:
    """Further lines of the same words stand below the first, so that they pass for nothing else."""
    return " " * by + words.replace("\n", "\n" + " " * (by + 4))


def as_json(answer: Answer, speaker: Voice) -> str:
    """An answer as a script reads it: the words as they are."""
    found: dict[str, Any] = {
        "text": speaker.say(answer.text),
        "lines": [speaker.say(line) for line in answer.lines],
        "cards": [_card_as_json(card, speaker) for card in answer.cards],
        "buttons": [{"label": speaker.say(button.label), "line": button.line} for button in answer.buttons],
        "document": answer.document,
        "asked": answer.asks,
    }
    return json.dumps(found, ensure_ascii=False)


def _card_as_json(card: Card, speaker: Voice) -> dict[str, Any]:
    return {
        "title": speaker.say(card.title),
        "fields": {speaker.say(field.label): speaker.say(field.value) for field in card.fields},
        "lines": [speaker.say(line) for line in card.lines],
        "link": card.link,
    }


def error_as_json(said: Text, speaker: Voice) -> str:
    """What went wrong, as a script reads it."""
    return json.dumps({"error": speaker.say(said)}, ensure_ascii=False)

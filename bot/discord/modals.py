"""Forms as Discord's modals; one that was refused is opened again with its words.

Limits: discord.com/developers/docs/components (title 45, custom_id 100, 5 fields; label 45, text 4,000, 25 options).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bot.discord.rest import Wire
from bot.discord.words import clean, single
from bot.forms import Field, Form
from core.errors import UserError
from core.render import Voice
from core.show import text

FORM = "form:"
_TITLE, _LABEL, _TEXT, _OPTION, _MOST_OPTIONS, _MOST_FIELDS = 45, 45, 4_000, 100, 25, 5
_CUSTOM_ID = 100
_LABEL_TYPE, _INPUT, _SELECT = 18, 4, 3


@dataclass(frozen=True, slots=True)
class Context:
    """What a form remembers while it is open: its command, what it is about and up to where that was read."""

    command: str
    target: str = ""
    seen_seq: int | None = None

    def kept(self) -> str:
        """As the custom_id of a modal; the target comes last, as it may hold anything. Raises UserError if too long."""
        seen = "" if self.seen_seq is None else str(self.seen_seq)
        made = f"{FORM}{seen}:{self.command}:{self.target}"
        if len(made) > _CUSTOM_ID:
            raise UserError(
                text(
                    "Discord cannot open a form for so long a choice of tickets. Choose with fewer words, or type the "
                    "whole command with its values."
                )
            )
        return made

    @classmethod
    def of(cls, custom_id: str) -> "Context":
        """As it comes back."""
        seen, _, rest = custom_id.removeprefix(FORM).partition(":")
        command, _, target = rest.partition(":")
        return cls(command, target, int(seen) if seen.isdigit() else None)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent: kept while it is refused, so that nothing is typed twice."""

    context: Context
    values: Mapping[str, str] = field(default_factory=dict)
    numbers: Sequence[int] = ()
    """The tickets it is about: what is kept goes with them when they are forgotten."""

    def kept(self) -> str:
        """As a line to keep."""
        return json.dumps({"form": asdict(self.context), "values": dict(self.values), "numbers": list(self.numbers)})

    @classmethod
    def of(cls, line: str) -> "Sent":
        """As it was kept."""
        kept = json.loads(line)
        return cls(Context(**kept["form"]), kept["values"], kept["numbers"])


def modal(shown: Form, context: Context, speaker: Voice) -> Wire:
    """A form as it opens."""
    fields = [_labelled(each, speaker) for each in shown.fields[:_MOST_FIELDS]]
    return {"custom_id": context.kept(), "title": single(speaker.say(shown.title), _TITLE), "components": fields}


def _labelled(shown: Field, speaker: Voice) -> Wire:
    label = single(speaker.say(shown.label), _LABEL)
    return {"type": _LABEL_TYPE, "label": label, "component": _component(shown, speaker)}


def _component(shown: Field, speaker: Voice) -> Wire:
    if shown.choices:
        options = [
            {"label": single(speaker.say(called), _OPTION), "value": value[:_OPTION], "default": value == shown.value}
            for value, called in shown.choices[:_MOST_OPTIONS]
        ]
        made: Wire = {"type": _SELECT, "custom_id": shown.name, "options": options, "required": not shown.is_optional}
        return made
    made = {
        "type": _INPUT, "custom_id": shown.name, "style": 2 if shown.is_long else 1, "max_length": _TEXT,
        "required": not shown.is_optional,
    }  # fmt: skip
    if shown.hint is not None:
        made["placeholder"] = single(speaker.say(shown.hint), _OPTION)
    value = clean(shown.value)[:_TEXT]
    return made | ({"value": value} if value else {})


def values(data: Wire) -> dict[str, str]:
    """What was filled in, by field."""
    found: dict[str, str] = {}
    for part in data.get("components") or ():
        inside = [part["component"]] if part.get("component") else part.get("components") or []
        for each in inside:
            chosen = each.get("values") or []
            found[str(each.get("custom_id", ""))] = str(chosen[0]) if chosen else str(each.get("value") or "")
    return found

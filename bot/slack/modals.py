"""Forms as Slack's modals: fields of a command, what was filled in, and mistakes at their fields.

Limits: docs.slack.dev/reference/views (title 24, private_metadata 3,000; input of 3,000 characters; option 75/150).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.forms import Field, Form
from bot.slack.blocks import MOST_BLOCKS, Post, numbered
from bot.slack.words import Wire, clean, cut, elements, paragraph, plain
from core.render import Voice
from core.show import Text, text

FORM, WAITING, RESULT = "form", "waiting", "result"
"""callback_ids of our modals."""
_TITLE, _INPUT, _OPTION, _VALUE, _MOST_IN_VIEW = 24, 3_000, 75, 150, 98


@dataclass(frozen=True, slots=True)
class Context:
    """What a form remembers while it is open: its command, and where it was asked for."""

    command: str
    target: str = ""
    place: str = ""
    root: str = ""
    seen_seq: int | None = None
    note: str = ""
    """The field whose words become the first note of a new ticket."""

    def kept(self) -> str:
        """As private_metadata."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, view: Wire) -> "Context":
        """As it comes back."""
        kept = json.loads(view.get("private_metadata") or "{}")
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})


def form(shown: Form, context: Context, speaker: Voice, *, trouble: Text | None = None) -> Wire:
    """A form; a trouble that belongs to no field stands above them."""
    blocks: list[Wire] = []
    if trouble is not None:
        blocks.append(paragraph(*elements(f"⛔ {speaker.say(trouble)}")))
    blocks += [_input(each, speaker) for each in shown.fields]
    title = speaker.say(shown.title)
    return {
        "type": "modal", "callback_id": FORM, "private_metadata": context.kept(),
        "title": plain(title, _TITLE), "submit": plain(speaker.say(text("Do it")), _TITLE),
        "close": plain(speaker.say(text("Cancel")), _TITLE), "blocks": blocks[:_MOST_IN_VIEW],
    }  # fmt: skip


def _input(field: Field, speaker: Voice) -> Wire:
    block: Wire = {
        "type": "input", "block_id": field.name, "label": plain(speaker.say(field.label), 200),
        "element": _element(field, speaker),
    }  # fmt: skip
    if field.is_optional:
        block["optional"] = True
    return block


def _element(field: Field, speaker: Voice) -> Wire:
    if field.choices:
        options = [_chosen_option(value, speaker.say(called)) for value, called in field.choices]
        chosen = [each for each in options if each["value"] == field.value]
        made: Wire = {"type": "static_select", "action_id": field.name, "options": options}
        return made | ({"initial_option": chosen[0]} if chosen else {})
    if field.is_offered:
        asks = plain(speaker.say(field.hint or text("Type to search")), 150)
        kind = "multi_external_select" if field.is_several else "external_select"
        made = {"type": kind, "action_id": field.name, "min_query_length": 0, "placeholder": asks}
        return made | _chosen(kind, field.value)
    made = {"type": "plain_text_input", "action_id": field.name, "multiline": field.is_long}
    if field.hint is not None:
        made["placeholder"] = plain(speaker.say(field.hint), 150)
    value = clean(field.value)[:_INPUT]
    return made | ({"initial_value": value} if value else {})


def _chosen(kind: str, value: str) -> Wire:
    """What a select begins with."""
    if not value:
        return {}
    if kind.startswith("multi_"):
        return {"initial_options": [_option(each, "") for each in value.split()]}
    return {"initial_option": _option(value, "")}


def _option(value: str, meaning: str) -> Wire:
    return _chosen_option(value, f"{value} – {meaning}" if meaning else value)


def _chosen_option(value: str, called: str) -> Wire:
    return {"text": plain(called, _OPTION), "value": value[:_VALUE]}


def options(found: Sequence[tuple[str, str]], typed: str) -> Wire:
    """What is offered while somebody types in a field; what they typed itself stands first where nothing is it."""
    made = [_option(value, meaning) for value, meaning in found if value]
    plainly = clean(typed).strip()
    if plainly and all(each["value"] != plainly for each in made):
        made.append(_option(plainly[:_VALUE], ""))
    return {"options": made[:100]}


def values(view: Wire) -> dict[str, str]:
    """What was filled in, by field."""
    found: dict[str, str] = {}
    for block_id, actions in view.get("state", {}).get("values", {}).items():
        for value in actions.values():
            found[block_id] = _value(value)
    return found


def _value(value: Mapping[str, Any]) -> str:
    if value.get("selected_options"):
        return " ".join(str(each["value"]) for each in value["selected_options"])
    if value.get("selected_option"):
        return str(value["selected_option"]["value"])
    return str(value.get("value") or "")


def errors(wrong: Mapping[str, Text], view: Wire, speaker: Voice) -> Wire:
    """An answer to a form that shows mistakes at their fields; what belongs to none stands at the first."""
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    told: dict[str, str] = {}
    for name, said in wrong.items():
        where = name if name in fields else fields[0]
        told[where] = cut(f"{told[where]} {speaker.say(said)}" if where in told else speaker.say(said), 1_000)
    return {"response_action": "errors", "errors": told}


def waiting(view: Wire, speaker: Voice) -> Wire:
    """What stands in a form's place while it takes longer; it keeps the words, so that nothing typed is lost."""
    kept = [part for part in values(view).values() if len(part) > 40]
    said = paragraph(*elements(speaker.say(text("Working on it…"))))
    blocks = [said, *({"type": "section", "text": plain(each, _INPUT - 10)} for each in kept[:5])]
    return _plain_view(WAITING, view["title"]["text"], blocks, speaker, view.get("private_metadata", ""))


def result(post: Post, title: str, speaker: Voice, kept: str = "") -> Wire:
    """An answer before somebody who has no channel before them (in the home tab)."""
    return _plain_view(RESULT, title, list(numbered(post.blocks, most=MOST_BLOCKS)), speaker, kept)


def _plain_view(kind: str, title: str, blocks: Sequence[Wire], speaker: Voice, kept: str) -> Wire:
    return {
        "type": "modal", "callback_id": kind, "title": plain(title, _TITLE), "private_metadata": kept,
        "close": plain(speaker.say(text("Close")), _TITLE), "blocks": list(blocks),
    }  # fmt: skip


def again(view: Wire, trouble: Text, speaker: Voice) -> Wire:
    """A form as it was sent, with its words and what was wrong: nothing is typed twice."""
    filled = values(view)
    blocks: list[Wire] = [paragraph(*elements(f"⛔ {speaker.say(trouble)}"))]
    for block in view["blocks"]:
        if block["type"] == "input":
            blocks.append(block | {"element": _refilled(block["element"], filled.get(block["block_id"], ""))})
    kept = {name: view[name] for name in ("title", "submit", "close", "callback_id", "private_metadata")}
    return {"type": "modal", **kept, "blocks": blocks}


def _refilled(element: Wire, value: str) -> Wire:
    made = {name: each for name, each in element.items() if not name.startswith("initial_")}
    if not value:
        return made
    if element["type"] == "plain_text_input":
        return made | {"initial_value": value[:_INPUT]}
    offered = [each for each in element.get("options", ()) if each["value"] == value]
    return made | ({"initial_option": offered[0]} if offered else _chosen(element["type"], value))

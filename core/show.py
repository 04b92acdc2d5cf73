"""What people read, as values: texts, buttons, cards and answers, put into words only at the rim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for a person: a message id of the catalog and its arguments.

    `plural` and `count` choose the form; an argument may be a Text itself. The rim escapes every argument.
    """

    id: str
    args: Mapping[str, "Argument"] = field(default_factory=dict)
    plural: str | None = None


Argument = str | int | float | datetime | timedelta | Text | None


def text(id_: str, /, **args: Argument) -> Text:
    """A sentence of the catalog with its named arguments."""
    return Text(id_, args)


def texts(one: str, many: str, /, *, count: int, **args: Argument) -> Text:
    """A sentence with a number in it: `one` for a count of 1, `many` otherwise, in every language's own rule."""
    return Text(one, {"count": count, **args}, many)


def as_json(said: Text) -> dict[str, Any]:
    """A text ready for a JSON column; `from_json` gives it back."""
    kept: dict[str, Any] = {
        "id": said.id,
        "args": {name: _argument_as_json(value) for name, value in said.args.items()},
    }
    return kept if said.plural is None else {**kept, "plural": said.plural}


def from_json(kept: Mapping[str, Any]) -> Text:
    """The text that `as_json` wrote down."""
    args = {name: _argument_from_json(value) for name, value in kept.get("args", {}).items()}
    return Text(kept["id"], args, kept.get("plural"))


def _argument_as_json(value: Argument) -> Any:
    match value:
        case Text():
            return {"text": as_json(value)}
        case datetime():
            return {"at": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
        case _:
            return value


def _argument_from_json(value: Any) -> Argument:
    match value:
        case {"text": inner}:
            return from_json(inner)
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case _:
            return value  # type: ignore[no-any-return]


def verbatim(words: str) -> Text:
    """Words that are nobody's to translate: a customer's name, a subject, a typed line."""
    return Text("{words}", {"words": words})


def together(parts: Sequence[Text], between: str = ", ") -> Text:
    """Several texts as one, in their order, each put into words of its own."""
    places = between.join(f"{{part{place}}}" for place in range(len(parts)))
    return Text(places, {f"part{place}": part for place, part in enumerate(parts)})


class Tone(StrEnum):
    """How loud a card or button is; each room has its own colours for it."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Button:
    """A command line of at most 90 characters behind a label; what is longer is kept as a row with a key."""

    label: Text
    line: str
    tone: Tone = Tone.PLAIN
    asks: bool = False
    """Whether the line still lacks its last words, so that pressing opens a field for them."""
    offers: bool = False
    """Whether more may be said than the line does, so that pressing opens a form where the room has one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled fact on a card."""

    label: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Card:
    """What agents see of a ticket or dialog: title, facts, a few lines and buttons."""

    title: Text
    fields: tuple[Field, ...] = ()
    lines: tuple[Text, ...] = ()
    buttons: tuple[Button, ...] = ()
    tone: Tone = Tone.PLAIN
    link: str = ""
    """Where the card leads inside a room: `ticket:42`, `dialog:17` or nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says back to the one who typed it."""

    text: Text
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    lines: tuple[Text, ...] = ()
    document: str = ""
    """Longer Markdown (a transcript, the help), shown as it is."""
    file_name: str = ""
    """The name under which `document` is offered for download; empty when it is only shown."""
    tone: Tone = Tone.PLAIN
    asks: bool = False
    """Whether nothing was done yet: a button says yes."""
    go: str = ""
    """Where a room may lead the reader next: `ticket:42`, `dialog:17`, `view:mine`."""

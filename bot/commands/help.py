"""The help, made from the declarations."""

from collections.abc import Sequence

from bot.commands import kinds
from bot.commands.call import Call
from bot.commands.registry import Command, command
from core.errors import UserError
from core.query.fields import FIELDS
from core.show import Answer, Text, text, verbatim

NOUNS = ("ticket", "dialog", "customer", "alert", "message", "me", "desk")


def declare(commands: Sequence[Command]) -> Command:
    """The help command over these commands and itself."""

    @command("help", reads=True, example="help ticket close")
    def help_(call: Call, about: kinds.Words = "") -> Answer:
        """Explain the commands, a noun's, or one; `help filter` explains filters."""
        asked = about.lower().strip().lstrip("!/")
        if not asked:
            return Answer(text("Type a noun and a verb. In a thread !verb is enough."), lines=_overview(commands))
        if asked == "filter":
            return Answer(text("A filter is made of fields and words; a minus turns one around."), lines=_fields())
        return _about(asked, commands)

    return help_


def _overview(commands: Sequence[Command]) -> tuple[Text, ...]:
    verbs = {noun: ", ".join(c.verb for c in commands if c.noun == noun) for noun in NOUNS}
    return tuple(verbatim(f"{noun}: {names}") for noun, names in verbs.items())


def _fields() -> tuple[Text, ...]:
    return tuple(text("{example} — {meaning}", example=field.example, meaning=field.meaning) for field in FIELDS)


def _about(asked: str, commands: Sequence[Command]) -> Answer:
    exact = [c for c in commands if c.name == asked or c.verb == asked]
    if len(exact) == 1:
        found = exact[0]
        example = text("For example: {example}", example=found.example)
        return Answer(verbatim(found.usage), lines=(found.summary, *found.details, example))
    some = exact or [c for c in commands if c.noun == asked]
    if not some:
        raise UserError(text("There is no help on “{asked}”. Try: help", asked=asked[:60]))
    return Answer(
        verbatim(asked), lines=tuple(text("{usage} — {summary}", usage=c.usage, summary=c.summary) for c in some)
    )
